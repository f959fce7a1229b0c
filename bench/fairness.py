"""One person's batch of 5,000 works at an engine, and other people's single works behind it.

A slot is one work of the batch that was taken between the asking for a single work and its own
being taken; by the database's stamps. The batch is not waited for.
"""

import asyncio
import tempfile
from pathlib import Path
from uuid import UUID

from psycopg.types.json import Jsonb

from bench.admission import Run, Town, own_studio, town, workers
from bench.figures import percentile

BATCH, CAPS, SECONDS = 5000, (1, 4), 0.1
SINGLES, APART = 20, 0.4


def slots(runs: list[Run], heavy: UUID, single: Run) -> int:
    """How many works of the batch were taken while that one waited; pure."""
    return sum(
        run.user_id == heavy
        and run.endpoint_id == single.endpoint_id
        and single.created_at < run.taken_at < single.taken_at
        for run in runs
    )


async def ask_batch(here: Town, who: UUID, endpoint: UUID, count: int) -> None:
    """In one transaction, by two statements."""
    inputs = Jsonb({"image": str(here.pictures[who]), "prompt": "a quiet beach"})
    async with here.studio.database.as_service() as service:
        await service.connection.execute(
            "WITH asked AS (INSERT INTO works (user_id, template_id, input_data, seed)"
            " SELECT %s, t.id, %s, 7 FROM templates t, generate_series(1, %s)"
            " WHERE t.slug = 'klein-i2i' RETURNING id)"
            " SELECT set_config('bench.asked', array_agg(id)::text, true) FROM asked",
            (who, inputs, count),
        )
        await service.connection.execute(
            "INSERT INTO generation_jobs (work_id, endpoint_id)"
            " SELECT id, %s FROM unnest(current_setting('bench.asked')::uuid[]) AS id",
            (endpoint,),
        )


async def taken(here: Town) -> list[Run]:
    query = (
        "SELECT user_id, endpoint_id, priority, status, takes, created_at, taken_at,"
        " coalesce(completed_at, failed_at, cancelled_at) FROM generation_jobs"
        " WHERE taken_at IS NOT NULL ORDER BY taken_at"
    )
    async with here.studio.database.singly() as service:
        found = await service.connection.execute(query)
        return [Run(*row) for row in await found.fetchall()]


async def come(here: Town, endpoint: UUID, people: list[UUID]) -> None:
    """Each asks for one work, one after the other, and waits until it is taken."""
    query = (
        "SELECT count(*) FROM generation_jobs WHERE user_id = ANY (%s) AND taken_at IS NULL"
        " AND status = 'pending'"
    )
    for who in people:
        await here.ask(who, endpoint)
        await asyncio.sleep(APART)
    async with asyncio.timeout(60), here.studio.database.singly() as service:
        while True:
            row = await (await service.connection.execute(query, (people,))).fetchone()
            if row and not row[0]:
                return
            await asyncio.sleep(0.1)


async def measure(batch: int = BATCH) -> None:
    with tempfile.TemporaryDirectory(prefix="affiche-bench-") as name:
        async with (
            own_studio(Path(name)) as (studio, server),
            town(studio, CAPS, SECONDS) as here,
        ):
            heavy = await here.move_in("heavy")
            for endpoint in here.endpoints:
                await ask_batch(here, heavy, endpoint, batch)
            environment = {"AFFICHE_DATA": name, "DATABASE_URL": server.url}
            async with workers(1, environment):
                await asyncio.sleep(3)
                for endpoint, cap in here.endpoints.items():
                    people = [await here.move_in(f"c{cap}-{n}") for n in range(SINGLES)]
                    await come(here, endpoint, people)
                    tell(await taken(here), heavy, people, cap, batch)


def tell(runs: list[Run], heavy: UUID, people: list[UUID], cap: int, batch: int) -> None:
    singles = [run for run in runs if run.user_id in people]
    found = [slots(runs, heavy, run) for run in singles]
    waits = [run.waited for run in singles]
    of_batch = [
        run.ended_at - run.taken_at for run in runs if run.user_id == heavy and run.ended_at
    ]
    a_slot = percentile([each.total_seconds() for each in of_batch], 50)
    print(
        f"{batch} works of one, cap {cap}, a slot takes {a_slot:.2f} s: {len(singles)} single works"
        f" waited for {max(found)} of them at most ({sum(found) / len(found):.1f} on average),"
        f" p50 {percentile(waits, 50):.2f} s, most {max(waits):.2f} s"
    )
