"""Packages in memory: those that `affiche worker init` makes, spoiled in one place at a time."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from affiche.catalog.catalog import shipped
from affiche.worker.packages.checking import check
from affiche.worker.packages.findings import Finding, Target
from affiche.worker.packages.making import render
from affiche.worker.packages.package import File, Package


@cache
def made(target: Target = "serverless", slug: str = "klein-i2i") -> Package:
    template = next(each for each in shipped() if each.slug == slug)
    written = render(template, files("affiche.catalog").joinpath(slug), target)
    return Package({one.path: File(one.path, one.text, one.executable) for one in written})


def having(package: Package, path: str, text: str | None) -> Package:
    """With `text` in the file at `path`; without that file for None."""
    others = {name: file for name, file in package.files.items() if name != path}
    if text is None:
        return Package(others, package.others)
    executable = path in package.files and package.files[path].executable
    return Package(others | {path: File(path, text, executable)}, package.others)


def changed(package: Package, path: str, old: str, new: str) -> Package:
    """With every `old` in the file at `path` replaced."""
    text = package.files[path].text or ""
    assert old in text, f"{path} does not hold {old!r}"
    return having(package, path, text.replace(old, new))


def package_of(texts: dict[str, str]) -> Package:
    return Package({path: File(path, text, path.endswith(".sh")) for path, text in texts.items()})


def places(findings: Iterable[Finding]) -> list[tuple[str, str, int]]:
    return [(each.code, each.file, each.line) for each in findings]


def new(package: Package, target: Target, before: Package | None = None) -> list[Finding]:
    """What is found in `package` that was not in the one before it was spoiled."""
    known = places(check(before, target).findings) if before else _found_in(target)
    return [each for each in check(package, target).findings if places([each])[0] not in known]


@cache
def _found_in(target: Target) -> list[tuple[str, str, int]]:
    return places(check(made(target), target).findings)


def line(package: Package, path: str, text: str, nth: int = 1) -> int:
    """The number of the `nth` line of a file that holds `text`."""
    lines = (package.files[path].text or "").splitlines()
    return [at for at, one in enumerate(lines, 1) if text in one][nth - 1]
