"""A studio in this process, and what becomes of it by way of a backup."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from psycopg.rows import dict_row

from affiche import settings
from affiche.db.address import Address
from affiche.db.database import Database
from affiche.storage.objects import Objects
from affiche.studio.backups.checking import check
from affiche.studio.backups.making import Made, make
from affiche.studio.backups.restoring import Restored, restore
from affiche.studio.studio import Studio

WHEN = datetime(2026, 2, 11, 2, 11, 19, tzinfo=UTC)


async def backed_up(studio: Studio, folder: Path) -> Made:
    return await make(studio.database.direct, studio.settings.data / "objects", folder, WHEN)


async def restored(archive: Path, address: Address, data: Path) -> Restored:
    data.mkdir(mode=0o700, exist_ok=True)
    done = await restore(check(archive), address, data / "objects", data)
    assert done is not None
    return done


@asynccontextmanager
async def opened(address: Address, data: Path, like: Studio) -> AsyncIterator[Studio]:
    """The restored studio, with the settings of the one that it was."""
    chosen = replace(like.settings, data=data, database_url=address.url)
    assert chosen != settings.read({})[0]
    async with Database(address, size=9) as database:
        yield Studio(chosen, database, Objects(data / "objects"), b"another secret, " * 2)


def service(address: Address) -> Connection[Any]:
    """A connection with the service's rights, each statement by itself."""
    connection = psycopg.connect(address.url, autocommit=True, row_factory=dict_row)
    connection.execute("SET ROLE service_role")
    return connection


def rows(address: Address, query: str) -> list[dict[str, Any]]:
    with service(address) as connection:
        return connection.execute(query.encode()).fetchall()


def whole_pictures(address: Address, objects: Path) -> int:
    """How many files there are; fails unless each is stored as its row says, thumbnail and all."""
    found = rows(address, "SELECT * FROM files")
    for file in found:
        data = (objects / file["bucket_id"] / file["object_key"]).read_bytes()
        assert len(data) == file["file_size"]
        assert hashlib.sha256(data).digest() == file["sha256"]
        assert (objects / "thumbs" / file["thumbnail_key"]).stat().st_size > 0
    return len(found)
