"""The image brush in a browser: a mask that is painted by mouse, by finger and by keys alone, and
a promise that is kept."""

import os
from pathlib import Path

import pytest
from playwright.async_api import Route, expect
from tests.support import brush
from tests.support.studios import photograph
from tests.web.easels import Easel, is_white, share, values
from tests.web.visitors import Open, Visit

from affiche.pipeline.crew import Crew
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio

LOOK = os.environ.get("AFFICHE_LOOK")
"""A folder for pictures of what is seen, for whoever wants to look."""
REQUIRED = {"ko": "바꿀 곳을 칠해 주세요", "en": "paint over what should change"}
KEPT = {"ko": "바이트 하나까지 원본 그대로", "en": "byte for byte those of the target"}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
UPLOADS = "**/pictures/mask"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {
        "image": photograph(brush.WIDE, brush.HIGH),
        "other": photograph(2 * brush.WIDE, 2 * brush.HIGH),
        "square": photograph(200, 200),
        "mask": brush.mask(),
        "style": brush.style(),
        "nothing": brush.flat(0),
    }
    found = {}
    for name, data in made.items():
        jpeg = name in ("image", "other", "square")
        found[name] = tmp_path / f"{name}{'.jpg' if jpeg else '.png'}"
        found[name].write_bytes(data)
    return found


async def seen(visitor: Visit, name: str) -> None:
    if LOOK:
        await visitor.page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


async def at_the_easel(
    visitor: Visit, studio: Studio, alice: Caller, files: dict[str, Path]
) -> Easel:
    """The form with its pictures, and nothing painted."""
    easel = Easel(visitor, studio, alice)
    await visitor.go("/templates/image-brush")
    await easel.put("image", files["image"])
    await easel.put("style", files["style"])
    await visitor.turn_to("picture")
    await expect(visitor.page.locator("mask-brush[data-ready]")).to_be_visible()
    return easel


@pytest.mark.parametrize(
    ("language", "phone"), [("ko", True), ("en", False)], ids=["phone-ko", "desk-en"]
)
async def test_a_mask_from_a_file_is_corrected_and_its_promise_kept(
    visit: Open,
    studio: Studio,
    alice: Caller,
    working: Crew,
    files: dict[str, Path],
    language: str,
    phone: bool,
) -> None:
    visitor = await visit(alice, phone=phone, language=language, dark=phone)
    visitor.expected.append("status of 422")
    page, name = visitor.page, f"{'phone' if phone else 'desk'}-{language}"
    await visitor.go("/templates/image-brush")
    await visitor.turn_to("picture")
    await expect(page.locator("mask-brush .brush-invite")).to_be_visible()
    assert await visitor.inaccessible() == []
    assert await page.evaluate(SIDEWAYS) <= 0
    await seen(visitor, f"{name}-1-form")

    easel = await at_the_easel(visitor, studio, alice, files)
    await page.set_input_files("input#mask", files["nothing"])
    await visitor.turn_to("form")
    await page.click(".ask")
    await expect(page.locator("#mask-problem")).to_contain_text(REQUIRED[language])
    await expect(page.locator("mask-brush canvas")).to_be_focused()
    assert await page.evaluate(SIDEWAYS) <= 0
    await seen(visitor, f"{name}-2-refused")

    # The others are held; only the mask is given again, and goes out as it came.
    await page.set_input_files("input#mask", files["mask"])
    stored = await easel.saved()
    assert (stored.width, stored.height) == (brush.WIDE, brush.HIGH)
    assert [is_white(stored, x, 80) for x in (39, 40, 119, 120)] == [False, True, True, False]
    assert await visitor.inaccessible() == []
    await seen(visitor, f"{name}-3-filled")
    await visitor.ask()
    await visitor.reach("completed")
    record = page.locator("#record")
    await expect(record).to_contain_text(KEPT[language])
    await expect(record).to_contain_text("25,600")
    assert await visitor.inaccessible() == []
    assert await page.evaluate(SIDEWAYS) <= 0
    await seen(visitor, f"{name}-4-done")


