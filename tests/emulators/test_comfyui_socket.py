"""`/ws`: what is said, to whom, in which order."""

import json
import struct
from typing import Any

import pytest
import pyvips

from .desk import Desk
from .graphs import blank, sampled


def named(frames: list[Any]) -> list[str]:
    return [frame[0] if isinstance(frame, tuple) else "bytes" for frame in frames]


async def test_a_new_socket_hears_its_id_and_the_queue(desk: Desk) -> None:
    async with desk.listening("me") as ear:
        assert await ear.next() == (
            "status",
            {"status": {"exec_info": {"queue_remaining": 0}}, "sid": "me"},
        )
        await ear.silence()


async def test_the_messages_of_a_run_in_their_order(desk: Desk) -> None:
    async with desk.listening("me") as ear:
        await ear.next()
        prompt_id = await desk.prompt(sampled(steps=2), client_id="me")
        frames = await ear.run()
    names = named(frames)
    assert names[:2] == ["status", "status"], "put, then taken"
    assert names[2:4] == ["execution_start", "execution_cached"]
    assert names[-3:] == ["execution_success", "status", "executing"]
    assert frames[2][1]["prompt_id"] == prompt_id
    assert frames[-1][1] == {"node": None, "prompt_id": prompt_id}
    per_node = names[4:-3]
    assert per_node.count("executing") == len(sampled())
    assert per_node.count("executed") == 1
    sampler = [
        (kind, data.get("value"))
        for kind, data in frames
        if data.get("node") == "3" and kind in ("executing", "progress")
    ]
    assert sampler == [("executing", None), ("progress", 1), ("progress", 2)]
    first = names.index("executing")
    assert names[first - 1 : first + 2] == ["progress_state", "executing", "progress_state"]
    executed = next(data for kind, data in frames if kind == "executed")
    assert executed["node"] == executed["display_node"] == "9"
    assert executed["output"]["images"][0]["type"] == "output"


async def test_progress_state_is_cumulative(desk: Desk) -> None:
    async with desk.listening("me") as ear:
        prompt_id = await desk.prompt(sampled(steps=3), client_id="me")
        frames = await ear.run()
    states = [data for kind, data in frames if kind == "progress_state"]
    seen: set[str] = set()
    for state in states:
        assert state["prompt_id"] == prompt_id
        assert seen <= set(state["nodes"])
        seen = set(state["nodes"])
    last = states[-1]["nodes"]
    assert set(last) == set(sampled())
    assert {node["state"] for node in last.values()} == {"finished"}
    assert (last["3"]["value"], last["3"]["max"]) == (3, 3)


async def test_an_end_is_told_before_history_holds_it(desk: Desk) -> None:
    """By source; so a client has to read history again shortly after."""
    desk.server.faults.add("end", "hang")
    async with desk.listening("me") as ear:
        prompt_id = await desk.prompt(blank(), client_id="me")
        await ear.until("execution_success")
        assert await desk.get(f"/history/{prompt_id}") == (200, {})
        desk.server.faults.clear()
        await ear.until("executing", node=None)
        assert (await desk.get(f"/history/{prompt_id}"))[1]


async def test_a_failure_and_an_interruption_are_told(desk: Desk) -> None:
    desk.server.faults.add("node", "fail", node="3")
    async with desk.listening("me") as ear:
        await desk.prompt(sampled(), client_id="me")
        frames = await ear.run()
        error = next(data for kind, data in frames if kind == "execution_error")
        assert (error["node_id"], error["node_type"]) == ("3", "KSampler")
        assert {"exception_type", "exception_message", "traceback"} <= set(error)
        assert "execution_success" not in named(frames)
        desk.server.faults.add("node", "delay", node="3", seconds=0.2)
        await desk.prompt(sampled(2), client_id="me")
        await ear.until("executing", node="3")
        await desk.post("/interrupt", {})
        frames = await ear.run()
        assert "execution_interrupted" in named(frames)


async def test_a_cached_run_tells_so_and_repeats_its_output(desk: Desk) -> None:
    first = await desk.run(blank())
    async with desk.listening("me") as ear:
        await desk.prompt(blank(), client_id="me")
        frames = await ear.run()
    cached = next(data for kind, data in frames if kind == "execution_cached")
    assert sorted(cached["nodes"]) == ["1", "9"]
    executed = [data for kind, data in frames if kind == "executed"]
    assert [data["output"] for data in executed] == [first["outputs"]["9"]]
    assert named(frames).count("executing") == 1


