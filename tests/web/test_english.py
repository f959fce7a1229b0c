"""Words in English on the pages: shown before asking, changed, shown after, changed again."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support.studios import ask, ended
from tests.web.visitors import Open, Visit

from affiche import app
from affiche.emulators.llm import MODEL, Server, serving
from affiche.llm.client import Place
from affiche.pipeline.crew import Crew
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

KOREAN, ENGLISH = "배경을 해변으로 바꿔줘", "Change the background to a beach"


@pytest.fixture
async def model() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@pytest.fixture
async def studio(studio: Studio, model: Server) -> AsyncIterator[Studio]:
    """As `affiche up` without a key has it."""
    place = Place(url=model.url, key=None, model=MODEL, seconds=10.0, is_stand_in=True)
    made = app.language_model(place, studio.settings, studio.database)
    yield replace(studio, model=made)
    await made.close()


async def test_words_are_shown_in_english_changed_and_sent(
    visitor: Visit, studio: Studio, alice: Caller, working: Crew, photo: Path
) -> None:
    page = visitor.page
    await visitor.go("/templates/klein-i2i")
    await visitor.put(photo)
    await page.fill("#prompt", KOREAN)
    await page.click("#english summary")
    await page.click("#english button")
    await expect(page.locator("#prompt_en")).to_have_value(ENGLISH)
    await expect(page.locator("#prompt")).to_have_value(KOREAN)
    await expect(page.locator("#english [role=status]")).to_have_text(
        "This is what will be sent. You may change it."
    )
    assert await visitor.inaccessible() == []
    await page.fill("#prompt_en", "A beach of my own")
    await visitor.ask()
    await ended(studio, alice, visitor.work_id)
    await page.reload()
    section = page.locator("section:has(#english-heading)")
    await expect(section).to_contain_text("Sent in your own English")
    await expect(section).to_contain_text("A beach of my own")
    await page.click("#reword summary")
    await page.fill("#english-prompt", "Another beach")
    assert await visitor.inaccessible() == []
    first = page.url
    await page.click("#reword-form button")
    await page.wait_for_url(lambda url: url != first)
    await ended(studio, alice, page.url.rpartition("/")[2])  # type: ignore[arg-type]
    await page.reload()
    await expect(section).to_contain_text("Another beach")


async def test_a_work_says_that_a_dictionary_translated_it(
    visit: Open, studio: Studio, alice: Caller, working: Crew, picture: File
) -> None:
    work = await ended(studio, alice, (await ask(studio, alice, picture, KOREAN)).id)
    for language, told in (
        ("en", "by the built-in dictionary, not a language model"),
        ("ko", "언어 모델이 아님"),
    ):
        one = await visit(alice, language=language)
        await one.go(f"/works/{work.id}")
        section = one.page.locator("section:has(#english-heading)")
        await expect(section).to_contain_text(told)
        await expect(section).to_contain_text(ENGLISH)
        await expect(one.page.locator("h1")).to_have_text(KOREAN)


async def test_without_scripts_the_form_comes_back_with_its_words(
    visit: Open, alice: Caller, photo: Path
) -> None:
    one = await visit(alice, scripts=False)
    page = one.page
    await one.go("/templates/klein-i2i")
    await page.set_input_files("#image", photo)
    await page.fill("#prompt", KOREAN)
    await page.click("#english summary")
    await page.click("#english button")
    await expect(page.locator("#prompt_en")).to_have_value(ENGLISH)
    await expect(page.locator("#prompt")).to_have_value(KOREAN)
    await expect(page.locator(".drop-held")).not_to_have_value("")
