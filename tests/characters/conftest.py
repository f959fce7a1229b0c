"""Milan, whom seed 003 has, and a captioned reference, in alice's project."""

from typing import Any, Final

import pytest
from tests.support.studios import photograph

from affiche.studio import characters, imports, references, works
from affiche.studio.characters import Character
from affiche.studio.imports import Brought
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio

MILAN: Final[dict[str, Any]] = {
    "name": "Milan",
    "skin_tone": "tan",
    "hair_color": "brunette",
    "hair_style": "long brunette hair",
    "lora_file": "milan.safetensors",
    "trigger_word": "milan",
    "negative_prompt": "blonde hair, light hair, pale skin",
}
CAPTION: Final = (
    "orange bikini top, mirror selfie, holding phone, bathroom setting, neutral lighting"
)
FILENAME: Final = "3619935470697612901_60140989072_1.jpg"


@pytest.fixture
async def milan(studio: Studio, alice: Caller) -> Character:
    return await characters.make(studio, alice, MILAN)


@pytest.fixture
async def reference(studio: Studio, alice: Caller) -> Reference:
    brought = Brought(photograph(), FILENAME, "bikini-mirror-pics", CAPTION)
    found, is_new = await imports.bring(studio, alice, brought)
    assert is_new
    return found


async def ask(studio: Studio, caller: Caller, **inputs: Any) -> works.Work:
    return await works.ask(studio, caller, works.Ask(template="img2img-lora", inputs=inputs))


async def told(studio: Studio, work: works.Work) -> dict[str, Any]:
    """What the work's job was made with."""
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT prompt_used, negative_prompt_used, parameters FROM generation_jobs"
            " WHERE work_id = %s",
            (work.id,),
        )
        row = await cursor.fetchone()
    assert row is not None
    return {"positive": row[0], "negative": row[1], "parameters": row[2]}


async def again(studio: Studio, caller: Caller, reference: Reference) -> Reference:
    return await references.get(studio, caller, reference.id)
