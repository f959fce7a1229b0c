"""What is in a backup and what comes out of it: every row and object, and the schema as it was."""

import asyncio
import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from tests.cli import backups
from tests.db import upgrades
from tests.db.dump import dumped
from tests.db.test_schema import supabase as supabase
from tests.storage.s3 import serving
from tests.support.databases import TEMPLATE, Cluster
from tests.support.studios import ask, at_work, ended, engine, photograph

from affiche import app, settings
from affiche.db import dump, migrate
from affiche.db.address import Address
from affiche.db.database import Database
from affiche.errors import BackupBroken, BackupFailed, NothingToBackUp, SchemaNewer
from affiche.pipeline.crew import Crew
from affiche.storage.objects import Objects
from affiche.studio import events, uploads, works
from affiche.studio.backups import gathering, making, restoring
from affiche.studio.backups.checking import check
from affiche.studio.feed import opening
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

CONTENT = "SELECT to_jsonb(t) - 'updated_at' AS row FROM {} t ORDER BY 1"


def content(address: Address, table: str) -> list[Any]:
    with backups.service(address) as connection:
        query = sql.SQL(CONTENT).format(sql.Identifier(table))
        return [row["row"] for row in connection.execute(query).fetchall()]


async def test_everything_that_had_ended_comes_back_as_it_was(
    studio: Studio,
    alice: Caller,
    picture: File,
    crew: Crew,
    empty_database: Address,
    tmp_path: Path,
    cluster: Cluster,
) -> None:
    work = await ask(studio, alice, picture, prompt="백업\t한 줄\n\\N 그리고 \\. \"'")
    assert (await ended(studio, alice, work.id)).status == "completed"
    original = studio.database.direct
    made = await backups.backed_up(studio, tmp_path)

    assert made.path.name == "affiche-20260211-021119.tar"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert made.bytes == made.path.stat().st_size
    assert made.manifest.gaps == 0
    assert made.manifest.objects == 4

    data = tmp_path / "elsewhere"
    done = await backups.restored(made.path, empty_database, data)
    assert done.begun == 0
    schema = await _schema(original)
    assert schema.tables == (await _schema(empty_database)).tables
    for table in schema.tables:
        copied = content(empty_database, table.name)
        if table.name == "event_eras":
            # A restored database goes on in an era of its own.
            copied.pop()
        assert copied == content(original, table.name), table.name
        assert len(content(original, table.name)) == made.manifest.rows[table.name]
    assert backups.whole_pictures(empty_database, data / "objects") == 2
    assert dumped(empty_database) == dumped(cluster.address(TEMPLATE))
    assert not (data / "restoring").exists()
    await migrate.check(empty_database)

    # Numbers go on where they were, so none is given twice.
    async with backups.opened(empty_database, data, studio) as again:
        later = await ask(again, alice, picture)
        assert later.number == work.number + 1


async def _schema(address: Address) -> dump.Schema:
    async with dump.snapshot(address) as snapshot:
        return snapshot.schema


async def test_no_table_of_ours_is_forgotten_and_none_of_others_is_taken(
    database_address: Address,
) -> None:
    with psycopg.connect(database_address.url) as connection:
        found = connection.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()
        connection.execute("CREATE TABLE theirs (id integer)")
    names = [table.name for table in (await _schema(database_address)).tables]
    assert [*names, "affiche_migrations"] != []
    assert sorted([*names, "affiche_migrations"]) == [name for (name,) in found]


async def test_a_supabase_project_is_copied_without_what_is_not_ours(
    supabase: Address, empty_database: Address, tmp_path: Path
) -> None:
    await migrate.migrate(supabase)
    async with Database(supabase, size=3) as database:
        await app.furnish(settings.read({})[0], database)
    with psycopg.connect(supabase.url) as connection:
        connection.execute("CREATE TABLE theirs (id integer)")
    made = await making.make(supabase, tmp_path / "objects", tmp_path, backups.WHEN)
    assert "theirs" not in made.manifest.rows
    await backups.restored(made.path, empty_database, tmp_path / "elsewhere")
    assert len(content(empty_database, "templates")) == made.manifest.rows["templates"] > 0


