"""A work over the contact sheet of its batch, and over the gallery of a character."""

import re
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect
from tests.batches.conftest import all_works, asked, finish
from tests.characters.conftest import ask, milan, reference
from tests.web.test_accessibility import check
from tests.web.test_lightbox import opened
from tests.web.visitors import Open, Visit

from affiche.studio import batches, gallery, works
from affiche.studio.batches import Batch
from affiche.studio.characters import Character
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio
from affiche.web import characters, sheets

__all__ = ["milan", "reference"]
LIVE = 30_000
"""Milliseconds for what comes by itself, on a machine that has other things to do."""
PROMPT = "a quiet beach"


async def printed(studio: Studio, alice: Caller, references: int) -> tuple[Batch, list[UUID]]:
    """A batch of two variations of each, all done but the last."""
    batch = await asked(studio, alice, references, variations=2)
    ids = [work.id for work in await all_works(studio, alice, batch)]
    await finish(studio, ids[:-1], "completed")
    return batch, ids


def tile(page: Page, position: int) -> Locator:
    return page.locator(f"#tile-{position}")


async def pressed(dialog: Locator, keep: bool, reject: bool) -> None:
    for name, is_pressed in (("keep", keep), ("reject", reject)):
        button = dialog.locator(f".proof-{name}")
        await expect(button).to_have_attribute("aria-pressed", "true" if is_pressed else "false")


async def test_works_of_a_batch_are_marked_where_they_are_looked_at(
    visitor: Visit, studio: Studio, alice: Caller
) -> None:
    batch, ids = await printed(studio, alice, 2)
    page = visitor.page
    await visitor.go(f"/batches/{batch.id}")
    title = await page.title()
    await page.click("#tile-1-link")
    dialog = await opened(page, ids[1])
    await expect(dialog.locator(".lightbox-place")).to_have_text("2 of 4")
    await dialog.get_by_role("button", name="Keep").click()
    await expect(tile(page, 1)).to_have_attribute("data-choice", "kept")
    await pressed(dialog, True, False)
    await dialog.get_by_role("button", name="Next work").click()
    await opened(page, ids[2])
    await pressed(dialog, False, False)
    await dialog.get_by_role("button", name="Reject").click()
    await expect(tile(page, 2)).to_have_attribute("data-choice", "rejected")
    # What goes on beneath is shown there, and nothing here is lost by it.
    await finish(studio, ids[3:], "completed")
    await expect(tile(page, 3)).to_have_attribute("data-status", "completed", timeout=LIVE)
    await expect(page).to_have_title(re.compile(PROMPT))
    await pressed(dialog, False, True)
    # What is in the trash keeps its place on the sheet.
    await dialog.get_by_role("button", name="Move to trash").click()
    await expect(dialog.locator("trash-work")).to_have_attribute("data-thrown", "")
    await page.go_back()
    await page.wait_for_url(f"**/batches/{batch.id}")
    await expect(dialog).to_be_hidden()
    await expect(page.locator("#tile-2-link")).to_be_focused()
    await expect(page).not_to_have_title(title)
    await expect(page).to_have_title(re.compile("Repaint a photograph"))
    assert [work.id for work in await gallery.trash(studio, alice)] == [ids[2]]
    counts = (await batches.get(studio, alice, batch.id)).counts
    assert (counts["kept"], counts["rejected"]) == (1, 1)


async def test_by_the_keys_of_the_sheet(visitor: Visit, studio: Studio, alice: Caller) -> None:
    batch, ids = await printed(studio, alice, 2)
    page, press = visitor.page, visitor.page.keyboard.press
    await visitor.go(f"/batches/{batch.id}")
    await page.locator("#tile-0-link").focus()
    await press("Enter")
    dialog = await opened(page, ids[0])
    await press("k")
    await pressed(dialog, True, False)
    await press("4")
    await expect(dialog.locator("star-rating")).to_have_attribute("aria-valuenow", "4")
    await press("ArrowRight")
    await opened(page, ids[1])
    await press("x")
    await press("k")
    await pressed(dialog, True, False)
    await expect(tile(page, 1)).to_have_attribute("data-choice", "kept")
    await press("k")
    await expect(tile(page, 1)).to_have_attribute("data-choice", "")
    await pressed(dialog, False, False)
    # What is not done yet can be looked at, and not chosen.
    await press("ArrowRight")
    await opened(page, ids[2])
    await press("ArrowRight")
    await opened(page, ids[3])
    await expect(dialog.locator("proof-marks")).to_be_hidden()
    await press("Escape")
    await expect(page.locator("#tile-3-link")).to_be_focused()
    await press("ArrowLeft")
    await expect(page.locator("#tile-2-link")).to_be_focused()
    assert await gallery.stars(studio, alice, ids) == {ids[0]: 4}

    # Among the kept ones alone, a mark that is taken back may be given again.
    await page.click("#show-kept")
    await page.wait_for_url("**show=kept")
    await page.click("#tile-0-link")
    await opened(page, ids[0])
    await press("k")
    await expect(tile(page, 0)).to_have_count(0)
    await pressed(dialog, False, False)
    await press("k")
    await expect(tile(page, 0)).to_have_attribute("data-choice", "kept")
    await press("k")
    await expect(tile(page, 0)).to_have_count(0)
    await press("Escape")
    await expect(page.locator("main")).to_be_focused()


