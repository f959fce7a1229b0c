"""Reading a package's folder: the only place here that touches the disk to look."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from affiche.errors import PackageUnreadable
from affiche.graphs.graph import MAX_BYTES
from affiche.worker.packages.package import File, Package

_SUFFIXES: Final = (".json", ".py", ".sh", ".toml", ".txt", ".yaml", ".yml", ".md")
_LEFT_OUT: Final = frozenset({".git", ".venv", "node_modules", "__pycache__", "models"})
_DEPTH: Final = 3
_MOST: Final = 5_000
"""Paths looked at; a package has about fifteen."""


def read(folder: Path) -> Package:
    """The package in `folder`. Raises PackageUnreadable when that is no folder, or no package's:
    too many files, or not ours to read."""
    if not folder.is_dir():
        raise PackageUnreadable(folder=folder, reason="not_a_folder")
    files: dict[str, File] = {}
    others: set[str] = set()
    try:
        for path in _paths(folder):
            name = path.relative_to(folder).as_posix()
            if len(files) + len(others) >= _MOST:
                raise PackageUnreadable(folder=folder, reason="too_many")
            if path.suffix in _SUFFIXES or path.name.startswith("Dockerfile"):
                files[name] = File(name, _text(path), os.access(path, os.X_OK))
            else:
                others.add(name)
    except OSError as error:
        raise PackageUnreadable(folder=folder, reason="closed", detail=str(error)) from error
    return Package(files, frozenset(others))


def _paths(folder: Path, depth: int = 0) -> Iterator[Path]:
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() and not entry.exists():
            continue
        if not entry.is_dir():
            yield entry
        elif entry.name in _LEFT_OUT or depth >= _DEPTH or entry.is_symlink():
            # Its being there counts, for what the Dockerfile copies.
            yield entry
        else:
            yield from _paths(entry, depth + 1)


def _text(path: Path) -> str | None:
    if path.is_dir():
        return None
    with path.open("rb") as page:
        data = page.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
