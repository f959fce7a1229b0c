"""A work over the gallery: looked at closely, one after another, by mouse, keyboard and finger."""

import json
import re
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect
from tests.support.studios import ask, at_work, photograph, reached
from tests.web.test_accessibility import check
from tests.web.visitors import Open, Visit

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import gallery, uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.works import Ask

PROMPTS = ("비 오는 거리", "노을 지는 해변", "눈 덮인 산")


@pytest.fixture
async def wall(studio: Studio, alice: Caller, preview: Engine) -> list[UUID]:
    """Pictures, the newest first; the oldest has two."""
    file = await uploads.upload(studio, alice, photograph(480, 360), name="a.jpg")
    made = []
    async with at_work(studio):
        for prompt in PROMPTS:
            inputs = {"image": str(file.id), "prompt": prompt, "megapixels": 0.5}
            outputs = 1 if made else 2
            asked = Ask(template="klein-i2i", inputs=inputs, output_count=outputs)
            made.append((await works.ask(studio, alice, asked)).id)
        for work_id in made:
            await reached(studio, alice, work_id, "completed")
    return made[::-1]


async def opened(page: Page, work_id: UUID) -> Locator:
    """The dialog, once it shows that work."""
    await page.wait_for_url(f"**/works/{work_id}")
    dialog = page.locator("dialog.lightbox")
    await expect(dialog.locator(f"star-rating[data-work='{work_id}']")).to_be_attached()
    await expect(dialog.locator(":not(:defined)")).to_have_count(0)
    return dialog


async def zoom(dialog: Locator) -> float:
    pane = dialog.locator("zoom-pane")
    return float(await pane.evaluate("(pane) => pane.style.getPropertyValue('--zoom')"))


async def test_looked_through_by_mouse(
    visitor: Visit, studio: Studio, alice: Caller, wall: list[UUID]
) -> None:
    page = visitor.page
    await visitor.go("/gallery")
    title = await page.title()
    await page.locator(".hung-link").nth(1).click()
    dialog = await opened(page, wall[1])
    work = await works.get(studio, alice, wall[1])
    await expect(page).to_have_title(re.compile(PROMPTS[1]))
    for said in (PROMPTS[1], str(work.seed), "Repaint a photograph", "Preview engine", "UTC"):
        await expect(dialog).to_contain_text(said)
    await expect(dialog.locator(".lightbox-place")).to_have_text("2 of 3")

    # The wheel zooms where it points: what is there stays there.
    pane = dialog.locator("zoom-pane")
    box = await pane.bounding_box()
    assert box
    await page.mouse.move(box["x"] + 200, box["y"] + 200)
    await page.mouse.wheel(0, -600)
    await expect(pane).to_have_attribute("data-zoomed", "")
    assert await zoom(dialog) > 2
    before = await pane.evaluate("(pane) => pane.style.getPropertyValue('--pan-x')")
    await page.mouse.down()
    await page.mouse.move(box["x"] + 120, box["y"] + 160, steps=3)
    await page.mouse.up()
    assert await pane.evaluate("(pane) => pane.style.getPropertyValue('--pan-x')") != before
    # Closer than twice its size, pixels are pixels.
    drawn = dialog.locator(".compare-result img")
    for _ in range(8):
        await dialog.locator("[data-zoom=in]").click()
    await expect(drawn).to_have_css("image-rendering", "pixelated")
    await dialog.locator("[data-zoom=fit]").click()
    await expect(pane).not_to_have_attribute("data-zoomed", "")
    await expect(drawn).to_have_css("image-rendering", "auto")
    await page.mouse.dblclick(box["x"] + 200, box["y"] + 200)
    await expect(pane).to_have_attribute("data-zoomed", "")
    await page.mouse.dblclick(box["x"] + 200, box["y"] + 200)
    await expect(pane).not_to_have_attribute("data-zoomed", "")

    # How two pictures are compared is the same for the next work.
    source = dialog.locator(".compare-source")
    await dialog.get_by_text("Result only").click()
    await expect(source).to_be_hidden()
    hold = dialog.get_by_role("button", name="Hold for source")
    held = await hold.bounding_box()
    assert held
    await page.mouse.move(held["x"] + 20, held["y"] + 10)
    await page.mouse.down()
    await expect(source).to_be_visible()
    await page.mouse.up()
    await expect(source).to_be_hidden()
    await dialog.get_by_role("button", name="Next work").click()
    await opened(page, wall[2])
    await expect(dialog.locator("[data-view=result]").last).to_have_attribute(
        "aria-pressed", "true"
    )
    await expect(source).to_be_hidden()
    await expect(dialog.get_by_role("button", name="Next work")).to_have_attribute(
        "aria-disabled", "true"
    )
    # Another of its pictures is shown here too, and its address stays the work's.
    await dialog.locator(".outputs a").nth(1).click()
    await expect(dialog.locator(".outputs a").nth(1)).to_have_attribute("aria-current", "true")

    await page.go_back()
    await page.wait_for_url("**/gallery")
    await expect(dialog).to_be_hidden()
    await expect(page).to_have_title(title)
    await expect(page.locator(".hung-link").nth(2)).to_be_focused()
    await page.go_forward()
    await opened(page, wall[2])
    await page.reload()
    await expect(page.locator(".masthead")).to_be_visible()
    await expect(page.locator("#work")).to_contain_text(PROMPTS[0])