async def test_past_the_pages_of_a_sheet(
    visitor: Visit, studio: Studio, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST", 2)
    batch, ids = await printed(studio, alice, 3)
    page, press = visitor.page, visitor.page.keyboard.press
    await visitor.go(f"/batches/{batch.id}")
    await page.click("#tile-1-link")
    dialog = await opened(page, ids[1])
    await press("ArrowRight")
    await opened(page, ids[2])
    await expect(tile(page, 1)).to_have_count(0)
    await press("ArrowLeft")
    await opened(page, ids[1])
    await expect(dialog.locator(".lightbox-place")).to_have_text("2 of 2")
    for n in (2, 3, 4):
        await press("ArrowRight")
        await opened(page, ids[n])
    await press("k")
    await expect(tile(page, 4)).to_have_attribute("data-choice", "kept")
    # It stays the page that was turned to, whoever changes it.
    await finish(studio, ids[5:], "completed")
    await expect(tile(page, 5)).to_have_attribute("data-status", "completed", timeout=LIVE)
    await press("ArrowLeft")
    await opened(page, ids[3])
    await press("Escape")
    await page.wait_for_url(f"**/batches/{batch.id}?first=2")
    await expect(page.locator("#tile-3-link")).to_be_focused()
    await page.reload()
    await expect(tile(page, 3)).to_be_visible()
    # Without the lightbox the same ways are links.
    await page.get_by_role("link", name="Previous").click()
    await expect(tile(page, 0)).to_be_visible()
    await visitor.go(f"/batches/{batch.id}?show=done&first=4")
    await page.get_by_role("link", name="Previous").click()
    await page.wait_for_url("**show=done&first=2")
    await expect(page.locator(".proof")).to_have_count(2)


async def test_over_the_gallery_of_a_character(
    visitor: Visit,
    studio: Studio,
    alice: Caller,
    milan: Character,
    reference: Reference,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(characters, "PAGE", 2)
    ids = []
    for _ in range(5):
        work = await ask(studio, alice, character="milan", reference=str(reference.id))
        await works.cancel(studio, alice, work.id)
        ids.insert(0, work.id)
    page, press = visitor.page, visitor.page.keyboard.press
    await visitor.go("/characters/milan")
    await page.locator(".tiles a").nth(1).click()
    await opened(page, ids[1])
    for key, n in (("ArrowRight", 2), ("ArrowRight", 3), ("ArrowRight", 4), ("ArrowLeft", 3)):
        await press(key)
        dialog = await opened(page, ids[n])
    await press("Delete")
    await expect(dialog.locator("trash-work")).to_have_attribute("data-thrown", "")
    await press("ArrowLeft")
    await opened(page, ids[2])
    await press("ArrowLeft")
    await opened(page, ids[1])
    await press("Escape")
    await page.wait_for_url("**/characters/milan?after=*")
    await expect(page.locator(f"#tile-{ids[1]} a")).to_be_focused()
    await expect(page.locator(".tile")).to_have_count(2)
    await page.get_by_role("link", name="Show more").click()
    await page.wait_for_url("**before=*")
    await expect(page.locator(".tile")).to_have_count(2)
    await expect(page.locator(f"#tile-{ids[3]}")).to_have_count(0)


@pytest.mark.parametrize("phone", [False, True], ids=["desk-light-en", "phone-dark-ko"])
async def test_the_marks_are_accessible(
    visit: Open, studio: Studio, alice: Caller, phone: bool
) -> None:
    batch, ids = await printed(studio, alice, 1)
    await batches.choose(studio, alice, batch.id, ids[:1], "kept")
    looks = {"phone": phone, "dark": phone, "language": "ko" if phone else "en"}
    visitor = await visit(alice, reduced_motion="reduce", **looks)
    page = visitor.page
    await visitor.go(f"/batches/{batch.id}")
    await page.click("#tile-0-link")
    dialog = await opened(page, ids[0])
    await pressed(dialog, True, False)
    await check(visitor, "a kept one")
    # Nobody answers: the mark is as it was, and it is said.
    visitor.expected += ["ERR_FAILED", "Failed to fetch"]
    await page.route("**/choose*", lambda route: route.abort())
    await dialog.locator(".proof-reject").click()
    await expect(dialog.locator(".proof-said")).to_be_visible()
    await pressed(dialog, True, False)
    await check(visitor, "not marked")
