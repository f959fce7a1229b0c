"""Shell scripts and what else ends a container before its first line of log."""

import re
from collections.abc import Iterator
from typing import Final

from affiche.worker.packages import dockerfiles
from affiche.worker.packages.findings import Finding, Target, error
from affiche.worker.packages.package import Package

_ENDINGS: Final = (".sh", ".py")


def check(package: Package, target: Target) -> Iterator[Finding]:
    for file in package.ending(*_ENDINGS):
        text = file.text or ""
        if file.path.endswith(".sh") and file.text is None:
            yield error("not_text", file.path)
        elif "\r\n" in text:
            line = text.count("\n", 0, text.index("\r\n")) + 1
            yield error("line_ends", file.path, line)
        elif file.path.endswith(".sh") and not text.startswith("#!"):
            yield error("no_shebang", file.path)
    yield from _started(package)


def _started(package: Package) -> Iterator[Finding]:
    """A script that is called by its name must be executable, or be made so."""
    for stage in dockerfiles.stages(package.text(package.dockerfile) or "")[-1:]:
        runs = " ".join(step.rest for _, step in stage.all("RUN", "COPY", "ADD"))
        for _, step in list(stage.all("CMD", "ENTRYPOINT")):
            first = _program(step.rest)
            called = f"/{first.rpartition('/')[2]}"
            for file in package.ending(".sh"):
                is_it = f"/{file.path}".endswith(called)
                if is_it and not file.executable and "chmod" not in runs:
                    yield error("not_executable", package.dockerfile, step.line, name=file.path)


def _program(rest: str) -> str:
    """What a CMD or ENTRYPOINT calls, in either of its forms."""
    words = re.findall(r'"([^"]*)"', rest) if rest.startswith("[") else rest.split()
    return words[0] if words else ""
