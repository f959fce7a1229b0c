"""For whoever watches: the process lives; what it needs is there, or is named."""

from tests.support.servers import Client

from affiche.api import health
from affiche.studio.studio import Studio


async def test_a_studio_that_is_well(nobody: Client) -> None:
    living, ready = await nobody.get("/health"), await nobody.get("/ready")
    assert living.json["status"] == "ok"
    assert ready.json == {"status": "ready"}
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


async def test_many_that_ask_at_once_are_one_look(nobody: Client, studio: Studio) -> None:
    """Anybody may ask, so asking must not cost."""
    assert (await nobody.get("/ready")).status == 200
    health_looks = nobody.server.app.state.looks
    health_looks.until = float("inf")
    await studio.database.__aexit__()
    assert (await nobody.get("/ready")).status == 200
    health_looks.until = 0.0
    assert (await nobody.get("/ready")).status == 503
    assert health.KEPT_SECONDS > 0


async def _owner(studio: Studio):  # type: ignore[no-untyped-def]
    import psycopg

    return await psycopg.AsyncConnection.connect(studio.database.direct.url, autocommit=True)
