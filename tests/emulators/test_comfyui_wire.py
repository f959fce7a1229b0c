"""Faults of HTTP answers, of the socket's messages, and of prompts as a whole."""

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from affiche.emulators.comfyui.faults.refusals import OF_A_NODE, WHOLE

from .desk import Desk, png
from .graphs import blank, sampled

BROKEN = (aiohttp.ClientPayloadError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)


async def raw(desk: Desk, path: str) -> bytes:
    async with desk.http.get(path) as answer:
        assert answer.status == 200
        return await answer.read()


async def test_an_answer_is_spoilt_and_the_next_is_whole(desk: Desk) -> None:
    whole = await raw(desk, "/queue")
    desk.server.faults.add("queue", "truncate")
    assert await raw(desk, "/queue") == whole[: len(whole) // 2]
    desk.server.faults.add("queue", "truncate", keep=3)
    assert await raw(desk, "/queue") == whole[:3]
    desk.server.faults.add("queue", "junk")
    junk = await raw(desk, "/queue")
    with pytest.raises(json.JSONDecodeError):
        json.loads(junk)
    assert await raw(desk, "/queue") == whole


async def test_a_length_that_lies(desk: Desk) -> None:
    desk.server.faults.add("queue", "lie", keep=4)
    async with desk.http.get("/queue") as answer:
        assert int(answer.headers["Content-Length"]) > 4
        with pytest.raises(aiohttp.ClientPayloadError):
            await answer.read()
    assert json.loads(await raw(desk, "/queue"))


async def test_the_work_is_done_and_nobody_hears_the_answer(desk: Desk) -> None:
    desk.server.faults.add("prompt", "drop")
    with pytest.raises(BROKEN):
        await desk.post("/prompt", {"prompt": blank(), "prompt_id": A})
    assert (await desk.ended(A))["status"]["completed"]


A = "0198c0de-0000-7000-8000-00000000000a"
B = "0198c0de-0000-7000-8000-00000000000b"


@pytest.mark.parametrize("kind", [*WHOLE, *OF_A_NODE, "missing_node_type"])
async def test_every_documented_refusal(desk: Desk, kind: str) -> None:
    desk.server.faults.add("prompt", "refuse", type=kind, node="3")
    status, answer = await desk.post("/prompt", {"prompt": sampled()})
    assert status == 400
    assert set(answer) == {"error", "node_errors"}
    assert set(answer["error"]) == {"type", "message", "details", "extra_info"}
    if kind in OF_A_NODE:
        assert answer["error"]["type"] == "prompt_outputs_failed_validation"
        (error,) = answer["node_errors"]["3"]["errors"]
        assert set(error) == {"type", "message", "details", "extra_info"}
        assert error["type"] == kind
        assert answer["node_errors"]["3"]["class_type"] == "KSampler"
    else:
        assert (answer["error"]["type"], answer["node_errors"]) == (kind, {})
    assert (await desk.get("/queue"))[1]["queue_pending"] == []


async def test_a_prompt_is_taken_in_part(desk: Desk) -> None:
    graph = blank()
    graph["10"] = {**graph["9"], "inputs": {**graph["9"]["inputs"], "filename_prefix": "other"}}
    desk.server.faults.add("prompt", "partial", node="10")
    status, answer = await desk.post("/prompt", {"prompt": graph})
    assert (status, list(answer["node_errors"])) == (200, ["10"])
    entry = await desk.ended(answer["prompt_id"])
    assert list(entry["outputs"]) == entry["prompt"][4] == ["9"]


async def test_one_prompt_among_others(desk: Desk) -> None:
    desk.server.faults.add("node", "fail", prompt=2)
    desk.server.faults.add("end", "lose", prompt=B)
    assert (await desk.run(blank(prefix="1")))["status"]["completed"]
    assert not (await desk.run(blank(prefix="2")))["status"]["completed"]
    assert (await desk.run(blank(prefix="3"), prompt_id=A))["status"]["completed"]
    await desk.prompt(blank(prefix="4"), prompt_id=B)
    assert (await desk.run(blank(prefix="5")))["status"]["completed"]
    assert await desk.get(f"/history/{B}") == (200, {})


async def test_of_one_prompts_history_and_files(desk: Desk) -> None:
    await desk.run(blank(prefix="x"), prompt_id=A)
    shown = (await desk.run(blank(prefix=f"affiche/{B}"), prompt_id=B))["outputs"]["9"]["images"][0]
    desk.server.faults.add("history", "refuse", prompt=B)
    desk.server.faults.add("view", "refuse", prompt=2, status=404)
    assert (await desk.get(f"/history/{A}"))[0] == 200
    assert (await desk.get(f"/history/{B}"))[0] == 500
    assert (await desk.get("/view", filename="x_00001_.png"))[0] == 200
    assert (await desk.get("/view", **shown))[0] == 404


async def test_at_the_nth_occasion_and_for_ever(desk: Desk) -> None:
    desk.server.faults.add("queue", "refuse", nth=3)
    assert [(await desk.get("/queue"))[0] for _ in range(4)] == [200, 200, 500, 200]
    desk.server.faults.add("queue", "refuse", times=0, status=503)
    assert {(await desk.get("/queue"))[0] for _ in range(9)} == {503}


async def test_a_run_is_taken_out_of_the_queue_without_a_trace(desk: Desk) -> None:
    desk.server.faults.add("start", "lose")
    async with desk.listening("me") as ear:
        gone = await desk.prompt(blank(), client_id="me")
        await desk.run(blank(prefix="after"))
        heard = [frame[0] for frame in await ear.until("status", status=REST)]
        await ear.drain()
    assert set(heard) == {"status"}
    assert await desk.get(f"/history/{gone}") == (200, {})
    assert (await desk.get(f"/api/jobs/{gone}"))[0] == 404


REST = {"exec_info": {"queue_remaining": 0}}


async def test_somebody_else_interrupts(desk: Desk) -> None:
    desk.server.faults.add("node", "interrupt", node="3")
    status = (await desk.run(sampled()))["status"]
    assert (status["status_str"], status["completed"]) == ("error", False)
    assert status["messages"][-1][0] == "execution_interrupted"


async def test_what_a_record_may_lack(desk: Desk) -> None:
    desk.server.faults.add("end", "empty")
    entry = await desk.run(blank(prefix="a"))
    assert (entry["outputs"], entry["status"]["completed"]) == ({}, True)
    desk.server.faults.add("end", "gone")
    shown = (await desk.run(blank(prefix="b")))["outputs"]["9"]["images"][0]
    assert (await desk.get("/view", **shown))[0] == 404
    first = await desk.prompt(blank(prefix="c"))
    await desk.ended(first)
    desk.server.faults.add("end", "wipe")
    await desk.prompt(blank(prefix="d"))
    while (await desk.get(f"/history/{first}"))[1]:
        await asyncio.sleep(0.01)
    assert (await desk.get("/history"))[1] == {}


async def test_an_upload_gets_another_name(desk: Desk) -> None:
    desk.server.faults.add("upload", "rename")
    assert (await desk.upload(png(8, 8, 1, 2, 3), "t.png"))[1]["name"] == "t (1).png"
    assert (await desk.upload(png(8, 8, 1, 2, 3), "t.png"))[1]["name"] == "t.png"


async def test_a_picture_of_another_size_and_one_without_an_end(desk: Desk) -> None:
    shown = (await desk.run(blank(64, 64)))["outputs"]["9"]["images"][0]
    desk.server.faults.add("view", "resize")
    small, whole = await desk.picture(shown), await desk.picture(shown)
    assert (small.width, small.height) == (whole.width // 2, whole.height // 2)
    desk.server.faults.add("view", "flood")
    async with desk.http.get("/view", params=shown) as answer:
        assert len(await answer.content.readexactly(3_000_000)) == 3_000_000
        answer.close()


@pytest.mark.parametrize("kind", ["lose", "junk", "repeat", "drop", "deafen"])
async def test_one_message_of_the_socket(desk: Desk, kind: Any) -> None:
    desk.server.faults.add("socket", kind, frame="execution_cached")
    async with desk.listening("me") as ear:
        prompt_id = await desk.prompt(blank(), client_id="me")
        heard: list[Any] = []
        async with asyncio.timeout(10):
            while True:
                try:
                    message = await ear.socket.receive(timeout=1)
                except TimeoutError:
                    break
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                heard.append(message.data)
    kinds = [json.loads(data)["type"] for data in heard if data != "}{"]
    assert (await desk.ended(prompt_id))["status"]["completed"]
    assert "execution_start" in kinds
    assert kinds.count("execution_cached") == (2 if kind == "repeat" else 0)
    assert ("}{" in heard) == (kind == "junk")
    assert ("execution_success" in kinds) == (kind in ("lose", "junk", "repeat"))


async def test_the_socket_is_refused_for_a_while(desk: Desk) -> None:
    desk.server.faults.add("ws", "refuse")
    with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
        await desk.http.ws_connect("/ws?clientId=me")
    assert caught.value.status == 403
    async with desk.listening("me") as ear:
        assert (await ear.next())[0] == "status"
