"""What the engine does about each fact and trap, against answers written down from the facts."""

import pytest

from affiche.domain.observations import (
    Cancelled,
    Lost,
    Output,
    Queued,
    Running,
    Succeeded,
)
from affiche.engines.comfyui.engine import ComfyEngine
from affiche.engines.engine import Run
from affiche.errors import EngineRefused, EngineUnreachable, OutputMissing

from .facts import DONE, EMPTY, HISTORY, IMAGE, NOT_FOUND, NOTHING, A, B, queued
from .graphs import copied, inputs, picture
from .scripted import Reply, Script, says

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
