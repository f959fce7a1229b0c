"""All that is a person's, as one zip that is made while it is sent.

Rows are read page by page and pictures piece by piece, so that it takes the same memory whatever
there is; nobody's transaction stays open for it. What opens anything is left out: hashes, secrets.
"""

import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from stream_zip import ZIP_AUTO, AsyncMemberFile, async_stream_zip

from affiche.errors import ExportUnderWay, NotFound
from affiche.pictures.kinds import EXTENSIONS
from affiche.studio.studio import Studio
from affiche.studio.zips import DEFLATED, MODE, STORED, member
from affiche.texts import Language, say

PAGE: Final = 200
AT_ONCE: Final = 2
"""Exports that one process makes at a time: each holds a thread."""
SEOUL: Final = ZoneInfo("Asia/Seoul")
log = logging.getLogger(__name__)
_open: Final[set[object]] = set()
Rows = AsyncIterator[list[dict[str, Any]]]
Read = Callable[[UUID | int], Any]


@dataclass(frozen=True, slots=True)
class Export:
    """A zip under way: its file's name, and its bytes."""

    name: str
    pieces: AsyncGenerator[bytes]


async def begin(studio: Studio, user_id: UUID, language: Language) -> Export:
    """Raises NotFound for nobody, ExportUnderWay where others are being made."""
    async with studio.database.singly() as service:
        person = await service.rows("exports.person", id=user_id)
    if not person:
        raise NotFound(what="person")
    if len(_open) >= AT_ONCE:
        raise ExportUnderWay
    day = studio.now().astimezone(SEOUL).strftime("%Y%m%d")
    return Export(f"affiche-{day}.zip", _pieces(studio, user_id, language))


async def _pieces(studio: Studio, user_id: UUID, language: Language) -> AsyncGenerator[bytes]:
    place = object()
    _open.add(place)
    try:
        async for piece in async_stream_zip(_members(studio, user_id, language)):
            yield piece
    finally:
        _open.discard(place)


async def _members(
    studio: Studio, user_id: UUID, language: Language
) -> AsyncGenerator[AsyncMemberFile]:
    now = studio.now().astimezone(SEOUL)
    yield _page("README.txt", now, say(language, "data.export.about", at=f"{now:%Y-%m-%d %H:%M}"))
    yield _page("profile.json", now, await _profile(studio, user_id))
    for name, read in _paged(studio, user_id).items():
        yield name, now, MODE, ZIP_AUTO(2**33, level=DEFLATED), _lines(read)
    missing = []
    async for files in _pages(_files(studio, user_id)):
        for file in files:
            try:
                stream = await studio.objects.get(file["bucket_id"], file["object_key"])
            except NotFound:
                missing.append(str(file["id"]))
                continue
            method = ZIP_AUTO(stream.size, level=STORED)
            yield _path(file), file["created_at"].astimezone(SEOUL), MODE, method, stream
    if missing:
        log.warning("an export found %d pictures missing", len(missing))
        yield _page("missing.json", now, json.dumps(missing, indent=1))


def _page(name: str, now: datetime, text: str) -> AsyncMemberFile:
    return member(name, now, text.encode(), DEFLATED)


async def _profile(studio: Studio, user_id: UUID) -> str:
    async with studio.database.as_service() as service:
        told: dict[str, Any] = {
            "person": (await service.rows("exports.person", id=user_id))[0],
            "projects": await service.rows("exports.projects", id=user_id),
            "keys": await service.rows("exports.keys", id=user_id),
            "sessions": await service.rows("exports.sessions", id=user_id),
            "identities": await service.rows("exports.identities", id=user_id),
            "channels": await service.rows("exports.channels", id=user_id),
            "browsers": await service.rows("exports.browsers", id=user_id),
            "webhooks": await service.rows("exports.webhooks", id=user_id),
            "budgets": await service.rows("exports.budgets", id=user_id),
        }
    return json.dumps(told, default=_plain, ensure_ascii=False, indent=1) + "\n"


def _paged(studio: Studio, user_id: UUID) -> dict[str, Rows]:
    """What there may be any number of, each as lines of JSON."""
    database = studio.database

    async def works(after: UUID | int) -> list[dict[str, Any]]:
        async with database.singly() as service:
            return await service.rows("exports.works", id=user_id, after=after, most=PAGE)

    async def stars(after: UUID | int) -> list[dict[str, Any]]:
        async with database.singly() as service:
            return await service.rows("exports.stars", id=user_id, after=after, most=PAGE)

    async def collections(after: UUID | int) -> list[dict[str, Any]]:
        async with database.singly() as service:
            return await service.rows("exports.collections", id=user_id, after=after, most=PAGE)

    async def collected(after: UUID | int) -> list[dict[str, Any]]:
        async with database.singly() as service:
            return await service.rows("exports.collected", id=user_id, after=after, most=PAGE)

    async def notifications(after: UUID | int) -> list[dict[str, Any]]:
        async with database.singly() as service:
            return await service.rows("exports.notifications", id=user_id, after=after, most=PAGE)

    async def credits(after: UUID | int) -> list[dict[str, Any]]:
        async with database.singly() as service:
            return await service.rows("exports.credits", id=user_id, after=after, most=PAGE)

    return {
        "works.jsonl": _pages(works),
        "stars.jsonl": _pages(stars),
        "collections.jsonl": _pages(collections),
        "collected.jsonl": _pages(collected),
        "files.jsonl": _pages(_files(studio, user_id)),
        "notifications.jsonl": _pages(notifications),
        "credits.jsonl": _pages(credits, 0, "line"),
    }


def _files(studio: Studio, user_id: UUID) -> Read:
    async def files(after: UUID | int) -> list[dict[str, Any]]:
        async with studio.database.singly() as service:
            return await service.rows("exports.files", id=user_id, after=after, most=PAGE)

    return files


async def _pages(read: Read, after: UUID | int = UUID(int=0), key: str = "id") -> Rows:
    while rows := await read(after):
        yield rows
        after = rows[-1][key]


async def _lines(pages: Rows) -> AsyncIterator[bytes]:
    async for rows in pages:
        shown = [{k: v for k, v in row.items() if k != "object_key"} for row in rows]
        for row in shown:
            if "mime_type" in row:
                row["path"] = _path(row)
        lines = [json.dumps(row, default=_plain, ensure_ascii=False) + "\n" for row in shown]
        yield "".join(lines).encode()


def _path(file: dict[str, Any]) -> str:
    """In the zip: numbers and ids alone, since names may be anything."""
    extension = EXTENSIONS.get(file["mime_type"], "bin")
    if file["work"] is None:
        return f"uploads/{file['id']}.{extension}"
    return f"works/{file['work']}/{file['id']}.{extension}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(type(value).__name__)
