"""The version of RunPod's SDK: 1.7.11 to 1.10.0 hand every job to one worker where there is a
network volume (facts of the SDK's own issues)."""

import re
from collections.abc import Iterator
from typing import Final

from affiche.worker.packages.findings import Finding, Target, error, warning
from affiche.worker.packages.package import DOCKERFILE, File, Package

Version = tuple[int, ...]

FIRST_BAD: Final[Version] = (1, 7, 11)
LAST_BAD: Final[Version] = (1, 10, 0)
_PINNED: Final = re.compile(
    r"(?<![\w./-])runpod(?:\[[\w,]*\])?\s*((?:[~=<>!]=?=?\s*[\d.*]+\s*,?\s*)*)"
)
_PART: Final = re.compile(r"([~=<>!]=?=?)\s*(\d+(?:\.\d+)*)(\.\*)?")


def check(package: Package, target: Target) -> Iterator[Finding]:
    for path, file in sorted(package.files.items()):
        name = path.rpartition("/")[2]
        if name.startswith("requirements") and name.endswith(".txt"):
            yield from _of(file, is_list=True)
        elif name.startswith(DOCKERFILE):
            yield from _of(file, is_list=False)


def _of(file: File, *, is_list: bool) -> Iterator[Finding]:
    for number, line in enumerate(file.lines, 1):
        bare = line.split("#")[0]
        if not is_list and "install" not in bare and not _is_continued_install(file, number):
            continue
        if is_list and not re.match(r"\s*runpod\b", bare):
            continue
        for found in _PINNED.finditer(bare.replace('"', " ").replace("'", " ")):
            wanted = found[1].strip().rstrip(",")
            if not wanted:
                yield warning("sdk_unpinned", file.path, number)
            elif (newest := _newest(wanted)) and newest[: len(LAST_BAD)] <= LAST_BAD:
                params = {"wanted": f"runpod{wanted}"}
                code = "sdk_bad" if newest >= FIRST_BAD else "sdk_old"
                yield error(code, file.path, number, **params)


def _is_continued_install(file: File, number: int) -> bool:
    """Whether the line goes on with an instruction that installs something."""
    lines = file.lines
    at = number - 2
    while at >= 0 and lines[at].rstrip().endswith("\\"):
        if "install" in lines[at]:
            return True
        at -= 1
    return False


def _newest(wanted: str) -> Version | None:
    """The newest version that `wanted` lets in; None where nothing bounds it from above."""
    bounds: list[Version] = []
    for sign, text, star in _PART.findall(wanted):
        version = tuple(int(part) for part in text.split("."))
        if sign in ("==", "===") and not star:
            bounds.append(version)
        elif sign in ("==", "~="):
            fixed = version if star else version[:-1]
            bounds.append((*fixed, 10**6))
        elif sign == "<=":
            bounds.append(version)
        elif sign == "<":
            bounds.append((*_before(version), 10**6))
    return min(bounds, default=None)


def _before(version: Version) -> Version:
    """What all versions below `version` begin with at most: 1.10.1 → 1.10.0, 2 → 1."""
    shortened = list(version)
    while shortened and shortened[-1] == 0:
        shortened.pop()
    return (*shortened[:-1], shortened[-1] - 1) if shortened else (0,)
