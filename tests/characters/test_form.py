"""The form of the template with a character, as a page without scripts has it."""

import re

import aiohttp
from tests.characters.conftest import CAPTION

from affiche.serving import Server
from affiche.studio import people, works
from affiche.studio.characters import Character
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio


async def page(studio: Studio, server: Server, caller: Caller, **form: str) -> tuple[int, str]:
    """The form, or what it answers when it is sent."""
    key = await people.make_key(studio, caller.id, "test")
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
    address = f"{server.url}/templates/img2img-lora"
    async with aiohttp.ClientSession(headers=headers) as session:
        if form:
            call = session.post(f"{address}/works", data=form, allow_redirects=False)
        else:
            call = session.get(address)
        async with call as answer:
            return answer.status, await answer.text()


async def test_the_form_offers_characters_and_references(
    studio: Studio, server: Server, alice: Caller, milan: Character, reference: Reference
) -> None:
    status, shown = await page(studio, server, alice)
    assert status == 200
    options = dict(re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)</option>', shown))
    assert options[str(milan.id)] == "Milan"
    assert options[str(reference.id)].startswith(CAPTION[:40])
    for name in ("positive_prompt_suffix", "negative_prompt_suffix", "denoise", "lora_strength"):
        assert f'name="{name}"' in shown


async def test_what_is_chosen_is_asked_for(
    studio: Studio, server: Server, alice: Caller, milan: Character, reference: Reference
) -> None:
    chosen = {"character": str(milan.id), "reference": str(reference.id), "steps": "10"}
    status, _ = await page(studio, server, alice, **chosen)
    assert status == 303
    (work,) = await works.page(studio, alice)
    assert (work.character_id, work.reference_id) == (milan.id, reference.id)


async def test_what_was_chosen_is_still_chosen_when_the_form_comes_back(
    studio: Studio, server: Server, alice: Caller, milan: Character, reference: Reference
) -> None:
    chosen = {"character": str(milan.id), "reference": str(reference.id), "steps": "9"}
    status, shown = await page(studio, server, alice, **chosen)
    assert status == 422
    for each in (milan.id, reference.id):
        assert f'<option value="{each}" selected>' in shown
