"""What nobody needs any more goes, and nothing else: objects, uploads, records."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from tests.storage.s3 import Store, serving
from tests.support.studios import ask, at_work, ended, photograph

from affiche import settings
from affiche.db import dump
from affiche.emulators.comfyui import Server
from affiche.errors import DatabaseUnavailable, SettingInvalid
from affiche.pipeline import guard, retention
from affiche.pipeline.crew import Crew
from affiche.pipeline.leftovers import LOCK, Leftovers
from affiche.storage import keys, pages
from affiche.storage.objects import Objects
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

TWO_DAYS = timedelta(days=2)


@pytest.fixture
async def remote(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Store]:
    async with serving() as store:
        store.point_at(monkeypatch)
        store.modified = "2026-01-01T12:00:00.000Z"
        yield store


@pytest.fixture(params=["folder", "store"])
async def either(request: pytest.FixtureRequest, studio: Studio, remote: Store) -> Studio:
    """The studio with its objects in a folder, or in a store over S3's protocol."""
    if request.param == "folder":
        return studio
    return replace(studio, objects=Objects("s3://bucket/studio", seconds=5))


def later(studio: Studio, by: timedelta = TWO_DAYS) -> Studio:
    """The same studio when `by` has passed; what was stored now is then that old."""
    return replace(studio, now=lambda: datetime.now(UTC) + by)


async def stored(studio: Studio) -> set[str]:
    found: set[str] = set()
    for bucket in keys.BUCKETS:
        found |= {f"{bucket}/{each.key}" async for each in studio.objects.list(bucket)}
    return found


async def look(studio: Studio) -> int:
    return await Leftovers(studio, pause=0).look_through()


async def rows(studio: Studio, query: str, *params: Any) -> list[Any]:
    async with studio.database.singly() as service:
        found = await service.connection.execute(query, params)
        return await found.fetchall() if found.description else []


async def put_orphans(studio: Studio, alice: Caller, work: works.Work) -> set[str]:
    """An output and a thumbnail of a token that was lost, an upload whose row never came."""
    output = keys.work(alice.id, work.id, uuid4())
    upload = keys.upload(alice.id, uuid4(), "image/png")
    small = keys.thumbnail(alice.id, uuid4(), "image/jpeg")
    for bucket, key in (("works", output), ("uploads", upload), ("thumbs", small)):
        await studio.objects.put(bucket, key, b"nobody's", "image/png")
    return {f"works/{output}", f"uploads/{upload}", f"thumbs/{small}"}


async def test_only_what_no_row_names_goes_and_only_when_it_is_old(
    either: Studio, alice: Caller, comfyui: Server
) -> None:
    picture = await uploads.upload(either, alice, photograph(), name="ramp.jpg")
    async with at_work(either):
        work = await ended(either, alice, (await ask(either, alice, picture)).id)
    wanted = await stored(either)
    lost = await put_orphans(either, alice, work)
    if either.objects.is_local:
        # A store on the wire tells January for all its objects.
        assert await look(either) == 0
        assert await stored(either) == wanted | lost
    assert await look(later(either)) == 3
    assert await stored(either) == wanted
    assert await look(later(either)) == 0
    (output,) = await works.outputs(either, alice, [work.id])
    assert await either.objects.exists("works", output.object_key)


async def test_the_half_that_a_killed_process_left(studio: Studio, alice: Caller) -> None:
    folder = studio.settings.data / "objects"
    await studio.objects.put("works", "a/b/whole.png", b"x", "image/png")
    half = folder / "works" / "a" / "b" / "half.png#1"
    half.write_bytes(b"only the beginn")
    young = folder / "works" / "a" / "c" / "young.png#1"
    young.parent.mkdir()
    young.write_bytes(b"being written")
    os.utime(half, (1, 1))
    assert await look(studio) == 1
    assert not half.exists()
    assert young.exists()
    assert await look(later(studio)) == 2
    assert [path for path in (folder / "works").rglob("*") if path.is_file()] == []
    assert not half.parent.exists(), "the empty folder goes with it"


