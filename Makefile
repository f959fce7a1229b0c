# `make` alone lists what there is. Everything lives in .venv/, which `make install` makes.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

BIN := .venv/bin
PYTEST ?= -n logical --dist loadfile --no-loadscope-reorder
export PYTHON CHROMIUM

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

install: ## Make .venv/ with everything needed to run and to develop
	@scripts/install dev

install-base:
	@scripts/install base

up: install-base ## Start the studio on this machine (ARGS="…" is passed on); Ctrl-C stops it
	@exec $(BIN)/affiche up $(ARGS)

test: install lint types browser ## Check everything: lint, types, contracts, then all tests
	@CHROMIUM="$$(scripts/chromium)" && export CHROMIUM && exec $(BIN)/pytest $(PYTEST)

lint: install ## Check style and import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/lint-imports --no-logo

types: install ## Check types
	@$(BIN)/mypy

browser: install ## Make sure of a Chromium and of the files that only tests need
	@scripts/chromium >/dev/null
	@$(BIN)/python hatch_build.py shipped && $(BIN)/python hatch_build.py tests

schema: install ## Write src/affiche/db/schema.sql anew, after a change to the migrations
	@scripts/schema

bench: install ## Measure added time and throughput
	@exec $(BIN)/python -m bench $(ARGS)

matrix: install ## Write docs/explanation/takeover.md anew, from a run of the kill matrix
	@AFFICHE_MATRIX=docs/explanation/takeover.md exec $(BIN)/pytest -n 0 tests/pipeline/test_matrix.py

chaos: install ## Break everything at random under load (ARGS="--minutes 2 --seed 1"); exit code
	@exec $(BIN)/python -m tests.chaos $(ARGS)

screens: browser ## Take the screenshots in docs/screens/ again
	@CHROMIUM="$$(scripts/chromium)" && export CHROMIUM && AFFICHE_SCREENS=docs/screens exec $(BIN)/pytest -n 0 -m screens

# The widest file is resolved first and binds the others, so that one version serves all three.
COMPILE := $(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-annotate
requirements: install ## Pin the dependencies again (UPGRADE=--upgrade: at their newest)
	@$(COMPILE) $(UPGRADE) pyproject.toml --group dev --group build -o requirements/dev.txt
	@$(COMPILE) pyproject.toml -c requirements/dev.txt -o requirements/base.txt
	@$(COMPILE) --group build -c requirements/dev.txt -o requirements/build.txt

clean: ## Remove what was made here, except the data folder
	rm -rf .venv dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	rm -rf src/affiche/web/static/vendor tests/vendor

.PHONY: help install install-base up test lint types browser schema bench matrix chaos screens requirements clean
