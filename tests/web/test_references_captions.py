"""Captions of a whole category by the model: told before, seen while it works, stopped, and never
over what somebody wrote unless they say so."""

from dataclasses import replace

import pytest
from playwright.async_api import expect
from tests.support.studios import photograph
from tests.web.test_accessibility import check
from tests.web.visitors import Open

from affiche import app
from affiche.emulators.llm import MODEL, serving
from affiche.llm.client import Place
from affiche.pipeline.captions import Captions
from affiche.serving import Server
from affiche.studio import captions, imports, references
from affiche.studio.imports import Brought
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language, say

PATIENCE = 60_000


async def brought(studio: Studio, caller: Caller) -> None:
    """Three on the beach, of which one has its words, and one in town."""
    for n, category in enumerate(("beach", "beach", "beach", "town")):
        made = Brought(photograph(64, 48 + n), f"{n}.jpg", category)
        await imports.bring(studio, caller, made)
    last, *_ = await references.page(studio, caller, category="beach")
    await references.change(studio, caller, last.id, caption="my own words")


@pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)
async def test_a_category_is_captioned_and_one_s_own_words_stay(
    visit: Open,
    studio: Studio,
    alice: Caller,
    server: Server,
    phone: bool,
    dark: bool,
    language: Language,
) -> None:
    await brought(studio, alice)
    async with serving() as model:
        place = Place(url=model.url, key="k", model=MODEL, seconds=10.0)
        made = app.language_model(place, replace(studio.settings, llm_rate=60_000), studio.database)
        worded = server.app.state.studio = replace(studio, model=made)
        looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
        visitor = await visit(alice, **looks)
        page = visitor.page
        await visitor.go("/references?category=beach")
        await page.click(".captions-more a")
        total = page.locator("#captioning-sum")
        await expect(total).to_have_text(say(language, "references.captions.sum", n=2, minutes=1))
        await check(visitor, "told before")
        await page.select_option("#caption-category", "")
        await expect(total).to_have_text(say(language, "references.captions.sum", n=3, minutes=1))
        await page.select_option("#caption-category", "=beach")
        await expect(total).to_have_text(say(language, "references.captions.sum", n=2, minutes=1))
        # By keys; asked, stopped, and asked again.
        await page.locator("#ask").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator("#captioning progress")).to_be_visible()
        await check(visitor, "under way")
        await page.click("#stop")
        await expect(total).to_be_visible()
        await page.select_option("#caption-category", "=beach")
        await expect(total).to_have_text(say(language, "references.captions.sum", n=2, minutes=1))
        await page.click("#ask")
        await expect(page.locator("#stop")).to_be_visible()
        assert await Captions(worded).write() == 2
        await expect(page.locator("#ask")).to_be_visible(timeout=PATIENCE)
        found = await references.page(studio, alice, category="beach")
        assert sorted(each.caption_state for each in found) == ["edited", "written", "written"]
        # All of them, even one's own, where somebody says so.
        await page.select_option("#caption-category", "=beach")
        await page.locator("#over-edited").focus()
        await page.keyboard.press("Space")
        await expect(page.locator(".captions-wrong")).to_be_visible()
        await expect(total).to_have_text(say(language, "references.captions.sum", n=3, minutes=1))
        await expect(page.locator("#over-edited")).to_be_focused()
        await check(visitor, "even one's own")
        await page.click("#ask")
        await expect(page.locator("#stop")).to_be_visible()
        assert await Captions(worded).write() == 3
        found = await references.page(studio, alice, category="beach")
        assert {each.caption_state for each in found} == {"written"}
        assert "my own words" not in [each.vision_description for each in found]
        await made.close()


async def test_what_had_words_has_them_still_when_it_is_stopped(
    studio: Studio, alice: Caller
) -> None:
    await brought(studio, alice)
    async with serving() as model:
        place = Place(url=model.url, key="k", model=MODEL, seconds=10.0)
        made = app.language_model(place, replace(studio.settings, llm_rate=60_000), studio.database)
        worded = replace(studio, model=made)
        assert (await captions.reckon(worded, alice, over="edited")).references == 4
        assert await captions.want(worded, alice, over="edited") == 4
        assert await captions.stop(worded, alice) == 4
        counts = await captions.progress(worded, alice)
        assert (counts.none, counts.edited, counts.waiting) == (3, 1, 0)
        assert (await captions.reckon(worded, alice)).references == 3
        await made.close()


async def test_without_a_model_and_without_scripts(
    visit: Open, studio: Studio, alice: Caller
) -> None:
    await brought(studio, alice)
    visitor = await visit(alice, scripts=False)
    await visitor.go("/references/captions/many?category=%3Dtown")
    await expect(visitor.page.locator("#captioning")).to_contain_text("No language model")
    await expect(visitor.page.locator("#ask")).to_have_count(0)
