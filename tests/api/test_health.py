"""For whoever watches: the process lives; what it needs is there, or is named."""

import asyncio

import pytest
from tests.support.servers import Client
from tests.support.studios import at_work

from affiche.emulators.comfyui import Server as Emulator
from affiche.errors import DatabaseUnavailable
from affiche.studio import readiness
from affiche.studio.readiness import Look
from affiche.studio.studio import Studio


async def test_a_studio_that_is_well(nobody: Client) -> None:
    living, ready = await nobody.get("/health"), await nobody.get("/ready")
    assert living.json["status"] == "ok"
    assert ready.json == {"status": "ready", "working": False, "engine": False}
    for answer in (living, ready):
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")


async def test_looking_leaves_nothing_in_the_store(nobody: Client, studio: Studio) -> None:
    assert (await nobody.get("/ready")).status == 200
    folder = studio.settings.data / "objects"
    assert [path for path in folder.rglob("*") if path.is_file()] == []


async def test_a_store_that_cannot_be_written(nobody: Client, studio: Studio) -> None:
    folder = studio.settings.data / "objects"
    (folder / "thumbs").write_text("a file where a folder should be")
    answer = await nobody.get("/ready")
    assert (answer.status, answer.json["code"]) == (503, "not_ready")
    assert answer.fields == {"storage": "storage_failed"}
    assert answer.headers["Retry-After"]
    assert str(folder).encode() not in answer.body
    assert (await nobody.get("/health")).status == 200


async def test_a_schema_of_another_version(nobody: Client, studio: Studio) -> None:
    await nobody.get("/health")
    async with await _owner(studio) as owner:
        await owner.execute("DELETE FROM affiche_migrations WHERE number > 3")
    answer = await nobody.get("/ready", headers={"Accept-Language": "en"})
    assert (answer.status, answer.fields) == (503, {"schema": "schema_outdated"})
    assert "at migration 3" in answer.json["fields"][0]["message"]


async def test_a_database_that_is_gone(nobody: Client, studio: Studio) -> None:
    await studio.database.__aexit__()
    answer = await nobody.get("/ready")
    assert (answer.status, answer.fields) == (503, {"database": "database_unavailable"})
    assert b"postgres" not in answer.body.lower()
    assert (await nobody.get("/health")).status == 200


async def test_whether_pictures_are_made_is_told_and_is_no_reason_to_refuse(
    nobody: Client, studio: Studio, comfyui: Emulator
) -> None:
    async with at_work(studio):
        async with asyncio.timeout(20):
            while not (told := (await nobody.get("/ready")).json)["working"]:
                assert told["status"] == "ready"
                await asyncio.sleep(0.1)
        assert told == {"status": "ready", "working": True, "engine": True}
    nobody.server.app.state.watch.database.until = 0.0
    assert (await nobody.get("/ready")).json["working"] is False


async def test_many_that_ask_at_once_are_one_look(nobody: Client, studio: Studio) -> None:
    """Anybody may ask, so asking must not cost."""
    looks = 0

    async def look() -> bool:
        nonlocal looks
        looks += 1
        await asyncio.sleep(0.2)
        return True

    await nobody.get("/ready")
    nobody.server.app.state.watch.database = Look(look, DatabaseUnavailable(), well=60, ill=0)
    found = await asyncio.gather(*(nobody.get("/ready") for _ in range(10)))
    assert {answer.status for answer in found} == {200}
    assert looks == 1


async def test_what_hangs_is_late_and_does_not_pile_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "SECONDS", 0.05)
    monkeypatch.setattr(readiness, "GIVE_UP_SECONDS", 0.12)
    hung = 0

    async def look() -> bool:
        nonlocal hung
        hung += 1
        if hung > 1:
            return True
        try:
            await asyncio.sleep(3600)
        finally:
            hung += 1
        raise AssertionError

    late = DatabaseUnavailable()
    watched = Look(look, late, well=0, ill=0)
    assert [await watched.found() for _ in range(2)] == [late, late]
    assert hung == 1, "the second one waited for the first one's look"
    assert await watched.found() is late
    assert await watched.found() is True, "in the end the silent one is given up"


async def _owner(studio: Studio):  # type: ignore[no-untyped-def]
    import psycopg

    return await psycopg.AsyncConnection.connect(studio.database.direct.url, autocommit=True)
