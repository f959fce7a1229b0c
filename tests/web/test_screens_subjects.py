"""Pictures of the pages of characters and references, with what the demonstration brings."""

from pathlib import Path

from playwright.async_api import expect
from tests.support.studios import at_work, reached
from tests.web.test_screens import KEPT, folder, looks, pytestmark, shoot
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import references, works
from affiche.studio.demo import furnishing
from affiche.studio.studio import Caller, Studio

__all__ = ["folder", "pytestmark"]
STILLS = [
    ("characters", "/characters", "desktop", "ko", "light"),
    ("character", "/characters/yuna", "desktop", "en", "dark"),
    ("character", "/characters/yuna", "phone", "ko", "light"),
    ("references", "/references", "desktop", "ko", "light"),
    ("references", "/references", "phone", "en", "dark"),
]


async def test_screens_of_characters_and_references(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, folder: Path
) -> None:
    await furnishing.furnish(studio, alice)
    shown = await references.page(studio, alice, category="figures")
    async with at_work(studio):
        for n, reference in enumerate(shown if KEPT else shown[:1]):
            inputs = {"character": "yuna", "reference": str(reference.id), "seed": n + 1}
            asked = works.Ask(template="img2img-lora", inputs=inputs)
            work = await works.ask(studio, alice, asked)
            await reached(studio, alice, work.id, "completed")
    for n, reference in enumerate(shown[:2]):
        inputs = {"character": "yuna", "reference": str(reference.id), "seed": 90 + n}
        await works.ask(studio, alice, works.Ask(template="img2img-lora", inputs=inputs))
    for state, address, device, language, scheme in STILLS if KEPT else STILLS[::4]:
        visitor = await visit(alice, **looks(device, language, scheme))
        await visitor.go(address)
        if state == "references" and device == "desktop":
            await visitor.page.locator(".ref a").nth(7).hover()
        if state == "character":
            await expect(visitor.page.locator("#lora-standing")).not_to_have_attribute(
                "hx-trigger", "load"
            )
        await shoot(visitor.page, folder / f"{state}-{device}-{language}-{scheme}.webp")
