"""A network that swallows everything: what waits is given up, and goes on once it answers."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.pipeline.test_outages import again, check_refused, house
from tests.support.outages import Breakable, Proxy, breakable

from affiche.db import database


@pytest.fixture(scope="module")
def database_server() -> Iterator[Breakable]:
    with (
        tempfile.TemporaryDirectory(prefix="affiche-test-") as folder,
        breakable(Path(folder)) as server,
    ):
        yield server


async def test_a_server_that_falls_silent(
    database_server: Breakable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "ANSWER_SECONDS", 2.0)
    async with (
        Proxy(database_server.socket).running() as proxy,
        house(database_server.over(proxy.port), tmp_path) as home,
    ):
        asked = await home.ask()
        proxy.fall_silent()
        answer = await asyncio.wait_for(home.client.get("/v1/works"), 30)
        check_refused(answer, "database_unavailable")
        ready = await home.client.get("/ready")
        assert ready.fields == {"database": "database_unavailable"}
        assert (await home.client.get("/health")).status == 200
        await asyncio.sleep(5)
        proxy.speak()
        await again(home.client, "/v1/works")
        await home.check_delivered(asked)
