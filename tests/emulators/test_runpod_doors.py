"""Who is let in, how often, and with how much."""

import asyncio

import aiohttp
import pytest

from affiche.emulators.runpod import LIMITS
from affiche.emulators.runpod.limits import Limits

from .cloud import Cloud, cloud_of

BELOW = dict.fromkeys(LIMITS, (3, 2))


@pytest.mark.parametrize(
    "header", [None, "rpa_emulated", "Bearer wrong", "Bearer ", "bearer rpa_emulated"]
)
async def test_the_public_api_wants_a_bearer_key(header: str | None) -> None:
    async with cloud_of() as cloud:
        headers = {} if header is None else {"Authorization": header}
        for method, path in (("POST", "run"), ("GET", "status/x"), ("GET", "health")):
            url = f"{cloud.server.url}/ep1/{path}"
            async with cloud.http.request(method, url, headers=headers) as answer:
                assert (answer.status, await answer.read()) == (401, b"")


async def test_the_worker_protocol_wants_the_key_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    async with cloud_of(None) as cloud:
        assert (await cloud.get("/job-take/w1?gpu=SIM"))[0] == 401
        assert "~/.runpod/config.toml" in caplog.text


async def test_any_endpoint_unless_some_are_declared() -> None:
    async with cloud_of() as cloud:
        cloud.name = "whatever"
        assert (await cloud.until(await cloud.run()))["status"] == "COMPLETED"
    async with cloud_of(endpoints={"ep1": {}, "slow": {"cold_start": 30}}) as cloud:
        assert (await cloud.until(await cloud.run()))["status"] == "COMPLETED"
        cloud.name = "slow"
        await cloud.run()
        assert (await cloud.health())["workers"]["initializing"] == 1
        cloud.name = "other"
        assert await cloud.post("/run", {"input": {"n": 1}}) == (404, b"")
        assert (await cloud.get("/health"))[0] == 404


async def test_addresses_that_there_are_not() -> None:
    async with cloud_of() as cloud:
        job = await cloud.run()
        for method, path, status in (
            ("GET", "/run", 405),
            ("POST", "/health", 405),
            ("GET", "/status", 404),
            ("GET", f"/status/{job}/x", 404),
            ("GET", "/moon", 404),
            ("GET", "/status/nobody", 404),
        ):
            assert (await cloud.ask(method, path))[0] == status, path
        assert (await cloud.post(f"/status/{job}"))[0] == 200
        async with cloud.http.get(f"{cloud.server.root}/_faults") as answer:
            assert answer.status == 404, "not unless asked for"


async def test_more_than_so_many_in_ten_seconds_is_429() -> None:
    async with cloud_of(limits=BELOW) as cloud:
        codes = [(await cloud.get("/status/x"))[0] for _ in range(5)]
        assert codes == [404, 404, 404, 429, 429]
        assert (await cloud.get("/stream/x"))[0] == 429, "a stream counts as a status"
        assert [(await cloud.post("/cancel/x"))[0] for _ in range(4)] == [404, 404, 404, 429]
        assert [(await cloud.get("/health"))[0] for _ in range(5)] == [200] * 5
        assert cloud.server.counted()["answers"]["status"] == {"404": 3, "429": 2}
        cloud.name = "ep2"
        assert (await cloud.get("/status/x"))[0] == 404, "each endpoint has its own"


async def test_the_window_slides() -> None:
    async with cloud_of(limits=BELOW, clock=20) as cloud:
        while (await cloud.get("/status/x"))[0] != 429:
            pass
        await asyncio.sleep(0.55)
        assert (await cloud.get("/status/x"))[0] == 404


async def test_more_than_so_many_at_once_is_429() -> None:
    async with cloud_of(limits=BELOW) as cloud:
        cloud.server.faults.add("status", "hang", times=2)
        waiting = [asyncio.create_task(cloud.get("/status/x")) for _ in range(2)]
        while len(cloud.server.faults.struck) < 2:
            await asyncio.sleep(0.005)
        assert (await cloud.get("/status/x"))[0] == 429
        cloud.server.faults.clear()
        assert [code for code, _ in await asyncio.gather(*waiting)] == [404, 404]
        assert (await cloud.get("/status/x"))[0] == 404


def test_a_refused_request_does_not_count() -> None:
    limits = Limits({"run": (2, 9)})
    assert [limits.enter("run", now) for now in (0, 1, 2, 9.9, 10.0, 10.5, 11.0)] == [
        True, True, False, False, True, False, True,
    ]  # fmt: skip
    assert all(limits.enter("health", 0) for _ in range(9000))


@pytest.mark.parametrize(("path", "size", "code"), [
    ("/run", 9_000, 200), ("/run", 11_000, 413), ("/runsync", 11_000, 200),
    ("/runsync", 21_000, 413),
])  # fmt: skip
async def test_bodies_over_the_cap(path: str, size: int, code: int) -> None:
    async with cloud_of(run_cap=10_000, sync_cap=20_000) as cloud:
        assert (await cloud.post(path, {"input": {"image": "x" * size}}))[0] == code


async def test_a_body_far_over_the_cap_is_read_to_its_end() -> None:
    """Else the client meets a broken pipe instead of the answer."""
    async with cloud_of() as cloud:
        body = {"input": {"image": "x" * 24_000_000}}
        assert await cloud.post("/run", body) == (413, b"")


async def test_counts() -> None:
    async with cloud_of(control=True) as cloud:
        jobs = [await cloud.run() for _ in range(2)]
        for job in jobs:
            await cloud.until(job)
        told = cloud.server.counted()
        assert told["requests"]["run"] == 2
        assert told["ended"] == {"COMPLETED": 2}
        assert told["polls_per_job"] == told["requests"]["status"] / 2
        assert told["answers"]["run"] == {"200": 2}
        async with cloud.http.get(f"{cloud.server.root}/_counts") as answer:
            assert await answer.json() == told
        async with cloud.http.delete(f"{cloud.server.root}/_counts") as answer:
            assert answer.status == 200
        assert cloud.server.counted() == {
            "requests": {}, "answers": {}, "webhooks": {"posted": 0, "answered": 0}, "ended": {},
            "polls_per_job": None,
        }  # fmt: skip
        assert (await cloud.health())["jobs"]["completed"] == 2, "that is RunPod's own count"


async def test_what_is_no_http() -> None:
    async with cloud_of() as cloud:
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await cloud.http.ws_connect(cloud.server.root)


async def test_a_port_that_is_taken() -> None:
    async with cloud_of() as cloud:
        with pytest.raises(OSError, match="in use"):
            async with cloud_of(port=cloud.server.port):
                raise AssertionError("it listens")


async def test_two_servers_do_not_meet() -> None:
    async with cloud_of() as one, cloud_of() as other:
        job = await one.run()
        assert (await other.get(f"/status/{job}"))[0] == 404
        assert isinstance(one, Cloud)
