"""Korean prompts through the whole pipeline, to what the engine is sent."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.support.studios import ask, at_work, ended

from affiche.emulators.comfyui import Server as Comfyui
from affiche.emulators.llm import Server
from affiche.errors import InvalidInputs, NotFound
from affiche.pipeline.crew import Crew
from affiche.studio import language, translations, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

KOREAN, ENGLISH = "배경을 해변으로 바꿔줘", "Change the background to a beach"


async def jobs(studio: Studio, work_id: UUID) -> list[tuple[Any, ...]]:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT prompt_used, parameters ->> 'prompt', translation ->> 'status'"
            " FROM generation_jobs WHERE work_id = %s ORDER BY output_index",
            (work_id,),
        )
        return await cursor.fetchall()


async def translation_asked(model: Server) -> int:
    return sum(question.kind == "translation" for question in model.asked)


async def test_the_engine_gets_english_and_the_work_keeps_both(
    studio: Studio, alice: Caller, crew: Crew, picture: File, model: Server
) -> None:
    work = await ended(studio, alice, (await ask(studio, alice, picture, KOREAN, seed=42)).id)
    assert work.status == "completed"
    assert work.input_data["prompt"] == KOREAN
    assert work.translation is not None
    assert work.translation["status"] == "translated"
    assert work.translation["fields"]["prompt"]["english"] == ENGLISH
    assert await jobs(studio, work.id) == [(ENGLISH, ENGLISH, "translated")]
    assert work.generation_metadata is not None
    assert work.generation_metadata["prompt"] == ENGLISH
    assert work.generation_metadata["original_prompt"] == KOREAN
    taken = await language.of_work(studio, work.id)
    assert taken.calls >= 1
    assert taken.tokens_in > 0 < taken.tokens_out
    assert taken.cost


async def test_all_pictures_of_a_work_are_of_the_same_words(
    studio: Studio, alice: Caller, crew: Crew, picture: File, model: Server
) -> None:
    inputs = {"image": str(picture.id), "prompt": KOREAN, "megapixels": 0.5}
    request = works.Ask(template="klein-i2i", inputs=inputs, output_count=4)
    work = await ended(studio, alice, (await works.ask(studio, alice, request)).id)
    assert {used for used, *_ in await jobs(studio, work.id)} == {ENGLISH}
    assert await translation_asked(model) == 1


@pytest.mark.parametrize("kind", ["refuse", "instruct", "drop"])
async def test_a_translation_never_fails_a_work(
    studio: Studio, alice: Caller, crew: Crew, picture: File, model: Server, kind: Any
) -> None:
    model.faults.add("chat", kind, times=0, of="translation")
    work = await ended(studio, alice, (await ask(studio, alice, picture, KOREAN)).id)
    assert (work.status, work.translation["status"]) == ("completed", "failed")  # type: ignore[index]
    assert await jobs(studio, work.id) == [(KOREAN, KOREAN, "failed")]


async def test_without_a_model_the_work_says_so(
    wordless: Studio, alice: Caller, comfyui: Comfyui, picture: File
) -> None:
    async with at_work(wordless):
        work = await ended(wordless, alice, (await ask(wordless, alice, picture, KOREAN)).id)
    assert (work.status, work.translation["status"]) == ("completed", "unavailable")  # type: ignore[index]
    assert await jobs(wordless, work.id) == [(KOREAN, KOREAN, "unavailable")]


async def test_the_built_in_dictionary_does_not_speak_to_a_real_engine(
    studio: Studio, alice: Caller, comfyui: Comfyui, picture: File, model: Server
) -> None:
    assert studio.model is not None
    studio.model.place = replace(studio.model.place, is_stand_in=True)
    async with at_work(studio):
        work = await ended(studio, alice, (await ask(studio, alice, picture, KOREAN)).id)
    assert work.translation["status"] == "unavailable"  # type: ignore[index]
    assert await translation_asked(model) == 0


async def test_to_the_preview_engine_it_does_and_says_so(
    studio: Studio, alice: Caller, picture: File, model: Server
) -> None:
    assert studio.model is not None
    studio.model.place = replace(studio.model.place, is_stand_in=True)
    async with studio.database.as_service() as service:
        await service.run(
            "endpoints.put", name="preview", kind="preview", url=None, works_at_once=2, position=9
        )
    async with at_work(studio, host_preview=True):
        work = await ended(studio, alice, (await ask(studio, alice, picture, KOREAN)).id)
    assert work.engine == "preview"
    assert (work.translation["status"], work.translation["stand_in"]) == ("translated", True)  # type: ignore[index]


async def test_english_of_one_s_own_before_asking(
    studio: Studio, alice: Caller, crew: Crew, picture: File, model: Server
) -> None:
    asked = await ask(studio, alice, picture, KOREAN, prompt_en="A beach, as I want it")
    work = await ended(studio, alice, asked.id)
    assert (work.input_data["prompt"], work.input_data["prompt_en"]) == (
        KOREAN, "A beach, as I want it",
    )  # fmt: skip
    assert work.translation["status"] == "edited"  # type: ignore[index]
    assert await jobs(studio, work.id) == [
        ("A beach, as I want it", "A beach, as I want it", "edited")
    ]
    assert await translation_asked(model) == 0


async def test_english_of_one_s_own_afterwards_is_a_new_work(
    studio: Studio, alice: Caller, bob: Caller, crew: Crew, picture: File
) -> None:
    first = await ended(studio, alice, (await ask(studio, alice, picture, KOREAN, seed=7)).id)
    made = await translations.reword(studio, alice, first.id, {"prompt": "A quiet beach"})
    second = await ended(studio, alice, made.id)
    assert (second.retry_of, second.seed) == (first.id, 7)
    assert second.input_data["prompt"] == KOREAN
    assert second.translation["fields"]["prompt"] == {  # type: ignore[index]
        "status": "edited", "english": "A quiet beach",
    }  # fmt: skip
    for wrong in ("image", "nothing", "seed"):
        with pytest.raises(InvalidInputs):
            await translations.reword(studio, alice, first.id, {wrong: "x"})
    with pytest.raises(NotFound):
        await translations.reword(studio, bob, first.id, {"prompt": "x"})
