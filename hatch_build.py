"""Browser files by other people: fetched at pinned versions, checked, pruned, not committed.

`[tool.affiche.browser-files]` in pyproject.toml names them: `shipped` goes into every wheel and
editable install, `tests` is for the tests alone. What is there and intact is not fetched again.

    python hatch_build.py tests      fetch what the tests need (or: shipped)
    python hatch_build.py --check    exit 1 when a shipped file is missing or altered
"""

import hashlib
import json
import os
import shutil
import socket
import sys
import tempfile
import tomllib
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RECEIPT: Final = "vendor.json"
SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Archive:
    """One npm archive: where it goes, its sha512 as npm writes it, and the files kept (globs)."""

    dest: str
    package: str
    version: str
    integrity: str
    keep: list[str]


def archives(root: Path, group: str) -> list[Archive]:
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return [Archive(**entry) for entry in pyproject["tool"]["affiche"]["browser-files"][group]]


def intact(root: Path, archive: Archive) -> bool:
    """Whether the receipt is of this very archive and every file is as it was fetched."""
    dest = root / archive.dest
    try:
        receipt = json.loads((dest / RECEIPT).read_text(encoding="utf-8"))
        return bool(receipt["archive"] == asdict(archive) and receipt["files"] == _sums(dest))
    except (OSError, ValueError, KeyError):
        return False


def fetch(root: Path, archive: Archive) -> None:
    """Put the kept files in place, whole or not at all."""
    # Not at the top: --check is part of every `make up`, and the registry's client is slow to load.
    from hatch_npm_vendor.plugin import DEFAULT_REGISTRY
    from hatch_npm_vendor.vendor import vendor_package

    dest = root / archive.dest
    dest.parent.mkdir(parents=True, exist_ok=True)
    registry = os.environ.get("NPM_CONFIG_REGISTRY", DEFAULT_REGISTRY)
    before = socket.getdefaulttimeout()
    with tempfile.TemporaryDirectory(dir=dest.parent, prefix=".fetching-") as scratch:
        whole, kept = Path(scratch, "whole"), Path(scratch, "kept")
        socket.setdefaulttimeout(SECONDS)
        try:
            vendor_package(
                whole, archive.package, archive.version, archive.integrity, registry=registry
            )
        except OSError as error:
            raise RuntimeError(
                f"{archive.package} {archive.version} could not be fetched: {error}. "
                "Installing needs the npm registry once; NPM_CONFIG_REGISTRY names a mirror."
            ) from error
        finally:
            socket.setdefaulttimeout(before)
        _keep(archive, whole, kept)
        receipt = {"archive": asdict(archive), "files": _sums(kept)}
        (kept / RECEIPT).write_text(json.dumps(receipt, indent=1) + "\n", encoding="utf-8")
        shutil.rmtree(dest, ignore_errors=True)
        kept.rename(dest)


def ensure(root: Path, group: str) -> None:
    for archive in archives(root, group):
        if not intact(root, archive):
            fetch(root, archive)


class BrowserFilesHook(BuildHookInterface[Any]):
    """Runs before a wheel or an editable install is made; `artifacts` lets the files in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        ensure(Path(self.root), "shipped")


def _keep(archive: Archive, whole: Path, kept: Path) -> None:
    for pattern in archive.keep:
        found = [path for path in whole.glob(pattern) if path.is_file()]
        if not found:
            raise RuntimeError(f"{archive.package} {archive.version} has no file {pattern}")
        for path in found:
            target = kept / path.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _sums(folder: Path) -> dict[str, str]:
    """sha256 of every file by its path, the receipt's own apart."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / RECEIPT
    }


def main(arguments: list[str]) -> int:
    root = Path(__file__).resolve().parent
    match arguments:
        case ["shipped" | "tests" as group]:
            ensure(root, group)
            return 0
        case ["--check"]:
            return 0 if all(intact(root, archive) for archive in archives(root, "shipped")) else 1
        case _:
            print(__doc__, file=sys.stderr)  # noqa: T201 - a program, when run by itself
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
