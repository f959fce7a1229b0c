"""Several references at once: selected by mouse and by keyboard, told what would be done, and then
captioned, put into a category, deleted."""

from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from playwright.async_api import expect
from tests.support.servers import AsSomebody, Client
from tests.support.studios import photograph
from tests.web.test_accessibility import check
from tests.web.visitors import Open, Visit

from affiche import app
from affiche.emulators.llm import MODEL, serving
from affiche.llm.client import Place
from affiche.pipeline.captions import Captions
from affiche.serving import Server
from affiche.studio import imports, references
from affiche.studio.imports import Brought
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio

LIVE = 30_000
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
# A connection for each: one that was kept may be closed before a slow machine uses it again.
HTML = {"Accept": "text/html", "Accept-Language": "en", "Connection": "close"} | FORM


@pytest.fixture
async def shelf(studio: Studio, alice: Caller) -> list[Reference]:
    """Five, newest first, of which the newest has words of its own."""
    for n in range(5):
        made = Brought(photograph(64, 48 + n), f"{n}.jpg", "beach" if n < 4 else "town")
        await imports.bring(studio, alice, made)
    newest, *_ = await references.page(studio, alice)
    await references.change(studio, alice, newest.id, caption="my own words")
    return await references.page(studio, alice)


@pytest.fixture
async def worded(studio: Studio, server: Server) -> AsyncIterator[Studio]:
    """The server's studio, with a model."""
    async with serving() as model:
        place = Place(url=model.url, key="k", model=MODEL, seconds=10.0)
        made = app.language_model(place, replace(studio.settings, llm_rate=60_000), studio.database)
        server.app.state.studio = replace(studio, model=made)
        yield server.app.state.studio
        await made.close()


async def told(visitor: Visit, words: str) -> None:
    await expect(visitor.page.locator(".references-found .toast-words")).to_have_text(
        words, timeout=LIVE
    )


async def test_a_selection_is_captioned_moved_and_deleted_by_mouse(
    visit: Open, worded: Studio, alice: Caller, shelf: list[Reference]
) -> None:
    visitor = await visit(alice)
    page = visitor.page
    await visitor.go("/references")
    bar, count = page.locator(".references-found .selected"), page.locator(".selected-count")
    await expect(bar).to_be_hidden()
    boxes = page.locator(".ref .hung-check input")
    await boxes.nth(0).check()
    await boxes.nth(2).click(modifiers=["Shift"])
    await expect(count).to_contain_text("3")
    await expect(boxes.nth(1)).to_be_checked()
    await check(visitor, "selected")

    # Two have no words yet; with what was written by hand it would be three.
    await bar.locator("[value=captions]").click()
    await expect(page.locator("#selection-heading")).to_be_focused()
    total = page.locator(".captioning-sum")
    await expect(total).to_contain_text("2 references")
    await check(visitor, "told before captions are asked for")
    await page.click("#selected-over-edited")
    await expect(total).to_contain_text("3 references")
    await expect(page.locator(".selection .captions-wrong")).to_be_visible()
    await page.click("#selected-over-none")
    await expect(total).to_contain_text("2 references")
    await page.click("#selection-do")
    await told(visitor, "The model is writing 2 captions.")
    await expect(page.locator("#captions progress")).to_be_visible(timeout=LIVE)
    await expect(bar).to_be_hidden()
    assert await Captions(worded).write() == 2
    found = await references.page(worded, alice)
    assert [each.caption_state for each in found] == [
        *("edited", "written", "written", "none", "none")
    ]

    await boxes.nth(3).check()
    await boxes.nth(4).check()
    await bar.locator("[value=category]").click()
    await page.fill("#selected-category", "저녁")
    await check(visitor, "a category for some")
    await page.click("#selection-do")
    await told(visitor, "2 are in “저녁” now.")
    await expect(page.locator(".shelves a:has-text('저녁')")).to_contain_text("2", timeout=LIVE)

    await boxes.nth(0).check()
    await boxes.nth(1).check()
    await bar.locator("[value=delete]").click()
    await expect(page.locator("#selection-heading")).to_have_text("Delete 2 references?")
    await check(visitor, "asked before they are deleted")
    await page.click("#selection-do")
    await told(visitor, "2 are deleted.")
    await expect(page.locator(".ref")).to_have_count(3)
    await expect(page.locator(".ref a").first).to_be_focused()
    await expect(page.locator(".shelves a:has-text('All')")).to_contain_text("3", timeout=LIVE)
    assert len(await references.page(worded, alice)) == 3


