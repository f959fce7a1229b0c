"""A studio with something in every state for operators to see to."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from tests.support.studios import ask, photograph

from affiche.studio import endpoints, uploads
from affiche.studio.studio import Caller, Studio

Here = dict[str, str]
Settle = Callable[[], Awaitable[Here]]


async def sql(studio: Studio, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(statement, values)  # type: ignore[call-overload]
        return [tuple(row) for row in await cursor.fetchall()] if cursor.description else []


async def job_of(studio: Studio, work_id: UUID) -> str:
    ((found,),) = await sql(studio, "SELECT id FROM generation_jobs WHERE work_id = %s", work_id)
    return str(found)


@pytest.fixture
async def here(studio: Studio, alice: Caller, bob: Caller) -> Here:
    """Bob's: a work that waits, one whose run is taken, one that was cancelled; an endpoint."""
    file = await uploads.upload(studio, bob, photograph(64, 64))
    works = [await ask(studio, bob, file, f"number {n}") for n in range(3)]
    taken = await job_of(studio, works[1].id)
    await sql(studio, "UPDATE generation_jobs SET status = 'taken' WHERE id = %s", taken)
    await sql(studio, "UPDATE works SET status = 'cancelled' WHERE id = %s", works[2].id)
    await endpoints.add(studio, alice, "pod", "comfyui", {"url": "http://127.0.0.1:9"})
    return {
        "work_id": str(works[0].id),
        "job_id": await job_of(studio, works[0].id),
        "taken_work": str(works[1].id),
        "taken_id": taken,
        "ended_id": str(works[2].id),
        "user_id": str(bob.id),
        "name": "pod",
    }
