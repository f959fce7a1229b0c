"""Words into English beside a work: what is asked, what is kept, and what a model may spoil."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from affiche import app
from affiche.catalog.catalog import shipped
from affiche.domain.translation import Term
from affiche.emulators.llm import Server
from affiche.errors import Forbidden, InvalidInputs, NotFound
from affiche.pipeline import retention
from affiche.studio import glossary, language, projects, translations
from affiche.studio.studio import Caller, Studio

KOREAN, ENGLISH = "배경을 해변으로 바꿔줘", "Change the background to a beach"
FIELDS = next(t for t in shipped() if t.slug == "klein-i2i").fields
POSTER = next(t for t in shipped() if t.slug == "poster").fields
WORK = UUID(int=1)


@pytest.fixture
async def project(studio: Studio, alice: Caller) -> UUID:
    return (await projects.mine(studio, alice))[0].id


async def settled(
    studio: Studio, project: UUID | None, **values: Any
) -> tuple[dict[str, Any], dict[str, Any]]:
    return await translations.settle(studio, FIELDS, values, project_id=project, work_id=WORK)


async def test_korean_becomes_english_and_the_record_says_by_whom(
    studio: Studio, project: UUID, model: Server
) -> None:
    values, told = await settled(studio, project, prompt=KOREAN, steps=4)
    assert values == {"prompt": ENGLISH, "steps": 4}
    assert told == {
        "status": "translated",
        "fields": {"prompt": {"status": "translated", "english": ENGLISH}},
        "model": "affiche-stand-in",
        "stand_in": False,
    }
    assert len(model.asked) == 1


@pytest.mark.parametrize(
    ("prompt", "english"),
    [
        ("이미지 배경을 해변으로 바꿔줘", "Change the picture background to a beach"),
        ("배경을 산 풍경으로 바꿔줘", "Change the background to a mountain landscape"),
        ("Replace the sky with a dramatic sunset", "Replace the sky with a dramatic sunset"),
        ("edit prompt", "edit prompt"),
    ],
)
async def test_the_first_studio_s_own_prompts(
    studio: Studio, project: UUID, prompt: str, english: str
) -> None:
    values, _ = await settled(studio, project, prompt=prompt)
    assert values["prompt"] == english


@pytest.mark.parametrize("prompt", ["a quiet beach", "8k 🌙", 'a sign "안녕"'])
async def test_english_is_not_asked_about(
    studio: Studio, project: UUID, model: Server, prompt: str
) -> None:
    values, told = await settled(studio, project, prompt=prompt)
    assert (values["prompt"], told["status"]) == (prompt, "english")
    assert not model.asked


async def test_words_that_are_printed_stay_and_those_that_are_painted_do_not(
    studio: Studio, project: UUID
) -> None:
    values = {
        "headline": "여름을 입다",
        "masthead": "바다",
        "lines": "봄",
        "prompt": "노을 지는 해변",
    }
    found, told = await translations.settle(
        studio, POSTER, {**values, "negative_prompt": "비"}, project_id=project, work_id=WORK
    )
    assert {name: found[name] for name in ("headline", "masthead", "lines")} == {
        "headline": "여름을 입다", "masthead": "바다", "lines": "봄",
    }  # fmt: skip
    assert (found["prompt"], found["negative_prompt"]) == ("A beach at sunset", "Rain")
    assert set(told["fields"]) == {"prompt", "negative_prompt"}


@pytest.mark.parametrize(
    "kind", ["long", "instruct", "chatter", "echo", "decline", "empty", "cut", "junk", "flood"]
)
async def test_what_is_no_translation_is_asked_for_again_and_then_left(
    studio: Studio, project: UUID, model: Server, kind: Any
) -> None:
    model.faults.add("chat", kind)
    values, told = await settled(studio, project, prompt=KOREAN)
    assert (values["prompt"], told["status"]) == (ENGLISH, "translated")
    model.faults.add("chat", kind, times=0)
    values, told = await settled(studio, project, prompt="배경을 산으로 바꿔줘")
    assert (values["prompt"], told["status"]) == ("배경을 산으로 바꿔줘", "failed")
    assert "model" not in told


async def test_a_model_that_hangs_holds_nobody_longer_than_the_settings_say(
    studio: Studio, project: UUID, model: Server
) -> None:
    model.faults.add("chat", "hang", times=0)
    hurried = replace(studio, settings=replace(studio.settings, translation_seconds=0.5))
    values, told = await settled(hurried, project, prompt=KOREAN)
    assert (values["prompt"], told["status"]) == (KOREAN, "failed")


async def test_without_a_model_it_goes_as_it_is(wordless: Studio, project: UUID) -> None:
    values, told = await settled(wordless, project, prompt=KOREAN)
    assert (values["prompt"], told["status"]) == (KOREAN, "unavailable")


async def test_what_was_brought_along_is_used_as_it_is(
    studio: Studio, project: UUID, model: Server
) -> None:
    values, told = await settled(studio, project, prompt=KOREAN, prompt_en="A beach. 해변")
    assert (values, told["status"]) == ({"prompt": "A beach. 해변"}, "edited")
    assert not model.asked


async def test_what_was_settled_before_is_settled(
    studio: Studio, project: UUID, model: Server
) -> None:
    before = {"model": "m", "fields": {"prompt": {"status": "failed", "english": KOREAN}}}
    values, told = await translations.settle(
        studio, FIELDS, {"prompt": KOREAN}, project_id=project, work_id=WORK, before=before
    )
    assert (values["prompt"], told["status"], told["model"]) == (KOREAN, "failed", "m")
    assert not model.asked


async def test_the_same_words_are_paid_for_once(
    studio: Studio, project: UUID, model: Server
) -> None:
    first, *others = await asyncio.gather(
        *(settled(studio, project, prompt=KOREAN) for _ in range(5))
    )
    assert all(values["prompt"] == ENGLISH for values, _ in (first, *others))
    statuses = sorted(told["status"] for _, told in (first, *others))
    assert statuses == ["cached"] * 4 + ["translated"]
    assert len(model.asked) == 1


async def test_of_two_processes_the_first_answer_holds_for_both(
    studio: Studio, project: UUID, model: Server
) -> None:
    assert studio.model is not None
    another = app.language_model(studio.model.place, studio.settings, studio.database)
    for each in (studio, replace(studio, model=another)):
        await each.model.models()  # type: ignore[union-attr]
    model.faults.add("chat", "delay", times=2, seconds=0.3)
    found = await asyncio.gather(
        settled(studio, project, prompt=KOREAN),
        settled(replace(studio, model=another), project, prompt=KOREAN),
    )
    await another.close()
    assert {values["prompt"] for values, _ in found} == {ENGLISH}
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute("SELECT count(*) FROM translations")
        assert await cursor.fetchone() == (1,)


async def test_another_project_does_not_learn_that_it_was_asked(
    studio: Studio, project: UUID, alice: Caller, model: Server
) -> None:
    other = (await projects.add(studio, alice, "another")).id
    for where in (project, other):
        _, told = await settled(studio, where, prompt=KOREAN)
        assert told["status"] == "translated"
    assert len(model.asked) == 2


# --- the glossary ------------------------------------------------------------------------------


async def test_names_are_kept_and_mapped_through_the_model(
    studio: Studio, alice: Caller, project: UUID, model: Server
) -> None:
    names = [Term("갤럭시", "Galaxy"), Term("한강", None)]
    await glossary.put(studio, alice, project, names)
    values, told = await settled(studio, project, prompt="한강에 갤럭시 로고를 넣어줘")
    assert "한강" in values["prompt"]
    assert "Galaxy logo" in values["prompt"]
    assert told["status"] == "translated"
    assert "갤럭시" not in model.asked[-1].text
    assert "[[1]]" in model.asked[-1].text


async def test_names_alone_are_put_in_without_a_model(
    wordless: Studio, alice: Caller, project: UUID
) -> None:
    await glossary.put(wordless, alice, project, [Term("카리나", "Karina")])
    values, told = await settled(wordless, project, prompt="a poster of 카리나")
    assert (values["prompt"], told["status"]) == ("a poster of Karina", "translated")
    assert "model" not in told


async def test_a_model_that_forgets_a_name_is_asked_again(
    studio: Studio, alice: Caller, project: UUID, model: Server
) -> None:
    await glossary.put(studio, alice, project, [Term("갤럭시", "Galaxy")])
    model.faults.add("chat", "forget")
    values, _ = await settled(studio, project, prompt="갤럭시 로고를 넣어줘")
    assert "Galaxy" in values["prompt"]
    assert len(model.asked) == 2


async def test_another_name_makes_another_translation(
    studio: Studio, alice: Caller, project: UUID, model: Server
) -> None:
    for english, logo in ((None, "갤럭시 logo"), ("Galaxy", "Galaxy logo")):
        await glossary.put(studio, alice, project, [Term("갤럭시", english)])
        values, told = await settled(studio, project, prompt="갤럭시 로고")
        assert logo in values["prompt"]
        assert told["status"] == "translated"
    await glossary.remove(studio, alice, project, "갤럭시")
    await settled(studio, project, prompt="갤럭시 로고")
    assert len(model.asked) == 3


async def test_what_is_no_name_and_whose_it_is_not(
    studio: Studio, alice: Caller, bob: Caller, project: UUID
) -> None:
    for wrong in (Term(" ", None), Term("x" * 101, None), Term("a", ""), Term("a\nb", None)):
        with pytest.raises(InvalidInputs):
            await glossary.put(studio, alice, project, [Term("good", None), wrong])
    assert await glossary.listed(studio, alice, project) == []
    with pytest.raises(NotFound):
        await glossary.listed(studio, bob, project)
    with pytest.raises(NotFound):
        await glossary.put(studio, bob, project, [Term("a", None)])
    async with studio.database.as_service() as service:
        await service.run("projects.join", id=project, user_id=bob.id, role="member")
    with pytest.raises(Forbidden):
        await glossary.put(studio, bob, project, [Term("a", None)])
    with pytest.raises(NotFound):
        await glossary.remove(studio, alice, project, "nothing")
    many = [Term(f"n{n}", None) for n in range(glossary.MOST)]
    await glossary.put(studio, alice, project, many)
    await glossary.put(studio, alice, project, [Term("n1", "again")])
    with pytest.raises(InvalidInputs):
        await glossary.put(studio, alice, project, [Term("one more", None)])
    assert len(await glossary.listed(studio, bob, project)) == glossary.MOST


# --- what is kept and what is forgotten --------------------------------------------------------


async def test_questions_and_translations_are_forgotten_in_time(
    studio: Studio, project: UUID
) -> None:
    await settled(studio, project, prompt=KOREAN)
    counts = await retention.forget(studio, pause=0)
    assert (counts["questions"], counts["translations"]) == (0, 0)
    async with studio.database.as_service() as service:
        for table, column in (("llm_calls", "created_at"), ("translations", "used_at")):
            await service.connection.execute(
                f"UPDATE {table} SET {column} = now() - interval '1 year'"
            )
    counts = await retention.forget(studio, pause=0)
    assert (counts["questions"], counts["translations"]) == (1, 1)


async def test_one_limit_for_all_processes(studio: Studio, project: UUID, model: Server) -> None:
    """With one question a minute the second is refused, and its words go as they are."""
    assert studio.model is not None
    slow = replace(studio.settings, llm_rate=1)
    for n, status in enumerate(["translated", "failed"]):
        one = app.language_model(studio.model.place, slow, studio.database)
        _, told = await settled(replace(studio, model=one), project, prompt=f"바다 {n}")
        await one.close()
        assert told["status"] == status
    assert len(model.asked) == 1


async def test_what_doctor_says(studio: Studio, project: UUID, model: Server) -> None:
    assert await language.lately(studio.database) == []
    settings = replace(studio.settings, llm_url=model.url, llm_key="k", llm_model="m")
    (well,) = await language.reached(settings)
    assert (well.state, well.code) == ("ok", "language_model")
    model.faults.add("models", "refuse", times=0, status=503)
    (silent,) = await language.reached(settings)
    assert (silent.state, silent.code) == ("broken", "language_model_silent")
    (none,) = await language.reached(replace(settings, llm_url=None, llm_key=None))
    assert (none.state, none.code) == ("note", "no_language_model")
    model.faults.add("chat", "decline", times=0)
    await settled(studio, project, prompt=KOREAN)
    (failed,) = await language.lately(studio.database)
    assert (failed.state, failed.code) == ("broken", "language_model_failed")
    assert failed.params == {"calls": 3, "failed": 3, "outcome": "unfit"}
