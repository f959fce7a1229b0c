"""Captions from a language model: of a project's references, once each, never over one's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.servers import add_person
from tests.support.studios import at_work, photograph

from affiche import app
from affiche.emulators.llm import MODEL, Server, serving
from affiche.errors import LanguageModelOff, NotFound
from affiche.llm.client import Place
from affiche.pipeline.captions import AT_ONCE, MOST_TRIES, Captions
from affiche.pipeline.titles import LEASE
from affiche.studio import captions, references, uploads
from affiche.studio.projects import project_of
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio


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


async def brought(studio: Studio, caller: Caller, count: int, **said: Any) -> list[UUID]:
    """References to the same picture's file, each of other content as far as anybody knows."""
    project = await project_of(studio, caller, None)
    file = await uploads.upload(studio, caller, photograph())
    made = [studio.new_id() for _ in range(count)]
    values = {"caption": None, "caption_ko": None, "is_demo": False, "category": "beach"} | said
    async with studio.database.as_service() as service:
        for each in made:
            await service.run(
                "references.add",
                id=each,
                project_id=project.id,
                user_id=caller.id,
                filename=f"{each}.jpg",
                file_id=file.id,
                sha256=each.bytes * 2,
                **values,
            )
    return made


async def read(studio: Studio, caller: Caller, made: list[UUID]) -> list[Reference]:
    return [await references.get(studio, caller, each) for each in made]


def later(studio: Studio, by: timedelta) -> Studio:
    now: Callable[[], datetime] = studio.now
    return replace(studio, now=lambda: now() + by)


async def counts(studio: Studio, caller: Caller) -> dict[str, int]:
    found = await captions.progress(studio, caller)
    names = ("none", "waiting", "written", "edited", "failed")
    return {name: value for name in names if (value := getattr(found, name))}


async def test_those_that_have_none_are_captioned_in_both_languages_and_counted(
    worded: Studio, model: Server, alice: Caller
) -> None:
    made = await brought(worded, alice, 6)
    assert await counts(worded, alice) == {"none": 6}
    assert await captions.want(worded, alice) == 6
    async with at_work(worded):
        async with asyncio.timeout(60):
            while (await counts(worded, alice)).get("written", 0) < 6:
                await asyncio.sleep(0.02)
    for each in await read(worded, alice, made):
        assert (each.vision_description or "").startswith("a ")
        assert "square format" in (each.vision_description or "")
        assert "정사각형" in (each.caption_ko or "")
        assert each.analyzed_at is not None
        assert each.caption_state == "written"
    assert len(model.asked) == 6
    file = await uploads.get(worded, alice, (await read(worded, alice, made))[0].file_id)
    thumbnail = await worded.objects.read("thumbs", file.thumbnail_key or "")
    assert all(list(question.pictures) == [thumbnail] for question in model.asked)
    async with worded.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT purpose, outcome, count(*), bool_and(cost > 0) FROM llm_calls GROUP BY 1, 2"
        )
        assert await cursor.fetchall() == [("caption", "answered", 6, True)]


async def test_nobody_asks_for_what_nobody_wanted(worded: Studio, alice: Caller) -> None:
    await brought(worded, alice, 2)
    assert await Captions(worded).write() == 0


async def test_wanted_twice_is_asked_once(worded: Studio, model: Server, alice: Caller) -> None:
    await brought(worded, alice, 2)
    assert await captions.want(worded, alice) == 2
    assert await captions.want(worded, alice) == 0
    results = await asyncio.gather(*(Captions(worded).write() for _ in range(4)))
    assert sum(results) == len(model.asked) == 2
    assert await captions.want(worded, alice, again=True) == 0
    assert await Captions(later(worded, LEASE * 2)).write() == 0


async def test_only_a_category(worded: Studio, alice: Caller) -> None:
    await brought(worded, alice, 1)
    await brought(worded, alice, 2, category="산")
    assert await captions.want(worded, alice, category="산") == 2
    assert await captions.want(worded, alice, category="nothing") == 0


async def test_one_s_own_words_are_never_written_over(
    worded: Studio, model: Server, alice: Caller
) -> None:
    own = await brought(worded, alice, 1, caption="a red door")
    (waiting,) = await brought(worded, alice, 1)
    assert await captions.want(worded, alice, again=True) == 1
    await references.change(worded, alice, waiting, caption="my own words")
    assert await Captions(worded).write() == 1
    assert not model.asked
    assert [each.vision_description for each in await read(worded, alice, [*own, waiting])] == [
        "a red door",
        "my own words",
    ]


