"""The log as JSON: every line an object, and what it is about stands on it."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.studios import ask, ended

from affiche.cli.lines import JsonLines
from affiche.pipeline.crew import Crew
from affiche.serving import Server
from affiche.studio import marks
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

ID = UUID("01a1fe6a-a666-737b-82bf-0123456789ab")


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the house's own loggers write, all of it."""
    stream = io.StringIO()
    handler, root = JsonLines(stream), logging.getLogger("affiche")
    before = root.level
    root.setLevel(logging.DEBUG)
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_an_object_of_its_own(written: io.StringIO) -> None:
    log = logging.getLogger("affiche.test")
    log.info('two\nlines and a "quote" — 그림 %d', 3)
    try:
        raise ValueError("no")
    except ValueError:
        log.exception("work %s: %s", ID, "collect")
    first, second = lines(written)
    assert set(first) == {"time", "level", "logger", "message"}
    assert first["message"] == 'two\nlines and a "quote" — 그림 3'
    assert (second["work_id"], second["level"], second["error"]) == (
        *(str(ID), "error"),
        "ValueError: no",
    )
    assert "raise ValueError" in second["traceback"]


@pytest.mark.parametrize(
    ("said", "args", "name"),
    [
        ("work %s: done", (ID,), "work_id"),
        ("job %s waits", (ID,), "job_id"),
        ("%d times: webhook %s is off", (3, ID), "webhook_id"),
        ("request %s: %s", (ID, "x"), "request_id"),
    ],
)
def test_what_a_line_names_it_is_about(
    written: io.StringIO, said: str, args: tuple[object, ...], name: str
) -> None:
    logging.getLogger("affiche.test").warning(said, *args)
    assert lines(written)[0][name] == str(ID)


async def test_one_job_s_marks_are_not_another_s(written: io.StringIO) -> None:
    log = logging.getLogger("affiche.test")

    async def step(work: UUID, job: UUID) -> None:
        with marks.of_job(job):
            marks.work.set(work)
            await asyncio.sleep(0.01)
            log.info("a step of %s", work)
        log.info("after it")

    pairs = [(uuid4(), uuid4()) for _ in range(5)]
    await asyncio.gather(*(step(*pair) for pair in pairs))
    for line in lines(written):
        if line["message"] == "after it":
            assert "work_id" not in line
        else:
            assert line["message"] == f"a step of {line['work_id']}"
            assert (UUID(line["work_id"]), UUID(line["job_id"])) in pairs


async def test_every_line_of_a_step_has_its_work_s_id(
    studio: Studio, alice: Caller, crew: Crew, picture: File, written: io.StringIO
) -> None:
    """Also of rooms that know nothing of works."""
    seen = crew.line.studio.objects
    put = type(seen).put
    log = logging.getLogger("affiche.storage.test")

    async def telling(self: Any, *args: Any, **more: Any) -> Any:
        log.info("stored")
        return await put(self, *args, **more)

    type(seen).put = telling  # type: ignore[method-assign]
    try:
        works = [await ask(studio, alice, picture) for _ in range(3)]
        for work in works:
            assert (await ended(studio, alice, work.id)).status == "completed"
    finally:
        type(seen).put = put  # type: ignore[method-assign]
    stored = [line for line in lines(written) if line["message"] == "stored"]
    assert {line["work_id"] for line in stored} == {str(work.id) for work in works}
    assert all("job_id" in line for line in stored)


async def test_a_request_s_line_has_its_id(
    server: Server, client: Any, written: io.StringIO
) -> None:
    answer = await client.get("/v1/me")
    found = [line for line in lines(written) if line["logger"] == "affiche.requests"]
    assert [line["request_id"] for line in found] == [answer.headers["X-Request-Id"]]
