"""The whole path in a browser: a photograph, a sentence, and the picture that comes of it."""

import re
from pathlib import Path

import pyvips
from playwright.async_api import expect
from tests.web.visitors import Open, Visit

from affiche.emulators.comfyui import Server as Engine
from affiche.pipeline.crew import Crew
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio


async def test_from_the_gallery_to_the_picture(
    visitor: Visit, studio: Studio, alice: Caller, working: Crew, photo: Path, tmp_path: Path
) -> None:
    page = visitor.page
    await visitor.go("/")
    await page.get_by_role("link", name="Repaint a photograph").click()
    await visitor.put(photo)
    await expect(page.locator(".drop-status")).to_have_text("Uploaded: 480 × 360")
    await page.fill("#prompt", "a quiet beach at sunset")
    await page.click("text=Fast")
    await expect(page.get_by_role("button", name="Fast")).to_have_attribute("aria-pressed", "true")
    await visitor.ask()
    await visitor.reach("completed")

    work = await works.get(studio, alice, visitor.work_id)
    assert work.input_data["prompt"] == "a quiet beach at sunset"
    assert work.input_data["megapixels"] == 0.5
    assert work.input_data["steps"] == 4
    result = (await works.outputs(studio, alice, [work.id]))[0]
    for said in (
        "Done",
        "a quiet beach at sunset",
        "Preview engine",
        str(work.seed),
        f"{result.width} × {result.height} pixels",
    ):
        await expect(page.locator("#work")).to_contain_text(said)
    for picture in await page.locator(".compare img").all():
        assert await picture.evaluate("(img) => img.decode().then(() => img.naturalWidth > 0)")

    async with page.expect_download() as downloading:
        await page.click("text=Download")
    saved = tmp_path / "saved.png"
    await (await downloading.value).save_as(saved)
    stored = b"".join([piece async for piece in await uploads.read(studio, result)])
    assert saved.read_bytes() == stored
    assert pyvips.Image.new_from_file(str(saved)).width == result.width

    await visitor.go("/")
    await expect(page.locator("#recent .card-completed .card-words")).to_have_text(
        "a quiet beach at sunset"
    )


async def test_settings_are_used_again_with_the_same_picture(
    visitor: Visit, studio: Studio, alice: Caller, working: Crew, photo: Path
) -> None:
    page = visitor.page
    await visitor.fill_in(photo)
    await page.click("#settings summary")
    await page.fill("#steps", "7")
    await visitor.ask()
    await visitor.reach("completed")
    first = await works.get(studio, alice, visitor.work_id)

    await page.click("text=Use these settings again")
    await expect(page.locator("#prompt")).to_have_value("a quiet beach at sunset")
    await expect(page.locator("#steps")).to_have_value("7")
    await expect(page.locator("#seed")).to_have_value(str(first.seed))
    await expect(page.locator(".drop-picture")).to_be_visible()
    await visitor.ask()
    await visitor.reach("completed")
    second = await works.get(studio, alice, visitor.work_id)
    assert second.id != first.id
    assert second.input_data == first.input_data


async def test_a_new_seed_keeps_all_but_the_seed(
    visitor: Visit, studio: Studio, alice: Caller, working: Crew, photo: Path
) -> None:
    await visitor.fill_in(photo)
    await visitor.ask()
    await visitor.reach("completed")
    first = await works.get(studio, alice, visitor.work_id)
    await visitor.page.click("text=New seed")
    await visitor.page.wait_for_url(lambda url: str(first.id) not in url)
    await visitor.reach("completed")
    second = await works.get(studio, alice, visitor.work_id)
    assert second.seed != first.seed
    assert {**second.input_data, "seed": 0} == {**first.input_data, "seed": 0}


async def test_the_slider_shows_as_much_as_it_says(
    visitor: Visit, working: Crew, photo: Path
) -> None:
    page = visitor.page
    await visitor.fill_in(photo)
    await visitor.ask()
    await visitor.reach("completed")
    slider = page.get_by_role("slider", name="Compare source and result")
    await expect(slider).to_have_attribute("aria-valuetext", "50% result")

    await visitor.still()
    box = await page.locator("compare-slider").bounding_box()
    assert box
    await page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    await page.mouse.down()
    await page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 40, steps=4)
    await page.mouse.up()
    await expect(slider).to_have_attribute("aria-valuenow", "75")
    source = page.locator(".compare-source")
    await expect(source).to_have_css("clip-path", re.compile(r"^inset\(0px (calc\()?75%"))

    await page.click("text=Side by side")
    await expect(slider).to_be_hidden()
    one, other = [await page.locator(f".compare-{n}").bounding_box() for n in ("source", "result")]
    assert one
    assert other
    assert one["x"] + one["width"] <= other["x"]


async def test_a_seed_can_be_drawn_copied_and_left_open(
    visit: Open, alice: Caller, working: Crew, photo: Path
) -> None:
    visitor = await visit(alice, permissions=["clipboard-read", "clipboard-write"])
    page = visitor.page
    await visitor.fill_in(photo)
    await page.click("#settings summary")
    seed = page.locator("#seed")
    await page.click("[data-draw]")
    drawn = int(await seed.input_value())
    assert 1 <= drawn < 2**53
    await page.click("[data-clear]")
    await expect(seed).to_have_value("")
    await seed.fill(str(drawn))
    await visitor.ask()
    await visitor.reach("completed")
    await page.click("copy-button button")
    await expect(page.locator("copy-button [role=status]")).to_have_text("Copied")
    assert await page.evaluate("navigator.clipboard.readText()") == str(drawn)


async def test_pictures_come_by_drop_and_paste(visitor: Visit, photo: Path) -> None:
    page = visitor.page
    await visitor.go("/templates/klein-i2i")
    data = list(photo.read_bytes())
    made = """([bytes]) => {
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(bytes)], "dropped.jpg", { type: "image/jpeg" }));
      return files;
    }"""
    files = await page.evaluate_handle(made, [data])
    await page.dispatch_event("picture-drop", "drop", {"dataTransfer": files})
    held = page.locator(".drop-held")
    await expect(held).not_to_have_value("")
    first = await held.input_value()

    await page.click(".drop-remove")
    await expect(held).to_have_value("")
    await expect(page.locator(".drop-picture")).to_be_hidden()
    await page.evaluate(
        "(files) => document.dispatchEvent("
        "new ClipboardEvent('paste', { clipboardData: files, bubbles: true }))",
        files,
    )
    await expect(held).not_to_have_value("")
    await expect(held).not_to_have_value(first)


async def test_a_picture_that_could_not_be_sent_ahead_goes_with_the_form(
    visitor: Visit, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    page = visitor.page
    visitor.expected.append("net::ERR_FAILED")
    await page.route("**/pictures/*", lambda route: route.abort())
    await visitor.go("/templates/klein-i2i")
    await page.set_input_files("#image", photo)
    await expect(page.locator(".drop-status")).to_contain_text("The connection broke off")
    await page.fill("#prompt", "a quiet beach")
    await visitor.ask()
    work = await works.get(studio, alice, visitor.work_id)
    file = await uploads.get(studio, alice, work.input_data["image"])
    assert (file.width, file.height) == (480, 360)
