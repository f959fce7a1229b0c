"""Titles from a language model: given once the work is done, never instead of a person's."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.studios import ask, at_work, ended

from affiche import app
from affiche.domain.titles import LONGEST, length
from affiche.emulators.comfyui import Server as Comfyui
from affiche.emulators.llm import MODEL, Server, serving
from affiche.llm.client import Place
from affiche.pipeline import titles as service_module
from affiche.pipeline.titles import INSTRUCTION, LEASE, TOO_OLD, Titles
from affiche.studio import titles, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

FALLBACK = "I2I 작품"


@pytest.fixture
async def model() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@pytest.fixture
async def worded(studio: Studio, model: Server) -> AsyncIterator[Studio]:
    """The studio with a model, which it may ask as often as it likes."""
    place = Place(url=model.url, key="k", model=MODEL, seconds=10.0)
    made = app.language_model(place, replace(studio.settings, llm_rate=60_000), studio.database)
    yield replace(studio, model=made)
    await made.close()


@pytest.fixture
async def untitled(
    worded: Studio,
    alice: Caller,
    picture: File,
    comfyui: Comfyui,
    monkeypatch: pytest.MonkeyPatch,
) -> works.Work:
    """A work that is completed while nobody asks for titles."""
    with monkeypatch.context() as patched:
        patched.setattr(Titles, "run", _idle)
        async with at_work(worded):
            return await ended(worded, alice, (await ask(worded, alice, picture)).id)


async def _idle(self: Titles) -> None:
    await asyncio.Event().wait()


async def row(studio: Studio, query: str, *params: object) -> Any:
    async with studio.database.as_service() as service:
        return await (await service.connection.execute(query, params)).fetchone()


async def waiting(studio: Studio) -> int:
    found = await row(studio, "SELECT count(*) FROM titles")
    return int(found[0])


async def calls(studio: Studio) -> list[tuple[Any, ...]]:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT purpose, work_id, outcome FROM llm_calls ORDER BY created_at"
        )
        return await cursor.fetchall()


def later(studio: Studio, by: timedelta) -> Studio:
    now: Callable[[], datetime] = studio.now
    return replace(studio, now=lambda: now() + by)


async def until_titled(studio: Studio, caller: Caller, work_id: UUID) -> works.Work:
    async with asyncio.timeout(30):
        while await waiting(studio):
            await asyncio.sleep(0.02)
    return await works.get(studio, caller, work_id)


async def test_a_work_that_is_done_is_given_a_title_and_the_asking_is_counted(
    worded: Studio, model: Server, alice: Caller, picture: File, comfyui: Comfyui
) -> None:
    async with at_work(worded):
        asked = await ask(worded, alice, picture)
        work = await ended(worded, alice, asked.id)
        # Whatever becomes of the title: it had one when it was done.
        assert work.title
        work = await until_titled(worded, alice, asked.id)
    assert work.title not in (None, FALLBACK)
    assert 1 <= length(work.title or "") <= LONGEST
    (question,) = model.asked
    assert question.instruction == INSTRUCTION
    assert INSTRUCTION == (
        "이미지를 보고 한국어로 짧은 제목을 생성해주세요. 10자 이내로 작성하세요."
    )
    (output,) = await works.outputs(worded, alice, [work.id])
    thumbnail = await worded.objects.read("thumbs", output.thumbnail_key or "")
    assert list(question.pictures) == [thumbnail]
    assert await calls(worded) == [("title", work.id, "answered")]
    assert await row(worded, "SELECT title_by FROM works") == ("model",)


async def test_nobody_waits_for_a_title(
    worded: Studio, model: Server, alice: Caller, picture: File, comfyui: Comfyui
) -> None:
    model.faults.add("chat", "hang", times=0)
    async with at_work(worded):
        work = await ended(worded, alice, (await ask(worded, alice, picture)).id)
        async with asyncio.timeout(30):
            while not model.faults.struck:
                await asyncio.sleep(0.02)
        second = await ended(worded, alice, (await ask(worded, alice, picture)).id)
        assert (work.status, work.title, second.status) == ("completed", FALLBACK, "completed")


async def test_without_a_model_the_template_s_title_stands_and_nothing_is_kept(
    studio: Studio, alice: Caller, picture: File, comfyui: Comfyui
) -> None:
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert work.title == FALLBACK
    assert await waiting(studio) == 0
    assert await row(studio, "SELECT count(*) FROM generation_jobs WHERE about ? 'asks_title'") == (
        0,
    )


@pytest.mark.parametrize("fault", ["long", "instruct", "decline", "empty", "echo", "cut"])
async def test_an_answer_that_is_no_title_leaves_the_template_s(
    worded: Studio,
    model: Server,
    alice: Caller,
    untitled: works.Work,
    fault: str,
) -> None:
    model.faults.add("chat", fault, times=0)  # type: ignore[arg-type]
    assert await Titles(worded).give() == 1
    assert (await works.get(worded, alice, untitled.id)).title == FALLBACK
    # Settled: it is not asked for again.
    assert await waiting(worded) == 0
    assert await Titles(later(worded, TOO_OLD)).give() == 0


async def test_a_model_that_is_away_is_asked_again_later_and_not_before(
    worded: Studio, model: Server, alice: Caller, untitled: works.Work
) -> None:
    model.faults.add("chat", "refuse", times=3, status=503, retry_after=0)
    assert await Titles(worded).give() == 1
    assert (await works.get(worded, alice, untitled.id)).title == FALLBACK
    assert await waiting(worded) == 1
    assert await Titles(worded).give() == 0
    assert await Titles(later(worded, timedelta(seconds=31))).give() == 1
    assert (await works.get(worded, alice, untitled.id)).title != FALLBACK
    assert await waiting(worded) == 0


async def test_after_a_day_the_template_s_title_stands(
    worded: Studio, model: Server, alice: Caller, untitled: works.Work
) -> None:
    assert await Titles(later(worded, TOO_OLD + timedelta(seconds=1))).give() == 0
    assert await waiting(worded) == 0
    assert not model.asked
    assert (await works.get(worded, alice, untitled.id)).title == FALLBACK


async def test_two_processes_ask_once(worded: Studio, model: Server, untitled: works.Work) -> None:
    counts = await asyncio.gather(*(Titles(worded).give() for _ in range(5)))
    assert sum(counts) == len(model.asked) == 1


async def test_a_title_whose_asker_was_killed_is_asked_for_by_another(
    worded: Studio, model: Server, alice: Caller, untitled: works.Work
) -> None:
    model.faults.add("chat", "hang")
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.pipeline.titling"),
        env=os.environ
        | {
            "AFFICHE_DATA": str(worded.settings.data),
            "DATABASE_URL": worded.settings.database_url or "",
            "AFFICHE_LLM_URL": model.url,
            "AFFICHE_LLM_MODEL": MODEL,
        },
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            while not model.faults.struck:
                assert process.returncode is None
                await asyncio.sleep(0.02)
    finally:
        process.kill()
        await process.wait()
    # It is held by the dead one until its time is over.
    assert await Titles(worded).give() == 0
    assert await Titles(later(worded, LEASE + timedelta(seconds=1))).give() == 1
    assert (await works.get(worded, alice, untitled.id)).title != FALLBACK
    assert len(model.asked) == 1


async def test_a_person_s_title_is_not_asked_for(
    worded: Studio, model: Server, alice: Caller, picture: File, untitled: works.Work
) -> None:
    # Even one that is the template's, word for word.
    await titles.edit(worded, alice, untitled.id, title=FALLBACK)
    assert await Titles(worded).give() == 0
    assert not model.asked
    assert (await works.get(worded, alice, untitled.id)).title == FALLBACK
    other = await ask(worded, alice, picture)
    await titles.edit(worded, alice, other.id, title=FALLBACK)
    async with at_work(worded):
        await ended(worded, alice, other.id)
        assert await waiting(worded) == 0


@pytest.mark.parametrize("by", ["person", "operator", "fallback"])
async def test_what_is_written_while_the_model_thinks_stays(
    worded: Studio,
    model: Server,
    alice: Caller,
    untitled: works.Work,
    by: str,
) -> None:
    model.faults.add("chat", "hang")
    asking = asyncio.create_task(Titles(worded).give())
    async with asyncio.timeout(30):
        while not model.faults.struck:
            await asyncio.sleep(0.02)
    if by == "operator":
        async with worded.database.as_service() as service:
            await service.connection.execute("UPDATE works SET title = '수정된 이미지'")
        wanted = "수정된 이미지"
    else:
        wanted = FALLBACK if by == "fallback" else "내 것"
        await titles.edit(worded, alice, untitled.id, title=wanted)
    model.faults.clear()
    await asking
    assert len(model.asked) >= 1
    assert (await works.get(worded, alice, untitled.id)).title == wanted
    assert await waiting(worded) == 0


async def test_a_picture_that_is_gone_leaves_the_template_s(
    worded: Studio, model: Server, alice: Caller, untitled: works.Work
) -> None:
    (output,) = await works.outputs(worded, alice, [untitled.id])
    await worded.objects.delete("thumbs", output.thumbnail_key or "")
    assert await Titles(worded).give() == 1
    assert not model.asked
    assert await waiting(worded) == 0


def test_pauses_grow_to_an_hour() -> None:
    pauses = [service_module.pause(tries).total_seconds() for tries in (1, 2, 3, 7, 8, 100)]
    assert pauses == [30, 60, 120, 1920, 3600, 3600]
