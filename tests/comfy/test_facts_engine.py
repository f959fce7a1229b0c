"""What the engine does about each fact and trap, against answers written down from the facts."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from affiche.domain.observations import (
    Cancelled,
    Failed,
    Hint,
    Lost,
    Output,
    Queued,
    Running,
    Succeeded,
)
from affiche.engines.comfyui.engine import ComfyEngine
from affiche.engines.engine import Run
from affiche.errors import EngineRefused, EngineUnreachable, OutputMissing

from .facts import LIMITS, NOT_FOUND, A, B
from .graphs import copied, inputs, picture
from .scripted import Reply, Script, says

EMPTY = says({"queue_running": [], "queue_pending": []})
NOTHING = says({})
IMAGE = {"filename": "a.png", "subfolder": "affiche", "type": "output"}
DONE = says(
    {
        A: {
            "outputs": {"9": {"images": [IMAGE]}},
            "status": {"status_str": "success", "completed": True, "messages": []},
        }
    }
)
ACCEPTED = says({"prompt_id": A, "number": 1, "node_errors": {}})
HISTORY = f"GET /history/{A}"
STATE = {"76": {"state": "finished", "value": 1, "max": 1}}


def queued(*pending: str, running: str | None = None) -> Reply:
    def entry(number: int, prompt_id: str) -> list[Any]:
        return [number, prompt_id, copied(), {}, ["9"]]

    return says(
        {
            "queue_running": [entry(0, running)] if running else [],
            "queue_pending": [entry(number, name) for number, name in enumerate(pending, 1)],
        }
    )


@pytest.fixture
async def engine(script: Script) -> AsyncIterator[ComfyEngine]:
    engine = ComfyEngine(script.url, LIMITS)
    script.on("GET /queue", EMPTY).on(HISTORY, NOTHING).on("POST /prompt", ACCEPTED)
    script.on(
        "POST /upload/image", says({"name": "a (1).png", "subfolder": "affiche", "type": "input"})
    )
    yield engine
    await engine.close()


class Ears:
    """Reads the hints of an engine in the background."""

    def __init__(self, engine: ComfyEngine) -> None:
        self._hints = engine.hints()
        self.heard: list[Hint] = []
        self._task = asyncio.create_task(self._read())
        self._changed = asyncio.Condition()

    async def _read(self) -> None:
        async for hint in self._hints:
            async with self._changed:
                self.heard.append(hint)
                self._changed.notify_all()

    async def until_ended(self, external_id: str, times: int = 1) -> Hint:
        def ended() -> list[Hint]:
            return [h for h in self.heard if h.ended and h.external_id == external_id]

        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(ended()) >= times)
        return ended()[times - 1]

    async def until(self, count: int) -> Hint:
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.heard) >= count)
        return self.heard[count - 1]


# --- submit -----------------------------------------------------------------------------------


async def test_submit_looks_for_the_id_first(engine: ComfyEngine, script: Script) -> None:
    assert await engine.submit(Run(A, copied())) == A
    assert script.paths() == ["GET /queue", HISTORY, "POST /prompt"]


@pytest.mark.parametrize("queue", [queued(A), queued(B, running=A)], ids=["waiting", "running"])
async def test_a_run_in_the_queue_is_found(
    engine: ComfyEngine, script: Script, queue: Reply
) -> None:
    script.on("GET /queue", queue)
    assert await engine.submit(Run(A, copied())) == A
    assert "POST /prompt" not in script.paths()


async def test_a_run_in_the_history_is_found(engine: ComfyEngine, script: Script) -> None:
    script.on(HISTORY, DONE)
    assert await engine.submit(Run(A, copied())) == A
    assert "POST /prompt" not in script.paths()


async def test_a_fresh_run_is_one_question(engine: ComfyEngine, script: Script) -> None:
    assert await engine.submit(Run(A, copied(), fresh=True)) == A
    assert script.paths() == ["POST /prompt"]


async def test_the_returned_name_and_a_prefix_of_its_own_are_sent(
    engine: ComfyEngine, script: Script
) -> None:
    graph = copied()
    await engine.submit(Run(A, graph, [picture(b"bytes")], fresh=True))
    assert graph == copied()
    (sent,) = script.bodies("POST /prompt")
    assert inputs(sent["prompt"], "76")["image"] == "affiche/a (1).png"
    assert inputs(sent["prompt"], "9")["filename_prefix"] == f"affiche/{A}"
    (form,) = script.bodies("POST /upload/image")
    assert form == {
        "image": ("affiche-0a1b2c.png", "image/png", b"bytes"),
        "type": "input",
        "subfolder": "affiche",
    }


async def test_an_unknown_outcome_is_looked_into(engine: ComfyEngine, script: Script) -> None:
    script.on("POST /prompt", Reply(200, b"{", cut=True)).on("GET /queue", EMPTY, queued(A))
    assert await engine.submit(Run(A, copied())) == A
    assert script.paths().count("POST /prompt") == 1


async def test_no_answer_and_no_trace_may_be_tried_again(
    engine: ComfyEngine, script: Script
) -> None:
    script.on("POST /prompt", Reply(pause=5))
    with pytest.raises(EngineUnreachable) as caught:
        await engine.submit(Run(A, copied()))
    assert caught.value.retryable
    assert script.paths()[-2:] == ["GET /queue", HISTORY]


ERRORS = {
    "9": {
        "errors": [
            {
                "type": "required_input_missing",
                "message": "Required input is missing",
                "details": "/srv/images",
                "extra_info": {"input_name": "images"},
            }
        ],
        "dependent_outputs": ["9"],
        "class_type": "SaveImage",
    }
}


async def test_a_refusal_says_where_and_nothing_of_the_server(
    engine: ComfyEngine, script: Script
) -> None:
    error = {"type": "prompt_outputs_failed_validation", "message": "m", "details": "/srv"}
    script.on("POST /prompt", says({"error": error, "node_errors": ERRORS}, 400))
    with pytest.raises(EngineRefused) as caught:
        await engine.submit(Run(A, copied()))
    assert "SaveImage #9 images (required_input_missing)" in caught.value.message("en")
    assert "/srv" not in caught.value.message("en") + caught.value.message("ko")
    assert not caught.value.retryable


async def test_what_is_accepted_in_part_is_cancelled_and_refused(
    engine: ComfyEngine, script: Script
) -> None:
    script.on("POST /prompt", says({"prompt_id": A, "number": 1, "node_errors": ERRORS}))
    script.on(f"POST /api/jobs/{A}/cancel", says({"cancelled": True}))
    with pytest.raises(EngineRefused):
        await engine.submit(Run(A, copied()))
    assert script.paths()[-1] == f"POST /api/jobs/{A}/cancel"


async def test_an_old_servers_own_id_is_the_one_to_use(engine: ComfyEngine, script: Script) -> None:
    script.on("POST /prompt", says({"prompt_id": B, "number": 1, "node_errors": {}}))
    assert await engine.submit(Run(A, copied())) == B


# --- look -------------------------------------------------------------------------------------


async def test_the_states_as_they_are_read(engine: ComfyEngine, script: Script) -> None:
    script.on("GET /queue", queued(B, A, running="x"))
    assert await engine.look(A) == Queued(ahead=2)
    script.on("GET /queue", queued(running=A))
    assert isinstance(await engine.look(A), Running)
    script.on(HISTORY, DONE)
    assert await engine.look(A) == Succeeded((Output("9", "images", IMAGE),))


async def test_unknown_everywhere_is_lost(engine: ComfyEngine) -> None:
    assert await engine.look(A) == Lost()


async def test_a_run_that_leaves_the_queue_between_two_questions_is_not_lost(
    engine: ComfyEngine, script: Script
) -> None:
    script.on(HISTORY, NOTHING, NOTHING, DONE)
    assert isinstance(await engine.look(A), Succeeded)


async def test_a_server_that_does_not_answer_loses_nothing(
    engine: ComfyEngine, script: Script
) -> None:
    script.on(HISTORY, Reply(500, b"Internal Server Error", "text/plain"))
    with pytest.raises(EngineUnreachable):
        await engine.look(A)


async def test_history_that_comes_late_is_waited_for(engine: ComfyEngine, script: Script) -> None:
    ears = Ears(engine)
    await script.socket(1)
    await engine.submit(Run(A, copied(), fresh=True))
    await script.say("execution_success", {"prompt_id": A})
    assert (await ears.until_ended(A)).observation == Succeeded(())
    # The queue may still hold it as running meanwhile: the record is asked for again first.
    script.on(HISTORY, NOTHING, NOTHING, NOTHING, DONE).on("GET /queue", queued(running=A))
    assert isinstance(await engine.look(A), Succeeded)


async def test_a_waiting_run_that_was_cancelled_here_is_cancelled_not_lost(
    engine: ComfyEngine, script: Script
) -> None:
    script.on(f"POST /api/jobs/{A}/cancel", says({"cancelled": True}), says({"cancelled": False}))
    await engine.submit(Run(A, copied(), fresh=True))
    assert await engine.cancel(A) is True
    assert await engine.cancel(A) is False
    assert await engine.look(A) == Cancelled()
    assert await engine.look(A) == Cancelled()


# --- read -------------------------------------------------------------------------------------


async def test_a_cached_run_whose_file_is_gone(engine: ComfyEngine, script: Script) -> None:
    script.on("GET /view", NOT_FOUND)
    with pytest.raises(OutputMissing):
        [chunk async for chunk in engine.read(Output("9", "images", IMAGE))]


async def test_text_outputs_are_read_without_asking(engine: ComfyEngine, script: Script) -> None:
    output = Output("12", "text", {"text": "제목"})
    assert b"".join([chunk async for chunk in engine.read(output)]).decode() == "제목"
    with pytest.raises(OutputMissing):
        [chunk async for chunk in engine.read(Output("12", "odd", {"x": 1}))]
    assert script.asked == []


# --- hints ------------------------------------------------------------------------------------


async def test_hints_from_start_to_end(engine: ComfyEngine, script: Script) -> None:
    ears = Ears(engine)
    await script.socket(1)
    await engine.submit(Run(A, copied(), fresh=True))
    (sent,) = script.bodies("POST /prompt")
    assert sent["client_id"] == script.sockets[0][0]
    await script.say("execution_start", {"prompt_id": A})
    await script.say("execution_start", {"prompt_id": "somebody else's"})
    assert (await ears.until(1)).observation == Running(0.0)
    await script.say("progress_state", {"prompt_id": A, "nodes": STATE})
    assert (await ears.until(2)).observation == Running(0.5)
    await script.say("executing", {"prompt_id": A, "node": "9", "display_node": "9"})
    assert (await ears.until(3)).observation == Running(0.5, "9", "SaveImage")
    await script.say("execution_success", {"prompt_id": A})
    await script.say("executing", {"prompt_id": A, "node": None})
    assert (await ears.until(4)) == Hint(A, Succeeded(()), ended=True)
    assert {hint.external_id for hint in ears.heard} == {A}


async def test_an_error_and_an_interrupt_end_a_run(engine: ComfyEngine, script: Script) -> None:
    ears = Ears(engine)
    await script.socket(1)
    await engine.submit(Run(A, copied(), fresh=True))
    script.on("POST /prompt", says({"prompt_id": B, "number": 2, "node_errors": {}}))
    await engine.submit(Run(B, copied(), fresh=True))
    await script.say("execution_error", {"prompt_id": A, "node_id": "9", "node_type": "SaveImage"})
    await script.say("execution_interrupted", {"prompt_id": B})
    assert isinstance((await ears.until_ended(A)).observation, Failed)
    assert (await ears.until_ended(B)).observation == Cancelled()


async def test_after_a_lost_connection_runs_under_way_are_looked_at(
    engine: ComfyEngine, script: Script
) -> None:
    ears = Ears(engine)
    await script.socket(1)
    await engine.submit(Run(A, copied(), fresh=True))
    script.on("POST /prompt", says({"prompt_id": B, "number": 2, "node_errors": {}}))
    await engine.submit(Run(B, copied(), fresh=True))
    await script.say("execution_success", {"prompt_id": B})
    await ears.until_ended(B)
    script.on("GET /queue", queued(running=A))
    await (await script.socket(1)).close()
    await script.socket(2)
    assert (await ears.until_ended(A)).observation == Running(0.0)
    assert isinstance(await engine.look(A), Running)
    # Nothing more is said of A to the new client id. But the queue moves, and A has left it.
    script.on("GET /queue", EMPTY).on(HISTORY, DONE)
    await script.say("status", {"status": {"exec_info": {"queue_remaining": 0}}})
    await ears.until_ended(A, times=2)
    assert isinstance(await engine.look(A), Succeeded)
    assert len([hint for hint in ears.heard if hint.external_id == B and hint.ended]) == 1


async def test_a_run_of_a_dead_process_is_heard_of_once_it_was_looked_at(
    engine: ComfyEngine, script: Script
) -> None:
    ears = Ears(engine)
    await script.socket(1)
    script.on("GET /queue", queued(running=A))
    assert isinstance(await engine.look(A), Running)
    await script.say("progress_state", {"prompt_id": A, "nodes": STATE})
    assert (await ears.until(1)).observation == Running(0.5)
    script.on("GET /queue", EMPTY)
    await script.say("status", {})
    await ears.until_ended(A)


async def test_an_end_that_the_record_does_not_know_is_watched_for(
    engine: ComfyEngine, script: Script
) -> None:
    ears = Ears(engine)
    await script.socket(1)
    await engine.submit(Run(A, copied(), fresh=True))
    await script.say("execution_success", {"prompt_id": A})
    await ears.until_ended(A)
    script.on("GET /queue", queued(running=A))
    assert isinstance(await engine.look(A), Running)
    script.on("GET /queue", EMPTY).on(HISTORY, DONE)
    await script.say("status", {})
    await ears.until_ended(A, times=2)


async def test_what_is_being_submitted_is_not_taken_for_gone(
    engine: ComfyEngine, script: Script
) -> None:
    ears = Ears(engine)
    first = await script.socket(1)
    script.on("POST /prompt", Reply(200, ACCEPTED.body, pause=0.3))
    submitting = asyncio.create_task(engine.submit(Run(A, copied(), fresh=True)))
    while not script.asked:
        await asyncio.sleep(0.01)
    await first.close()
    await script.socket(2)
    await script.say("status", {})
    await submitting
    assert not ears.heard, "it was not in the queue, because it was on its way"
    # Accepted under the lost connection's id, and out of the queue by now: that is looked into.
    await ears.until_ended(A)


async def test_a_reader_that_sleeps_keeps_ends_and_the_latest_progress(
    engine: ComfyEngine, script: Script
) -> None:
    hints = engine.hints()
    first = asyncio.create_task(anext(hints))
    await script.socket(1)
    await engine.submit(Run(A, copied(), fresh=True))
    script.on("POST /prompt", says({"prompt_id": B, "number": 2, "node_errors": {}}))
    await engine.submit(Run(B, copied(), fresh=True))
    await script.say("execution_start", {"prompt_id": A})
    assert (await first).external_id == A
    ears = Ears(engine)
    for _ in range(50):
        await script.say("progress_state", {"prompt_id": A, "nodes": STATE})
    await script.say("execution_success", {"prompt_id": B})
    await script.say("execution_success", {"prompt_id": A})
    await ears.until_ended(A)
    slept = [await anext(hints), await anext(hints)]
    assert [(hint.external_id, hint.ended) for hint in slept] == [(A, True), (B, True)]


async def test_close_ends_the_hints(engine: ComfyEngine, script: Script) -> None:
    hints = engine.hints()
    waiting = asyncio.create_task(anext(hints, None))
    await script.socket(1)
    await engine.close()
    assert await waiting is None