async def test_an_output_of_a_job_that_failed_after_all_goes_with_its_row(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
        asked = await ask(studio, alice, picture)
        await ended(studio, alice, asked.id)
    (kept,) = await works.outputs(studio, alice, [work.id])
    # As a deadline between collect and finish leaves it: the row stands, no job names it.
    await rows(studio, "UPDATE works SET output_file_id = NULL, thumbnail_file_id = NULL"
               " WHERE id = %s", asked.id)  # fmt: skip
    await rows(studio, "UPDATE generation_jobs SET output_file_id = NULL WHERE work_id = %s",
               asked.id)  # fmt: skip
    before = await stored(studio)
    assert await look(later(studio)) == 2, "the picture and its thumbnail"
    gone = before - await stored(studio)
    assert {each.partition("/")[0] for each in gone} == {"works", "thumbs"}
    assert await works.outputs(studio, alice, [work.id]) == [kept]
    assert len(await rows(studio, "SELECT 1 FROM files WHERE work_id = %s", asked.id)) == 0


async def test_an_upload_that_no_work_used_goes_and_one_that_was_used_stays(
    studio: Studio, alice: Caller, picture: File
) -> None:
    unused = await uploads.upload(studio, alice, photograph(), name="unused.jpg")
    await ask(studio, alice, picture)
    in_six = later(studio, timedelta(days=6))
    await Leftovers(in_six, pause=0).look_through()
    assert await uploads.get(studio, alice, unused.id)
    in_eight = later(studio, timedelta(days=8))
    await Leftovers(in_eight, pause=0).look_through()
    found = await rows(studio, "SELECT id FROM files WHERE bucket_id = 'uploads'")
    assert found == [(picture.id,)]
    assert {path.partition("/")[2] for path in await stored(studio)} == {
        picture.object_key,
        picture.thumbnail_key,
    }


async def test_use_is_seen_wherever_a_work_comes_from(
    studio: Studio, alice: Caller, picture: File
) -> None:
    """By SQL, nested, and beside a picture in base64, which is no id."""
    other = await uploads.upload(studio, alice, photograph(), name="other.jpg")
    await rows(
        studio,
        "INSERT INTO works (user_id, template_id, input_data)"
        " SELECT %s, id, jsonb_build_object('references', jsonb_build_array(%s::text),"
        " 'image_base64', repeat('QUJD', 100000), 'prompt', 'x') FROM templates LIMIT 1",
        alice.id,
        str(other.id).upper(),
    )
    used = await rows(studio, "SELECT id FROM files WHERE used_at IS NOT NULL")
    assert used == [(other.id,)]
    await rows(
        studio,
        "UPDATE works SET input_data = input_data || jsonb_build_object('image', %s::text)",
        str(picture.id),
    )
    used = await rows(studio, "SELECT id FROM files WHERE used_at IS NOT NULL")
    assert set(used) == {(other.id,), (picture.id,)}


@pytest.mark.parametrize("mode", ["", "_shared"])
async def test_nothing_is_deleted_while_a_backup_runs(
    studio: Studio, mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "BACKUP_SECONDS", 0.05)
    await studio.objects.put("works", "a/b/orphan.png", b"x", "image/png")
    async with await psycopg.AsyncConnection.connect(
        studio.database.direct.url, autocommit=True
    ) as backup:
        await backup.execute(f"SELECT pg_advisory_lock{mode}({dump.LOCK})")
        looking = asyncio.create_task(look(later(studio)))
        await asyncio.sleep(0.5)
        assert not looking.done()
        assert await stored(studio) == {"works/a/b/orphan.png"}
    assert await asyncio.wait_for(looking, 10) == 1
    assert await stored(studio) == set()


async def test_one_process_looks_at_a_time(studio: Studio) -> None:
    await studio.objects.put("works", "a/b/orphan.png", b"x", "image/png")
    async with await psycopg.AsyncConnection.connect(
        studio.database.direct.url, autocommit=True
    ) as other:
        await other.execute(f"SELECT pg_advisory_lock({LOCK})")
        assert await look(later(studio)) == 0
    assert await look(later(studio)) == 1


async def test_a_look_that_was_stopped_goes_on_where_it_was(
    either: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first process ends over the second folder; the next does not list the first again."""
    monkeypatch.setattr("affiche.storage.pages.PAGE", 2)
    for number in range(6):
        await either.objects.put("works", f"{number}/b/o.png", b"x", "image/png")
    aged = later(either)
    real, seen = pages.remove, 0

    async def dying(objects: Objects, bucket: str, found: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise asyncio.CancelledError
        await real(objects, bucket, found)

    monkeypatch.setattr(pages, "remove", dying)
    with pytest.raises(asyncio.CancelledError):
        await look(aged)
    (before,) = await rows(either, "SELECT position, examined FROM sweeps WHERE bucket = 'works'")
    assert before[0].partition("/")[0] < "2"
    monkeypatch.setattr(pages, "remove", real)
    assert await look(aged) == 6
    assert await stored(either) == set()


async def test_a_lost_guard_ends_the_look(studio: Studio) -> None:
    """Whoever has lost the locks must not delete any more."""
    for number in range(3):
        await studio.objects.put("works", f"{number}/b/o.png", b"x", "image/png")
    slow = Leftovers(later(studio), pause=0.3)
    looking = asyncio.create_task(slow.look_through())
    while len(await stored(studio)) == 3:
        await asyncio.sleep(0.01)
    async with await psycopg.AsyncConnection.connect(
        studio.database.direct.url, autocommit=True
    ) as other:
        await other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
            f" AND objid = {LOCK} AND granted"
        )
    with pytest.raises(DatabaseUnavailable):
        await looking
    assert await stored(studio) != set()
    assert await look(later(studio)) > 0
    assert await stored(studio) == set()


async def test_records_go_when_their_time_has_come(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    waiting = await ask(studio, alice, picture)
    outputs = await works.outputs(studio, alice, [work.id])
    await rows(studio, "INSERT INTO withdrawals (endpoint_id, external_id, done_at)"
               " SELECT id, 'x', now() FROM endpoints")  # fmt: skip
    await rows(studio, "INSERT INTO sessions (hash, user_id, expires_at)"
               " VALUES ('x', %s, now())", alice.id)  # fmt: skip
    await rows(studio, "INSERT INTO idempotency_keys (user_id, key, digest, work_id, inputs)"
               " VALUES (%s, 'k', 'd', %s, '{}')", alice.id, work.id)  # fmt: skip
    soon = await retention.forget(later(studio, timedelta(seconds=1)), pause=0)
    assert {name for name, count in soon.items() if count} == {"sessions"}
    month = await retention.forget(later(studio, timedelta(days=30)), pause=0)
    # Whether anybody has looked at secrets' ages by then is chance.
    assert {name for name, count in month.items() if count} - {"secrets' ages"} == {
        "keys",
        "events",
        "withdrawals",
        "queue log",
    }
    in_a_year = await retention.forget(later(studio, timedelta(days=365)), pause=0)
    assert in_a_year["jobs"] == 1
    left = await rows(studio, "SELECT work_id FROM generation_jobs")
    assert left == [(waiting.id,)], "only what has ended is forgotten"
    assert await works.outputs(studio, alice, [work.id]) == outputs, "pictures stay"
    assert await works.get(studio, alice, work.id) == work
    await look(later(studio, timedelta(days=365)))
    assert await studio.objects.exists("works", outputs[0].object_key)


async def test_many_records_go_in_small_batches(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 10)
    await rows(studio, "INSERT INTO events (user_id, type) SELECT gen_random_uuid(), 'x'"
               " FROM generate_series(1, 35)")  # fmt: skip
    counts = await retention.forget(later(studio, timedelta(days=30)), pause=0)
    assert counts["events"] == 35


@pytest.mark.parametrize("hours", ["0.5", "0", "-1"])
def test_the_grace_is_never_less_than_an_hour(hours: str, tmp_path: Path) -> None:
    with pytest.raises(SettingInvalid):
        settings.read({"AFFICHE_DATA": str(tmp_path), "AFFICHE_ORPHAN_HOURS": hours})


async def test_a_job_in_no_queue_is_taken_up_and_it_counts_no_take(
    studio: Studio, alice: Caller, comfyui: Server, picture: File
) -> None:
    asked = await ask(studio, alice, picture)
    await rows(studio, "UPDATE generation_jobs SET status = 'taken', step_started_at = now()")
    async with at_work(studio) as crew:
        await crew.sweep.take_up(after=timedelta(0))
        assert (await ended(studio, alice, asked.id)).status == "completed"
    assert await rows(studio, "SELECT takes FROM generation_jobs") == [(0,)]


@pytest.mark.parametrize("point", ["prompt", "view"])
async def test_a_job_that_is_being_carried_on_is_left_alone(
    studio: Studio, crew: Crew, alice: Caller, comfyui: Server, picture: File, point: str
) -> None:
    """In the middle of submit, and in the middle of collect, which an entry of observe leads to."""
    comfyui.faults.add(point, "delay", seconds=1.5)
    asked = await ask(studio, alice, picture)
    step = {"prompt": "submit", "view": "collect"}[point]
    while not await rows(
        studio,
        "SELECT 1 FROM generation_jobs WHERE step = %s AND step_started_at IS NOT NULL",
        step,
    ):
        await asyncio.sleep(0.02)
    before = await rows(studio, "SELECT step, token, step_started_at FROM generation_jobs")
    await crew.sweep.take_up(after=timedelta(0))
    assert await rows(studio, "SELECT step, token, step_started_at FROM generation_jobs") == before
    assert (await ended(studio, alice, asked.id)).status == "completed"
    assert await rows(studio, "SELECT takes FROM generation_jobs") == [(0,)]
