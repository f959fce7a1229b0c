"""Pictures of Make, for the documentation: `make screens` keeps them in docs/screens."""

from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support.studios import at_work
from tests.web.test_screens import BEACH, BOTH, KEPT, looks, make, shoot
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server as Engine
from affiche.studio.studio import Caller, Studio

pytestmark = pytest.mark.screens


async def test_screens_of_make(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, tmp_path: Path
) -> None:
    folder = Path(KEPT or tmp_path)
    async with at_work(studio):
        for photo, words in (("bottle.jpg", "짙은 숲속"), ("portrait.jpg", "봄날의 벚꽃길")):
            await make(studio, alice, photo, words, 5)
        made = await make(studio, alice, "cup.jpg", BEACH, 7)
    for device, language, scheme in BOTH if KEPT else BOTH[:1]:
        look = f"{device}-{language}-{scheme}.webp"
        visitor = await visit(alice, **looks(device, language, scheme))
        page = visitor.page
        await visitor.go(f"/templates/klein-i2i?work={made.id}")
        await expect(page.locator(".compare-handle")).to_be_visible()
        await shoot(page, folder / f"make-{look}")
        if device == "phone":
            await page.click("#tab-form")
        await page.click("[data-choose]")
        await expect(page.locator(".chooser-one")).to_have_count(3)
        await shoot(page, folder / f"chooser-{look}")
