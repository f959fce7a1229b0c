"""Works whose time has come, with their pictures; and people who asked to be forgotten.

Rows go first, a few at a time, each few in one transaction that also writes down which objects they
leave behind (`removals`). A process that ends in the middle leaves the rest to the next round.
"""

import asyncio
import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from affiche.errors import AfficheError
from affiche.pipeline import removals
from affiche.studio import erasure
from affiche.studio.studio import Studio

BATCH: Final = 100
PAUSE: Final = 0.05
EVERY: Final = 10.0
DROP_EVERY: Final = timedelta(hours=1)
ROWS: Final = 64
"""Rows of a project's storage count that are added up in one."""
log = logging.getLogger(__name__)


async def run(studio: Studio) -> None:
    """A service of every `affiche work`; the rows' locks share the work between processes."""
    drop_at = studio.now()
    while True:
        try:
            if studio.now() >= drop_at:
                await drop(studio)
                drop_at = studio.now() + DROP_EVERY
            await sum_up(studio)
            await erase(studio)
            await removals.carry_out(studio)
        except AfficheError as error:
            log.warning("what is to go waits: %s", error)
        await asyncio.sleep(EVERY)


async def drop(studio: Studio, *, pause: float = PAUSE) -> int:
    """Works that ended longer ago than their project keeps them; how many went.

    Raises DatabaseUnavailable.
    """
    async with studio.database.singly() as service:
        kept = await service.rows("storage.keeping", days=studio.settings.work_days)
    whole = 0
    for project in kept:
        gone = await _drop(studio, project["project_id"], timedelta(days=project["days"]), pause)
        if gone:
            log.info("project %s: %d works of its past removed", project["project_id"], gone)
        whole += gone
    return whole + await empty(studio, pause=pause)


async def empty(studio: Studio, *, pause: float = PAUSE) -> int:
    """Works that have lain in the trash for long enough; how many went.

    Raises DatabaseUnavailable.
    """
    before, whole = studio.now() - timedelta(days=studio.settings.trash_days), 0
    while True:
        async with studio.database.as_service() as service:
            gone: int = await service.value("gallery.forget", before=before, most=BATCH)
        whole += gone
        if not gone:
            return whole
        await asyncio.sleep(pause)


async def _drop(studio: Studio, project_id: UUID | None, age: timedelta, pause: float) -> int:
    before, whole = studio.now() - age, 0
    # Whatever was asked for later cannot have ended before.
    below = UUID(int=(int(before.timestamp() * 1000) & (2**48 - 1)) << 80)
    while True:
        async with studio.database.as_service() as service:
            gone: int = await service.value(
                "storage.drop_works",
                project_id=project_id,
                below=below,
                before=before,
                most=BATCH,
            )
        whole += gone
        if not gone:
            return whole
        await asyncio.sleep(pause)


async def erase(studio: Studio, *, pause: float = PAUSE) -> int:
    """All that is left of people who are forgotten; how many of them are gone to the end.

    Raises DatabaseUnavailable.
    """
    done = 0
    for user_id in await erasure.unfinished(studio):
        finished = False
        while not finished:
            finished = await erasure.carry_on(studio, user_id)
            await asyncio.sleep(pause)
        done += 1
    return done


async def sum_up(studio: Studio) -> None:
    """Keep the count of what projects keep short."""
    async with studio.database.singly() as service:
        await service.run("storage.sum_up", rows=ROWS, most=BATCH)
