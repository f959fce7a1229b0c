"""Objects in three buckets of one store: a folder, or S3, Google Cloud or Azure by URL."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import obstore
from obstore.store import LocalStore, ObjectStore

from affiche.errors import NotFound, PictureTooLarge, StorageFailed
from affiche.storage import keys, links
from affiche.storage.explanations import explained, timed
from affiche.storage.stores import Remote, opened

if TYPE_CHECKING:
    from obstore import GetOptions, GetResult

_PIECE: Final = 256 * 1024
# obstore streams a local file in small steps, at 4 ms for a megabyte; whole it takes 0.2 ms.
_AT_ONCE: Final = 2 * 1024 * 1024
_READ_LIMIT: Final = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """What a store knows of an object; `size` in bytes."""

    bucket: str
    key: str
    size: int
    media_type: str
    modified: datetime


class Stream(AsyncIterator[bytes]):
    """An object's bytes: at once up to 2 MiB, in pieces of about 256 KiB beyond.

    Each piece has a time-out of its own.
    """

    def __init__(self, entry: Entry, found: "GetResult", seconds: float) -> None:
        self.entry = entry
        self._found = found
        self._seconds = seconds
        self._pieces = self._in_pieces()

    @property
    def size(self) -> int:
        return self.entry.size

    async def whole(self) -> bytes:
        """All bytes, instead of iterating."""
        with explained():
            async with asyncio.timeout(self._seconds):
                return bytes(await self._found.bytes_async())

    async def __anext__(self) -> bytes:
        return await anext(self._pieces)

    async def _in_pieces(self) -> AsyncIterator[bytes]:
        if self.size <= _AT_ONCE:
            yield await self.whole()
            return
        pieces = self._found.stream(min_chunk_size=_PIECE)
        async for piece in timed(pieces, self._seconds):
            yield bytes(piece)


class Objects:
    """Every call raises StorageFailed when the store cannot be used, and NotFound for what is
    not there or cannot be a key. `seconds` is the time-out of one call."""

    def __init__(self, where: str | Path, *, seconds: float = 30.0) -> None:
        self.store: ObjectStore = opened(where)
        self.folder = self.store.prefix if isinstance(self.store, LocalStore) else None
        self.seconds = seconds

    @property
    def is_local(self) -> bool:
        return self.folder is not None

    async def put(
        self, bucket: str, key: str, data: bytes | AsyncIterator[bytes], media_type: str
    ) -> None:
        """Store an object whole or not at all, over any that was there.

        An error that `data` raises passes through. In a folder the bytes are on the disk, not in
        a cache, when this returns; but for thumbnails, which can be made again.
        """
        path = keys.located(bucket, key)
        kept = None if self.is_local else {"Content-Type": media_type}
        with explained(absence=StorageFailed):
            async with asyncio.timeout(self.seconds):
                await obstore.put_async(self.store, path, data, attributes=cast(Any, kept))
                if self.folder is not None and bucket != "thumbs":
                    await asyncio.to_thread(_flush, self.folder / path)

    async def get(self, bucket: str, key: str, part: tuple[int, int] | None = None) -> Stream:
        """The object, or the `part` of it from its first byte to before the second."""
        path = keys.located(bucket, key)
        options: GetOptions = {"range": part} if part else {}
        with explained():
            async with asyncio.timeout(self.seconds):
                found = await obstore.get_async(self.store, path, options=options)
        typed = found.attributes.get("Content-Type")
        entry = _entry(bucket, key, found.meta, typed)
        return Stream(entry, found, self.seconds)

    async def read(self, bucket: str, key: str, limit: int = _READ_LIMIT) -> bytes:
        """The whole object; raises PictureTooLarge past `limit` bytes, before it is read."""
        stream = await self.get(bucket, key)
        if stream.size > limit:
            raise PictureTooLarge(limit=limit // 1024 // 1024)
        return await stream.whole()

    async def head(self, bucket: str, key: str) -> Entry:
        """What is known of an object; the type is told from the key's ending."""
        path = keys.located(bucket, key)
        with explained():
            async with asyncio.timeout(self.seconds):
                return _entry(bucket, key, await obstore.head_async(self.store, path))

    async def exists(self, bucket: str, key: str) -> bool:
        try:
            await self.head(bucket, key)
        except NotFound:
            return False
        return True

    async def delete(self, bucket: str, key: str) -> None:
        """Repeatable: what is not there is deleted."""
        path = keys.located(bucket, key)
        with suppress(NotFound), explained():
            async with asyncio.timeout(self.seconds):
                await obstore.delete_async(self.store, path)

    async def delete_paths(self, paths: Sequence[str]) -> None:
        """Many at once in a store that is no folder, each as `bucket/key`, of whatever name."""
        with explained():
            async with asyncio.timeout(self.seconds):
                await obstore.delete_async(self.store, paths)

    async def list(self, bucket: str, prefix: str = "") -> AsyncIterator[Entry]:
        """Every object below `prefix`, which is whole parts of a key; fetched page by page."""
        under = keys.located(bucket, prefix.strip("/")) if prefix.strip("/") else bucket
        pages = obstore.list(self.store, under, chunk_size=500)
        async for page in timed(pages, self.seconds):
            for meta in page:
                yield _entry(bucket, meta["path"].partition("/")[2], meta)

    async def link(
        self, bucket: str, key: str, *, secret: bytes, now: datetime, valid: timedelta
    ) -> str:
        """Where anybody may read the object while the link is `valid`.

        A path of ours, signed with `secret`, for a folder; the store's own signed URL for others.
        """
        if self.is_local:
            return links.sign(secret, bucket, key, now=now, valid=valid)
        path = keys.located(bucket, key)
        with explained():
            async with asyncio.timeout(self.seconds):
                return await obstore.sign_async(cast(Remote, self.store), "GET", path, valid)


def _entry(bucket: str, key: str, meta: Any, media_type: str | None = None) -> Entry:
    typed = media_type or keys.media_type(key)
    return Entry(bucket, key, meta["size"], typed, meta["last_modified"])


def _flush(path: Path) -> None:
    """Wait until a file is on the disk; obstore renames it into place without waiting.

    The new name is in the same journal transaction as the file, so one wait is enough.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
