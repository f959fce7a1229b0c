"""Queue, history, jobs and how a run is stopped."""

import asyncio
import uuid
from typing import Any

import pytest

from .desk import Desk, png
from .graphs import blank, sampled

SLOW = [{"pace": 0.02}]


async def running(desk: Desk, prompt_id: str) -> None:
    """Wait until that prompt runs."""
    async with asyncio.timeout(10):
        while True:
            _, queue = await desk.get("/queue")
            if [row[1] for row in queue["queue_running"]] == [prompt_id]:
                return
            await asyncio.sleep(0.005)


async def long(desk: Desk, seed: int = 1, **more: Any) -> str:
    """A prompt that runs for longer than any test."""
    return await desk.prompt(sampled(seed, steps=10_000), **more)


@pytest.mark.parametrize("desk", SLOW, indirect=True)
class TestQueue:
    async def test_shows_what_runs_and_what_waits(self, desk: Desk) -> None:
        first = await long(desk)
        await running(desk, first)
        second = await desk.prompt(blank(), extra_data={"mark": 1}, client_id="me")
        _, queue = await desk.get("/queue")
        number, prompt_id, graph, extra, outputs = queue["queue_pending"][0]
        assert (number, prompt_id, graph, outputs) == (1, second, blank(), ["9"])
        assert (extra["mark"], extra["client_id"]) == (1, "me")
        assert await desk.get("/prompt") == (200, {"exec_info": {"queue_remaining": 2}})

    async def test_runs_by_number_and_front_is_next(self, desk: Desk) -> None:
        first = await long(desk)
        await running(desk, first)
        ids = [
            await desk.prompt(blank(prefix=str(i)), **more)
            for i, more in enumerate([{}, {}, {"front": True}])
        ]
        await desk.post("/interrupt", {"prompt_id": first})
        for prompt_id in ids:
            await desk.ended(prompt_id)
        _, history = await desk.get("/history")
        assert list(history) == [first, ids[2], ids[0], ids[1]]

    async def test_a_deleted_prompt_leaves_no_trace(self, desk: Desk) -> None:
        first = await long(desk, client_id="other")
        await running(desk, first)
        async with desk.listening("me") as ear:
            await ear.next()
            second = await desk.prompt(blank(), client_id="me")
            await ear.until("status")
            assert await desk.post("/queue", {"delete": [second]}) == (200, b"")
            assert [kind for kind, _ in await ear.until("status")] == ["status"]
            await desk.post("/interrupt", {})
            await desk.ended(first)
            await ear.until("status", status={"exec_info": {"queue_remaining": 0}})
            await ear.silence()
        assert await desk.get(f"/history/{second}") == (200, {})
        assert (await desk.get(f"/api/jobs/{second}"))[0] == 404

    async def test_deleting_does_nothing_to_what_runs_or_is_unknown(self, desk: Desk) -> None:
        first = await long(desk)
        await running(desk, first)
        answer = await desk.post("/queue", {"delete": [first, str(uuid.uuid4())]})
        assert answer == (200, b"")
        await running(desk, first)

    async def test_clear_empties_what_waits(self, desk: Desk) -> None:
        first = await long(desk)
        await running(desk, first)
        await desk.prompt(blank())
        await desk.post("/queue", {"clear": True})
        assert (await desk.get("/prompt"))[1] == {"exec_info": {"queue_remaining": 1}}


@pytest.mark.parametrize("desk", SLOW, indirect=True)
class TestInterrupt:
    async def test_only_the_named_prompt(self, desk: Desk) -> None:
        first = await long(desk)
        await running(desk, first)
        second = await long(desk, 2)
        for other in (second, str(uuid.uuid4())):
            assert await desk.post("/interrupt", {"prompt_id": other}) == (200, b"")
        await running(desk, first)
        await desk.post("/interrupt", {"prompt_id": first})
        status = (await desk.ended(first))["status"]
        assert (status["status_str"], status["completed"]) == ("error", False)
        name, data = status["messages"][-1]
        assert name == "execution_interrupted"
        assert (data["prompt_id"], data["node_id"], data["node_type"]) == (first, "3", "KSampler")
        await running(desk, second)

    @pytest.mark.parametrize("raw", [None, "", "{}", "{not json"])
    async def test_without_an_id_whatever_runs(self, desk: Desk, raw: str | None) -> None:
        first = await long(desk)
        await running(desk, first)
        async with desk.http.post("/interrupt", data=raw) as answer:
            assert answer.status == 200
        messages = (await desk.ended(first))["status"]["messages"]
        assert messages[-1][0] == "execution_interrupted"


