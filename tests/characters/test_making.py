"""From asking with a character and a reference to the picture, and what the record says of it."""

import json

import pytest
from tests.characters.conftest import CAPTION, ask, told
from tests.support.studios import at_work, ended, photograph

from affiche.emulators.comfyui import Server
from affiche.errors import InvalidInputs, LoraMissing, LoraUnset
from affiche.pipeline.crew import Crew
from affiche.studio import characters, references, uploads, works
from affiche.studio.characters import Character
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio

POSITIVE = f"milan, long brunette hair, tan skin, {CAPTION}"
NEGATIVE = "blonde hair, light hair, pale skin, blurry, deformed, bad anatomy"


async def test_the_seed_s_example_from_asking_to_its_picture(
    studio: Studio,
    alice: Caller,
    crew: Crew,
    milan: Character,
    reference: Reference,
) -> None:
    asked = await ask(
        studio,
        alice,
        character="milan",
        reference=str(reference.id),
        denoise=0.75,
        cfg=3.8,
        steps=28,
        seed=-1,
        negative_prompt_suffix="blurry, deformed, bad anatomy",
    )
    assert (asked.character_id, asked.reference_id) == (milan.id, reference.id)
    assert asked.input_data["character"] == str(milan.id)
    work = await ended(studio, alice, asked.id)
    assert work.status == "completed", work.error_code
    found = await told(studio, work)
    assert (found["positive"], found["negative"]) == (POSITIVE, NEGATIVE)
    assert work.input_data["reference"] == str(reference.id)
    parameters = found["parameters"]
    assert parameters["reference"] == str(reference.file_id)
    assert parameters["lora_file"] == "milan.safetensors"
    assert parameters["lora_strength"] == 0.65


async def test_a_later_edit_changes_nothing_of_what_waits(
    studio: Studio, alice: Caller, comfyui: Server, milan: Character, reference: Reference
) -> None:
    asked = await ask(studio, alice, character=str(milan.id), reference=str(reference.id))
    await characters.change(
        studio, alice, milan.id, {"trigger_word": "another", "lora_file": "x.safetensors"}
    )
    await references.change(studio, alice, reference.id, caption="something else")
    async with at_work(studio):
        work = await ended(studio, alice, asked.id)
    assert work.status == "completed", work.error_code
    assert (await told(studio, work))["positive"] == POSITIVE
    assert work.subject is not None
    assert work.subject["reference"]["caption"] == CAPTION


async def test_a_reference_that_is_deleted_is_still_made_after(
    studio: Studio, alice: Caller, comfyui: Server, milan: Character, reference: Reference
) -> None:
    asked = await ask(studio, alice, character="milan", reference=str(reference.id))
    await references.remove(studio, alice, reference.id)
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT used_at IS NOT NULL, is_needed(id) FROM files WHERE id = %s",
            (reference.file_id,),
        )
        assert await cursor.fetchone() == (True, True)
    async with at_work(studio):
        work = await ended(studio, alice, asked.id)
    assert work.status == "completed", work.error_code
    assert work.reference_id is None
    assert (await told(studio, work))["positive"] == POSITIVE


async def test_the_picture_of_a_reference_that_no_work_names_is_left_to_the_sweep(
    studio: Studio, alice: Caller, reference: Reference
) -> None:
    await references.remove(studio, alice, reference.id)
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT used_at IS NULL, is_needed(id) FROM files WHERE id = %s", (reference.file_id,)
        )
        assert await cursor.fetchone() == (True, False)


async def test_a_picture_of_one_s_own_takes_a_reference_s_place(
    studio: Studio, alice: Caller, crew: Crew, milan: Character
) -> None:
    file = await uploads.upload(studio, alice, photograph(), name="해변.jpg")
    asked = await ask(studio, alice, character="milan", reference=str(file.id))
    work = await ended(studio, alice, asked.id)
    assert work.status == "completed", work.error_code
    found = await told(studio, work)
    assert found["positive"] == "milan, long brunette hair, tan skin"
    assert found["parameters"]["reference_filename"] == "picture"


async def test_a_work_by_sql_is_about_somebody_too(
    studio: Studio, alice: Caller, crew: Crew, milan: Character, reference: Reference
) -> None:
    inputs = json.dumps({"character": "milan", "reference": str(reference.id)})
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "WITH work AS (INSERT INTO works (user_id, template_id, input_data)"
            " SELECT %s, id, %s FROM templates WHERE slug = 'img2img-lora' RETURNING id)"
            " INSERT INTO generation_jobs (work_id) SELECT id FROM work RETURNING work_id",
            (alice.id, inputs),
        )
        row = await cursor.fetchone()
    assert row is not None
    work = await ended(studio, alice, row[0])
    assert work.status == "completed", work.error_code
    assert work.character_id == milan.id
    assert (await told(studio, work))["positive"] == POSITIVE


