"""Faults on request, and none without one."""

import asyncio

import aiohttp
import pytest
import pyvips

from .desk import Desk
from .graphs import blank, sampled


async def test_refuse(desk: Desk) -> None:
    desk.server.faults.add("prompt", "refuse", times=2)
    for _ in range(2):
        async with desk.http.post("/prompt", json={"prompt": blank()}) as answer:
            assert (answer.status, answer.content_type) == (500, "text/plain")
    assert (await desk.post("/prompt", {"prompt": blank()}))[0] == 200


async def test_refuse_under_api_with_another_status(desk: Desk) -> None:
    desk.server.faults.add("history", "refuse", status=503)
    assert (await desk.get("/api/history"))[0] == 503
    assert (await desk.get("/api/history"))[0] == 200


async def test_fail_at_a_node_by_id_or_class(desk: Desk) -> None:
    for which in ("3", "KSampler"):
        desk.server.faults.add("node", "fail", node=which, message="no memory", exception="X.Y")
        entry = await desk.run(sampled(prefix=which))
        name, data = entry["status"]["messages"][-1]
        assert (name, data["node_id"]) == ("execution_error", "3")
        assert (data["exception_type"], data["exception_message"]) == ("X.Y", "no memory\n")
    assert (await desk.run(sampled()))["status"]["completed"]


async def test_drop_the_socket_and_run_on(desk: Desk) -> None:
    desk.server.faults.add("node", "drop", node="3")
    async with desk.listening("me") as ear:
        prompt_id = await desk.prompt(sampled(), client_id="me")
        while await ear.next() is not None:
            pass
    assert (await desk.ended(prompt_id))["status"]["completed"]


async def test_lose_a_history_entry(desk: Desk) -> None:
    desk.server.faults.add("end", "lose")
    async with desk.listening("me") as ear:
        prompt_id = await desk.prompt(blank(), client_id="me")
        assert "execution_success" in [kind for kind, _ in await ear.run()]
    assert await desk.get(f"/history/{prompt_id}") == (200, {})


async def test_vanish(desk: Desk) -> None:
    desk.server.faults.add("prompt", "vanish")
    prompt_id = await desk.prompt(blank())
    assert (await desk.get("/queue"))[1] == {"queue_running": [], "queue_pending": []}
    assert await desk.get(f"/history/{prompt_id}") == (200, {})
    assert (await desk.get(f"/api/jobs/{prompt_id}"))[0] == 404


async def test_truncated_and_junk_outputs(desk: Desk) -> None:
    shown = (await desk.run(blank(300, 300)))["outputs"]["9"]["images"][0]
    _, whole = await desk.get("/view", **shown)
    desk.server.faults.add("view", "truncate")
    desk.server.faults.add("view", "truncate", keep=10)
    desk.server.faults.add("view", "junk")
    assert (await desk.get("/view", **shown))[1] == whole[: len(whole) // 2]
    assert (await desk.get("/view", **shown))[1] == whole[:10]
    with pytest.raises(pyvips.Error):
        pyvips.Image.new_from_buffer((await desk.get("/view", **shown))[1], "")
    assert (await desk.get("/view", **shown))[1] == whole


async def test_hang_until_released(desk: Desk) -> None:
    desk.server.faults.add("system_stats", "hang")
    waiting = asyncio.create_task(desk.get("/system_stats"))
    _, pending = await asyncio.wait({waiting}, timeout=0.1)
    assert pending
    desk.server.faults.clear()
    assert (await waiting)[0] == 200


async def test_a_node_that_hangs_is_interrupted_only_afterwards(desk: Desk) -> None:
    """As while a model loads: an interruption takes effect between nodes, not in one."""
    desk.server.faults.add("node", "hang", node="4")
    prompt_id = await desk.prompt(sampled())
    while not (await desk.get("/queue"))[1]["queue_running"]:
        await asyncio.sleep(0.005)
    await desk.post("/interrupt", {"prompt_id": prompt_id})
    await asyncio.sleep(0.05)
    assert (await desk.get("/queue"))[1]["queue_running"]
    desk.server.faults.clear()
    messages = (await desk.ended(prompt_id))["status"]["messages"]
    assert messages[-1][0] == "execution_interrupted"


async def test_restart_in_the_middle_of_a_run(desk: Desk) -> None:
    done = await desk.prompt(blank())
    await desk.ended(done)
    desk.server.faults.add("node", "restart", node="3", seconds=0.2)
    async with desk.listening("me") as ear:
        running = await desk.prompt(sampled(), client_id="me")
        waiting = await desk.prompt(blank(prefix="w"), client_id="me")
        heard = []
        while (frame := await ear.next()) is not None:
            heard.append(frame[0])
    assert "execution_success" not in heard
    with pytest.raises(aiohttp.ClientConnectionError):
        await desk.get("/queue")
    async with asyncio.timeout(10):
        while True:
            try:
                _, queue = await desk.get("/queue")
                break
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.02)
    assert queue == {"queue_running": [], "queue_pending": []}
    for prompt_id in (done, running, waiting):
        assert await desk.get(f"/history/{prompt_id}") == (200, {})
    assert (desk.server.folder / "output" / "blank_00001_.png").is_file()
    assert (await desk.run(sampled()))["status"]["completed"]


async def test_an_unknown_fault_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="refuse"):
        desk.server.faults.add("prompt", "fail")
    with pytest.raises(ValueError, match="prompt"):
        desk.server.faults.add("nowhere", "refuse")


@pytest.mark.parametrize("desk", [{"control": True}], indirect=True)
async def test_the_control_route(desk: Desk) -> None:
    status, fault = await desk.post("/_faults", {"point": "prompt", "kind": "refuse", "times": 5})
    assert (status, fault["times"]) == (200, 5)
    assert (await desk.post("/prompt", {"prompt": blank()}))[0] == 500
    async with desk.http.delete("/_faults") as answer:
        assert answer.status == 200
    assert (await desk.post("/prompt", {"prompt": blank()}))[0] == 200
    status, answer = await desk.post("/_faults", {"point": "prompt", "kind": "melt"})
    assert (status, "points" in answer) == (400, True)


async def test_there_is_no_control_route_unless_asked_for(desk: Desk) -> None:
    assert (await desk.post("/_faults", {"point": "prompt", "kind": "refuse"}))[0] == 404