class TestHistory:
    async def test_of_a_success(self, desk: Desk) -> None:
        prompt_id = await desk.prompt(blank(prefix="it"))
        entry = await desk.ended(prompt_id)
        shown = {"filename": "it_00001_.png", "subfolder": "", "type": "output"}
        assert entry["outputs"] == {"9": {"images": [shown]}}
        assert entry["status"]["status_str"] == "success"
        assert entry["status"]["completed"] is True
        names = [name for name, _ in entry["status"]["messages"]]
        assert names == ["execution_start", "execution_cached", "execution_success"]
        assert entry["prompt"][1:3] == [prompt_id, blank(prefix="it")]

    async def test_of_a_failure(self, desk: Desk) -> None:
        await desk.upload(b"not a picture", "junk.png")
        graph = blank()
        graph["1"] = {"class_type": "LoadImage", "inputs": {"image": "junk.png"}}
        entry = await desk.run(graph)
        assert entry["status"]["status_str"] == "error"
        assert entry["status"]["completed"] is False
        assert entry["outputs"] == {}
        name, data = entry["status"]["messages"][-1]
        assert name == "execution_error"
        assert (data["node_id"], data["node_type"]) == ("1", "LoadImage")
        assert data["exception_type"] == "PIL.UnidentifiedImageError"
        # Trap 5: the server's own paths are in what it says.
        assert str(desk.server.folder) in data["exception_message"]
        assert data["traceback"]

    @pytest.mark.parametrize("desk", SLOW, indirect=True)
    async def test_nothing_while_pending_running_or_unknown(self, desk: Desk) -> None:
        first = await long(desk)
        await running(desk, first)
        second = await desk.prompt(blank())
        for prompt_id in (first, second, str(uuid.uuid4())):
            assert await desk.get(f"/history/{prompt_id}") == (200, {})

    async def test_the_last_few(self, desk: Desk) -> None:
        ids = [await desk.prompt(blank(prefix=str(n))) for n in range(3)]
        await desk.ended(ids[-1])
        assert list((await desk.get("/history", max_items=2))[1]) == ids[1:]

    async def test_can_be_cleared(self, desk: Desk) -> None:
        ids = [await desk.prompt(blank(prefix=str(n))) for n in range(3)]
        await desk.ended(ids[-1])
        await desk.post("/history", {"delete": [ids[0]]})
        assert list((await desk.get("/history"))[1]) == ids[1:]
        await desk.post("/history", {"clear": True})
        assert await desk.get("/history") == (200, {})


