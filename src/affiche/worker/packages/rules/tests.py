"""tests.json by itself: there is a test, it asks for something, and it waits long enough."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from affiche.worker.packages.findings import Finding, Target, error, warning
from affiche.worker.packages.gpus import POOLS, pool_of
from affiche.worker.packages.json_pages import Page, Path, parse
from affiche.worker.packages.package import TESTS, Package
from affiche.worker.packages.rules.hub import cuda_versions, env_entries, one_of, unknown_keys

SHORTEST: Final = 600_000
"""Milliseconds that a test must allow: the first one loads the models (seed 002)."""


def check(package: Package, target: Target) -> Iterator[Finding]:
    if TESTS not in package.files:
        return
    page, found = parse(package.files[TESTS])
    yield from found
    if page is None:
        return
    if not isinstance(page.value, dict):
        yield error("not_an_object", TESTS)
        return
    yield from unknown_keys(page, (), page.value, ("config", "tests"))
    listed = page.value.get("tests")
    if listed == []:
        yield warning("tests_empty", TESTS, page.line("tests"))
    elif not isinstance(listed, list):
        yield error("key_missing", TESTS, page.line("tests"), key="tests")
    else:
        for n, test in enumerate(listed):
            yield from _test(page, ("tests", n), test)
    config = page.value.get("config")
    if isinstance(config, dict):
        yield from _config(page, config)
    else:
        yield error("key_missing", TESTS, page.line("config"), key="config")


def _test(page: Page, at: Path, test: Any) -> Iterator[Finding]:
    if not isinstance(test, dict):
        yield error("not_an_object", TESTS, page.line(*at))
        return
    yield from unknown_keys(page, at, test, ("input", "name", "timeout"))
    if not test.get("name"):
        yield error("key_missing", TESTS, page.line(*at, "name"), key="name")
    asked = test.get("input")
    if not isinstance(asked, dict) or not asked:
        yield error("tests_input_empty", TESTS, page.line(*at, "input"))
    elif set(asked) == {"input"}:
        yield warning("tests_input_nested", TESTS, page.line(*at, "input", "input"))
    time = test.get("timeout")
    if not isinstance(time, int) or isinstance(time, bool):
        yield error("tests_no_time_out", TESTS, page.line(*at, "timeout"), shortest=SHORTEST)
    elif time < SHORTEST:
        line = page.line(*at, "timeout")
        yield error("tests_time_out", TESTS, line, found=time, shortest=SHORTEST)


def _config(page: Page, config: Mapping[str, Any]) -> Iterator[Finding]:
    keys = ("allowedCudaVersions", "env", "gpuCount", "gpuTypeId", "runsOn")
    yield from unknown_keys(page, ("config",), config, keys)
    yield from one_of(page, ("config", "runsOn"), config.get("runsOn"), ("GPU", "CPU"))
    gpu = config.get("gpuTypeId")
    if isinstance(gpu, str) and pool_of(gpu) is None:
        line = page.line("config", "gpuTypeId")
        yield error("gpu_unknown", TESTS, line, name=gpu, known=", ".join(POOLS))
    yield from cuda_versions(page, ("config", "allowedCudaVersions"), config)
    yield from env_entries(page, ("config", "env"), config.get("env"))