@pytest.mark.parametrize("phone", [False, True], ids=["desk-light-en", "phone-dark-ko"])
async def test_the_same_by_keyboard_alone(
    visit: Open, studio: Studio, alice: Caller, shelf: list[Reference], phone: bool
) -> None:
    looks = {"phone": phone, "dark": phone, "language": "ko" if phone else "en"}
    visitor = await visit(alice, reduced_motion="reduce", **looks)
    page = visitor.page
    await visitor.go("/references?category=beach")
    tiles = page.locator(".ref")
    await tiles.first.locator("a").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Shift+ArrowRight")
    await expect(page.locator(".selected-count")).to_contain_text("2")
    await expect(tiles.nth(1).locator("a")).to_be_focused()
    await check(visitor, "selected by keys")
    # There is no model here, and so nothing that would ask it.
    await expect(page.locator(".selected [value=captions]")).to_have_count(0)
    await page.keyboard.press("Delete")
    await expect(page.locator("#selection-heading")).to_be_focused()
    await check(visitor, "the question")
    await page.keyboard.press("Escape")
    await expect(page.locator(".selection-dialog")).to_be_hidden()
    await expect(tiles.nth(1).locator("a")).to_be_focused()
    await page.keyboard.press("m")
    await expect(page.locator("#selection-heading")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.locator("#selected-category")).to_be_focused()
    await page.keyboard.type("evening")
    await page.keyboard.press("Enter")
    # What is in another category now is no longer among these.
    await expect(tiles).to_have_count(2)
    await expect(tiles.first.locator("a")).to_be_focused()
    await page.keyboard.press("Control+a")
    await expect(page.locator(".selected-count")).to_contain_text("2")
    await page.keyboard.press("Escape")
    await expect(page.locator(".selected-count")).to_have_text("")
    await page.keyboard.press("Delete")
    await expect(page.locator("#selection-heading")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(tiles).to_have_count(1)
    await expect(tiles.first.locator("a")).to_be_focused()
    names = {each.filename for each in await references.page(studio, alice, category="evening")}
    assert names == {"2.jpg", "3.jpg"}
    left = [each.filename for each in await references.page(studio, alice, category="beach")]
    assert left == ["0.jpg"]


async def test_without_scripts(
    visit: Open, studio: Studio, alice: Caller, shelf: list[Reference]
) -> None:
    visitor = await visit(alice, scripts=False)
    page = visitor.page
    await visitor.go("/references?category=town")
    await page.locator(".ref .hung-check input").check()
    await page.click(".selected [value=category]")
    await page.fill("#selected-category", "night")
    await page.click("#selection-do")
    await page.wait_for_url("**/references?category=town")
    await expect(page.locator(".ref")).to_have_count(0)
    assert (await references.get(studio, alice, shelf[0].id)).category == "night"


async def test_whose_they_are_and_what_may_be_sent(
    client: Client,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    shelf: list[Reference],
    as_somebody: AsSomebody,
) -> None:
    ids, project = [str(each.id) for each in shelf], shelf[0].project_id
    theirs = await as_somebody(bob)

    async def send(who: Client, **fields: object) -> int:
        data = {"act": "delete", "project": str(project), "reference": ids, "sure": "yes"} | fields
        answer = await who.post(
            "/references/selected", data=urlencode(data, doseq=True), headers=HTML
        )
        return answer.status

    assert await send(theirs) == 404
    # In their own project there is nothing of these.
    assert await send(theirs, project="") in (200, 303)
    assert await send(theirs, project="", act="category", category="x") in (200, 303)
    assert len(await references.page(studio, alice)) == 5
    assert {each.category for each in await references.page(studio, alice)} == {"beach", "town"}
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO project_members (project_id, user_id) VALUES (%s, %s)", (project, bob.id)
        )
    assert await references.throw(studio, bob, [shelf[0].id], project) == []
    found = await references.chosen(studio, bob, [each.id for each in shelf], project)
    assert (found.references, found.deletable) == (5, 0)
    placed = await references.place(studio, bob, [shelf[0].id], "shared", project)
    assert placed == [shelf[0].id]
    for wrong in (
        {"reference": []},
        {"act": "none"},
        {"reference": ["x"]},
        {"category": "x" * 101},
    ):
        assert await send(client, **wrong) == 422, wrong
    assert await send(client, reference=[ids[0]] * 501) == 422
    assert len(await references.page(studio, alice)) == 5


async def test_a_program_names_those_that_are_to_be_captioned(
    client: Client, worded: Studio, alice: Caller, shelf: list[Reference]
) -> None:
    ids = [str(each.id) for each in shelf[:3]]
    answer = await client.post("/v1/captions", json={"references": ids})
    assert (answer.status, answer.json["waiting"]) == (200, 2)
    for wrong in ([], ["x"], [ids[0]] * 501):
        assert (await client.post("/v1/captions", json={"references": wrong})).status == 422