async def test_without_a_client_id_the_run_is_told_to_nobody(desk: Desk) -> None:
    """Trap 2; only the queue's length goes to everybody, and by source so does progress."""
    async with desk.listening("me") as ear:
        await ear.next()
        await desk.run(sampled())
        heard = set()
        while (
            "status" not in heard or (await desk.get("/prompt"))[1]["exec_info"]["queue_remaining"]
        ):
            heard.add((await ear.next())[0])
        assert not heard & {"execution_start", "executing", "executed", "execution_success"}


async def test_another_client_hears_the_queue_only(desk: Desk) -> None:
    async with desk.listening("other") as ear:
        await ear.next()
        await desk.run(blank(), client_id="me")
        frames = [await ear.next() for _ in range(3)]
        assert [kind for kind, _ in frames] == ["status"] * 3
        await ear.silence()


async def test_the_newer_of_two_sockets_goes_deaf_when_the_older_closes(desk: Desk) -> None:
    """Trap 1."""
    async with desk.listening("same") as older:
        await older.next()
        async with desk.listening("same") as newer:
            await newer.next()
            await desk.run(blank(prefix="a"), client_id="same")
            assert "execution_success" in named(await newer.run())
            await older.socket.close()
            await desk.run(blank(prefix="b"), client_id="same")
            await newer.drain()
            await desk.run(blank(prefix="c"), client_id="same")
            await newer.silence()


async def test_nothing_is_replayed_to_a_new_socket(desk: Desk) -> None:
    """Trap 6."""
    async with desk.listening("me") as ear:
        await desk.prompt(blank(), client_id="me")
        await ear.run()
    async with desk.listening("me") as ear:
        assert (await ear.next())[0] == "status"
        await ear.silence()


async def test_feature_flags_are_answered_when_they_come_first(desk: Desk) -> None:
    async with desk.listening("me") as ear:
        await ear.next()
        await ear.socket.send_json({"type": "feature_flags", "data": {}})
        kind, data = await ear.next()
        assert kind == "feature_flags"
        assert data["supports_preview_metadata"] is True
        await ear.socket.send_json({"type": "feature_flags", "data": {}})
        await ear.silence()


async def test_without_the_server_flag_there_are_no_previews(desk: Desk) -> None:
    async with desk.listening("me") as ear:
        await desk.prompt(sampled(), client_id="me")
        assert "bytes" not in named(await ear.run())


@pytest.mark.parametrize("desk", [{"previews": True}], indirect=True)
class TestPreviews:
    async def test_plain(self, desk: Desk) -> None:
        async with desk.listening("me") as ear:
            await desk.prompt(sampled(steps=3), client_id="me")
            frames = [f for f in await ear.run() if isinstance(f, bytes)]
        assert len(frames) == 3
        for frame in frames:
            assert struct.unpack(">II", frame[:8]) == (1, 1)
            assert frame[8:].startswith(b"\xff\xd8")

    async def test_described_for_a_client_that_asks(self, desk: Desk) -> None:
        async with desk.listening("me") as ear:
            flags = {"supports_preview_metadata": True}
            await ear.socket.send_json({"type": "feature_flags", "data": flags})
            await ear.until("feature_flags")
            prompt_id = await desk.prompt(sampled(steps=1), client_id="me")
            frame = next(f for f in await ear.run() if isinstance(f, bytes))
        kind, length = struct.unpack(">II", frame[:8])
        described = json.loads(frame[8 : 8 + length])
        assert kind == 4
        assert (described["node_id"], described["prompt_id"]) == ("3", prompt_id)
        assert described["image_type"] == "image/jpeg"
        assert frame[8 + length :].startswith(b"\xff\xd8")


async def test_save_image_websocket_sends_png_frames(desk: Desk) -> None:
    graph = blank(24, 8)
    graph["9"] = {"class_type": "SaveImageWebsocket", "inputs": {"images": ["1", 0]}}
    async with desk.listening("me") as ear:
        await desk.prompt(graph, client_id="me")
        frame = next(f for f in await ear.run() if isinstance(f, bytes))
    assert struct.unpack(">II", frame[:8]) == (1, 2)
    image = pyvips.Image.new_from_buffer(frame[8:], "")
    assert (image.width, image.height) == (24, 8)


async def test_also_under_api(desk: Desk) -> None:
    async with desk.http.ws_connect("/api/ws?clientId=me") as socket:
        assert json.loads((await socket.receive()).data)["data"]["sid"] == "me"
