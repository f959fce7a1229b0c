"""A studio made anew out of an archive: first the objects, then the rows, all of them or none.

Until the one transaction of the rows is committed the database is empty, so there is never a
studio that lacks what it names. A mark in the data folder keeps others from starting one meanwhile.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from affiche.db import dump, dump_loading
from affiche.db.address import Address
from affiche.db.database import SERVICE, Transaction
from affiche.db.dump_loading import Loading
from affiche.errors import (
    AfficheError,
    BackupBroken,
    DatabaseUnavailable,
    RestoreFailed,
    RestoreRefused,
    StorageFailed,
)
from affiche.pipeline import restored
from affiche.storage import keys
from affiche.storage.objects import Objects
from affiche.studio.backups import archive, unfinished
from affiche.studio.backups.archive import Member
from affiche.studio.backups.checking import Checked, object_of, table_of, unpacked
from affiche.studio.backups.gathering import AHEAD, AT_ONCE
from affiche.studio.findings import line

PUT_SECONDS: Final = 300.0


@dataclass(frozen=True, slots=True)
class Restored:
    """`begun`: jobs that were under way and begin anew."""

    begun: int


async def restore(
    checked: Checked, direct: Address, where: str | Path, data: Path
) -> Restored | None:
    """Bring a checked archive into the empty database at `direct` and the empty store `where`.

    None when an earlier restore of it, killed at its very end, had done all that already. Raises
    RestoreRefused when either holds anything, and RestoreFailed when it could not be ended: then
    the database is as empty as before, and what was stored is deleted again.
    """
    async with dump.held(direct, alone=True):
        return await _restore(checked, direct, Objects(where, seconds=PUT_SECONDS), data)


async def _restore(
    checked: Checked, direct: Address, objects: Objects, data: Path
) -> Restored | None:
    resumed = _resumed(checked, data)
    if not await dump_loading.is_empty(direct):
        if resumed:
            unfinished.end(data)
            return None
        raise RestoreRefused(what="database")
    if not resumed and await _holds_objects(objects):
        raise RestoreRefused(what="objects")
    try:
        unfinished.begin(data, checked.digest)
        await _store(objects, checked)
        async with dump_loading.loading(direct, checked.about.schema) as loading:
            begun = await _load(loading, checked)
    except BaseException as error:
        await asyncio.shield(_clear(objects, checked, data))
        if isinstance(error, AfficheError | psycopg.Error | OSError):
            raise RestoreFailed(reason=_reason(error), detail=str(error)) from error
        raise
    unfinished.end(data)
    return Restored(begun)


def _resumed(checked: Checked, data: Path) -> bool:
    found = unfinished.digest(data)
    if found not in (None, checked.digest):
        raise RestoreRefused(what="unfinished")
    return found is not None


async def _holds_objects(objects: Objects) -> bool:
    for bucket in keys.BUCKETS:
        async for _ in objects.list(bucket):
            return True
    return False


async def _store(objects: Objects, checked: Checked) -> None:
    """Put every object, a few at a time."""
    under_way: set[asyncio.Task[None]] = set()
    try:
        async for member in _members(checked.path):
            if not member.name.startswith(f"{archive.OBJECTS}/"):
                continue
            bucket, key = object_of(member)
            kind = keys.media_type(key)
            if member.size > AT_ONCE:
                await objects.put(bucket, key, _pieces(member), kind)
                continue
            data = await asyncio.to_thread(member.whole, AT_ONCE)
            under_way.add(asyncio.create_task(objects.put(bucket, key, data, kind)))
            if len(under_way) >= AHEAD:
                under_way = await _fewer(under_way)
        while under_way:
            under_way = await _fewer(under_way)
    finally:
        # A folder's store ends what it has begun even when cancelled: then after the clearing.
        await asyncio.gather(*under_way, return_exceptions=True)


async def _fewer(under_way: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
    """Those that still run once one has ended; raises what that one raised."""
    done, rest = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
    return rest


async def _load(loading: Loading, checked: Checked) -> int:
    """All rows, and what becomes of works that were under way; how many of these."""
    tables = {table.name: table for table in checked.about.schema.tables}
    rows = dict.fromkeys(tables, 0)
    await loading.begin()
    async for member in _members(checked.path):
        if member.name.startswith(f"{archive.OBJECTS}/"):
            break
        if (name := table_of(member)) is not None:
            rows[name] += await loading.fill(tables[name], _rows(member))
    if rows != checked.manifest.rows:
        raise BackupBroken(reason="damaged", detail="the archive changed while it was read")
    await loading.end()
    connection = loading.connection
    await connection.execute("SET LOCAL ROLE service_role")
    claims = json.dumps(SERVICE)
    await connection.execute("SELECT set_config('request.jwt.claims', %s, true)", (claims,))
    service = Transaction(connection)
    await service.run("backups.begin_era")
    begun = await restored.begin_anew(service)
    await connection.execute("RESET ROLE")
    return begun


async def _rows(member: Member) -> AsyncIterator[bytes]:
    pieces = unpacked(member)
    while (piece := await asyncio.to_thread(next, pieces, None)) is not None:
        yield piece


async def _members(path: Path) -> AsyncIterator[Member]:
    with archive.reading(path) as reader:
        members = iter(reader)
        while (member := await asyncio.to_thread(next, members, None)) is not None:
            yield member


async def _pieces(member: Member) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(member.read):
        yield piece


async def _clear(objects: Objects, checked: Checked, data: Path) -> None:
    """Delete what was stored; where that cannot be done the mark stays and says so."""
    try:
        async for member in _members(checked.path):
            if member.name.startswith(f"{archive.OBJECTS}/"):
                await objects.delete(*object_of(member))
    except (StorageFailed, BackupBroken):
        return
    unfinished.end(data)


def _reason(error: Exception) -> str:
    """One line, of the cause rather than of what it led to."""
    if isinstance(error, StorageFailed | DatabaseUnavailable) and error.detail:
        return line(error.detail)
    if isinstance(error, AfficheError):
        return error.message("en")
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return line(str(error))