async def test_what_is_written_while_the_model_looks_stays(
    worded: Studio, model: Server, alice: Caller
) -> None:
    (waiting,) = await brought(worded, alice, 1)
    await captions.want(worded, alice)
    model.faults.add("chat", "hang")
    asking = asyncio.create_task(Captions(worded).write())
    async with asyncio.timeout(30):
        while not model.faults.struck:
            await asyncio.sleep(0.02)
    await references.change(worded, alice, waiting, caption="my own words")
    model.faults.clear()
    await asking
    (found,) = await read(worded, alice, [waiting])
    assert (found.vision_description, found.caption_state) == ("my own words", "edited")


@pytest.mark.parametrize("fault", ["long", "instruct", "decline", "empty", "echo", "cut"])
async def test_an_answer_that_is_no_caption_is_tried_again_and_then_said_to_be_none(
    worded: Studio, model: Server, alice: Caller, fault: str
) -> None:
    made = await brought(worded, alice, 1)
    await captions.want(worded, alice)
    model.faults.add("chat", fault, times=0)  # type: ignore[arg-type]
    assert await Captions(worded).write() == 1
    assert len(model.asked) > 1
    (found,) = await read(worded, alice, made)
    assert (found.vision_description, found.caption_ko, found.analyzed_at) == (None, None, None)
    progress = await captions.progress(worded, alice)
    assert [(each.code, each.references) for each in progress.reasons] == [
        ("language_model_unfit", 1)
    ]
    assert await Captions(later(worded, LEASE * 2)).write() == 0
    # Only whoever asks for it again gets it again.
    model.faults.clear()
    assert await captions.want(worded, alice) == 0
    assert await captions.want(worded, alice, again=True) == 1
    assert await Captions(worded).write() == 1
    assert await counts(worded, alice) == {"written": 1}


async def test_a_model_that_is_away_is_asked_again_later_and_not_for_ever(
    worded: Studio, model: Server, alice: Caller
) -> None:
    await brought(worded, alice, 1)
    await captions.want(worded, alice)
    model.faults.add("chat", "refuse", times=3, status=503, retry_after=0)
    assert await Captions(worded).write() == 1
    assert await counts(worded, alice) == {"waiting": 1}
    assert await Captions(worded).write() == 0
    async with worded.database.as_service() as service:
        await service.connection.execute("UPDATE captions SET tries = %s", (MOST_TRIES - 1,))
    model.faults.add("chat", "refuse", times=3, status=503, retry_after=0)
    assert await Captions(later(worded, timedelta(hours=2))).write() == 1
    assert await counts(worded, alice) == {"failed": 1}


async def test_what_a_dead_process_was_asking_for_is_asked_for_by_another(
    worded: Studio, model: Server, alice: Caller
) -> None:
    await brought(worded, alice, 1)
    await captions.want(worded, alice)
    model.faults.add("chat", "hang")
    dying = asyncio.create_task(Captions(worded).write())
    async with asyncio.timeout(30):
        while not model.faults.struck:
            await asyncio.sleep(0.02)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    assert await Captions(worded).write() == 0
    assert await Captions(later(worded, LEASE + timedelta(seconds=1))).write() == 1
    assert await counts(worded, alice) == {"written": 1}


async def test_whoever_has_few_does_not_wait_behind_whoever_has_many(
    worded: Studio, alice: Caller, studio: Studio
) -> None:
    bob = await add_person(studio, "bob")
    await brought(worded, alice, 3 * AT_ONCE)
    await captions.want(worded, alice)
    await brought(worded, bob, 1)
    await captions.want(worded, bob)
    assert await Captions(worded).write() == AT_ONCE
    assert await counts(worded, bob) == {"written": 1}
    assert (await counts(worded, alice))["written"] == AT_ONCE - 1


async def test_stopped_is_stopped(worded: Studio, model: Server, alice: Caller) -> None:
    await brought(worded, alice, 3)
    await captions.want(worded, alice)
    assert await captions.stop(worded, alice) == 3
    assert await counts(worded, alice) == {"none": 3}
    assert await Captions(worded).write() == 0
    assert not model.asked


async def test_without_a_model_or_a_project_that_is_one_s_own(
    studio: Studio, worded: Studio, alice: Caller
) -> None:
    await brought(studio, alice, 1)
    with pytest.raises(LanguageModelOff):
        await captions.want(studio, alice)
    assert await Captions(studio).write() == 0
    bob = await add_person(studio, "bob")
    hers = (await project_of(studio, alice, None)).id
    for refused in (captions.want, captions.stop, captions.progress):
        with pytest.raises(NotFound):
            await refused(worded, bob, hers)  # type: ignore[operator]
