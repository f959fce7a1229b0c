"""Whether the studio could do what it might be asked for now."""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final
from uuid import uuid4

from affiche.db import migrate
from affiche.errors import (
    AfficheError,
    DatabaseUnavailable,
    MigrationChanged,
    SchemaOutdated,
    StorageFailed,
)
from affiche.studio.studio import Studio

SECONDS: Final = 5.0


async def missing(studio: Studio) -> dict[str, AfficheError]:
    """What is in the way, by its name: `database`, `schema`, `storage`; empty when all is well."""
    found = await asyncio.gather(
        _within(_database(studio), DatabaseUnavailable(detail="no answer in time")),
        _within(_storage(studio), StorageFailed(detail="no answer in time")),
    )
    problems: dict[str, AfficheError] = {}
    for name, error in zip(("database", "storage"), found, strict=True):
        if error is not None:
            unfit = isinstance(error, SchemaOutdated | MigrationChanged)
            problems["schema" if unfit else name] = error
    return problems


async def _within(check: Coroutine[Any, Any, None], late: AfficheError) -> AfficheError | None:
    try:
        async with asyncio.timeout(SECONDS):
            await check
    except TimeoutError:
        return late
    except AfficheError as error:
        return error
    return None


async def _database(studio: Studio) -> None:
    async with studio.database.as_service() as transaction:
        await transaction.value("events.now")
    await migrate.check(studio.database.direct)


async def _storage(studio: Studio) -> None:
    key = f"ready/{uuid4()}.bin"
    await studio.objects.put("thumbs", key, b"ready", "application/octet-stream")
    await studio.objects.delete("thumbs", key)
