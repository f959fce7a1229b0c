"""Looking through a whole bucket, page by page, in an order that can be taken up again."""

import asyncio
import os
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import obstore

from affiche.storage.explanations import explained, timed
from affiche.storage.objects import Objects

PAGE: Final = 500
# obstore writes a local object beside its place, under its name and "#" and a number, and renames
# it once it is whole; of a process that died the half stays, and obstore's own lists pass it over.
HALF: Final = re.compile(r".+#[0-9]+")


@dataclass(frozen=True, slots=True)
class Found:
    """`path` within the bucket: a key, or for a `half` the name of what was never finished."""

    path: str
    size: int
    modified: datetime
    half: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """At most 500; `position` is where to take it up again once they are dealt with."""

    found: tuple[Found, ...]
    position: str


async def pages(objects: Objects, bucket: str, position: str = "") -> AsyncIterator[Page]:
    """All of a bucket from `position` on; "" is its beginning.

    A store is listed by its keys, a folder by the folders of its first level in the order of their
    names: what lay in the one that was interrupted comes again. Raises StorageFailed.
    """
    walk = _folder if objects.is_local else _store
    async for page in walk(objects, bucket, position):
        yield page


async def remove(objects: Objects, bucket: str, found: Sequence[Found]) -> None:
    """Delete what `pages` found; what is gone already is deleted. Raises StorageFailed."""
    if objects.folder is None:
        await objects.delete_paths([f"{bucket}/{each.path}" for each in found])
        return
    top = objects.folder / bucket
    with explained():
        await asyncio.to_thread(_unlink, [top / each.path for each in found])


def _unlink(paths: Sequence[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)
        # A folder that something is being written into is not empty, and one that goes in the
        # moment before is made again.
        with suppress(OSError):
            path.parent.rmdir()


async def _store(objects: Objects, bucket: str, position: str) -> AsyncIterator[Page]:
    offset = f"{bucket}/{position}" if position else None
    listed = obstore.list(objects.store, bucket, offset=offset, chunk_size=PAGE)
    async for chunk in timed(listed, objects.seconds):
        found = tuple(_of_store(meta) for meta in chunk)
        if found:
            yield Page(found, found[-1].path)


def _of_store(meta: Any) -> Found:
    return Found(meta["path"].partition("/")[2], meta["size"], meta["last_modified"])


async def _folder(objects: Objects, bucket: str, position: str) -> AsyncIterator[Page]:
    assert objects.folder is not None
    top = objects.folder / bucket
    with explained():
        names = await asyncio.to_thread(_folders, top)
    for name in (each for each in names if each >= position):
        files = _files(top / name, f"{name}/")
        while True:
            with explained():
                found = await asyncio.to_thread(lambda: tuple(islice(files, PAGE)))  # noqa: B023
            if not found:
                break
            yield Page(found, name)


def _folders(top: Path) -> list[str]:
    try:
        with os.scandir(top) as entries:
            return sorted(entry.name for entry in entries if entry.is_dir(follow_symlinks=False))
    except FileNotFoundError:
        return []


def _files(folder: Path, prefix: str) -> Iterator[Found]:
    """Lazily, so that a folder of a million files costs no more than one of ten."""
    try:
        entries = os.scandir(folder)
    except FileNotFoundError:
        return
    with entries:
        for entry in entries:
            path = f"{prefix}{entry.name}"
            try:
                if entry.is_dir(follow_symlinks=False):
                    yield from _files(folder / entry.name, f"{path}/")
                elif entry.is_file(follow_symlinks=False):
                    about = entry.stat(follow_symlinks=False)
                    modified = datetime.fromtimestamp(about.st_mtime, UTC)
                    half = HALF.fullmatch(entry.name) is not None
                    yield Found(path, about.st_size, modified, half)
            except FileNotFoundError:
                continue
