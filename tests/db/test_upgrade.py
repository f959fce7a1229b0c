"""From the database that an earlier release left to this version, whatever happens on the way."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from tests.cli.programs import PROGRAM, environment
from tests.db import upgrades
from tests.db.dump import dumped
from tests.db.release import KEY, SESSION
from tests.db.test_released_migrations import RELEASED
from tests.support.databases import TEMPLATE, Cluster
from tests.support.servers import Client
from tests.support.studios import at_work, ended

from affiche import app, settings
from affiche.api.auth import COOKIE
from affiche.db import migrate
from affiche.db.address import Address
from affiche.db.database import Database
from affiche.db.listener import Listener
from affiche.emulators.comfyui import Server as Engine
from affiche.emulators.comfyui import serving
from affiche.errors import DatabaseInUse, SchemaOutdated
from affiche.storage.objects import Objects
from affiche.studio import people, works
from affiche.studio.studio import Caller, Studio

KNOWN = migrate.migrations()
SCHEMA = files("affiche.db").joinpath("schema.sql").read_text("utf-8")


@pytest.fixture(scope="module", params=upgrades.VERSIONS)
def release(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[tuple[str, str]]:
    """A released version and a database of its, which nobody changes."""
    name = upgrades.restore(cluster, request.param)
    yield request.param, name
    cluster.drop(name)


@pytest.fixture
def old(cluster: Cluster, release: tuple[str, str]) -> Iterator[str]:
    """The name of a database as the release left it a second ago."""
    name = cluster.create(release[1])
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as connection:
        upgrades.make_present(connection)
    yield name
    cluster.drop(name)


@pytest.fixture
def database_address(cluster: Cluster, old: str) -> Address:
    """For the studio of `tests.support`, which here is one that was upgraded."""
    return cluster.address(old)


@pytest.fixture
def superuser(cluster: Cluster, old: str) -> Iterator[Connection[Any]]:
    """Sees all rows: the owner is bound by row-level security."""
    with psycopg.connect(cluster.server.superuser_url(old), autocommit=True) as connection:
        yield connection


def missing(release: tuple[str, str]) -> list[int]:
    return [m.number for m in KNOWN if m.number not in RELEASED[release[0]]]


# --- what an upgrade makes of the database ------------------------------------------------------


async def test_the_schema_is_as_if_it_was_made_anew(
    cluster: Cluster, database_address: Address, release: tuple[str, str]
) -> None:
    assert [m.number for m in await migrate.migrate(database_address)] == missing(release)
    assert dumped(database_address) == SCHEMA
    fresh = cluster.address(TEMPLATE)
    assert dumped(database_address, "pgqueuer") == dumped(fresh, "pgqueuer")
    assert await migrate.migrate(database_address) == []
    await migrate.check(database_address)


async def test_every_row_is_still_there_and_says_the_same(
    database_address: Address, superuser: Connection[Any]
) -> None:
    before = upgrades.rows(superuser)
    await migrate.migrate(database_address)
    after = upgrades.rows(superuser)
    held = [job for job in before["generation_jobs"] if job["status"] in ("taken", "processing")]
    assert {job["step"] for job in held} == {"prepare", "submit", "observe", "collect", "finish"}
    # What had its picture and was only to be finished is finished by the upgrade.
    done = [job for job in held if job["step"] == "finish"]
    works_done = {job["work_id"] for job in done}
    ids = {job["id"] for job in done} | works_done
    for work in (w for w in after["works"] if w["id"] in works_done):
        assert (work["status"], work["title"] is not None) == ("completed", True)
        assert work["output_file_id"] in {job["output_file_id"] for job in done}
    for table, kept in before.items():
        if table in ("affiche_migrations", "events"):
            after[table] = after[table][: len(kept)]
        # What is new has columns and tables of its own. A row may have been touched for them, and
        # what is in hand may be brought to where this version's steps begin.
        columns = [name for name in kept[0] if name not in ("updated_at", "step")] if kept else []
        assert [[row[c] for c in columns] for row in after[table] if row.get("id") not in ids] == [
            [row[c] for c in columns] for row in kept if row.get("id") not in ids
        ], table


async def test_a_program_that_starts_before_the_upgrade_says_what_to_do(
    database_address: Address, release: tuple[str, str]
) -> None:
    with pytest.raises(SchemaOutdated) as caught:
        await migrate.check(database_address)
    assert caught.value.params == {"found": missing(release)[0] - 1, "expected": KNOWN[-1].number}
    assert "affiche migrate" in (caught.value.hint("en") or "")


# --- and of what it held ------------------------------------------------------------------------


@pytest.fixture
async def comfyui(
    database_address: Address, superuser: Connection[Any], tmp_path: Path
) -> AsyncIterator[Engine]:
    """The studio's engine, and its database brought to this version as `affiche migrate` does."""
    async with serving(tmp_path / "comfyui", pace=0.0) as server:
        chosen, _ = settings.read(
            {
                "AFFICHE_DATA": str(tmp_path),
                "DATABASE_URL": database_address.url,
                "COMFYUI_URL": server.url,
                "AFFICHE_COMFYUI_WORKS": "4",
            }
        )
        await app.migrated(chosen)
        await upgrades.paint(superuser, Objects(tmp_path / "objects"), tmp_path / "comfyui")
        yield server


