"""CUDA: what the cards need, what the hosts have, what the image was built for (seed 002, 2 and 3).

Three numbers have to fit: an image built for one CUDA runs only on hosts whose driver has that one
or a later one, and a card works only from its own oldest one on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from affiche.worker.packages import dockerfiles
from affiche.worker.packages.findings import Finding, Target, error, note, warning
from affiche.worker.packages.gpus import (
    CUDA_VERSIONS,
    HUB_NEWEST,
    POOLS,
    Cuda,
    choice,
    cuda_in,
    needing,
    pool_of,
    shown,
    version,
)
from affiche.worker.packages.json_pages import Page
from affiche.worker.packages.package import HUB, TESTS, Package
from affiche.worker.packages.rules.agreement import config_of


@dataclass(frozen=True, slots=True)
class Built:
    """The CUDA that an image is built for, and the line that says so."""

    cuda: Cuda
    line: int
    what: str


def check(package: Package, target: Target) -> Iterator[Finding]:
    pools: tuple[str, ...] = ()
    allowed: list[Cuda] = []
    for path in (TESTS, HUB):
        if found := config_of(package, path):
            page, config = found
            pools, allowed = _pools(config), _allowed(config)
            yield from _hosts(page, pools, allowed)
            if target == "hub":
                yield from _hub(page, pools, allowed)
    built = _built(package)
    for one in built:
        yield from _image(package.dockerfile, one, pools, allowed)
        if target == "hub" and one.cuda > HUB_NEWEST:
            params = {"what": one.what, "found": shown(one.cuda), "newest": shown(HUB_NEWEST)}
            yield error("hub_image", package.dockerfile, one.line, **params)
    if found := config_of(package, HUB):
        yield from _list(found[0], allowed, built, target)


def _hosts(page: Page, pools: tuple[str, ...], allowed: list[Cuda]) -> Iterator[Finding]:
    """A card of which no allowed host can have the driver is never found."""
    line = page.line("config", "allowedCudaVersions")
    for pool in needing(pools, max(allowed)) if allowed else ():
        oldest, found = shown(POOLS[pool].oldest), shown(max(allowed))
        yield error("cuda_too_old", page.file, line, pool=pool, oldest=oldest, found=found)


def _hub(page: Page, pools: tuple[str, ...], allowed: list[Cuda]) -> Iterator[Finding]:
    key = "gpuIds" if page.file == HUB else "gpuTypeId"
    for pool in needing(pools, HUB_NEWEST):
        params = {"pool": pool, "cards": ", ".join(POOLS[pool].cards), "newest": shown(HUB_NEWEST)}
        yield error("hub_gpu", page.file, page.line("config", key), **params)
    late = [shown(one) for one in allowed if one > HUB_NEWEST]
    if late:
        line = page.line("config", "allowedCudaVersions")
        found, newest = ", ".join(late), shown(HUB_NEWEST)
        yield error("hub_cuda", page.file, line, found=found, newest=newest)


def _image(
    file: str, built: Built, pools: tuple[str, ...], allowed: list[Cuda]
) -> Iterator[Finding]:
    for pool in needing(pools, built.cuda):
        params = {"what": built.what, "found": shown(built.cuda), "pool": pool}
        yield error("image_too_old", file, built.line, **params, oldest=shown(POOLS[pool].oldest))
    older = [shown(one) for one in allowed if one < built.cuda]
    if older:
        params = {"what": built.what, "found": shown(built.cuda), "hosts": ", ".join(older)}
        yield error("image_too_new", file, built.line, **params)


def _list(page: Page, allowed: list[Cuda], built: list[Built], target: Target) -> Iterator[Finding]:
    """It is a list of what is allowed, and no minimum."""
    line = page.line("config", "allowedCudaVersions")
    if not allowed:
        for one in built[:1]:
            yield warning("cuda_any_host", page.file, line, found=shown(one.cuda))
        return
    known = [cuda for text in CUDA_VERSIONS if (cuda := version(text))]
    newest = HUB_NEWEST if target == "hub" else known[-1]
    missed = [shown(one) for one in known if max(allowed) < one <= newest]
    if missed:
        yield note("cuda_list_no_minimum", page.file, line, missed=", ".join(missed))


def _pools(config: dict[str, Any]) -> tuple[str, ...]:
    if isinstance(config.get("gpuIds"), str):
        return choice(config["gpuIds"]).pools
    pool = pool_of(str(config.get("gpuTypeId")))
    return (pool,) if pool else ()


def _allowed(config: dict[str, Any]) -> list[Cuda]:
    versions = config.get("allowedCudaVersions")
    if not isinstance(versions, list):
        return []
    return [cuda for one in versions if (cuda := version(str(one)))]


def _built(package: Package) -> list[Built]:
    """By the image it rests on, and by the wheels of PyTorch."""
    found: list[Built] = []
    for stage in dockerfiles.stages(package.text(package.dockerfile) or "")[-1:]:
        if cuda := cuda_in(stage.image):
            found.append(Built(cuda, stage.line, stage.image))
        for holder, step in stage.all("RUN"):
            rest = dockerfiles.filled(step.rest, stage.values | holder.values)
            for word in rest.split():
                if "/whl/" in word and (cuda := cuda_in(word)):
                    found.append(Built(cuda, step.line, word.rpartition("/")[2].strip("\"'")))
    return found
