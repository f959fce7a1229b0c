"""Endpoints of RunPod's, from settings to a picture: the key found, one budget for all, one that
stands in for another, and a ping that keeps a worker awake."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tests.support.studios import ask, at_work, ended, photograph, reached

from affiche import app
from affiche.emulators.runpod import Server, serving
from affiche.pipeline import warmth, wellness
from affiche.studio import endpoints
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

KEY = "rpa_emulated"


async def paint(asked: dict[str, Any], progress: object) -> dict[str, Any]:
    """A worker's answer to a workflow, and to a ping."""
    if asked.get("ping"):
        return {"pong": True}
    data = base64.b64encode(photograph(64, 64, ".png")).decode()
    return {"images": [{"filename": "out.png", "type": "base64", "data": data}]}


@pytest.fixture
async def cloud() -> AsyncIterator[Server]:
    """Two endpoints, of which `two` starts workers when there is work."""
    async with serving(paint, endpoints={"one": {}, "two": {}}, key=KEY) as server:
        yield server


async def furnished(studio: Studio, cloud: Server, *ids: str, key: str = KEY) -> Studio:
    """The studio with those endpoints, as a start with such settings leaves it."""
    settings = replace(
        studio.settings,
        runpod_api_key=key,
        runpod_endpoint_id=ids,
        runpod_base_url=cloud.url,
    )
    found = replace(studio, settings=settings)
    await app.furnish(settings, studio.database)
    return found


async def value(studio: Studio, query: str) -> object:
    async with studio.database.singly() as service:
        row = await (await service.connection.execute(query)).fetchone()
        return row[0] if row else None


WHERE = (
    "SELECT array_agg(DISTINCT e.name) FROM generation_jobs j"
    " JOIN endpoints e ON e.id = j.endpoint_id WHERE j.status = 'completed'"
)


async def test_a_work_is_done_with_the_key_and_within_the_budget(
    studio: Studio, alice: Caller, picture: File, cloud: Server
) -> None:
    studio = await furnished(studio, cloud, "one", "two")
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert work.status == "completed", work.error_code
    assert work.engine == "runpod"
    assert await value(studio, WHERE) == ["runpod"]
    # Whatever is asked is counted, how the other endpoint is too.
    names = await value(studio, "SELECT array_agg(name ORDER BY name) FROM rates")
    assert isinstance(names, list)
    assert {"runpod/one/run", "runpod/one/status"} <= set(names)
    assert "runpod/two/run" not in names


async def test_one_that_is_not_known_there_is_stood_in_for(
    studio: Studio, alice: Caller, picture: File, cloud: Server
) -> None:
    studio = await furnished(studio, cloud, "gone", "two")
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert work.status == "completed", work.error_code
    assert await value(studio, WHERE) == ["runpod-2"]


async def test_without_a_good_key_works_wait_and_go_on_once_there_is_one(
    studio: Studio,
    alice: Caller,
    picture: File,
    cloud: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(wellness, "TICK", 0.1)
    monkeypatch.setattr(wellness, "UNWELL_EVERY", timedelta(seconds=0.2))
    studio = await furnished(studio, cloud, "one", key="")
    settings = replace(studio.settings, runpod_api_key=None)
    studio = replace(studio, settings=settings)
    secrets = studio.settings.data / "secrets.toml"
    secrets.touch(mode=0o600)
    secrets.write_text('RUNPOD_API_KEY = "rpa_wrong"\n')
    await app.furnish(settings, studio.database)
    async with at_work(studio):
        asked = await ask(studio, alice, picture)
        while not await value(studio, "SELECT unwell_since FROM endpoints WHERE name = 'runpod'"):
            await reached(studio, alice, asked.id, "pending", "taken")
        assert (await endpoints.get(studio, alice, "runpod")).health["reason"]
        # It is read again, and nobody has to be restarted.
        secrets.write_text(f'RUNPOD_API_KEY = "{KEY}"\n')
        work = await ended(studio, alice, asked.id)
    assert work.status == "completed", work.error_code


async def test_a_worker_is_kept_awake(
    studio: Studio, alice: Caller, cloud: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warmth, "EVERY", 0.05)
    studio = await furnished(studio, cloud, "one")
    await endpoints.change(studio, alice, "runpod", {"warm_minutes": 1})
    async with at_work(studio), at_work(studio):
        while not cloud.counted()["ended"].get("COMPLETED"):
            assert await value(studio, "SELECT count(*) FROM works") == 0
    assert cloud.counted()["requests"]["run"] == 1


async def test_how_it_is_there(studio: Studio, alice: Caller, cloud: Server) -> None:
    studio = await furnished(studio, cloud, "one", "gone")
    well = await endpoints.examine(studio, alice, "runpod")
    assert (well.ok, well.workers, well.waking) == (True, 0, 0)
    assert not (await endpoints.examine(studio, alice, "runpod-2")).ok