async def test_a_work_by_sql_about_nobody_says_so(
    studio: Studio, alice: Caller, crew: Crew, reference: Reference
) -> None:
    inputs = json.dumps({"character": "skyler", "reference": str(reference.id)})
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "WITH work AS (INSERT INTO works (user_id, template_id, input_data)"
            " SELECT %s, id, %s FROM templates WHERE slug = 'img2img-lora' RETURNING id)"
            " INSERT INTO generation_jobs (work_id) SELECT id FROM work RETURNING work_id",
            (alice.id, inputs),
        )
        row = await cursor.fetchone()
    assert row is not None
    work = await ended(studio, alice, row[0])
    assert (work.status, work.error_code) == ("failed", "invalid_inputs")


async def test_the_character_s_own_strength_counts_where_none_is_asked(
    studio: Studio, alice: Caller, comfyui: Server, milan: Character, reference: Reference
) -> None:
    await characters.change(studio, alice, milan.id, {"lora_strength": 0.9})
    asked = await ask(studio, alice, character="milan", reference=str(reference.id))
    assert asked.input_data["lora_strength"] == 0.9
    other = await ask(
        studio, alice, character="milan", reference=str(reference.id), lora_strength=0.4
    )
    assert other.input_data["lora_strength"] == 0.4


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"character": "skyler"}, {"character": "character_unknown", "reference": "required"}),
        ({}, {"character": "required", "reference": "required"}),
        ({"character": "../milan", "reference": "x"}, {"character": "character_unknown"}),
    ],
)
async def test_what_is_missing_is_said_field_by_field(
    studio: Studio,
    alice: Caller,
    milan: Character,
    inputs: dict[str, str],
    code: dict[str, str],
) -> None:
    with pytest.raises(InvalidInputs) as caught:
        await ask(studio, alice, **inputs)
    found = {problem.field: problem.code for problem in caught.value.problems}
    assert found.items() >= code.items()


@pytest.mark.parametrize(
    ("denoise", "cfg", "steps", "strength"),
    [(0.5, 1, 10, 0.3), (1.0, 15, 50, 1.0)],
)
async def test_the_ends_of_the_seed_s_ranges(
    studio: Studio,
    alice: Caller,
    comfyui: Server,
    milan: Character,
    reference: Reference,
    denoise: float,
    cfg: float,
    steps: int,
    strength: float,
) -> None:
    values = {"denoise": denoise, "cfg": cfg, "steps": steps, "lora_strength": strength}
    about = {"character": "milan", "reference": str(reference.id)}
    asked = await ask(studio, alice, **about, **values)
    assert {name: asked.input_data[name] for name in values} == values
    beyond = {
        name: value + (0.01 if value == high else -0.01) if name != "steps" else value + sign
        for (name, value), high, sign in zip(
            values.items(), (1.0, 15, 50, 1.0), [0, 0, 1 if steps == 50 else -1, 0], strict=True
        )
    }
    with pytest.raises(InvalidInputs) as caught:
        await ask(studio, alice, **about, **beyond)
    assert {problem.field for problem in caught.value.problems} == set(values)


async def test_a_character_whose_lora_is_not_there_is_refused_before_asking(
    studio: Studio, alice: Caller, comfyui: Server, reference: Reference
) -> None:
    await characters.make(studio, alice, {"name": "Skyler", "lora_file": "skyler.safetensors"})
    with pytest.raises(LoraMissing) as caught:
        await ask(studio, alice, character="skyler", reference=str(reference.id))
    assert "skyler.safetensors" in caught.value.message("ko")
    assert "comfyui" in caught.value.message("en")
    assert caught.value.hint("ko")
    assert await works.page(studio, alice) == []


async def test_a_character_without_any_lora_is_refused_too(
    studio: Studio, alice: Caller, reference: Reference
) -> None:
    await characters.make(studio, alice, {"name": "Cam"})
    with pytest.raises(LoraUnset):
        await ask(studio, alice, character="cam", reference=str(reference.id))


async def test_where_the_engine_does_not_answer_nothing_is_refused(
    studio: Studio, alice: Caller, reference: Reference
) -> None:
    async with studio.database.as_service() as service:
        await service.run("endpoints.retire", name="preview")
        await service.run(
            "endpoints.put",
            name="comfyui",
            kind="comfyui",
            url="http://127.0.0.1:9",
            works_at_once=4,
            position=100,
        )
    await characters.make(studio, alice, {"name": "Sky", "lora_file": "sky.safetensors"})
    asked = await ask(studio, alice, character="sky", reference=str(reference.id))
    assert asked.status == "pending"
