"""A backup of a studio that may be running: first the rows, of one moment, then what they name.

Objects are never changed once they are stored, and while a backup holds its lock nobody deletes
one, so what the rows of that moment name can be read after it. What is stored later does no harm.
"""

import asyncio
import gzip
import json
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from affiche import __version__
from affiche.db import dump, migrate
from affiche.db.address import Address
from affiche.db.dump import Snapshot, Table
from affiche.errors import NothingToBackUp, SchemaNewer
from affiche.storage.objects import Objects
from affiche.studio.backups import archive
from affiche.studio.backups.gathering import Held, Named, gathered
from affiche.studio.backups.manifest import FORMAT, KIND, About, Gap, Manifest, written

PART: Final = 4 * 1024 * 1024
"""Bytes of rows that are compressed together."""


@dataclass(frozen=True, slots=True)
class Made:
    path: Path
    bytes: int
    manifest: Manifest


async def make(direct: Address, where: str | Path, target: Path, now: datetime) -> Made:
    """Back up the database at `direct` and the store `where` into the new file `target`.

    A folder is given a file named after the time. What could not be put into the archive is in
    the manifest's gaps. Raises BackupFailed when the file cannot be written, NothingToBackUp,
    SchemaNewer for a database that is newer than this program, DatabaseUnavailable,
    StorageFailed.
    """
    if await asyncio.to_thread(target.is_dir):
        target = target / f"affiche-{now:%Y%m%d-%H%M%S}.tar"
    objects, manifest = Objects(where), Manifest()
    with archive.appearing(target) as file, _spool(target.parent) as names:
        writer = archive.Writer(file, int(now.timestamp()))
        async with dump.held(direct):
            async with _snapshot(direct) as snapshot:
                about = About(KIND, FORMAT, __version__, now, snapshot.schema)
                await asyncio.to_thread(writer.add, archive.ABOUT, written(about))
                for table in snapshot.schema.tables:
                    manifest.rows[table.name] = await _table(writer, snapshot, table)
                async for row in snapshot.rows("backups.objects"):
                    names.write(json.dumps(row).encode() + b"\n")
            # From here on the database is free: a snapshot that is held for long bloats it.
            async for found in gathered(objects, _named(names), target.parent):
                if isinstance(found, Gap):
                    manifest.add_gap(found)
                else:
                    await asyncio.to_thread(_object, writer, manifest, found)
        await asyncio.to_thread(writer.add, archive.MANIFEST, written(manifest))
        await asyncio.to_thread(writer.close)
        size = file.tell()
    return Made(target, size, manifest)


@asynccontextmanager
async def _snapshot(direct: Address) -> AsyncIterator[Snapshot]:
    async with dump.snapshot(direct) as snapshot:
        numbers = [number for number, _ in snapshot.schema.migrations]
        expected = migrate.migrations()[-1].number
        if not numbers:
            raise NothingToBackUp
        if numbers[-1] > expected:
            raise SchemaNewer(found=numbers[-1], expected=expected)
        yield snapshot


async def _table(writer: archive.Writer, snapshot: Snapshot, table: Table) -> int:
    """Write the table in parts of whole rows; how many rows."""
    rows, part, pending = 0, 0, bytearray()
    async for row in snapshot.copy(table):
        rows += 1
        pending += row
        if len(pending) >= PART:
            part += 1
            await asyncio.to_thread(_part, writer, table.name, part, pending)
            pending = bytearray()
    if pending:
        await asyncio.to_thread(_part, writer, table.name, part + 1, pending)
    return rows


def _part(writer: archive.Writer, table: str, number: int, rows: bytearray) -> None:
    data = gzip.compress(rows, compresslevel=6, mtime=0)
    writer.add(f"{archive.TABLES}/{table}/{number:06}.copy.gz", data)


def _object(writer: archive.Writer, manifest: Manifest, held: Held) -> None:
    name = f"{archive.OBJECTS}/{held.named.bucket}/{held.named.key}"
    if held.file is None:
        writer.add(name, held.data or b"")
    else:
        with held.file:
            writer.add_file(name, held.size, held.file)
    manifest.objects += 1
    manifest.bytes += held.size


def _named(names: IO[bytes]) -> Iterator[Named]:
    names.seek(0)
    return (Named(**json.loads(line)) for line in names)


def _spool(folder: Path) -> IO[bytes]:
    """An unnamed file for what may be too much to hold."""
    try:
        return tempfile.TemporaryFile(dir=folder)
    except OSError as error:
        raise archive.unwritable(folder, error) from error
