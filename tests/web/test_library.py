"""The gallery in a browser: a path by mouse, one by keyboard alone, and every state accessible."""

import re
from collections.abc import Sequence
from uuid import UUID

import pytest
from playwright.async_api import Locator, expect
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask, at_work, photograph, reached
from tests.web.test_accessibility import look
from tests.web.visitors import Open, Visit

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import characters, gallery, uploads, works
from affiche.studio.studio import Caller, Studio

HTML = {"Accept": "text/html", "Accept-Language": "en"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
PROMPTS = ("비 오는 거리", "노을 지는 해변", "눈 덮인 산", "해변의 아침", "벚꽃길")


@pytest.fixture
async def wall(studio: Studio, alice: Caller, preview: Engine) -> list[UUID]:
    """Pictures, oldest first."""
    file = await uploads.upload(studio, alice, photograph(320, 240), name="a.jpg")
    made = []
    async with at_work(studio):
        for prompt in PROMPTS:
            made.append((await ask(studio, alice, file, prompt)).id)
        for work_id in made:
            await reached(studio, alice, work_id, "completed")
    return made


async def give(rating: Locator, stars: int) -> None:
    """Click on the one of the five that gives so many."""
    box = await rating.bounding_box()
    assert box
    await rating.click(position={"x": (stars - 0.5) * box["width"] / 5, "y": box["height"] / 2})


async def hang(visitor: Visit, prompts: Sequence[str]) -> None:
    """Just these hang on the wall, in this order."""
    await expect(visitor.page.locator(".hung .card-words")).to_have_text(list(prompts))


async def test_looked_through_by_mouse(
    visitor: Visit, studio: Studio, alice: Caller, wall: list[UUID]
) -> None:
    page = visitor.page
    await visitor.go("/")
    await page.get_by_role("link", name="Gallery", exact=True).click()
    await hang(visitor, PROMPTS[::-1])
    # A range: from the first to the third.
    checks = page.locator(".hung-check input")
    await page.locator(".hung").first.hover()
    await checks.nth(0).click()
    await page.locator(".hung").nth(2).hover()
    await checks.nth(2).click(modifiers=["Shift"])
    await expect(page.locator(".selected-count")).to_have_text("3 selected")
    async with page.expect_response("**/v1/stars"):
        await give(page.locator(".selected star-rating"), 4)
    await expect(page.locator(".hung star-rating[aria-valuenow='4']")).to_have_count(3)
    assert await gallery.stars(studio, alice, wall) == dict.fromkeys(wall[2:], 4)
    await page.get_by_role("button", name="Move to trash").click()
    await expect(page.locator(".hung")).to_have_count(2)
    await expect(page.get_by_text("3 moved to the trash.")).to_be_visible()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator(".hung")).to_have_count(5)
    await hang(visitor, PROMPTS[::-1])
    assert await gallery.trash(studio, alice) == []

    await page.fill(".library-search input", "해변")
    await page.press(".library-search input", "Enter")
    await page.wait_for_url(re.compile("words="))
    await hang(visitor, ["해변의 아침", "노을 지는 해변"])
    await page.locator(".library-filters summary").click()
    await page.locator("select[name=stars]").select_option("4")
    await page.get_by_role("button", name="Show", exact=True).click()
    await page.wait_for_url(re.compile("stars=4"))
    await hang(visitor, ["해변의 아침"])


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_nothing_moves_for_what_is_new(
    visit: Open, studio: Studio, alice: Caller, wall: list[UUID], phone: bool
) -> None:
    """Somewhere below, and at the top with a picture under the pointer; then it comes in."""
    visitor = await visit(alice, phone=phone)
    page, pill = visitor.page, visitor.page.locator("new-arrivals button")
    await visitor.go("/gallery")
    file = await uploads.upload(studio, alice, photograph(320, 240), name="b.jpg")
    # As low as a wall with more on it would be.
    await page.evaluate("document.querySelector('.library').style.paddingBottom = '200vh'")
    await page.locator(".hung").nth(3).scroll_into_view_if_needed()
    await page.evaluate("scrollTo(0, scrollY + 300)")
    await visitor.still()
    first = await ask(studio, alice, file, "겨울 바다")
    await expect(pill).to_have_text("1 new")
    await works.cancel(studio, alice, first.id)
    await expect(page.locator("#library-fresh .card-cancelled")).to_be_attached(timeout=60_000)
    assert await visitor.shifts() == []
    await expect(page.locator("#library-fresh .hung")).to_be_hidden()
    await pill.click()
    await expect(page.locator("#library-fresh .hung-link")).to_be_focused()
    await expect(page.locator("#library-heading")).to_be_in_viewport()
    await expect(pill).to_be_hidden()

    await page.locator(".hung-check input").nth(2).check()
    await visitor.still()
    await ask(studio, alice, file, "여름 바다")
    await expect(pill).to_have_text("1 new")
    assert await visitor.shifts() == []
    await expect(page.locator(".hung-check input").nth(3)).to_be_checked()
    await page.locator(".hung-check input").nth(3).uncheck()
    await page.locator(".library-search input").focus()
    await page.locator(".library-search input").hover()
    await page.evaluate("scrollTo({ top: 0, behavior: 'instant' })")
    await page.mouse.move(200, 12)
    await page.mouse.move(20, 12)
    await expect(page.locator("#library-fresh .hung:not([hidden])")).to_have_count(2)
    words = page.locator(".hung .card-words")
    await expect(words.nth(0)).to_have_text("여름 바다")
    await expect(words.nth(1)).to_have_text("겨울 바다")


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_coming_to_the_top_lets_in_what_is_new(
    visit: Open, studio: Studio, alice: Caller, wall: list[UUID], phone: bool
) -> None:
    """With nothing pointed at; and whoever was about to press the button is led there still."""
    visitor = await visit(alice, phone=phone, reduced_motion="reduce")
    page, pill = visitor.page, visitor.page.locator("new-arrivals button")
    fresh = page.locator("#library-fresh .hung:not([hidden])")
    await visitor.go("/gallery")
    await expect(page.locator("new-arrivals:defined")).to_be_attached()
    await page.evaluate("document.querySelector('.library').style.paddingBottom = '300vh'")
    file = await uploads.upload(studio, alice, photograph(320, 240), name="b.jpg")
    for n, words in enumerate(("겨울 바다", "여름 바다")):
        await page.evaluate("scrollTo({ top: 600, behavior: 'instant' })")
        await ask(studio, alice, file, words)
        await expect(pill).to_have_text("1 new", timeout=30_000)
        await expect(fresh).to_have_count(n)
        if n == 0:
            await page.keyboard.press("Home")
            await expect(fresh).to_have_count(1)
            await expect(pill).to_be_hidden()
            continue
        there = await page.evaluate(
            """() => new Promise((done) => {
              const pill = document.querySelector("new-arrivals button");
              const fresh = "#library-fresh .hung:not([hidden])";
              const watch = new MutationObserver(() => {
                if (document.querySelectorAll(fresh).length < 2) return;
                watch.disconnect();
                const there = pill.checkVisibility();
                pill.click();
                done(there);
              });
              const changes = { subtree: true, attributes: true, childList: true };
              watch.observe(document.getElementById("library-groups"), changes);
              scrollTo({ top: 0, behavior: "instant" });
            })"""
        )
        assert there
        await expect(page.locator("#library-fresh .hung-link").first).to_be_focused()
        await expect(pill).to_be_hidden()