async def test_into_a_supabase_project(
    database_address: Address, supabase: Address, tmp_path: Path
) -> None:
    made = await making.make(database_address, tmp_path / "objects", tmp_path, backups.WHEN)
    await backups.restored(made.path, supabase, tmp_path / "elsewhere")
    assert content(supabase, "templates") == content(database_address, "templates")


async def test_one_of_an_earlier_version_is_brought_to_this_one(
    studio: Studio, cluster: Cluster, empty_database: Address, tmp_path: Path
) -> None:
    name = upgrades.restore(cluster, "0.1.0")
    old, objects = cluster.address(name), tmp_path / "released"
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as connection:
        upgrades.make_present(connection)
        await upgrades.paint(connection, Objects(objects), tmp_path / "unused")
        for bucket, key in connection.execute("SELECT bucket_id, object_key FROM files").fetchall():
            digest = hashlib.sha256((objects / bucket / key).read_bytes()).digest()
            connection.execute("UPDATE files SET sha256 = %s WHERE object_key = %s", (digest, key))
    before = backups.rows(old, "SELECT id, status, user_id FROM works ORDER BY id")
    made = await making.make(old, objects, tmp_path, backups.WHEN)
    assert (made.manifest.gaps, check(made.path).about.schema.migrations[-1][0]) == (0, 7)

    data = tmp_path / "elsewhere"
    done = await backups.restored(made.path, empty_database, data)
    assert done.begun > 0
    await migrate.check(empty_database)
    assert dumped(empty_database) == dumped(cluster.address(TEMPLATE))
    after = "SELECT id, status, user_id FROM works ORDER BY id"
    async with (
        backups.opened(empty_database, data, studio) as again,
        engine(again, tmp_path / "comfyui", pace=0.0),
        at_work(again),
    ):
        for _ in range(1500):
            found = backups.rows(empty_database, after)
            if all(work["status"] in works.ENDED for work in found):
                break
            await asyncio.sleep(0.05)
    ends = {"failed": "failed", "cancelled": "cancelled"}
    assert found == [{**work, "status": ends.get(work["status"], "completed")} for work in before]
    backups.whole_pictures(empty_database, data / "objects")


async def test_other_migrations_under_the_same_numbers_are_another_schema(
    database_address: Address, tmp_path: Path
) -> None:
    with psycopg.connect(database_address.url) as connection:
        connection.execute("SET ROLE affiche; UPDATE affiche_migrations SET digest = 'other'")
    made = await making.make(database_address, tmp_path / "objects", tmp_path, backups.WHEN)
    with pytest.raises(BackupBroken) as caught:
        check(made.path)
    assert caught.value.params == {"reason": "schema"}


async def test_what_is_not_there_or_too_new_is_not_backed_up(
    empty_database: Address, database_address: Address, tmp_path: Path
) -> None:
    with pytest.raises(NothingToBackUp):
        await making.make(empty_database, tmp_path / "objects", tmp_path, backups.WHEN)
    with psycopg.connect(database_address.url) as connection:
        connection.execute("INSERT INTO affiche_migrations VALUES (9999, 'later', '')")
    with pytest.raises(SchemaNewer):
        await making.make(database_address, tmp_path / "objects", tmp_path, backups.WHEN)
    assert [path.name for path in tmp_path.iterdir()] == ["objects"]


@pytest.mark.parametrize("held_at_most", [gathering.AT_ONCE, 1000], ids=["small", "large"])
async def test_from_a_folder_into_a_bucket_and_back(
    studio: Studio,
    alice: Caller,
    empty_database: Address,
    cluster: Cluster,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    held_at_most: int,
) -> None:
    # What is larger goes through a file and not through memory.
    for room in (gathering, restoring):
        monkeypatch.setattr(room, "AT_ONCE", held_at_most)
    for number in range(12):
        await uploads.upload(studio, alice, photograph(300 + number, 200), name=f"{number}.jpg")
    made = await backups.backed_up(studio, tmp_path)
    assert made.manifest.objects == 24
    async with serving() as store:
        store.point_at(monkeypatch)
        bucket = "s3://bucket/studio"
        await restoring.restore(check(made.path), empty_database, bucket, tmp_path)
        assert len(store.objects) == 24
        second = await making.make(empty_database, bucket, tmp_path / "second.tar", backups.WHEN)
    assert (second.manifest.objects, second.manifest.gaps) == (24, 0)
    third, data = cluster.address(cluster.create()), tmp_path / "elsewhere"
    await backups.restored(second.path, third, data)
    assert backups.whole_pictures(third, data / "objects") == 12