async def test_by_keyboard_alone(
    visitor: Visit, studio: Studio, alice: Caller, wall: list[UUID]
) -> None:
    page = visitor.page
    await visitor.go("/gallery")
    await page.locator(".hung-link").first.focus()
    await page.keyboard.press("Enter")
    dialog = await opened(page, wall[0])
    pane, source = dialog.locator("zoom-pane"), dialog.locator(".compare-source")
    await expect(source).to_be_visible()
    await page.keyboard.press("+")
    await expect(pane).to_have_attribute("data-zoomed", "")
    x = await pane.evaluate("(pane) => pane.style.getPropertyValue('--pan-x')")
    await page.keyboard.press("ArrowRight")
    assert await pane.evaluate("(pane) => pane.style.getPropertyValue('--pan-x')") != x
    await page.keyboard.press("0")
    await expect(pane).not_to_have_attribute("data-zoomed", "")
    await page.keyboard.press("z")
    await page.keyboard.press("-")
    await page.keyboard.press("0")
    await page.keyboard.down("b")
    await expect(source).to_have_css("clip-path", "none")
    await page.keyboard.up("b")
    await expect(source).not_to_have_css("clip-path", "none")

    await page.keyboard.press("ArrowRight")
    await opened(page, wall[1])
    async with page.expect_response("**/v1/stars"):
        await page.keyboard.press("4")
    await expect(dialog.locator("star-rating")).to_have_attribute("aria-valuenow", "4")
    await page.keyboard.press("Delete")
    await expect(dialog.locator("trash-work")).to_have_attribute("data-thrown", "")
    # The wall beneath is told of it a moment later, and which is next is asked of the wall.
    await expect(page.locator(".hung")).to_have_count(2)
    assert [work.id for work in await gallery.trash(studio, alice)] == [wall[1]]
    undo = dialog.get_by_role("button", name="Undo")
    await undo.focus()
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("button", name="Move to trash")).to_be_focused()
    await expect(page.locator(".hung")).to_have_count(3)
    assert await gallery.trash(studio, alice) == []
    assert await gallery.stars(studio, alice, wall) == {wall[1]: 4}
    await page.keyboard.press("ArrowLeft")
    await opened(page, wall[0])
    await page.keyboard.press("Delete")
    await expect(dialog.locator("trash-work")).to_have_attribute("data-thrown", "")
    # The next in the list is the next, wherever the last one went.
    await page.keyboard.press("ArrowRight")
    await opened(page, wall[1])
    await page.keyboard.press("Escape")
    await page.wait_for_url("**/gallery")
    await expect(page.locator(".hung")).to_have_count(2)
    await expect(page.locator(".hung-link").first).to_be_focused()


async def test_swiped_and_pinched_on_a_phone(visit: Open, alice: Caller, wall: list[UUID]) -> None:
    visitor = await visit(alice, phone=True, dark=True, language="ko")
    page = visitor.page
    await visitor.go("/gallery")
    await page.locator(".hung-link").first.tap()
    dialog = await opened(page, wall[0])
    pane = dialog.locator("zoom-pane")
    await expect(pane.locator(".compare-handle")).to_be_visible()
    box = await pane.bounding_box()
    assert box
    x, y = box["x"] + box["width"] * 0.8, box["y"] + box["height"] * 0.8
    session = await visitor.context.new_cdp_session(page)

    async def touch(kind: str, *points: tuple[float, float]) -> None:
        told = [{"x": px, "y": py, "id": n} for n, (px, py) in enumerate(points)]
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": told})

    async def swipe(by: float) -> None:
        start = x if by < 0 else x + -by + 60
        await touch("touchStart", (start, y))
        for n in range(1, 6):
            await touch("touchMove", (start + by * n / 5, y))
        await touch("touchEnd")

    await swipe(-200)
    await opened(page, wall[1])
    await expect(pane.locator(".compare-handle")).to_be_visible()
    await swipe(200)
    await opened(page, wall[0])
    await expect(pane.locator(".compare-handle")).to_be_visible()
    # Two fingers zoom; then one moves what is zoomed, and leads nowhere.
    middle = box["x"] + 120
    await touch("touchStart", (middle - 20, y))
    await touch("touchStart", (middle - 20, y), (middle + 20, y))
    for n in range(1, 6):
        await touch("touchMove", (middle - 20 - 12 * n, y), (middle + 20 + 12 * n, y))
    await touch("touchEnd")
    await expect(pane).to_have_attribute("data-zoomed", "")
    await swipe(-200)
    assert visitor.path == f"/works/{wall[0]}"
    await expect(pane).to_have_attribute("data-zoomed", "")
    await page.go_back()
    await page.wait_for_url("**/gallery")
    await expect(dialog).to_be_hidden()