async def test_what_is_done_while_one_looks_stays_in_its_frame(
    visitor: Visit, studio: Studio, alice: Caller, preview: Engine
) -> None:
    file = await uploads.upload(studio, alice, photograph(480, 330), name="a.jpg")
    made = [(await ask(studio, alice, file, f"x {n}")).id for n in range(3)]
    await visitor.go("/gallery")
    await expect(visitor.page.locator(".card-framed")).to_have_count(3)
    await visitor.still()
    async with at_work(studio):
        for work_id in made:
            await reached(studio, alice, work_id, "completed")
    await expect(visitor.page.locator(".hung img.card-picture")).to_have_count(3, timeout=60_000)
    assert sum(shift["value"] for shift in await visitor.shifts()) < 0.001


async def test_by_keyboard_alone(
    visitor: Visit, studio: Studio, alice: Caller, wall: list[UUID]
) -> None:
    page, links = visitor.page, visitor.page.locator(".hung-link")
    await visitor.go("/gallery")
    await page.keyboard.press("/")
    await expect(page.locator(".library-search input")).to_be_focused()
    await page.keyboard.type("3")
    await expect(page.locator(".hung star-rating[aria-valuenow='3']")).to_have_count(0)
    await links.first.focus()
    await page.keyboard.press("ArrowRight")
    await expect(links.nth(1)).to_be_focused()
    async with page.expect_response("**/v1/stars"):
        await page.keyboard.press("3")
    await expect(page.locator(".hung star-rating").nth(1)).to_have_attribute("aria-valuenow", "3")
    assert await gallery.stars(studio, alice, wall) == {wall[3]: 3}
    await page.keyboard.press(" ")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Shift+ ")
    await expect(page.locator(".selected-count")).to_have_text("2 selected")
    await page.keyboard.press("Delete")
    await expect(page.locator(".hung")).to_have_count(3)
    await expect(links.nth(1)).to_be_focused()
    assert len(await gallery.trash(studio, alice)) == 2
    await page.keyboard.press("Control+a")
    await expect(page.locator(".selected-count")).to_have_text("3 selected")
    await page.keyboard.press("Escape")
    await expect(page.locator(".selected-count")).to_have_text("")

    await visitor.go("/gallery/trash")
    await links.first.focus()
    await page.keyboard.press(" ")
    await page.get_by_role("button", name="Put back").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".hung")).to_have_count(1)
    assert len(await gallery.trash(studio, alice)) == 1