async def test_two_restores_at_once_are_one_and_a_refusal(
    studio: Studio, alice: Caller, empty_database: Address, tmp_path: Path
) -> None:
    await uploads.upload(studio, alice, photograph(), name="ramp.jpg")
    made = await backups.backed_up(studio, tmp_path)
    objects = tmp_path / "shared"
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    both = await asyncio.gather(
        *(restoring.restore(check(made.path), empty_database, objects, f) for f in folders),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in both) == ["RestoreRefused", "Restored"]
    assert backups.whole_pictures(empty_database, objects) == 1


async def test_a_file_that_is_there_is_never_overwritten(
    database_address: Address, tmp_path: Path
) -> None:
    taken = tmp_path / "taken.tar"
    taken.write_bytes(b"somebody's")
    with pytest.raises(BackupFailed) as caught:
        await making.make(database_address, tmp_path / "objects", taken, backups.WHEN)
    assert caught.value.params["reason"] == os.strerror(17)
    assert taken.read_bytes() == b"somebody's"


async def test_what_a_row_names_and_the_store_does_not_hold_is_named(
    studio: Studio,
    alice: Caller,
    picture: File,
    crew: Crew,
    empty_database: Address,
    tmp_path: Path,
) -> None:
    work = await ask(studio, alice, picture)
    await ended(studio, alice, work.id)
    objects = studio.settings.data / "objects"
    (output,) = (objects / "works").rglob("*.png")
    output.unlink()
    (upload,) = (objects / "uploads").rglob("*.jpg")
    upload.write_bytes(upload.read_bytes()[:-1] + b"!")

    made = await backups.backed_up(studio, tmp_path)
    gaps = {gap.reason: gap for gap in made.manifest.named_gaps}
    assert made.manifest.gaps == 2
    assert gaps["missing"].work_id == str(work.id)
    assert gaps["damaged"].file_id == str(picture.id)
    assert check(made.path).manifest == made.manifest
    # What is there is restored all the same.
    await backups.restored(made.path, empty_database, tmp_path / "elsewhere")
    assert len(content(empty_database, "works")) == 1


async def test_who_deletes_objects_can_see_that_a_backup_runs(
    database_address: Address,
) -> None:
    with psycopg.connect(database_address.url, autocommit=True) as sweeper:
        take = "SELECT pg_try_advisory_lock(%s)"
        async with dump.held(database_address), dump.held(database_address):
            assert sweeper.execute(take, (dump.LOCK,)).fetchone() == (False,)
        for _ in range(100):
            if sweeper.execute(take, (dump.LOCK,)).fetchone() == (True,):
                break
            await asyncio.sleep(0.02)
        else:
            raise AssertionError("the lock was kept")


async def test_places_among_events_hold_in_the_restored_studio(
    studio: Studio, alice: Caller, picture: File, empty_database: Address, tmp_path: Path
) -> None:
    first = await ask(studio, alice, picture)
    at_first = str(await events.now(studio))
    second = await ask(studio, alice, picture)
    made = await backups.backed_up(studio, tmp_path)
    # What the original's go on with, and a place that is known only there.
    await ask(studio, alice, picture)
    later = str(await events.now(studio))
    data = tmp_path / "elsewhere"
    await backups.restored(made.path, empty_database, data)

    async with backups.opened(empty_database, data, studio) as again:
        third = await ask(again, alice, picture)
        all_of_them = [first, second, third]
        for place, behind in (("0-0", 0), (at_first, 1), (later, 2)):
            expected = all_of_them[behind:]
            heard = await told(again, alice, await opening(again, place), len(expected))
            assert [event.work_id for event in heard] == [work.id for work in expected]
        assert await events.after(again, alice, heard[-1].cursor) == []


async def told(studio: Studio, caller: Caller, place: str, count: int) -> list[events.Event]:
    """What is behind the place, once that many have come."""
    for _ in range(500):
        heard = await events.after(studio, caller, place)
        if len(heard) >= count:
            break
        await asyncio.sleep(0.02)
    return heard
