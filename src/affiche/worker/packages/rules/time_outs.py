"""Time-outs below the time that the models take to load (seed 002, 4; seed 003: about 5 min)."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from affiche.worker.packages import dockerfiles, toml_lines
from affiche.worker.packages.findings import Finding, Target, warning
from affiche.worker.packages.package import HUB, TEMPLATE, TESTS, Package
from affiche.worker.packages.rules.agreement import config_of

LOADING: Final = 300
"""Seconds that a worker's first picture may take before its first step."""
VARIABLES: Final = ("AFFICHE_WORKER_RUN_SECONDS", "AFFICHE_WORKER_START_SECONDS")


def check(package: Package, target: Target) -> Iterator[Finding]:
    yield from _of_template(package)
    path = package.dockerfile
    for stage in dockerfiles.stages(package.text(path) or "")[-1:]:
        for _, step in stage.all("ENV"):
            for name, value in dockerfiles.pairs(step.rest, stage.values).items():
                yield from _of(name, value, path, step.line)
    for path in (HUB, TESTS):
        if found := config_of(package, path):
            page, config = found
            entries = config.get("env")
            for n, entry in enumerate(entries if isinstance(entries, list) else []):
                if isinstance(entry, Mapping):
                    line = page.line("config", "env", n)
                    yield from _of(str(entry.get("key")), _value(entry), path, line)


def _of_template(package: Package) -> Iterator[Finding]:
    text = package.text(TEMPLATE) or ""
    try:
        times = tomllib.loads(text).get("time_outs")
    except tomllib.TOMLDecodeError:
        return
    run = times.get("run") if isinstance(times, dict) else None
    if isinstance(run, int):
        line = toml_lines.line_of(text, ("time_outs", "run"))
        yield from _short("time_outs.run", run, TEMPLATE, line)


def _of(name: str, value: Any, file: str, line: int) -> Iterator[Finding]:
    if name in VARIABLES and re.fullmatch(r"\d+(\.\d+)?", str(value)):
        yield from _short(name, float(value), file, line)


def _short(name: str, found: float, file: str, line: int) -> Iterator[Finding]:
    if found < LOADING:
        yield warning("time_out_short", file, line, name=name, found=f"{found:g}", loading=LOADING)


def _value(entry: Mapping[str, Any]) -> Any:
    question = entry.get("input")
    return question.get("default") if isinstance(question, Mapping) else entry.get("value")
