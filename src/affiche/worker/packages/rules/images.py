"""The Dockerfile: it can be built from what is there, and what it builds starts something."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from typing import Final

from affiche.worker.packages import dockerfiles
from affiche.worker.packages.dockerfiles import Stage
from affiche.worker.packages.findings import Finding, Target, error, note
from affiche.worker.packages.gpus import cuda_in
from affiche.worker.packages.package import HANDLER, Package

_SECRET: Final = re.compile(r"(TOKEN|SECRET|PASSWORD|API_?KEY)$", re.IGNORECASE)


def check(package: Package, target: Target) -> Iterator[Finding]:
    path = package.dockerfile
    if path not in package.files:
        return
    text = package.text(path)
    if text is None:
        yield error("not_text", path)
        return
    built = dockerfiles.stages(text)
    if not built:
        yield error("docker_no_from", path)
        return
    for stage in built:
        yield from _copies(package, path, stage)
        yield from _secrets(path, stage)
    yield from _start(package, path, built[-1])
    if target == "hub" and _is_bare(built[-1]) and not _brings_models(built[-1]):
        yield note("hub_without_models", path, built[-1].line)


def _copies(package: Package, path: str, stage: Stage) -> Iterator[Finding]:
    for step in stage.steps:
        if step.word not in ("COPY", "ADD"):
            continue
        sources = [dockerfiles.filled(one, stage.values) for one in dockerfiles.copies(step)]
        # With a pattern among several, only all of them together must find something.
        missing = [one for one in sources if not _is_there(package, one)]
        for source in missing:
            if not _is_pattern(source) or len(missing) == len(sources):
                yield error("copy_missing", path, step.line, name=source)


def _is_there(package: Package, source: str) -> bool:
    if source == "." or "$" in source:
        return True
    if not _is_pattern(source):
        return package.holds(source)
    return any(fnmatch(one, source) for one in (*package.files, *package.others))


def _is_pattern(source: str) -> bool:
    return any(sign in source for sign in "*?[")


def _secrets(path: str, stage: Stage) -> Iterator[Finding]:
    for step in stage.steps:
        if step.word in ("ENV", "ARG"):
            for name, value in dockerfiles.pairs(step.rest, {}).items():
                if _SECRET.search(name) and value and "$" not in value:
                    yield error("secret_in_image", path, step.line, name=name)


def _start(package: Package, path: str, last: Stage) -> Iterator[Finding]:
    """An image of our own making may start something itself; NVIDIA's do not."""
    bare = _is_bare(last)
    if bare and not any(last.all("CMD", "ENTRYPOINT")):
        yield error("docker_no_command", path, last.line)
    handler = package.handler
    taken = {one for _, step in last.all("COPY", "ADD") for one in dockerfiles.copies(step)}
    whole = {".", handler, handler.rpartition("/")[0]}
    is_taken = taken & whole or any(fnmatch(HANDLER, one) for one in taken)
    if bare and handler in package.files and not is_taken:
        yield error("docker_no_handler_copied", path, last.line)


def _is_bare(stage: Stage) -> bool:
    """Made from an image that has CUDA and nothing of a worker."""
    return cuda_in(stage.image) is not None and "worker" not in stage.image


def _brings_models(stage: Stage) -> bool:
    copied = (step.rest for _, step in stage.all("COPY", "ADD"))
    run = (step.rest for _, step in stage.all("RUN"))
    return any(re.search(r"\bmodels/|\.safetensors", rest) for rest in copied) or any(
        re.search(r"\.safetensors|download_models|hf download", rest) for rest in run
    )
