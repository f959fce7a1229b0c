"""The ground of all tests: no network but this machine's own, no skip that nobody expects."""

import os
from collections.abc import Generator
from fnmatch import fnmatch
from pathlib import Path
from typing import Final, TypeVar

import pytest
from hatch_build import compile_texts
from hypothesis import settings

pytest_plugins = [
    "tests.support.databases",
    "tests.support.studios",
    "tests.support.servers",
    "tests.pipeline.summary",
]

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

CI: Final = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
LOOPBACK: Final = "127.0.0.0/8,::1,localhost"

# Test ids (shell patterns) that may be skipped where CI is set, each with its reason.
EXPECTED_SKIPS: Final[dict[str, str]] = {}

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True, database=None)
settings.register_profile("desk", deadline=None)
settings.register_profile("thorough", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if CI else "desk"))


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    # Before pytest-socket reads them. Here rather than in addopts, so that no -p or -o loses them.
    config.option.allow_hosts = LOOPBACK
    config.option.allow_unix_socket = True
    # As what somebody has just written; those that share the work find it done.
    if not hasattr(config, "workerinput"):
        compile_texts(Path(__file__).parents[1])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _unless_unexpected((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _unless_unexpected((yield))


def _unless_unexpected(report: Report) -> Report:
    """A skip fails where CI is set, unless it is on the list; expected failures stay."""
    expected = any(fnmatch(report.nodeid, pattern) for pattern in EXPECTED_SKIPS)
    if CI and report.skipped and not expected and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"Skipped, and not on the list in tests/conftest.py: {reason}"
    return report
