"""Ended works go when their project's time is over, and their objects go with them, once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.support.studios import ask, at_work, ended, photograph

from affiche.db import dump
from affiche.emulators.comfyui import Server
from affiche.errors import StorageFull
from affiche.pipeline import bygones, guard, removals
from affiche.pipeline.leftovers import Leftovers
from affiche.storage.keys import BUCKETS
from affiche.studio import projects, storage, uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


def later(studio: Studio, days: float, **settings: Any) -> Studio:
    changed = replace(studio.settings, **settings)
    return replace(studio, settings=changed, now=lambda: datetime.now(UTC) + timedelta(days=days))


async def stored(studio: Studio) -> set[str]:
    found: set[str] = set()
    for bucket in BUCKETS:
        found |= {f"{bucket}/{each.key}" async for each in studio.objects.list(bucket)}
    return found


async def count(studio: Studio, table: str) -> int:
    async with studio.database.singly() as service:
        found = await service.connection.execute(f"SELECT count(*) FROM {table}")
        row = await found.fetchone()
    return row[0] if row else -1


async def kept(studio: Studio, work: works.Work) -> int:
    assert work.project_id
    async with studio.database.singly() as service:
        found = await service.maybe(storage.Use, "storage.of_project", project_id=work.project_id)
    assert found
    return found.bytes


@pytest.fixture
async def work(studio: Studio, alice: Caller, picture: File, comfyui: Server) -> works.Work:
    async with at_work(studio):
        found = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert found.status == "completed"
    return found


async def test_nothing_goes_unless_somebody_said_so(studio: Studio, work: works.Work) -> None:
    assert await bygones.drop(later(studio, 1000), pause=0) == 0
    assert await count(studio, "works") == 1


async def test_what_ended_goes_with_its_pictures_and_what_waits_stays(
    studio: Studio, alice: Caller, work: works.Work
) -> None:
    brought = await stored(studio)
    other = await uploads.upload(studio, alice, photograph())
    waiting = await ask(studio, alice, other)
    full = await kept(studio, work)
    assert await bygones.drop(later(studio, 29, work_days=30.0), pause=0) == 0
    soon = later(studio, 31, work_days=30.0)
    assert await bygones.drop(soon, pause=0) == 1
    assert await bygones.drop(soon, pause=0) == 0
    async with studio.database.as_service() as service:
        left = await service.rows("exports.works", id=alice.id, after=UUID(int=0), most=9)
    assert [row["id"] for row in left] == [waiting.id]
    assert await kept(studio, work) < full
    # The rows are gone, and the objects stay until they are written off.
    assert await stored(studio) >= brought
    assert await removals.carry_out(studio) == 2
    assert await removals.carry_out(studio) == 0
    assert await count(studio, "removals") == 0
    # Its upload is as unused as any, and goes in its own time.
    await Leftovers(later(studio, 31), pause=0).look_through()
    mine = [other.object_key, other.thumbnail_key]
    assert await stored(studio) == {f"uploads/{mine[0]}", f"thumbs/{mine[1]}"}


async def test_a_project_s_own_word_counts(studio: Studio, alice: Caller, work: works.Work) -> None:
    assert work.project_id
    await storage.set_days(studio, alice, work.project_id, 0)
    assert await bygones.drop(later(studio, 99, work_days=30.0), pause=0) == 0
    await storage.set_days(studio, alice, work.project_id, 10)
    assert await bygones.drop(later(studio, 9), pause=0) == 0
    assert await bygones.drop(later(studio, 11), pause=0) == 1


async def test_an_object_that_is_named_again_is_not_deleted(
    studio: Studio, alice: Caller, picture: File
) -> None:
    async with studio.database.singly() as service:
        await service.connection.execute(
            "INSERT INTO removals (bucket, object_key) VALUES ('uploads', %s), ('x', '../../y')",
            (picture.object_key,),
        )
    assert await removals.carry_out(studio) == 1
    assert await studio.objects.exists("uploads", picture.object_key)
    assert await count(studio, "removals") == 0


async def test_whoever_dies_over_it_leaves_the_rest_to_the_next(
    studio: Studio, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await uploads.upload(studio, alice, photograph())
    async with studio.database.singly() as service:
        await service.connection.execute("DELETE FROM files")
    real, deleted = type(studio.objects).delete, list[str]()

    async def dying(self: Any, bucket: str, key: str) -> None:
        if len(deleted) == 2:
            raise asyncio.CancelledError
        deleted.append(key)
        await real(self, bucket, key)

    monkeypatch.setattr(type(studio.objects), "delete", dying)
    with pytest.raises(asyncio.CancelledError):
        await removals.carry_out(studio)
    monkeypatch.setattr(type(studio.objects), "delete", real)
    assert len(await stored(studio)) == 4
    await removals.carry_out(studio)
    assert await stored(studio) == set()


async def test_a_backup_keeps_what_it_has_counted_on(
    studio: Studio, picture: File, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BACKUP_SECONDS", 0.05)
    async with studio.database.singly() as service:
        await service.connection.execute("DELETE FROM files")
    async with backing_up(studio):
        waiting = asyncio.create_task(removals.carry_out(studio))
        done, _ = await asyncio.wait({waiting}, timeout=0.5)
        assert not done
        assert len(await stored(studio)) == 2
    assert await waiting == 2
    assert await stored(studio) == set()


@asynccontextmanager
async def backing_up(studio: Studio) -> AsyncIterator[None]:
    async with await psycopg.AsyncConnection.connect(
        studio.database.direct.url, autocommit=True
    ) as other:
        await other.execute(f"SELECT pg_advisory_lock_shared({dump.LOCK})")
        yield


async def test_what_is_full_says_so_on_the_wire_and_takes_nothing(
    studio: Studio, alice: Caller
) -> None:
    """Neither the picture nor half of one stays behind."""
    made = await projects.add(studio, alice, "small")
    await storage.set_quota(studio, alice, made.id, 100)
    bound = replace(alice, project_id=made.id)
    with pytest.raises(StorageFull) as caught:
        await uploads.upload(studio, bound, photograph())
    assert caught.value.params["quota"] == 100
    assert await stored(studio) == set()
    assert (await storage.of_project(studio, alice, made.id)).bytes == 0
    async with studio.database.as_service() as service:
        assert await storage.near(service, 0.0) != []
