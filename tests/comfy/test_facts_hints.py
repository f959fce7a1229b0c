"""What the engine makes of the socket, and what it hears when the socket cannot say it."""

import asyncio

from affiche.domain.observations import Cancelled, Failed, Hint, Running, Succeeded
from affiche.engines.comfyui.engine import ComfyEngine
from affiche.engines.engine import Run

from .ears import listening
from .facts import ACCEPTED, DONE, EMPTY, HISTORY, NOTHING, STATE, A, B, queued
from .graphs import copied
from .scripted import Reply, Script, says


async def test_history_that_comes_late_is_waited_for(engine: ComfyEngine, script: Script) -> None:
    async with listening(engine) as ears:
        await script.socket(1)
        await engine.submit(Run(A, copied(), fresh=True))
        await script.say("execution_success", {"prompt_id": A})
        assert (await ears.until_ended(A)).observation == Succeeded(())
        # The queue may still hold it as running meanwhile: the record is asked for again first.
        script.on(HISTORY, NOTHING, NOTHING, NOTHING, DONE).on("GET /queue", queued(running=A))
        assert isinstance(await engine.look(A), Succeeded)


async def test_hints_from_start_to_end(engine: ComfyEngine, script: Script) -> None:
    async with listening(engine) as ears:
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
    async with listening(engine) as ears:
        await script.socket(1)
        await engine.submit(Run(A, copied(), fresh=True))
        script.on("POST /prompt", says({"prompt_id": B, "number": 2, "node_errors": {}}))
        await engine.submit(Run(B, copied(), fresh=True))
        await script.say(
            "execution_error", {"prompt_id": A, "node_id": "9", "node_type": "SaveImage"}
        )
        await script.say("execution_interrupted", {"prompt_id": B})
        assert isinstance((await ears.until_ended(A)).observation, Failed)
        assert (await ears.until_ended(B)).observation == Cancelled()


async def test_after_a_lost_connection_runs_under_way_are_looked_at(
    engine: ComfyEngine, script: Script
) -> None:
    async with listening(engine) as ears:
        await script.socket(1)
        await engine.submit(Run(A, copied(), fresh=True))
        script.on("POST /prompt", says({"prompt_id": B, "number": 2, "node_errors": {}}))
        await engine.submit(Run(B, copied(), fresh=True))
        await script.say("execution_success", {"prompt_id": B})
        await ears.until_ended(B)
        script.on("GET /queue", queued(running=A))
        await (await script.socket(1)).close()
        await script.socket(2)
        while "GET /queue" not in script.paths():
            await asyncio.sleep(0.01)
        assert not ears.ends(A)
        assert isinstance(await engine.look(A), Running)
        # Nothing more is said of A to the new client id. But the queue moves, and A has left it.
        script.on("GET /queue", EMPTY).on(HISTORY, DONE)
        await script.say("status", {"status": {"exec_info": {"queue_remaining": 0}}})
        await ears.until_ended(A)
        assert isinstance(await engine.look(A), Succeeded)
        assert len([hint for hint in ears.heard if hint.external_id == B and hint.ended]) == 1


async def test_a_run_of_a_dead_process_is_heard_of_once_it_was_looked_at(
    engine: ComfyEngine, script: Script
) -> None:
    async with listening(engine) as ears:
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
    async with listening(engine) as ears:
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
    async with listening(engine) as ears:
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
    async with listening(engine) as ears:
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


async def test_a_deaf_connection_is_made_anew(engine: ComfyEngine, script: Script) -> None:
    """As after another one with its client id was closed: open, and silent for ever."""
    async with listening(engine) as ears:
        await script.socket(1)
        await engine.submit(Run(A, copied(), fresh=True))
        await script.say("execution_start", {"prompt_id": A})
        await ears.until(1)
        script.on(HISTORY, DONE)
        assert isinstance(await engine.look(A), Succeeded)
        assert len(script.sockets) == 1, "something was heard, so it is not deaf"
        script.on("POST /prompt", says({"prompt_id": B, "number": 2, "node_errors": {}}))
        await engine.submit(Run(B, copied(), fresh=True))
        script.on(HISTORY.replace(A, B), says({B: {"status": {"status_str": "success"}}}))
        # It has left the queue, which is seen sooner than said; that is no news of the socket's.
        assert await engine.glance([B]) == {}
        await ears.until_ended(B)
        assert isinstance(await engine.look(B), Succeeded)
        await script.socket(2)