async def test_what_is_painted_by_mouse_is_what_changes(
    visitor: Visit, studio: Studio, alice: Caller, working: Crew, files: dict[str, Path]
) -> None:
    page = visitor.page
    easel = await at_the_easel(visitor, studio, alice, files)
    await easel.size(20)
    await easel.draw((60, 80), (180, 80))
    mask = await easel.saved()
    assert (mask.width, mask.height) == (brush.WIDE, brush.HIGH)
    assert values(mask) == {0, 255}
    for x in (60, 100, 150, 180):
        assert [is_white(mask, x, y) for y in (68, 72, 80, 87, 91)] == [
            False,
            True,
            True,
            True,
            False,
        ]
    assert [is_white(mask, x, 80) for x in (48, 52, 188, 192)] == [False, True, True, False]

    await page.click("[data-do=eraser]")
    await easel.draw((120, 60), (120, 100))
    erased = await easel.saved()
    assert [is_white(erased, x, 80) for x in (105, 120, 135)] == [True, False, True]
    await page.keyboard.press("Control+z")
    assert (await easel.saved() - mask).abs().max() == 0
    await page.keyboard.press("Control+Shift+z")
    assert (await easel.saved() - erased).abs().max() == 0
    await page.keyboard.press("i")
    assert (await easel.saved() - erased.invert()).abs().max() == 0
    await page.keyboard.press("i")
    await page.keyboard.press("Control+z")
    await page.keyboard.press("v")
    await expect(page.locator("[data-do=mask]")).to_have_attribute("aria-pressed", "true")
    await page.click("[data-do=undo]")
    await page.click("[data-do=undo]")
    await page.click("[data-do=overlay]")
    # The soft edge is the form's own field.
    await page.locator("[data-range=feather]").fill("3")
    await expect(page.locator("input#feather")).to_have_value("3")

    # Zoomed in and moved by hand, what is painted still lies where it was painted.
    await page.click("[data-do=closer]")
    await page.mouse.wheel(0, -200)
    await page.keyboard.press("0")
    await easel.draw((60, 130))

    # Asked for at once: the form waits until the mask is held.
    await visitor.ask()
    await visitor.reach("completed")
    work = await works.get(studio, alice, visitor.work_id)
    assert work.input_data["feather"] == 3
    await _nothing_outside_changed(studio, alice, work)


async def _nothing_outside_changed(studio: Studio, alice: Caller, work: works.Work) -> None:
    """By Python's own count, on what was stored."""

    async def stored(name: str) -> list[bytes]:
        file = await uploads.get(studio, alice, work.input_data[name])
        return brush.rows(await studio.objects.read(file.bucket_id, file.object_key))

    before, mask = await stored("image"), await stored("mask")
    output = (await works.outputs(studio, alice, [work.id]))[0]
    after = brush.rows(await studio.objects.read(output.bucket_id, output.object_key))
    bands = len(mask[0]) // brush.WIDE
    changed, kept = 0, 0
    for y in range(brush.HIGH):
        for x in range(brush.WIDE):
            differs = before[y][3 * x : 3 * x + 3] != after[y][3 * x : 3 * x + 3]
            if mask[y][bands * x] == 0:
                assert not differs, (x, y)
                kept += 1
            changed += differs
    assert changed > 500
    assert kept > 10_000


