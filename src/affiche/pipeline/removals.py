"""Objects whose row is gone are deleted from the store, soon and whoever dies meanwhile.

The row's own transaction wrote them down. Each is looked for once more among the rows before it is
deleted, and no backup that is being made misses what it has counted on.
"""

import logging
from contextlib import suppress
from typing import Any, Final

from affiche.errors import NotFound
from affiche.pipeline.guard import Guard, alone
from affiche.studio.studio import Studio

LOCK: Final = 4207853
BATCH: Final = 200
log = logging.getLogger(__name__)


async def carry_out(studio: Studio) -> int:
    """Everything that is written down; how many objects were deleted, none of them while another
    process is at it. Raises DatabaseUnavailable, StorageFailed."""
    async with studio.database.singly() as service:
        if not await service.value("storage.any_removal"):
            return 0
    async with alone(studio, LOCK) as guard:
        return 0 if guard is None else await all_of(studio, guard)


async def all_of(studio: Studio, guard: Guard) -> int:
    """The same, for whoever is alone already."""
    whole = 0
    while True:
        async with guard.between_backups():
            async with studio.database.singly() as service:
                rows = await service.rows("storage.removals", most=BATCH)
            for row in rows:
                if not row["named"]:
                    await _delete(studio, row)
                    whole += 1
            if rows:
                async with studio.database.singly() as service:
                    await service.run("storage.removed", ids=[row["id"] for row in rows])
        if len(rows) < BATCH:
            if whole:
                log.info("%d objects whose records are gone were deleted", whole)
            return whole


async def _delete(studio: Studio, row: dict[str, Any]) -> None:
    # A name that is none, from a row by hand, names no object.
    with suppress(NotFound):
        await studio.objects.delete(row["bucket"], row["object_key"])
