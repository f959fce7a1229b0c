"""Stopping under load: within its grace, in order, nothing lost; and at once when asked twice."""

import asyncio
import json
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
import pytest
from tests.cli.programs import LINK, Process, running
from tests.support.studios import photograph

from affiche.db.address import Address
from affiche.emulators.comfyui import Server, serving
from affiche.pipeline.crew import GRACE
from affiche.serving import GRACE_SECONDS

WORKS = 50
WHOLE_GRACE = GRACE + GRACE_SECONDS
# Beside the grace: a machine that does much else, and PostgreSQL's own end.
MORE = 20.0


@dataclass(frozen=True)
class House:
    """A studio in a process of its own, which may be ended and begun again."""

    data: Path
    engine: Server
    database: Address

    @contextmanager
    def up(self, command: str = "up") -> Iterator[Process]:
        with running(
            self.data,
            command,
            DATABASE_URL=self.database.url,
            COMFYUI_URL=self.engine.url,
            AFFICHE_COMFYUI_WORKS=str(WORKS),
            AFFICHE_STEPS=str(WORKS),
        ) as process:
            process.wait_for("Ctrl-C" if command == "work" else LINK)
            yield process

    @property
    def told(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads((self.data / "studio.json").read_text())
        return told

    @property
    def session(self) -> aiohttp.ClientSession:
        told = self.told
        headers = {"Authorization": f"Bearer {told['api_key']}"}
        timeout = aiohttp.ClientTimeout(total=60)
        return aiohttp.ClientSession(told["url"], headers=headers, timeout=timeout)

    async def ask(self, number: int) -> None:
        """Works of one uploaded picture."""
        form = aiohttp.FormData()
        form.add_field("file", photograph(), filename="ramp.jpg")
        async with self.session as session:
            async with session.post("/v1/files", data=form) as answer:
                image = (await answer.json())["id"]
            for n in range(number):
                inputs = {"image": image, "prompt": f"beach {n}", "megapixels": 0.5}
                body = {"template": "klein-i2i", "inputs": inputs}
                async with session.post("/v1/works", json=body) as answer:
                    assert answer.status == 201, await answer.text()

    async def statuses(self) -> list[str]:
        async with self.session as session, session.get("/v1/works?limit=100") as answer:
            return sorted(work["status"] for work in (await answer.json())["works"])

    async def all_are(self, *wanted: str, within: float = 300.0) -> None:
        end = time.monotonic() + within
        while set(found := await self.statuses()) != set(wanted):
            assert time.monotonic() < end, found
            await asyncio.sleep(0.2)

    async def met(self, times: int) -> None:
        """Once the engine's faults have struck so often."""
        async with asyncio.timeout(60):
            while len(self.engine.faults.struck) < times:
                await asyncio.sleep(0.02)


@pytest.fixture
async def home(tmp_path: Path, database_address: Address) -> AsyncIterator[House]:
    async with serving(tmp_path / "comfyui", pace=0.0) as engine:
        yield House(tmp_path / "data", engine, database_address)


async def stopped(process: Process, how: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
    """The exit code, and the seconds that it took."""
    began = time.monotonic()
    code = await asyncio.to_thread(process.stop, how)
    return code, time.monotonic() - began


async def test_under_load_with_calls_that_hang_and_streams_that_are_open(home: House) -> None:
    home.engine.faults.add("prompt", "hang", times=WORKS // 2, seconds=600)
    home.engine.faults.add("prompt", "delay", times=WORKS, seconds=600)
    with home.up() as first:
        await home.ask(WORKS)
        await home.all_are("taken")
        async with home.session as session:
            streams = [await session.get("/v1/events") for _ in range(5)]
            assert {stream.status for stream in streams} == {200}
            code, seconds = await stopped(first)
            for stream in streams:
                assert b"retry" in await stream.read(), "each stream has come to its end"
    assert code == 0, first.text
    assert seconds < WHOLE_GRACE + MORE
    assert "Stopped" in first.text
    assert "Traceback" not in first.text
    home.engine.faults.clear()
    with home.up() as second:
        await home.all_are("completed")
        assert (await stopped(second))[0] == 0


async def test_what_was_asked_is_answered_and_nothing_new_is_taken(home: House) -> None:
    with home.up("serve") as process:
        url, key = home.told["url"], home.told["api_key"]
        host, port = url.removeprefix("http://").split(":")
        body = json.dumps({"template": "klein-i2i", "inputs": {}}).encode()
        head = (
            f"POST /v1/works HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(head + body[:10])
        await writer.drain()
        await asyncio.sleep(0.5)
        process.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(20):
            while await asyncio.to_thread(_takes, host, int(port)):
                await asyncio.sleep(0.02)
        writer.write(body[10:])
        async with asyncio.timeout(20):
            answer = await reader.readline()
        assert answer.startswith(b"HTTP/1.1 422"), answer
        writer.close()
        assert (await stopped(process))[0] == 0
    assert "Traceback" not in process.text


def _takes(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2):
            return True
    except OSError:
        return False


async def test_asked_twice_it_ends_at_once(home: House) -> None:
    home.engine.faults.add("prompt", "hang", times=9, seconds=600)
    with home.up() as process:
        await home.ask(4)
        await home.all_are("taken")
        process.process.send_signal(signal.SIGINT)
        await asyncio.to_thread(process.wait_for, "Stopping")
        code, seconds = await stopped(process, signal.SIGINT)
    assert seconds < GRACE / 2
    assert code == 0, process.text
    assert not (home.data / "studio.json").exists()
    assert "Traceback" not in process.text
    home.engine.faults.clear()
    with home.up():
        await home.all_are("completed")


async def test_a_worker_alone_finishes_what_it_holds(home: House) -> None:
    """What an engine answers within the grace is not begun anew."""
    home.engine.faults.add("prompt", "delay", times=9, seconds=3)
    with home.up() as first:
        assert (await stopped(first))[0] == 0
    with home.up("serve") as server:
        with home.up("work") as worker:
            await home.ask(4)
            await home.all_are("taken")
            code, seconds = await stopped(worker)
        assert code == 0, worker.text
        assert seconds < WHOLE_GRACE + MORE
        assert set(await home.statuses()) <= {"processing", "completed"}
        with home.up("work"):
            await home.all_are("completed")
        assert (await stopped(server))[0] == 0
    with psycopg.connect(home.database.url) as connection:
        connection.execute("SET ROLE service_role")
        assert connection.execute("SELECT max(takes) FROM generation_jobs").fetchone() == (0,)