async def test_a_mask_is_painted_by_keys_alone(
    visitor: Visit, studio: Studio, alice: Caller, files: dict[str, Path]
) -> None:
    page = visitor.page
    easel = await at_the_easel(visitor, studio, alice, files)
    said = page.locator(".brush-announcement")
    await page.locator("#style").focus()
    while not await page.evaluate("document.activeElement.localName === 'canvas'"):
        await page.keyboard.press("Tab")
    await easel.size(40)
    await page.locator("mask-brush canvas").focus()
    await page.keyboard.press("[")
    await expect(said).to_have_text("Size 33 pixels")
    await page.keyboard.press("]")
    await expect(said).to_have_text("Size 40 pixels")
    await page.keyboard.press("ArrowLeft")
    await expect(said).to_have_text("46% from the left, 50% from the top")
    await page.keyboard.press("Space")
    await expect(said).to_contain_text("The brush is down")
    await page.keyboard.press("Shift+ArrowRight")
    await page.keyboard.press("Space")
    await expect(said).to_contain_text("The brush is up")
    mask = await easel.saved()
    # From 110 to 150, and round at both ends.
    assert [is_white(mask, x, 80) for x in (88, 92, 130, 168, 172)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    await page.keyboard.press("e")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(said).to_have_text("63% from the left, 49% from the top")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    erased = await easel.saved()
    assert share(erased) < share(mask)
    await page.keyboard.press("Control+z")
    assert (await easel.saved() - mask).abs().max() == 0
    await page.keyboard.press("Delete")
    await expect(page.locator("input.drop-held[name=mask]")).to_have_value("")
    await expect(page.locator(".brush-status")).to_have_text("Nothing is painted yet.")
    await page.keyboard.press("Control+z")
    assert (await easel.saved() - mask).abs().max() == 0
    # And out again.
    await page.keyboard.press("Tab")
    await expect(page.locator("mask-brush canvas")).not_to_be_focused()
    assert await visitor.inaccessible() == []


async def test_one_finger_paints_and_two_move(
    visit: Open, studio: Studio, alice: Caller, files: dict[str, Path]
) -> None:
    visitor = await visit(alice, phone=True, language="ko", dark=True)
    easel = await at_the_easel(visitor, studio, alice, files)
    await easel.size(24)
    await easel.fingers("touchStart", (60, 60))
    await easel.fingers("touchMove", (120, 60))
    await easel.fingers("touchEnd")
    mask = await easel.saved()
    assert [is_white(mask, x, 60) for x in (46, 50, 90, 130, 134)] == [
        False,
        True,
        True,
        True,
        False,
    ]
    # A second finger takes back what the first one had begun.
    await easel.fingers("touchStart", (100, 120))
    await easel.fingers("touchStart", (100, 120), (140, 120))
    await easel.fingers("touchMove", (60, 120), (180, 120))
    await easel.fingers("touchEnd")
    await expect(visitor.page.locator("[data-do=undo]")).to_have_attribute("aria-disabled", "false")
    # Three times as large now, about the middle between the two: it is painted where it is seen.
    await easel.fingers("touchStart", (120, 120))
    await easel.fingers("touchEnd")
    closer = await easel.saved()
    assert is_white(closer, 120, 120)
    assert not is_white(closer, 100, 120)
    assert await visitor.inaccessible() == []


async def test_nothing_painted_is_lost(
    visitor: Visit, studio: Studio, alice: Caller, files: dict[str, Path]
) -> None:
    page = visitor.page
    visitor.expected.append("ERR_FAILED")
    easel = await at_the_easel(visitor, studio, alice, files)

    async def broken(route: Route) -> None:
        await route.abort()

    await page.route(UPLOADS, broken)
    await easel.draw((60, 80), (120, 80))
    await expect(page.locator(".brush-again")).to_be_visible()
    await expect(page.locator(".brush-status")).to_contain_text("nothing that you painted is lost")
    await page.click(".ask")
    await expect(page.locator(".brush-again")).to_be_visible()
    await expect(page.locator("mask-brush canvas")).to_be_focused()
    assert visitor.path == "/templates/image-brush"
    await page.unroute(UPLOADS)
    await page.click(".brush-again")
    mask = await easel.saved()
    await expect(page.locator(".brush-again")).to_be_hidden()

    # Another picture of these proportions: kept, at its size.
    await easel.put("image", files["other"])
    await expect(page.locator(".brush-offer")).to_be_visible()
    assert await visitor.inaccessible() == []
    larger = await easel.saved()
    assert (larger.width, larger.height) == (2 * brush.WIDE, 2 * brush.HIGH)
    assert share(larger) == pytest.approx(share(mask), rel=0.08)
    await page.click("[data-do=keep]")
    await expect(page.locator(".brush-offer")).to_be_hidden()
    await expect(page.locator("mask-brush canvas")).to_be_focused()

    # A work that was asked for brings its mask along, to be painted on.
    inputs = {"image": "", "mask": easel.held, "style": ""}
    for name in ("image", "style"):
        inputs[name] = await page.locator(f"input.drop-held[name={name}]").input_value()
    work = await works.ask(studio, alice, works.Ask(template="image-brush", inputs=inputs))
    await visitor.go(f"/templates/image-brush?from={work.id}")
    await expect(page.locator(".brush-announcement")).to_contain_text("laid on")
    await page.click("[data-do=invert]")
    assert (await easel.saved() - larger.invert()).abs().max() == 0

    # Of other proportions: cleared, and said so.
    await easel.put("image", files["square"])
    await expect(page.locator(".brush-status")).to_contain_text("the mask was cleared")
    await expect(page.locator("input.drop-held[name=mask]")).to_have_value("")
    await expect(page.locator("[data-do=undo]")).to_have_attribute("aria-disabled", "true")


async def test_without_scripts_a_mask_is_a_file_like_any_other(
    visit: Open, studio: Studio, alice: Caller, files: dict[str, Path]
) -> None:
    visitor = await visit(alice, scripts=False)
    page = visitor.page
    await visitor.go("/templates/image-brush")
    await expect(page.locator("input#mask")).to_be_visible()
    await expect(page.locator("mask-brush canvas")).to_be_hidden()
    for name in ("image", "mask", "style"):
        await page.set_input_files(f"input#{name}", files[name])
    await page.click(".ask")
    await expect(page.locator(".state")).to_have_text("Queued")
    work = await works.get(studio, alice, visitor.work_id)
    assert work.input_data["mask"] != work.input_data["image"]
