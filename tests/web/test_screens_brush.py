"""Pictures of the brush, for the documentation: `make screens` keeps them in docs/screens."""

from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.web.easels import Easel
from tests.web.test_screens import KEPT, SAMPLES, looks, shoot
from tests.web.visitors import Open

from affiche.studio.studio import Caller, Studio

STILLS = [("desktop", "ko", "light"), ("phone", "en", "dark")]
BODY = [
    (450, 530),
    (730, 540),
    (730, 590),
    (460, 590),
    (470, 650),
    (720, 650),
    (720, 700),
    (480, 700),
]
"""Of the cup, which is 1200 × 900."""
SHOWN = "canvas => scrollTo(0, canvas.getBoundingClientRect().top + scrollY - 150)"

pytestmark = pytest.mark.screens


async def test_screens_of_the_brush(
    visit: Open, studio: Studio, alice: Caller, tmp_path: Path
) -> None:
    folder = Path(KEPT or tmp_path)
    for device, language, scheme in STILLS if KEPT else STILLS[:1]:
        visitor = await visit(alice, **looks(device, language, scheme))
        easel = Easel(visitor, studio, alice, wide=1200, high=900)
        await visitor.go("/templates/image-brush")
        await easel.put("image", SAMPLES / "cup.jpg")
        await easel.put("style", SAMPLES / "bottle.jpg")
        await visitor.turn_to("picture")
        await expect(visitor.page.locator("mask-brush[data-ready]")).to_be_visible()
        await easel.size(110)
        await easel.draw(*BODY)
        await easel.saved()
        await visitor.page.locator("mask-brush canvas").evaluate(SHOWN)
        await shoot(visitor.page, folder / f"brush-{device}-{language}-{scheme}.webp")
