"""The picture that a character is shown by: chosen, cut to a square, given back to its works."""

from pathlib import Path

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import expect
from tests.support.servers import AsSomebody
from tests.support.studios import photograph
from tests.web.test_accessibility import check
from tests.web.visitors import Open

from affiche.pictures.crops import Square, cut
from affiche.studio import characters, imports, references, uploads
from affiche.studio.imports import Brought
from affiche.studio.studio import Caller, Studio

SHARES = st.floats(0, 1)


@given(SHARES, SHARES, SHARES, st.integers(1, 5000), st.integers(1, 5000))
def test_a_square_lies_within_its_picture(
    size: float, across: float, down: float, width: int, height: int
) -> None:
    left, top, side = Square(size, across, down).box(width, height)
    assert 1 <= side <= min(width, height)
    assert 0 <= left <= width - side
    assert 0 <= top <= height - side


def test_what_is_cut_is_what_lies_there() -> None:
    """A ramp that is dark on its left and light on its right."""
    ramp = pyvips.Image.xyz(400, 100)[0].linear(255 / 399, 0).cast("uchar")
    data = ramp.bandjoin([ramp, ramp]).copy(interpretation="srgb").pngsave_buffer()
    found = [pyvips.Image.new_from_buffer(cut(data, Square(1, at, 0)), "") for at in (0.0, 1.0)]
    assert [(each.width, each.height) for each in found] == [(100, 100)] * 2
    dark, light = (each.avg() for each in found)
    assert dark < 60
    assert light > 195


@pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)
async def test_a_portrait_by_pointer_and_by_keys(
    visit: Open,
    studio: Studio,
    alice: Caller,
    photo: Path,
    phone: bool,
    dark: bool,
    language: str,
) -> None:
    made = await characters.make(studio, alice, {"name": "밀란", "slug": "milan"})
    await imports.bring(studio, alice, Brought(photograph(300, 200), "a.jpg", ""))
    (reference,) = await references.page(studio, alice)
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    page = visitor.page
    await visitor.go("/characters/milan")
    await page.click(".face-change")
    await page.wait_for_url("**/portrait")
    await check(visitor, "nothing is chosen yet")
    await page.locator(f".tile a[href$='{reference.file_id}']").click()
    frame = page.locator(".crop-frame")
    await expect(frame).to_be_visible()
    await check(visitor, "a reference is chosen")
    # Dragged to the left end and no further; then made smaller by keys.
    await page.locator(".crop-stage img").evaluate("(img) => img.decode()")
    await page.locator(".crop-stage img").scroll_into_view_if_needed()
    box = await frame.bounding_box()
    assert box
    await page.mouse.move(box["x"] + 20, box["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(box["x"] - 900, box["y"] + 20, steps=3)
    await page.mouse.up()
    await expect(page.locator("#crop-across")).to_have_value("0")
    await page.locator("#crop-size").focus()
    for _ in range(50):
        await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#crop-size")).to_have_value("500")
    small = await frame.bounding_box()
    assert small
    assert abs(small["width"] - box["width"] / 2) < 2
    await page.locator("#choose").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/characters/milan")
    chosen = (await characters.get(studio, alice, made.id)).portrait_file_id
    assert chosen
    file = await uploads.get(studio, alice, chosen)
    assert (file.width, file.height) == (100, 100)
    await expect(page.locator(f".person-face img[src*='{chosen}']")).to_be_visible()
    await check(visitor, "shown by it")
    # A picture of one's own takes its place, and then the works do again.
    await visitor.go("/characters/milan/portrait")
    await page.set_input_files("#portrait-file", photo)
    await page.click("#bring")
    await expect(frame).to_be_visible()
    await page.click("#choose")
    await page.wait_for_url("**/characters/milan")
    own = (await characters.get(studio, alice, made.id)).portrait_file_id
    assert own not in (None, chosen)
    await visitor.go("/characters/milan/portrait")
    await page.click("#leave")
    await page.wait_for_url("**/characters/milan")
    assert (await characters.get(studio, alice, made.id)).portrait_file_id is None


async def test_without_scripts_and_with_a_picture_that_is_none(
    visit: Open, studio: Studio, alice: Caller, tmp_path: Path, tall: Path
) -> None:
    made = await characters.make(studio, alice, {"name": "Milan", "slug": "milan"})
    visitor = await visit(alice, scripts=False)
    page = visitor.page
    await visitor.go("/characters/milan/portrait")
    letter = tmp_path / "letter.jpg"
    letter.write_bytes(b"Dear Sir")
    await page.set_input_files("#portrait-file", letter)
    await page.click("#bring")
    await expect(page.locator("#portrait-problem")).to_be_visible()
    await page.set_input_files("#portrait-file", tall)
    await page.click("#bring")
    await page.fill("#crop-down", "0")
    await page.click("#choose")
    await page.wait_for_url("**/characters/milan")
    chosen = (await characters.get(studio, alice, made.id)).portrait_file_id
    assert chosen
    file = await uploads.get(studio, alice, chosen)
    assert (file.width, file.height) == (300, 300)


async def test_another_s_picture_is_nobody_s_portrait(
    studio: Studio, alice: Caller, bob: Caller, as_somebody: AsSomebody
) -> None:
    theirs = await uploads.upload(studio, alice, photograph(64, 64))
    made = await characters.make(studio, bob, {"name": "Milan", "slug": "milan"})
    client = await as_somebody(bob)
    html = {"Accept": "text/html"}
    path = f"/characters/{made.id}/portrait"
    assert (await client.get(f"{path}?file={theirs.id}", headers=html)).status == 404
    answer = await client.post(
        path, headers=html | {"Origin": client.server.url}, data={"file": str(theirs.id)}
    )
    assert answer.status == 404
    hers = await characters.make(studio, alice, {"name": "Anna", "slug": "anna"})
    answer = await client.get(f"/characters/{hers.id}/portrait", headers=html)
    assert answer.status == 404