@pytest.fixture
async def database(comfyui: Engine, database_address: Address) -> AsyncIterator[Database]:
    """Once it is upgraded: statements name columns that were not there before."""
    async with Database(database_address, size=9) as opened:
        yield opened


def of_all(superuser: Connection[Any]) -> dict[UUID, tuple[str, UUID]]:
    """Every work's status and user."""
    found = superuser.execute("SELECT id, status, user_id FROM works").fetchall()
    return {work_id: (status, user_id) for work_id, status, user_id in found}


async def test_what_was_under_way_is_finished(
    studio: Studio, superuser: Connection[Any], comfyui: Engine
) -> None:
    before = of_all(superuser)
    assert {status for status, _ in before.values()} == set(works.STATUSES)
    async with at_work(studio):
        for work_id, (status, user_id) in before.items():
            caller = Caller(user_id, None, "", "en", False)
            work = await ended(studio, caller, work_id)
            expected = status if status in works.ENDED else "completed"
            assert work.status == expected, f"{work_id} was {status}: {work.error_code}"
            if status in works.UNDER_WAY:
                takes = "SELECT max(takes) FROM generation_jobs WHERE work_id = %s"
                assert superuser.execute(takes, (work_id,)).fetchone() in ((0,), (1,))
                pictures = await works.outputs(studio, caller, [work_id])
                assert len(pictures) == work.output_count
        for _ in range(400):
            waits = "SELECT count(*) FROM withdrawals WHERE done_at IS NULL"
            queued = "SELECT count(*) FROM pgqueuer.pgqueuer"
            left = [superuser.execute(query).fetchone() for query in (waits, queued)]
            if left == [(0,), (0,)]:
                break
            await asyncio.sleep(0.05)
        assert left == [(0,), (0,)]


async def test_whoever_was_signed_in_still_is_and_sees_what_was_made(
    studio: Studio, nobody: Client, superuser: Connection[Any]
) -> None:
    owner = (await people.of_session(studio, SESSION)).id
    mine = {
        work_id: status for work_id, (status, user) in of_all(superuser).items() if user == owner
    }
    pages = Client(nobody.server, nobody.session, {"Cookie": f"{COOKIE}={SESSION}"})
    listed = (await pages.get("/gallery")).body.decode()
    for work_id, status in mine.items():
        assert str(work_id) in listed
        page = await pages.get(f"/works/{work_id}")
        assert page.status == 200, f"{work_id}, which is {status}"
    api = Client(nobody.server, nobody.session, {"Authorization": f"Bearer {KEY}"})
    for work_id, status in mine.items():
        record = (await api.get(f"/v1/works/{work_id}")).json
        assert record["status"] == status
        if status == "completed":
            assert record["outputs"]
            for output in record["outputs"]:
                assert (await api.get(f"/v1/files/{output['id']}")).status == 200


# --- and when it does not go smoothly -------------------------------------------------------------