async def test_past_the_end_of_what_the_page_holds(
    visitor: Visit, studio: Studio, alice: Caller
) -> None:
    file = await uploads.upload(studio, alice, photograph(64, 64), name="a.jpg")
    ids = [(await ask(studio, alice, file, f"number {n}")).id for n in range(62)][::-1]
    page = visitor.page
    # What the list brings by itself as it is scrolled is left out: the arrow has to ask for it.
    await page.add_init_script(
        "window.IntersectionObserver = class { observe() {} disconnect() {} };"
    )
    await visitor.go("/gallery")
    await page.locator(".hung-link").nth(55).click()
    await opened(page, ids[55])
    for n in range(56, 62):
        await page.keyboard.press("ArrowRight")
        await opened(page, ids[n])
    await expect(page.locator(".lightbox-place")).to_have_text("62 of 62")


async def test_where_it_comes_from_and_what_it_becomes(
    visitor: Visit, studio: Studio, alice: Caller, wall: list[UUID]
) -> None:
    page = visitor.page
    picture = (await works.outputs(studio, alice, [wall[0]]))[0]
    made = (await ask(studio, alice, picture, "밤")).id
    await works.cancel(studio, alice, made)
    await visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await visitor.go("/gallery")
    await page.locator(f".hung-link[href='/works/{wall[0]}']").click()
    dialog = await opened(page, wall[0])
    await dialog.locator(".kin").last.get_by_role("link").click()
    await opened(page, made)
    before = dialog.locator(".kin").first
    await expect(before).to_contain_text("Made from")
    await expect(before.locator(f"a[href='/works/{wall[0]}'] img")).to_be_visible()
    await page.go_back()
    await opened(page, wall[0])

    use = dialog.locator(".upkeep a[href*='input=']").first
    assert str(picture.id) in (await use.get_attribute("href") or "")
    brush = dialog.get_by_role("link", name="Image brush").and_(dialog.locator("[href*='brush=']"))
    await expect(brush).to_have_attribute("href", re.compile(f"input={picture.id}&brush=1$"))
    copy = dialog.locator("copy-work")
    await copy.get_by_role("button", name="All settings").click()
    await expect(copy.get_by_role("status")).to_have_text("Copied")
    settings = json.loads(await page.evaluate("navigator.clipboard.readText()"))
    assert (settings["template"], settings["inputs"]["prompt"]) == ("klein-i2i", PROMPTS[2])
    await copy.get_by_role("button", name="Picture").click()
    kinds = page.wait_for_function(
        """async () => (await navigator.clipboard.read())[0].types.includes("image/png")"""
    )
    await kinds
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()


@pytest.mark.parametrize("phone", [False, True], ids=["desk-light-en", "phone-dark-ko"])
async def test_every_state_is_accessible(
    visit: Open, studio: Studio, alice: Caller, wall: list[UUID], phone: bool
) -> None:
    looks = {"phone": phone, "dark": phone, "language": "ko" if phone else "en"}
    visitor = await visit(alice, reduced_motion="reduce", **looks)
    page = visitor.page
    await gallery.star(studio, alice, wall[:1], 3)
    await visitor.go("/gallery")
    await page.locator(".hung-link").first.click()
    dialog = await opened(page, wall[0])
    await expect(dialog.locator(".compare-handle")).to_be_visible()
    await check(visitor, "open")
    await page.keyboard.press("+")
    await check(visitor, "zoomed")
    await page.keyboard.press("0")
    await dialog.locator("[data-view=beside]").last.click()
    await check(visitor, "beside")
    # What cannot be read says so, and may be tried again.
    visitor.expected += ["ERR_FAILED", "Failed to fetch"]
    await page.route("**/works/*", lambda route: route.abort())
    await page.keyboard.press("ArrowRight")
    await expect(dialog.locator(".lightbox-lost")).to_be_visible()
    await check(visitor, "lost")
    await page.unroute("**/works/*")
    await dialog.locator(".lightbox-lost button").click()
    await opened(page, wall[1])