@pytest.mark.parametrize("desk", SLOW, indirect=True)
class TestJobs:
    async def test_every_status(self, desk: Desk) -> None:
        done = await desk.prompt(blank())
        await desk.ended(done)
        await desk.upload(b"junk", "junk.png")
        bad = blank()
        bad["1"] = {"class_type": "LoadImage", "inputs": {"image": "junk.png"}}
        failed = await desk.prompt(bad)
        await desk.ended(failed)
        stopped = await long(desk)
        await running(desk, stopped)
        await desk.post("/interrupt", {})
        await desk.ended(stopped)
        now = await long(desk, 2)
        await running(desk, now)
        later = await desk.prompt(blank(prefix="later"))
        expected = {
            done: "completed",
            failed: "failed",
            stopped: "cancelled",
            now: "in_progress",
            later: "pending",
        }
        for prompt_id, status in expected.items():
            code, job = await desk.get(f"/api/jobs/{prompt_id}")
            assert (code, job["id"], job["status"]) == (200, prompt_id, status)
        _, listed = await desk.get("/api/jobs")
        assert {job["id"]: job["status"] for job in listed["jobs"]} == expected
        _, page = await desk.get("/api/jobs", status="completed,failed", limit=1)
        assert len(page["jobs"]) == 1
        assert page["pagination"] == {"offset": 0, "limit": 1, "total": 2, "has_more": True}
        assert (await desk.get("/api/jobs", status="queued"))[0] == 400

    async def test_cancel_what_runs_or_waits_as_often_as_one_likes(self, desk: Desk) -> None:
        first = await long(desk)
        await running(desk, first)
        second = await desk.prompt(blank())
        assert await desk.post(f"/api/jobs/{second}/cancel") == (200, {"cancelled": True})
        assert await desk.post(f"/api/jobs/{second}/cancel") == (200, {"cancelled": False})
        assert await desk.post(f"/api/jobs/{first}/cancel") == (200, {"cancelled": True})
        await desk.ended(first)
        assert await desk.post(f"/api/jobs/{first}/cancel") == (200, {"cancelled": False})
        unknown = str(uuid.uuid4())
        assert await desk.post(f"/api/jobs/{unknown}/cancel") == (200, {"cancelled": False})

    async def test_only_under_api(self, desk: Desk) -> None:
        assert (await desk.get("/jobs"))[0] == 404


@pytest.mark.parametrize("desk", [{"version": "0.3.75"}], indirect=True)
async def test_an_older_server_has_no_jobs(desk: Desk) -> None:
    prompt_id = await desk.prompt(blank())
    await desk.ended(prompt_id)
    assert (await desk.get("/api/jobs"))[0] == 404
    assert (await desk.get(f"/api/jobs/{prompt_id}"))[0] == 404
    assert (await desk.post(f"/api/jobs/{prompt_id}/cancel"))[0] == 404
    assert (await desk.get("/api/queue"))[0] == 200


async def test_branches_without_an_output_are_not_looked_at(desk: Desk) -> None:
    graph = {**blank(), "50": {"class_type": "ImageInvert"}, "51": {"class_type": "VAEDecode"}}
    assert (await desk.run(graph))["status"]["completed"]
    assert (await desk.run(blank(prefix="after")))["status"]["completed"]


class TestCache:
    async def test_an_identical_graph_repeats_the_old_file_name(self, desk: Desk) -> None:
        first = await desk.run(blank())
        second = await desk.run(blank())
        assert second["outputs"] == first["outputs"]
        cached = dict(second["status"]["messages"])["execution_cached"]["nodes"]
        assert sorted(cached) == ["1", "9"]
        assert len(list((desk.server.folder / "output").iterdir())) == 1

    async def test_even_when_the_file_is_gone(self, desk: Desk) -> None:
        first = await desk.run(blank())
        shown = first["outputs"]["9"]["images"][0]
        (desk.server.folder / "output" / shown["filename"]).unlink()
        second = await desk.run(blank())
        assert second["outputs"]["9"]["images"] == [shown]
        assert (await desk.get("/view", **shown))[0] == 404

    async def test_what_did_not_change_is_not_run_again(self, desk: Desk) -> None:
        await desk.run(blank(prefix="a"))
        second = await desk.run(blank(prefix="b"))
        assert dict(second["status"]["messages"])["execution_cached"]["nodes"] == ["1"]

    async def test_a_replaced_upload_is_read_again(self, desk: Desk) -> None:
        graph = blank()
        graph["1"] = {"class_type": "LoadImage", "inputs": {"image": "t.png"}}
        await desk.upload(png(8, 8, 255, 0, 0), "t.png")
        first = await desk.run(graph)
        await desk.upload(png(9, 9, 0, 255, 0), "t.png", overwrite="true")
        second = await desk.run(graph)
        assert first["outputs"] != second["outputs"]

    async def test_free_memory_forgets(self, desk: Desk) -> None:
        await desk.run(blank())
        await desk.post("/free", {"unload_models": True, "free_memory": True})
        second = await desk.run(blank())
        assert dict(second["status"]["messages"])["execution_cached"]["nodes"] == []
