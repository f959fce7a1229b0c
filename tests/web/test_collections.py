"""Collections, tags and zips on the gallery: by mouse, by keyboard, and all of it accessible."""

import re
import zipfile
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import expect
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask, photograph
from tests.web.test_accessibility import check
from tests.web.test_library import FORM, HTML, PROMPTS, give, hang, wall  # noqa: F401 - a fixture
from tests.web.visitors import Open, Visit

from affiche.studio import collections, gallery, uploads, works
from affiche.studio.studio import Caller, Studio


async def test_a_collection_by_mouse(
    visitor: Visit,
    studio: Studio,
    alice: Caller,
    wall: list[UUID],  # noqa: F811
    tmp_path: Path,
) -> None:
    page = visitor.page
    await visitor.go("/gallery")
    await page.get_by_text("New collection").click()
    await page.get_by_placeholder("Name of the collection").fill("해변 화보")
    await page.get_by_role("button", name="Create", exact=True).click()
    await expect(page.get_by_role("heading", name="해변 화보")).to_be_visible()
    await expect(page.get_by_text("Nothing is in this collection yet.")).to_be_visible()
    (made,) = await collections.listed(studio, alice)

    # One card by its menu, then two more by selection.
    await visitor.go("/gallery")
    await page.locator(".hung").first.hover()
    await page.locator(".hung-menu").first.click()
    await page.get_by_role("button", name="Collections…").click()
    picker = page.locator("#pick-collections")
    async with page.expect_response(f"**/collections/{made.id}/works"):
        await picker.get_by_label("해변 화보").check()
    await picker.get_by_role("button", name="Done").click()
    for n in range(3):
        await page.locator(".hung-check input").nth(n).check()
    await page.locator(".selected").get_by_role("button", name="Collections").click()
    mixed = picker.get_by_label("해변 화보")
    await expect(mixed).to_have_js_property("indeterminate", True)
    async with page.expect_response(f"**/collections/{made.id}/works"):
        await mixed.check()
    await picker.get_by_role("button", name="Done").click()
    assert (await collections.get(studio, alice, made.id)).works == 3

    async with page.expect_download() as saving:
        await page.locator(".selected").get_by_role("button", name="Download").click()
    saved = await saving.value
    path = tmp_path / "saved.zip"
    await saved.save_as(path)
    with zipfile.ZipFile(path) as archive:
        assert len([name for name in archive.namelist() if name.endswith(".png")]) == 3

    await visitor.go("/gallery")
    await page.locator(".collection-one").click()
    await hang(visitor, PROMPTS[:1:-1])
    await expect(page.get_by_text("3 works")).to_be_visible()
    await page.get_by_text("Rename or delete").click()
    await page.get_by_label("Name of the collection").fill("Beaches")
    await page.get_by_role("button", name="Rename").click()
    await expect(page.get_by_role("heading", name="Beaches")).to_be_visible()
    await page.get_by_text("Rename or delete").click()
    await page.get_by_role("button", name="Delete collection").click()
    await page.wait_for_url(re.compile("/gallery$"))
    await hang(visitor, PROMPTS[::-1])
    assert await collections.listed(studio, alice) == []


async def test_labels_by_keyboard_alone(
    visitor: Visit,
    studio: Studio,
    alice: Caller,
    wall: list[UUID],  # noqa: F811
) -> None:
    page, links = visitor.page, visitor.page.locator(".hung-link")
    await visitor.go("/gallery")
    await links.first.focus()
    await page.keyboard.press(" ")
    await page.keyboard.press("Shift+ArrowRight")
    await page.keyboard.press("c")
    await page.keyboard.type("Winter")
    async with page.expect_response("**/works"):
        await page.keyboard.press("Enter")
    await expect(page.locator("#pick-collections .labels-status")).to_have_text(
        "Put into “Winter”."
    )
    await page.keyboard.press("Escape")
    await expect(links.nth(1)).to_be_focused()
    (made,) = await collections.listed(studio, alice)
    assert (made.name, made.works) == ("Winter", 2)
    await page.keyboard.press("t")
    await page.keyboard.type("바다")
    async with page.expect_response(
        lambda answer: answer.url.endswith("/v1/tags") and answer.request.method == "POST"
    ):
        await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    assert "바다" in (await works.get(studio, alice, wall[3])).tags
    await page.keyboard.press("5")
    await expect(page.locator(".hung star-rating[aria-valuenow='5']")).to_have_count(2)
    await page.keyboard.press("Escape")
    await page.locator(".hung-menu").nth(2).focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Collections…")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page.locator("#pick-tags .labels-field")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(".hung-menu").nth(2)).to_be_focused()


