"""The matrix at the end of a test run: the sums on the terminal, the page where
AFFICHE_MATRIX says."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.pipeline import table


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows: list[dict[str, Any]] = []
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "call":
                for name, value in report.user_properties:
                    rows += json.loads(value) if name == "matrix" else []
    if not rows:
        return
    terminalreporter.section("what befell a process, and what came of it")
    terminalreporter.write_line(table.sums(rows))
    if where := os.environ.get("AFFICHE_MATRIX"):
        Path(where).write_text(table.page(rows), encoding="utf-8")
        terminalreporter.write_line(f"the whole table is in {where}")
