"""The objects that a snapshot names, read from their store a few ahead and held to their rows."""

import asyncio
import hashlib
import tempfile
from collections import deque
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from affiche.errors import NotFound, StorageFailed
from affiche.storage.objects import Objects, Stream
from affiche.studio.backups.manifest import Gap

AT_ONCE: Final = 2 * 1024 * 1024
"""Up to this size an object is held in memory, of which there are at most `AHEAD`."""
AHEAD: Final = 8
TRIES: Final = 3
PAUSE: Final = 1.0
MOST_UNREADABLE: Final = 20
"""One after another; past that it is the store that cannot be read, not an object."""


@dataclass(frozen=True, slots=True)
class Named:
    """An object as a row names it; `size` in bytes and `sha256` in hex, where the row has them."""

    bucket: str
    key: str
    size: int | None
    sha256: str | None
    work_id: str | None
    file_id: str

    def gap(self, reason: str) -> Gap:
        return Gap(self.bucket, self.key, reason, self.work_id, self.file_id)

    def fits(self, size: int, sha256: str) -> bool:
        return self.size in (None, size) and self.sha256 in (None, sha256)


@dataclass(frozen=True, slots=True)
class Held:
    """An object that is as its row says; whoever is handed it closes `file`."""

    named: Named
    size: int
    data: bytes | None
    file: IO[bytes] | None = None


async def gathered(
    objects: Objects, wanted: Iterable[Named], folder: Path
) -> AsyncIterator[Held | Gap]:
    """Each of `wanted` in its order. Large ones pass through an unnamed file in `folder`.

    Raises StorageFailed when twenty in a row cannot be read, OSError when `folder` is full.
    """
    waiting: deque[asyncio.Task[Held | Gap | Named]] = deque()
    rest, in_a_row = iter(wanted), 0
    try:
        while True:
            while len(waiting) < AHEAD and (named := next(rest, None)) is not None:
                waiting.append(asyncio.create_task(_read(objects, named)))
            if not waiting:
                return
            found = await waiting.popleft()
            if isinstance(found, Named):
                found = await _read(objects, found, folder)
                assert not isinstance(found, Named)
            unreadable = isinstance(found, Gap) and found.reason == "unreadable"
            in_a_row = in_a_row + 1 if unreadable else 0
            if in_a_row >= MOST_UNREADABLE:
                raise StorageFailed(detail=f"{in_a_row} objects in a row cannot be read")
            yield found
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def _read(objects: Objects, named: Named, folder: Path | None = None) -> Held | Gap | Named:
    """The object; without a folder for those that are too large to be held, their name again."""
    for rest in range(TRIES, 0, -1):
        try:
            stream = await objects.get(named.bucket, named.key)
            if stream.size <= AT_ONCE:
                data = await stream.whole()
                fits = named.fits(len(data), hashlib.sha256(data).hexdigest())
                return Held(named, len(data), data) if fits else named.gap("damaged")
            return await _spooled(stream, named, folder) if folder else named
        except NotFound:
            return named.gap("missing")
        except StorageFailed:
            if rest > 1:
                await asyncio.sleep(PAUSE)
    return named.gap("unreadable")


async def _spooled(stream: Stream, named: Named, folder: Path) -> Held | Gap:
    digest, size = hashlib.sha256(), 0
    file = await asyncio.to_thread(_unnamed, folder)
    try:
        async for piece in stream:
            digest.update(piece)
            size += len(piece)
            await asyncio.to_thread(file.write, piece)
    except BaseException:
        file.close()
        raise
    if not named.fits(size, digest.hexdigest()):
        file.close()
        return named.gap("damaged")
    return Held(named, size, None, file)


def _unnamed(folder: Path) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=folder)