@pytest.mark.parametrize("phone", [False, True], ids=["desk-light-en", "phone-dark-ko"])
async def test_every_state_is_accessible(
    visit: Open, studio: Studio, alice: Caller, bob: Caller, wall: list[UUID], phone: bool
) -> None:
    looks = {"phone": phone, "dark": phone, "language": "ko" if phone else "en"}
    visitor = await visit(alice, reduced_motion="reduce", **looks)
    await gallery.star(studio, alice, wall[:2], 1)
    await gallery.throw(studio, alice, wall[:1])
    await look(visitor, "/gallery?show=done")
    await visitor.page.locator(".hung-check input").first.check()
    await expect(visitor.page.locator(".selected")).to_be_visible()
    assert await visitor.inaccessible() == []
    await look(visitor, "/gallery/trash")
    await look(visitor, "/gallery?words=nothing")
    empty = await visit(bob, reduced_motion="reduce", **looks)
    for path in ("/gallery", "/gallery/trash"):
        await look(empty, path)
        await expect(empty.page.locator(".empty-title")).to_be_visible()


async def test_pages_go_on_and_back_without_scripts(
    client: Client, studio: Studio, alice: Caller, as_somebody: AsSomebody, bob: Caller
) -> None:
    file = await uploads.upload(studio, alice, photograph(64, 64), name="a.jpg")
    ids = [(await ask(studio, alice, file, f"x {n}")).id for n in range(61)]

    async def read(path: str, who: Client = client) -> str:
        answer = await who.get(path, headers=HTML)
        assert answer.status == 200, path
        return answer.body.decode()

    first = await read("/gallery")
    assert first.count('class="card hung') == 60
    assert f'href="/gallery?before={ids[1]}"' in first
    second = await read(f"/gallery?before={ids[1]}")
    assert second.count('class="card hung') == 1
    assert f'href="/gallery?after={ids[0]}"' in second
    assert (await read(f"/gallery?after={ids[0]}")).count('class="card hung') == 60
    month = f"{studio.now():%Y-%m}"
    assert f'value="{month}"' in first
    assert (await read(f"/gallery?month={month}")).count('class="card hung') == 60
    assert "Nothing was found" in await read("/gallery?month=2001-12")
    for path in ("show=none", "month=2026-13", "character=x", "before=x", "stars=6"):
        assert (await client.get(f"/gallery?{path}", headers=HTML)).status in (404, 422), path

    await works.cancel(studio, alice, ids[5])
    data = {"do": "throw", "work": str(ids[5])}
    theirs = await as_somebody(bob)
    assert (await theirs.post("/gallery/change", data=data, headers=HTML | FORM)).status == 303
    assert await gallery.trash(studio, alice) == []
    answer = await client.post("/gallery/change", data=data, headers=HTML | FORM)
    assert (answer.status, answer.headers["Location"]) == (303, "/gallery")
    assert str(ids[5]) in await read("/gallery/trash")
    assert str(ids[5]) not in await read("/gallery/trash", theirs)


async def test_by_template_by_character_and_by_status(
    client: Client, studio: Studio, alice: Caller, comfyui: Engine
) -> None:
    file = await uploads.upload(studio, alice, photograph(64, 64), name="a.jpg")
    milan = await characters.make(studio, alice, {"name": "Milan"})
    other = await characters.make(studio, alice, {"name": "Seoul"})
    plain, gone = [(await ask(studio, alice, file, "x")).id for _ in range(2)]
    await works.cancel(studio, alice, gone)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE works SET character_id = %s WHERE id = %s", (milan.id, plain)
        )
    for query, found in (
        ("", [gone, plain]),
        ("show=running", [plain]),
        ("show=ended", [gone]),
        ("template=klein-i2i", [gone, plain]),
        ("template=klein-poster", []),
        (f"character={milan.id}", [plain]),
        (f"character={milan.id}&show=ended", []),
        (f"character={other.id}", []),
        ("template=klein-i2i&show=ended&words=x", [gone]),
    ):
        answer = await client.get(f"/gallery?{query}", headers=HTML)
        assert answer.status == 200
        shown = re.findall(r'hung[^>]*data-work="([^"]+)"', answer.body.decode())
        assert shown == [str(work_id) for work_id in found], query
