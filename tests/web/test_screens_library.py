"""Pictures of the gallery where something is chosen, and of a collection."""

from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support.studios import at_work
from tests.web.test_screens import (  # noqa: F401 - a fixture too
    BOTH,
    KEPT,
    MADE,
    folder,
    looks,
    make,
    shoot,
)
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import collections, gallery
from affiche.studio.studio import Caller, Studio

pytestmark = pytest.mark.screens


async def test_screens_of_what_is_chosen(
    visit: Open,
    studio: Studio,
    alice: Caller,
    preview: Engine,
    folder: Path,  # noqa: F811
) -> None:
    async with at_work(studio):
        made = [await make(studio, alice, *one) for one in (MADE if KEPT else MADE[-2:])]
    ids = [work.id for work in made]
    for name, chosen in (("봄 화보", ids[:3]), ("병과 컵", ids[1:]), ("Cliffs", ids[-2:])):
        kept = await collections.make(studio, alice, name)
        await collections.add(studio, alice, kept.id, chosen)
    await gallery.star(studio, alice, ids[-2:], 4)
    await gallery.star(studio, alice, ids[:1], 2)
    await gallery.tag(studio, alice, ids[-1:], added=["노을", "포스터 후보"])
    for device, language, scheme in BOTH if KEPT else BOTH[:1]:
        visitor = await visit(alice, **looks(device, language, scheme))
        page = visitor.page
        end = f"{device}-{language}-{scheme}.webp"
        await visitor.go("/gallery")
        for n in range(2):
            await page.locator(".hung-check input").nth(n).check()
        await page.locator(".hung-link").nth(1).focus()
        await shoot(page, folder / f"library-selected-{end}")
        await page.keyboard.press("c")
        await expect(page.locator(".labels-list li").first).to_be_visible()
        await shoot(page, folder / f"library-collections-{end}")
        await visitor.go(f"/gallery?collection={kept.id}")
        await shoot(page, folder / f"collection-{end}")
