"""Pictures of a work over the gallery, and of what a picture says that is brought back."""

from pathlib import Path

from playwright.async_api import expect
from tests.support.studios import at_work, reached
from tests.web.test_screens import BEACH, KEPT, SAMPLES, SEEN, folder, looks, pytestmark, shoot
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import recall, uploads, works
from affiche.studio.studio import Caller, Studio

__all__ = ["folder", "pytestmark"]
MADE = [
    ("cup.jpg", BEACH, 7),
    ("bottle.jpg", "짙은 숲속, 이끼 낀 바위 위", 5),
    ("portrait.jpg", BEACH, 3),
]
STILLS = [
    ("lightbox", "desktop", "ko", "light"),
    ("lightbox", "phone", "en", "dark"),
    ("lightbox-close", "desktop", "en", "dark"),
    ("recall", "desktop", "ko", "light"),
]


async def test_screens_of_the_lightbox(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, folder: Path, tmp_path: Path
) -> None:
    async with at_work(studio):
        for name, prompt, seed in MADE if KEPT else MADE[-1:]:
            data = (SAMPLES / name).read_bytes()
            file = await uploads.upload(studio, alice, data, name=name)
            inputs = {"image": str(file.id), "prompt": prompt, "seed": seed}
            work = await works.ask(studio, alice, works.Ask(template="klein-i2i", inputs=inputs))
            work = await reached(studio, alice, work.id, "completed")
    saved = tmp_path / "saved.png"
    output = (await works.outputs(studio, alice, [work.id]))[0]
    saved.write_bytes(await recall.with_note(studio, work, output))
    for state, device, language, scheme in STILLS if KEPT else STILLS[:1]:
        visitor = await visit(alice, **looks(device, language, scheme))
        page = visitor.page
        if state == "recall":
            await visitor.go("/recall")
            await page.set_input_files("input[type=file]", saved)
            await page.locator(".recall-file button").click()
            await expect(page.locator("#recall .actions")).to_be_visible()
        else:
            await visitor.go("/gallery")
            await page.locator(".hung-link").first.click()
            dialog = page.locator("dialog.lightbox")
            await expect(dialog.locator(".compare-handle")).to_be_visible()
            await expect(dialog.locator(":not(:defined)")).to_have_count(0)
            await page.evaluate(SEEN)
            if state == "lightbox-close":
                await dialog.locator("[data-zoom=pixels]").click()
                await dialog.locator("[data-zoom=in]").click()
                await dialog.locator("[data-zoom=in]").click()
        await shoot(page, folder / f"{state}-{device}-{language}-{scheme}.webp")
