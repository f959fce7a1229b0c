"""Several endpoints for one template: one dies under load, the next does its works, none is lost
and none is made twice; and no cap is passed on the way. Real servers, real processes' parts."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.studios import ask, at_work, ended, reached

from affiche.emulators.comfyui import Server, serving
from affiche.pipeline import wellness
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio

CAP = 2
NAMES = ("one", "two", "three")


@dataclass
class Endpoints:
    studio: Studio
    servers: dict[str, Server]

    async def kill(self, name: str) -> None:
        await self.servers[name].stop()
        self.servers[name].service.forget()

    async def revive(self, name: str) -> None:
        await self.servers[name].start()

    async def of(self, *statuses: str) -> Counter[str]:
        """How many jobs of these statuses each endpoint has."""
        async with self.studio.database.singly() as service:
            found = await service.connection.execute(
                "SELECT e.name, count(*) FROM generation_jobs j"
                " JOIN endpoints e ON e.id = j.endpoint_id WHERE j.status = ANY (%s)"
                " GROUP BY e.name",
                (list(statuses),),
            )
            return Counter(dict(await found.fetchall()))

    async def value(self, query: str, *params: object) -> object:
        async with self.studio.database.singly() as service:
            row = await (await service.connection.execute(query, params)).fetchone()
            return row[0] if row else None

    async def until(self, happened: Callable[["Endpoints"], object], within: float = 20) -> None:
        async with asyncio.timeout(within):
            while not await happened(self):  # type: ignore[misc]
                await asyncio.sleep(0.02)

    async def unwell(self, name: str) -> bool:
        query = "SELECT unwell_since IS NOT NULL FROM endpoints WHERE name = %s"
        return bool(await self.value(query, name))


@pytest.fixture
async def endpoints(
    studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Endpoints]:
    """Three servers in that order, two works at once each, looked at often."""
    monkeypatch.setattr(wellness, "TICK", 0.1)
    monkeypatch.setattr(wellness, "WELL_EVERY", timedelta(seconds=0.5))
    monkeypatch.setattr(wellness, "UNWELL_EVERY", timedelta(seconds=0.2))
    async with AsyncExitStack() as stack:
        servers = {
            name: await stack.enter_async_context(serving(tmp_path / name, pace=0.08))
            for name in NAMES
        }
        async with studio.database.as_service() as service:
            await service.run("endpoints.retire", name="preview")
            for place, (name, server) in enumerate(servers.items()):
                await service.run(
                    "endpoints.put",
                    name=name,
                    kind="comfyui",
                    url=server.url,
                    works_at_once=CAP,
                    position=10 + place,
                )
        yield Endpoints(studio, servers)


async def watched(endpoints: Endpoints) -> Counter[str]:
    """The most that ran at each endpoint at once, looked at until cancelled."""
    most: Counter[str] = Counter()
    try:
        while True:
            most |= await endpoints.of("taken", "processing")
            await asyncio.sleep(0.01)
    except asyncio.CancelledError:
        return most


async def delivered(endpoints: Endpoints, alice: Caller, asked: list[UUID]) -> None:
    """Every work has its one picture, and no other was stored or is under way."""
    outputs = await works.outputs(endpoints.studio, alice, asked)
    assert sorted(o.work_id for o in outputs if o.work_id) == sorted(asked)
    count = "SELECT count(*) FROM files WHERE bucket_id = 'works'"
    assert await endpoints.value(count) == len(asked)


async def test_one_that_dies_under_load_and_comes_back(
    studio: Studio, alice: Caller, picture: uploads.File, endpoints: Endpoints
) -> None:
    async with at_work(studio):
        watching = asyncio.create_task(watched(endpoints))
        asked = [(await ask(studio, alice, picture, f"beach {n}")).id for n in range(10)]
        await endpoints.until(lambda e: at_least(e, "one", CAP))
        await endpoints.kill("one")
        # What waited is done by the next, in its order; what ran there is left alone.
        await endpoints.until(lambda e: at_least(e, "two", 3, "completed"))
        assert await endpoints.unwell("one")
        assert (await endpoints.of("pending"))["one"] == 0
        await endpoints.revive("one")
        for work_id in asked:
            work = await ended(studio, alice, work_id, within=60)
            assert work.status == "completed", work.error_code
        await endpoints.until(lambda e: is_well(e, "one"))
        # New works go where they went before.
        again = await ask(studio, alice, picture, "one more beach")
        assert (await ended(studio, alice, again.id)).status == "completed"
        at = "SELECT e.name FROM generation_jobs j JOIN endpoints e ON e.id = j.endpoint_id"
        assert await endpoints.value(f"{at} WHERE j.work_id = %s", again.id) == "one"
        watching.cancel()
        most = await watching
    await delivered(endpoints, alice, [*asked, again.id])
    assert all(most[name] <= CAP for name in NAMES)
    assert most["two"] == CAP


async def at_least(endpoints: Endpoints, name: str, count: int, *statuses: str) -> bool:
    return (await endpoints.of(*(statuses or ("processing",))))[name] >= count


async def is_well(endpoints: Endpoints, name: str) -> bool:
    return not await endpoints.unwell(name)


async def test_two_that_are_dead_from_the_start_cost_no_work(
    studio: Studio, alice: Caller, picture: uploads.File, endpoints: Endpoints
) -> None:
    await endpoints.kill("one")
    await endpoints.kill("two")
    async with at_work(studio):
        asked = [(await ask(studio, alice, picture, f"beach {n}")).id for n in range(3)]
        for work_id in asked:
            work = await ended(studio, alice, work_id)
            assert work.status == "completed", work.error_code
    assert (await endpoints.of("completed")) == {"three": 3}
    await delivered(endpoints, alice, asked)


async def test_with_nothing_well_works_wait_and_are_done_once_something_is(
    studio: Studio, alice: Caller, picture: uploads.File, endpoints: Endpoints
) -> None:
    for name in NAMES:
        await endpoints.kill(name)
    async with at_work(studio):
        for name in NAMES:
            await endpoints.until(lambda e, n=name: e.unwell(n))  # type: ignore[misc]
        asked = await ask(studio, alice, picture)
        # Longer than three takes would need to be used up.
        await asyncio.sleep(1.5)
        assert (await works.get(studio, alice, asked.id)).status == "pending"
        assert await endpoints.value("SELECT max(takes) FROM generation_jobs") == 0
        await endpoints.revive("three")
        assert (await ended(studio, alice, asked.id)).status == "completed"
    assert (await endpoints.of("completed")) == {"three": 1}


async def test_one_that_is_retired_hands_its_line_over(
    studio: Studio, alice: Caller, picture: uploads.File, endpoints: Endpoints
) -> None:
    async with at_work(studio):
        asked = [(await ask(studio, alice, picture, f"beach {n}")).id for n in range(6)]
        await reached(studio, alice, asked[0], "processing")
        async with studio.database.as_service() as service:
            await service.run("endpoints.retire", name="one")
        for work_id in asked:
            assert (await ended(studio, alice, work_id, within=60)).status == "completed"
    done = await endpoints.of("completed")
    # What ran there is finished there.
    assert done["one"] <= CAP
    assert done["two"] >= len(asked) - CAP
    await delivered(endpoints, alice, asked)


async def test_two_processes_ask_each_endpoint_once(
    studio: Studio, alice: Caller, picture: uploads.File, endpoints: Endpoints
) -> None:
    """Both claim whose turn it is by the same row."""
    params = {"well": timedelta(minutes=5), "unwell": timedelta(minutes=5), "faulted": []}
    async with studio.database.singly() as one, studio.database.singly() as other:
        found = await asyncio.gather(
            one.rows("endpoints.look_at", **params), other.rows("endpoints.look_at", **params)
        )
    assert sorted(row["name"] for rows in found for row in rows) == sorted(NAMES)


async def test_an_endpoint_without_its_key_is_unwell_and_harms_no_other(
    studio: Studio, alice: Caller, picture: uploads.File, endpoints: Endpoints
) -> None:
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE endpoints SET secret = 'NO_SUCH_KEY' WHERE name = 'one'"
        )
    async with at_work(studio):
        asked = await ask(studio, alice, picture)
        assert (await ended(studio, alice, asked.id)).status == "completed"
        await endpoints.until(lambda e: e.unwell("one"))
    assert (await endpoints.of("completed")) == {"two": 1}
    reason = await endpoints.value("SELECT health ->> 'reason' FROM endpoints WHERE name = 'one'")
    assert "NO_SUCH_KEY" in str(reason)
