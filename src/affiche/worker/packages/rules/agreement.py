"""hub.json and tests.json against each other: a test waits for ever, without a log, for a host
that the two do not agree on (seed 002, 1)."""

from collections.abc import Iterator
from typing import Any

from affiche.worker.packages.findings import Finding, Target, error
from affiche.worker.packages.gpus import choice, pool_of
from affiche.worker.packages.json_pages import Page, parse
from affiche.worker.packages.package import HUB, TESTS, Package


def config_of(package: Package, path: str) -> tuple[Page, dict[str, Any]] | None:
    """A file's page with its `config`; None where it is not there or cannot be read."""
    if path not in package.files:
        return None
    page, _ = parse(package.files[path])
    value = page.value if page else None
    config = value.get("config") if isinstance(value, dict) else None
    return (page, config) if page and isinstance(config, dict) else None


def check(package: Package, target: Target) -> Iterator[Finding]:
    hub, tests = config_of(package, HUB), config_of(package, TESTS)
    if hub and tests:
        yield from _gpu(hub[1], *tests)
        yield from _cuda(*hub, *tests)


def _gpu(hub: dict[str, Any], page: Page, config: dict[str, Any]) -> Iterator[Finding]:
    line = page.line("config", "gpuTypeId")
    asked, offered = config.get("gpuTypeId"), hub.get("gpuIds")
    if isinstance(offered, str):
        if not isinstance(asked, str):
            yield error("gpu_disagrees", TESTS, line, tests="–", hub=offered)
        elif pool_of(asked) and not choice(offered).takes(asked):
            yield error("gpu_disagrees", TESTS, line, tests=asked, hub=offered)
    counts = hub.get("gpuCount", 1), config.get("gpuCount", 1)
    if counts[0] != counts[1]:
        line = page.line("config", "gpuCount")
        yield error("gpu_count_disagrees", TESTS, line, hub=counts[0], tests=counts[1])


def _cuda(
    hub_page: Page, hub: dict[str, Any], page: Page, config: dict[str, Any]
) -> Iterator[Finding]:
    ours, theirs = hub.get("allowedCudaVersions"), config.get("allowedCudaVersions")
    if _set(ours) != _set(theirs):
        # Where one of them has no list, that is the one to be mended.
        at = hub_page if ours is None else page
        line = at.line("config", "allowedCudaVersions")
        yield error("cuda_disagrees", at.file, line, hub=_shown(ours), tests=_shown(theirs))


def _set(versions: Any) -> set[str]:
    return {str(one) for one in versions} if isinstance(versions, list) else set()


def _shown(versions: Any) -> str:
    return ", ".join(map(str, versions)) if isinstance(versions, list) and versions else "–"
