"""Pictures for a form: from the camera, from one's own, and where neither can be had."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support import brush
from tests.support.servers import Client
from tests.support.studios import ask, at_work, photograph, reached
from tests.web.test_accessibility import check
from tests.web.test_keyboard import tab_to
from tests.web.visitors import Open, Visit

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.web import chooser

FORM = "/templates/klein-i2i"
RUNNING = "[...document.querySelectorAll('video')].some((video) => video.srcObject?.active)"


async def test_a_picture_is_taken_with_the_camera(visit: Open, alice: Caller) -> None:
    visitor = await visit(alice, permissions=["camera"])
    page = visitor.page
    await visitor.go(FORM)
    await page.click("[data-camera]")
    await expect(page.get_by_role("button", name="Take it")).to_be_focused()
    await page.wait_for_function(RUNNING)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Use it")).to_be_focused()
    await check(visitor, "a picture that was taken")
    await page.get_by_role("button", name="Take another").click()
    await page.get_by_role("button", name="Take it").click()
    await page.get_by_role("button", name="Use it").click()
    await expect(page.locator(".drop-held")).not_to_have_value("")
    await expect(page.locator("[data-camera]")).to_be_focused()
    await page.wait_for_function(f"!({RUNNING})")
    # Closed while it runs, it is off too.
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Take it")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator("camera-dialog dialog")).to_be_hidden()
    # A dialog is told that it was closed only after it is hidden.
    await expect(page.locator("camera-dialog video")).to_have_js_property("srcObject", None)


async def test_a_camera_that_is_refused_leaves_the_file(
    visit: Open, alice: Caller, photo: Path
) -> None:
    visitor = await visit(alice, phone=True, language="ko", dark=True)
    page = visitor.page
    await visitor.context.add_init_script(
        """navigator.mediaDevices.getUserMedia =
          () => Promise.reject(new DOMException("no", "NotAllowedError"));"""
    )
    await visitor.go(FORM)
    await page.click("[data-camera]")
    await expect(page.locator(".camera-said")).to_contain_text("허용하지 않았습니다")
    await check(visitor, "a camera that was refused")
    async with page.expect_file_chooser() as choosing:
        await page.get_by_role("button", name="파일 고르기").click()
    await (await choosing.value).set_files(photo)
    await expect(page.locator(".drop-held")).not_to_have_value("")


async def test_a_picture_is_chosen_from_the_gallery_by_keys(
    visitor: Visit, studio: Studio, alice: Caller, preview: Engine
) -> None:
    page = visitor.page
    file = await uploads.upload(studio, alice, photograph(96, 64), name="a.jpg")
    async with at_work(studio):
        made = [await ask(studio, alice, file, words) for words in ("눈 덮인 산", "a beach")]
        for work in made:
            await reached(studio, alice, work.id, "completed")
    await visitor.go(FORM)
    await tab_to(page, "[data-choose]")
    await page.keyboard.press("Enter")
    pictures = page.locator(".chooser-one img")
    await expect(pictures).to_have_count(2)
    await check(visitor, "the chooser")
    await page.keyboard.type("덮인")
    await expect(pictures).to_have_count(1)
    await page.keyboard.press("Control+a")
    await page.keyboard.type("nowhere")
    await expect(page.locator(".chooser-empty")).to_have_text("No work has these words.")
    await page.keyboard.press("Control+a")
    await page.keyboard.press("Delete")
    await expect(pictures).to_have_count(2)
    await tab_to(page, ".chooser-one button")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    result = (await works.outputs(studio, alice, [made[0].id]))[0]
    await expect(page.locator(".drop-held")).to_have_value(str(result.id))
    await expect(page.locator("[data-choose]")).to_be_focused()
    await expect(page.locator(".mirror-picture")).to_be_visible()
    await expect(page.locator("#image-hints")).to_contain_text("Result")
    # What they were made from is there once, beside what was made.
    await page.keyboard.press("Enter")
    await expect(pictures).to_have_count(2)
    await page.focus("#chooser-made")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#chooser-brought")).to_be_focused()
    await expect(page.locator(".chooser-one img[alt='a.jpg']")).to_have_count(1)
    await expect(pictures).to_have_count(1)
    await check(visitor, "one's own pictures")
    await tab_to(page, ".chooser-one button")
    await page.keyboard.press("Enter")
    await expect(page.locator(".drop-held")).to_have_value(str(file.id))


async def test_what_works_were_made_from_is_chosen_page_by_page(
    client: Client,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(chooser, "PAGE", 2)
    monkeypatch.setattr(chooser, "STRIDE", 2)
    monkeypatch.setattr(chooser, "STRIDES", 2)

    async def read(query: str) -> tuple[list[str], str]:
        headers = {"Accept": "text/html", "Accept-Language": "en", "HX-Request": "true"}
        answer = await client.get(f"/pictures?of=brought{query}", headers=headers)
        assert answer.status == 200
        text = answer.body.decode()
        more = re.search('data-before="([^"]+)"', text)
        return re.findall('data-file="([^"]+)"', text), more[1] if more else ""

    assert await read("") == ([], "")
    files = [
        str((await uploads.upload(studio, caller, photograph(96, 64), name="a.jpg")).id)
        for caller in (alice, alice, alice, bob)
    ]
    # The first is used now and again, the second often, the third is only held; bob has his own.
    for file, times in ((files[0], 1), (files[1], 3), (files[0], 1)):
        for _ in range(times):
            inputs = {"image": file, "prompt": "a beach", "megapixels": 0.5}
            await works.ask(studio, alice, works.Ask(template="klein-i2i", inputs=inputs))
    await brush.asked(studio, alice)
    first, more = await read("")
    # Of the brush its two pictures and not its mask.
    assert (len(first), first[-1]) == (3, files[0])
    rest, more = await read(f"&before={more}")
    assert rest == [files[1], files[0]]
    assert await read(f"&before={more}") == ([], "")
    assert await read("&words=nowhere") == ([], "")
    assert not {files[2], files[3]} & {*first, *rest}
    assert (await client.get("/pictures?of=all", headers={"HX-Request": "true"})).status == 422
