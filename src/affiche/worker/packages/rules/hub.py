"""hub.json by itself: every key and value that RunPod's documentation names, and no other."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from affiche.worker.packages.findings import Finding, Target, error, warning
from affiche.worker.packages.gpus import CUDA_VERSIONS, POOLS, choice
from affiche.worker.packages.json_pages import Page, Path, parse
from affiche.worker.packages.package import HUB, Package

CATEGORIES: Final = ("audio", "embedding", "image", "language", "video")
INPUT_TYPES: Final = ("boolean", "huggingface", "number", "string")
_KEYS: Final = ("category", "config", "description", "iconUrl", "title", "type")
_NEEDED: Final = ("category", "config", "description", "title", "type")
_CONFIG_KEYS: Final = (
    "allowedCudaVersions",
    "containerDiskInGb",
    "endpointType",
    "env",
    "gpuCount",
    "gpuIds",
    "presets",
    "runsOn",
)
_INPUT_KEYS: Final = (
    "advanced",
    "default",
    "description",
    "max",
    "min",
    "name",
    "options",
    "required",
    "type",
)


def check(package: Package, target: Target) -> Iterator[Finding]:
    if HUB not in package.files:
        return
    page, found = parse(package.files[HUB])
    yield from found
    if page is None:
        return
    if not isinstance(page.value, dict):
        yield error("not_an_object", HUB)
        return
    yield from unknown_keys(page, (), page.value, _KEYS)
    for key in _NEEDED:
        if not page.value.get(key):
            yield error("key_missing", HUB, page.line(key), key=key)
    yield from one_of(page, ("type",), page.value.get("type"), ("serverless",))
    yield from one_of(page, ("category",), page.value.get("category"), CATEGORIES)
    config = page.value.get("config")
    if isinstance(config, dict):
        yield from _config(page, config)
    elif config:
        yield error("not_an_object", HUB, page.line("config"))


def _config(page: Page, config: Mapping[str, Any]) -> Iterator[Finding]:
    at: Path = ("config",)
    yield from unknown_keys(page, at, config, _CONFIG_KEYS)
    runs_on = config.get("runsOn")
    if runs_on is None:
        yield error("key_missing", HUB, page.line(*at), key="config.runsOn")
    yield from one_of(page, (*at, "runsOn"), runs_on, ("GPU", "CPU"))
    disk = config.get("containerDiskInGb")
    if not isinstance(disk, int) or isinstance(disk, bool) or disk < 1:
        yield error("disk", HUB, page.line(*at, "containerDiskInGb"))
    if runs_on != "CPU":
        yield from _gpus(page, config)
    yield from cuda_versions(page, (*at, "allowedCudaVersions"), config)
    yield from env_entries(page, (*at, "env"), config.get("env"))


def _gpus(page: Page, config: Mapping[str, Any]) -> Iterator[Finding]:
    at: Path = ("config", "gpuIds")
    gpus = config.get("gpuIds")
    if not isinstance(gpus, str) or not gpus.strip():
        yield error("key_missing", HUB, page.line(*at), key="config.gpuIds")
        return
    for name in choice(gpus).unknown:
        known = ", ".join(POOLS)
        yield error("gpu_unknown", HUB, page.line(*at), name=name, known=known)


def unknown_keys(
    page: Page, at: Path, table: Mapping[str, Any], known: tuple[str, ...]
) -> Iterator[Finding]:
    for key in table:
        if key not in known:
            line = page.line(*at, key)
            yield warning("key_unknown", page.file, line, key=key, known=", ".join(known))


def one_of(page: Page, at: Path, value: Any, known: tuple[str, ...]) -> Iterator[Finding]:
    """Nothing for a value that is not there."""
    if value is not None and value not in known:
        yield error(
            "value_unknown",
            page.file,
            page.line(*at),
            key=".".join(map(str, at)),
            known=", ".join(known),
        )


def cuda_versions(page: Page, at: Path, table: Mapping[str, Any]) -> Iterator[Finding]:
    """The allow-list as such: a list of texts that RunPod knows."""
    versions = table.get("allowedCudaVersions")
    if versions is None:
        return
    if not isinstance(versions, list) or not versions:
        yield error("cuda_no_list", page.file, page.line(*at))
        return
    for n, one in enumerate(versions):
        if not isinstance(one, str) or one not in CUDA_VERSIONS:
            known = ", ".join(CUDA_VERSIONS)
            yield error("cuda_unknown", page.file, page.line(*at, n), version=one, known=known)


def env_entries(page: Page, at: Path, entries: Any) -> Iterator[Finding]:
    """`{key, value}`, or in hub.json `{key, input}`."""
    if entries is None:
        return
    if not isinstance(entries, list):
        yield error("env_entry", page.file, page.line(*at))
        return
    for n, entry in enumerate(entries):
        where = (*at, n)
        key = entry.get("key") if isinstance(entry, dict) else None
        if not isinstance(key, str) or not key or ("value" in entry) == ("input" in entry):
            yield error("env_entry", page.file, page.line(*where))
            continue
        yield from unknown_keys(page, where, entry, ("input", "key", "value"))
        question = entry.get("input")
        if isinstance(question, dict):
            yield from unknown_keys(page, (*where, "input"), question, _INPUT_KEYS)
            yield from one_of(page, (*where, "input", "type"), question.get("type"), INPUT_TYPES)
            if not question.get("type") or not question.get("name"):
                yield error("env_entry", page.file, page.line(*where, "input"))
        elif "input" in entry:
            yield error("env_entry", page.file, page.line(*where, "input"))
