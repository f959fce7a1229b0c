"""Pictures that people bring: verified, made upright and plain, stored, and only then a row."""

import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from affiche.domain import names
from affiche.errors import NotFound, StorageFull
from affiche.pictures.kinds import Kind
from affiche.pictures.normalisation import Normalised, normalise
from affiche.pictures.threads import in_thread
from affiche.pictures.thumbnails import Thumbnail
from affiche.pictures.verification import Limits, inspect
from affiche.storage import keys, links
from affiche.storage.objects import Stream
from affiche.studio import storage
from affiche.studio.studio import Caller, Studio

_OUTPUT: Final = re.compile(r"/output-(\d+)\.")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A stored picture. `path` is the name it is served under, `object_key` where it lies."""

    id: UUID
    number: int
    user_id: UUID
    work_id: UUID | None
    bucket_id: str
    path: str
    object_key: str
    thumbnail_key: str | None
    name: str
    width: int
    height: int
    file_size: int
    mime_type: str
    created_at: datetime

    @property
    def thumbnail_type(self) -> str:
        return keys.media_type(self.thumbnail_key or "")

    @property
    def output_index(self) -> int:
        """Of a work's picture, its place among those that were asked for, from 0: `output.png`,
        `output-2.png` and so on. Those that failed leave gaps."""
        found = _OUTPUT.search(self.path)
        return int(found[1]) - 1 if found else 0


@dataclass(frozen=True, slots=True)
class Checked:
    """A picture that was decoded to its end, as it will be stored, and its thumbnail."""

    picture: Normalised
    thumbnail: Thumbnail


async def check(data: bytes, limits: Limits, accept: frozenset[Kind] | None = None) -> Checked:
    """Decode and normalise; raises a PictureError that says what is wrong."""
    return await in_thread(_checked, data, limits, accept)


def _checked(data: bytes, limits: Limits, accept: frozenset[Kind] | None) -> Checked:
    verified, thumbnail = inspect(data, limits, accept)
    return Checked(normalise(data, verified), thumbnail)


async def keep(
    studio: Studio,
    user_id: UUID,
    checked: Checked,
    name: str = "",
    *,
    project_id: UUID | None = None,
) -> File:
    """Store a checked picture for its user, in a project of theirs or else in their own.

    Raises StorageFull.
    """
    picture, file_id = checked.picture, studio.new_id()
    wanted = len(picture.data) + len(checked.thumbnail.data)
    async with studio.database.as_service() as transaction:
        await storage.take(transaction, user_id, project_id, wanted)
    object_key = keys.upload(user_id, file_id, picture.media_type)
    small = checked.thumbnail
    thumbnail_key = keys.thumbnail(user_id, file_id, small.media_type)
    await studio.objects.put("uploads", object_key, picture.data, picture.media_type)
    await studio.objects.put("thumbs", thumbnail_key, small.data, small.media_type)
    try:
        async with studio.database.as_service() as transaction:
            # Again, since others came meanwhile; now it is held until the row is there.
            await storage.take(transaction, user_id, project_id, wanted)
            found = await transaction.maybe(
                File,
                "files.add_upload",
                id=file_id,
                user_id=user_id,
                path=object_key,
                object_key=object_key,
                thumbnail_key=thumbnail_key,
                name=names.bare(name),
                width=picture.width,
                height=picture.height,
                file_size=len(picture.data),
                mime_type=picture.media_type,
                sha256=hashlib.sha256(picture.data).digest(),
                project_id=project_id,
                thumbnail_size=len(small.data),
            )
    except StorageFull:
        await studio.objects.delete("uploads", object_key)
        await studio.objects.delete("thumbs", thumbnail_key)
        raise
    assert found is not None
    return found


async def upload(
    studio: Studio, caller: Caller, data: bytes, *, name: str = "", limits: Limits | None = None
) -> File:
    """Check and keep what somebody uploaded; raises a PictureError or StorageFull, and leaves
    nothing behind."""
    checked = await check(data, limits or studio.limits)
    return await keep(studio, caller.id, checked, name, project_id=caller.project_id)


async def get(studio: Studio, caller: Caller, file_id: UUID) -> File:
    """Raises NotFound for an id that is unknown or somebody else's."""
    async with studio.database.alone(caller.id) as transaction:
        found = await transaction.maybe(File, "files.by_id", id=file_id)
    if found is None:
        raise NotFound(what="file")
    return found


async def some(studio: Studio, caller: Caller, file_ids: Sequence[UUID]) -> list[File]:
    """Those of the files that the caller sees, in the order of `file_ids`."""
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.all(File, "files.some", ids=list(file_ids))
    return sorted(found, key=lambda file: file_ids.index(file.id))


async def sizes(
    studio: Studio, caller: Caller, file_ids: Sequence[UUID]
) -> dict[UUID, tuple[int, int]]:
    """Width and height of those of the files that the caller sees."""
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("files.sizes", ids=list(file_ids))
    return {row["id"]: (row["width"], row["height"]) for row in rows}


async def read(
    studio: Studio, file: File, part: tuple[int, int] | None = None
) -> AsyncIterator[bytes]:
    """The file's bytes in pieces, or those from the first to before the second of `part`."""
    return await studio.objects.get(file.bucket_id, file.object_key, part)


async def linked(studio: Studio, bucket: str, key: str, exp: str, sig: str) -> Stream:
    """What a signed link of ours leads to. Raises NotFound for one that does not hold."""
    if not links.check(studio.secret, bucket, key, exp, sig, now=studio.now()):
        raise NotFound(what="file")
    return await studio.objects.get(bucket, key)


async def read_thumbnail(studio: Studio, file: File) -> AsyncIterator[bytes]:
    if file.thumbnail_key is None:
        raise NotFound(what="file")
    return await studio.objects.get("thumbs", file.thumbnail_key)
