"""The map from the seeds to the tests is whole: every row has one outcome, every test is there."""

import ast
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from tests.seeds.blocks import FOLDER, blocks

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
# The seed and the least number of rows that say all of it.
SEEDS = {"seed_000": 171, "seed_001": 187, "seed_002": 37, "seed_003": 115, "seed_004": 42}
Functions = ast.FunctionDef | ast.AsyncFunctionDef
OUTCOMES = {"test", "later", "not"}


@dataclass(frozen=True)
class Found:
    """A test function, and whether it is expected to fail."""

    expected_to_fail: bool


@cache
def rows(seed: str) -> tuple[dict[str, Any], ...]:
    return tuple(tomllib.loads((HERE / f"{seed}.toml").read_text(encoding="utf-8"))["row"])


def every_row() -> list[dict[str, Any]]:
    return [row for seed in SEEDS for row in rows(seed)]


@cache
def functions_of(path: str) -> dict[str, Found]:
    return functions_in((ROOT / path).read_text(encoding="utf-8"))


def functions_in(text: str) -> dict[str, Found]:
    """The test functions of a file, those in a class as `Class::name`."""
    found: dict[str, Found] = {}

    def walk(body: list[ast.stmt], within: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                walk(node.body, f"{within}{node.name}::")
            elif isinstance(node, Functions) and node.name.startswith("test_"):
                marks = " ".join(ast.unparse(mark) for mark in node.decorator_list)
                found[within + node.name] = Found("mark.xfail" in marks)

    walk(ast.parse(text).body, "")
    return found


def look_up(named: str) -> Found | None:
    """`tests/path.py::name`, the name perhaps with the id of one of its parameters."""
    path, _, name = named.partition("::")
    bare, _, parameter = name.partition("[")
    if not (ROOT / path).is_file():
        return None
    text = (ROOT / path).read_text(encoding="utf-8")
    if parameter and parameter.removesuffix("]") not in text:
        return None
    return functions_of(path).get(bare)


def named(row: dict[str, Any]) -> list[str]:
    tests = row.get("test", [])
    return [tests] if isinstance(tests, str) else list(tests)


def test_there_are_five_seeds_and_no_other() -> None:
    assert {path.stem for path in HERE.glob("*.toml")} == set(SEEDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_seed_is_mapped_from_its_first_heading_to_its_last(seed: str) -> None:
    assert len(rows(seed)) >= SEEDS[seed]
    for row in rows(seed):
        assert row["id"].startswith(f"{seed.removeprefix('seed_')}-")


def test_no_two_rows_share_an_id() -> None:
    ids = [row["id"] for row in every_row()]
    assert [one for one in set(ids) if ids.count(one) > 1] == []


def test_every_row_says_where_what_and_one_outcome() -> None:
    for row in every_row():
        assert len(OUTCOMES & set(row)) == 1, row["id"]
        assert set(row) <= {"id", "where", "want", "probe"} | OUTCOMES, row["id"]
        assert {"id", "where", "want"} <= set(row), row
        assert "probe" not in row or "later" in row, row["id"]
        for value in row.values():
            assert value, row["id"]
            for text in [value] if isinstance(value, str) else value:
                assert text.strip() == text != "", row["id"]


def test_every_test_that_is_named_is_there_and_is_expected_to_pass() -> None:
    wrong = []
    for row in every_row():
        for test in named(row):
            found = look_up(test)
            if found is None or found.expected_to_fail:
                wrong.append((row["id"], test))
    assert wrong == []


def test_every_probe_is_there_and_is_expected_to_fail() -> None:
    wrong = []
    for row in every_row():
        if "probe" in row:
            found = look_up(row["probe"])
            if found is None or not found.expected_to_fail:
                wrong.append((row["id"], row["probe"]))
    assert wrong == []


def test_every_test_here_that_is_expected_to_fail_is_some_row_s_probe() -> None:
    probes = {row["probe"].partition("[")[0] for row in every_row() if "probe" in row}
    for path in sorted(HERE.glob("test_*.py")):
        relative = path.relative_to(ROOT).as_posix()
        for name, found in functions_of(relative).items():
            assert not found.expected_to_fail or f"{relative}::{name}" in probes, name


def test_every_statement_is_run_by_some_test() -> None:
    said = "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("test_seed_*.py"))
    for path in sorted(FOLDER.glob("*.sql")):
        for name in blocks(path.stem):
            assert f'"{path.stem}.{name}"' in said or f'"{name}"' in said, name


def test_a_test_that_is_not_there_is_missed() -> None:
    here = "tests/seeds/test_map.py"
    assert look_up(f"{here}::test_no_two_rows_share_an_id") == Found(False)
    assert look_up(f"{here}::test_nothing") is None
    assert look_up("tests/seeds/test_nothing.py::test_nothing") is None
    assert look_up(f"{here}::test_no_two_rows_share_an_id[not " + "a parameter]") is None
    written = "@pytest.mark.xfail(reason='later')\ndef test_later() -> None: ..."
    assert functions_in(written) == {"test_later": Found(True)}
    assert look_up("tests/engines/servers.py::Servers::test_many_at_once") == Found(False)