async def test_two_processes_that_upgrade_at_once_are_as_one(
    database_address: Address, superuser: Connection[Any], tmp_path: Path, release: tuple[str, str]
) -> None:
    told = environment(tmp_path / "data", DATABASE_URL=database_address.url)
    both = [
        await asyncio.create_subprocess_exec(
            *(PROGRAM, "migrate"), env=told, stderr=asyncio.subprocess.PIPE
        )
        for _ in range(2)
    ]
    said = [(await asyncio.wait_for(each.communicate(), 60))[1].decode() for each in both]
    assert [each.returncode for each in both] == [0, 0], said
    for number in missing(release):
        assert "".join(said).count(f"{number:04} ") == 1
    assert dumped(database_address) == SCHEMA


# Runs the program's own migrations; one of them, once it has done all it does, does not end.
STUCK = """
import asyncio, sys
from dataclasses import replace
from affiche.db import migrate
from affiche.db.address import parse
known = migrate.migrations()
stuck = [
    replace(m, text=m.text + "; SELECT pg_sleep(600)") if m.number == int(sys.argv[2]) else m
    for m in known
]
migrate.migrations = lambda: stuck
migrate.compare = lambda known, done: [m for m in known if m.number not in done]
asyncio.run(migrate.migrate(parse(sys.argv[1])))
"""


@pytest.mark.parametrize("where", ["first", "last"])
async def test_an_upgrade_that_was_killed_is_repeated(
    database_address: Address, superuser: Connection[Any], release: tuple[str, str], where: str
) -> None:
    numbers = missing(release)
    at = numbers[0 if where == "first" else -1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", STUCK, database_address.url, str(at))
    )
    try:
        sleeping = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event = 'PgSleep'"
        )
        for _ in range(600):
            if superuser.execute(sleeping).fetchone() == (1,):
                break
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    applied = [m.number for m in await migrate.migrate(database_address)]
    assert applied == numbers[numbers.index(at) :]
    assert dumped(database_address) == SCHEMA


async def test_a_process_of_before_that_still_runs_is_not_pulled_the_ground_from(
    database_address: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = dumped(database_address)
    # After some quiet it asks whether its connection still lives, and is seen as before.
    monkeypatch.setattr("affiche.db.listener.QUIET_SECONDS", 0.05)
    listener = Listener(database_address)
    listener.on("generation_job_created", lambda _: None)
    running = asyncio.create_task(listener.run())
    await asyncio.wait_for(listener.ready.wait(), 10)
    await asyncio.sleep(0.3)
    monkeypatch.setattr(migrate, "LEAVE_SECONDS", 0.1)
    try:
        with pytest.raises(DatabaseInUse) as caught:
            await migrate.migrate(database_address)
        assert caught.value.params == {"sessions": 1}
        assert "affiche migrate" in (caught.value.hint("en") or "")
        assert dumped(database_address) == before
        # While it is being stopped, whoever upgrades waits.
        monkeypatch.setattr(migrate, "LEAVE_SECONDS", 20.0)
        upgrading = asyncio.create_task(migrate.migrate(database_address))
        await asyncio.sleep(0.4)
        assert not upgrading.done()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    assert await upgrading
    assert dumped(database_address) == SCHEMA


async def test_what_is_locked_for_long_is_left_for_later(
    database_address: Address, superuser: Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 0.2)
    with superuser.transaction():
        superuser.execute("LOCK TABLE works, generation_jobs, files, events IN ACCESS SHARE MODE")
        with pytest.raises(DatabaseInUse):
            await migrate.migrate(database_address)
    assert await migrate.migrate(database_address)
    assert dumped(database_address) == SCHEMA


async def test_the_version_of_before_does_not_start_on_what_was_upgraded(
    database_address: Address, monkeypatch: pytest.MonkeyPatch, release: tuple[str, str]
) -> None:
    await migrate.migrate(database_address)
    own = [m for m in KNOWN if m.number in RELEASED[release[0]]]
    monkeypatch.setattr(migrate, "migrations", lambda: own)
    with pytest.raises(SchemaOutdated) as caught:
        await migrate.check(database_address)
    assert caught.value.code == "schema_newer"