async def test_what_is_refused_is_put_back_and_said(
    visitor: Visit,
    studio: Studio,
    alice: Caller,
    wall: list[UUID],  # noqa: F811
) -> None:
    page = visitor.page
    visitor.expected.append("ERR_FAILED")
    await visitor.go("/gallery")
    await page.route("**/v1/stars", lambda route: route.abort())
    await page.locator(".hung").first.hover()
    rating = page.locator(".hung star-rating").first
    await give(rating, 3)
    await expect(page.get_by_text("The stars could not be saved")).to_be_visible()
    await expect(rating).to_have_attribute("aria-valuenow", "0")
    assert await gallery.stars(studio, alice, wall) == {}
    await page.unroute("**/v1/stars")
    async with page.expect_response("**/v1/stars"):
        await give(rating, 3)
    await expect(rating).to_have_attribute("aria-valuenow", "3")
    async with page.expect_response("**/v1/stars"):
        await give(rating, 3)
    await expect(rating).to_have_attribute("aria-valuenow", "0")


async def test_all_that_is_found_is_chosen_at_once(
    visitor: Visit, studio: Studio, alice: Caller
) -> None:
    page = visitor.page
    file = await uploads.upload(studio, alice, photograph(64, 64), name="a.jpg")
    ids = [(await ask(studio, alice, file, f"x {n}")).id for n in range(63)]
    await visitor.go("/gallery")
    await page.locator(".hung-check input").first.check()
    await page.get_by_role("button", name="Select all that is found").click()
    await expect(page.locator(".selected-count")).to_have_text("All 63 found are selected")
    async with page.expect_response("**/v1/stars"):
        await give(page.locator(".selected star-rating"), 2)
    assert await gallery.stars(studio, alice, ids) == dict.fromkeys(ids, 2)
    await page.locator(".hung-check input").first.uncheck()
    await expect(page.locator(".selected-count")).not_to_contain_text("found")


@pytest.mark.parametrize("phone", [False, True], ids=["desk-light-en", "phone-dark-ko"])
async def test_every_state_is_accessible(
    visit: Open,
    studio: Studio,
    alice: Caller,
    wall: list[UUID],  # noqa: F811
    phone: bool,
) -> None:
    looks = {"phone": phone, "dark": phone, "language": "ko" if phone else "en"}
    visitor = await visit(alice, reduced_motion="reduce", **looks)
    kept = await collections.make(studio, alice, "해변")
    empty = await collections.make(studio, alice, "Empty")
    await collections.add(studio, alice, kept.id, wall[:2])
    await gallery.star(studio, alice, wall[:2], 3)
    await visitor.go("/gallery")
    await expect(visitor.page.locator(".collection-one")).to_have_count(2)
    await visitor.page.locator(".hung-link").first.focus()
    await check(visitor, "with a shelf")
    await visitor.page.locator(".hung-menu").first.click()
    await check(visitor, "a card's menu")
    await visitor.page.locator("card-menu button").first.click()
    await expect(visitor.page.locator(".labels-list li")).to_have_count(2)
    await check(visitor, "the picker")
    for one in (kept, empty):
        await visitor.go(f"/gallery?collection={one.id}")
        await visitor.page.locator(".collection-change summary").click()
        await check(visitor, one.name)


async def test_without_scripts_and_by_others(
    client: Client, studio: Studio, alice: Caller, as_somebody: AsSomebody, bob: Caller
) -> None:
    made = await client.post("/collections", data={"name": "x"}, headers=HTML | FORM)
    assert made.status == 303
    (one,) = await collections.listed(studio, alice)
    assert made.headers["Location"] == f"/gallery?collection={one.id}"
    theirs = await as_somebody(bob)
    for path, data in (
        (f"/collections/{one.id}", {"name": "y"}),
        (f"/collections/{one.id}/delete", {}),
    ):
        assert (await theirs.post(path, data=data, headers=HTML | FORM)).status == 404
    page = await theirs.get(f"/gallery?collection={one.id}", headers=HTML)
    assert page.status == 404
    assert (
        await client.post("/collections", data={"name": " "}, headers=HTML | FORM)
    ).status == 422
    file = await uploads.upload(studio, alice, photograph(64, 64), name="a.jpg")
    work = await ask(studio, alice, file, "a beach")
    data = {"do": "star", "stars": "4", "work": str(work.id)}
    assert (await client.post("/gallery/change", data=data, headers=HTML | FORM)).status == 303
    assert await gallery.stars(studio, alice, [work.id]) == {work.id: 4}
    assert (await client.get("/gallery/found?words=beach")).json == {
        "works": [str(work.id)],
        "all": True,
    }
    assert (await theirs.get("/gallery/found?words=beach")).json["works"] == []
