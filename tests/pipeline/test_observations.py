"""What is written of a run's progress: little of a burst, where it stays, and nothing backwards."""

import asyncio
import time
from typing import Any
from uuid import UUID

import pytest
from psycopg.rows import dict_row
from tests.support.studios import ask

from affiche.domain.observations import Hint, Running
from affiche.pipeline.crew import Crew
from affiche.pipeline.observations import PROGRESS_SECONDS, Observations
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File
from affiche.studio.works import Work

RUN = "r"


@pytest.fixture
def observations(studio: Studio) -> Observations:
    """Of a crew that does no steps, so that only the test tells of the run."""
    return Crew(studio).observations


@pytest.fixture
async def running(studio: Studio, alice: Caller, picture: File) -> Work:
    work = await ask(studio, alice, picture)
    async with studio.database.as_service() as service:
        for change in ("status = 'taken'", f"status = 'processing', external_id = '{RUN}'"):
            await service.connection.execute(
                f"UPDATE generation_jobs SET {change} WHERE work_id = %s", (work.id,)
            )
    return work


async def written(studio: Studio, work_id: UUID) -> list[dict[str, Any]]:
    """Every progress that was written, in order."""
    async with studio.database.as_service() as service:
        cursor = service.connection.cursor(row_factory=dict_row)
        await cursor.execute(
            "SELECT data -> 'progress' AS progress FROM events WHERE work_id = %s"
            " AND type = 'work.progress' AND data -> 'progress' ? 'node' ORDER BY id",
            (work_id,),
        )
        return [row["progress"] for row in await cursor.fetchall()]


async def all_told(before: set[asyncio.Task[Any]]) -> None:
    """Nothing that was heard since `before` waits to be written."""
    while late := asyncio.all_tasks() - before:
        await asyncio.gather(*late)


def at(node: int) -> Hint:
    return Hint(RUN, Running(node / 10, str(node)))


async def test_where_a_burst_ends_is_written_and_what_it_passed_is_not(
    studio: Studio, observations: Observations, running: Work
) -> None:
    before = asyncio.all_tasks()
    await asyncio.gather(*(observations.heard(at(node)) for node in range(1, 10)))
    await all_told(before)
    progress = await written(studio, running.id)
    assert [(p["node"], p["percent"]) for p in progress] == [("1", 10), ("9", 90)]


async def test_what_waited_to_be_written_never_follows_what_is_newer(
    studio: Studio, observations: Observations, running: Work
) -> None:
    before = asyncio.all_tasks()
    await asyncio.gather(observations.heard(at(1)), observations.heard(at(2)))
    # The process is busy past the time at which the second was to be written; the third is heard
    # before its turn comes.
    time.sleep(PROGRESS_SECONDS * 1.5)
    await observations.heard(at(3))
    await all_told(before)
    nodes = [p["node"] for p in await written(studio, running.id)]
    assert nodes == sorted(nodes)
    assert nodes[-1] == "3"
