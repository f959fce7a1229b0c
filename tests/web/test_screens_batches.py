"""Pictures of the pages for batches, with the demonstration's characters and references."""

from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support.studios import at_work, ended
from tests.web.test_screens import KEPT, folder, looks, shoot
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import batches, characters, references
from affiche.studio.batches import Batch
from affiche.studio.demo import furnishing
from affiche.studio.planning import BatchAsk
from affiche.studio.studio import Caller, Studio

pytestmark = pytest.mark.screens
__all__ = ["folder"]
GENERATE = [("desktop", "ko", "light"), ("phone", "en", "dark")]
BATCH = [("desktop", "ko", "light"), ("desktop", "en", "dark"), ("phone", "ko", "light")]


async def made(studio: Studio, alice: Caller, engine: Engine) -> Batch:
    """A batch over three references of which one work failed and some are chosen."""
    yuna = (await characters.listed(studio, alice))[0]
    shown = await references.page(studio, alice, category="figures", limit=3 if KEPT else 1)
    inputs = {"character": str(yuna.id), "steps": 10, "seed": 12}
    wanted = BatchAsk(
        template="img2img-lora",
        inputs=inputs,
        references=[str(each.id) for each in shown],
        variations=5 if KEPT else 2,
    )
    async with at_work(studio):
        batch = await batches.ask(studio, alice, wanted)
        works = await batches.works_of(studio, alice, batch.id)
        for work in works:
            await ended(studio, alice, work.id, within=120)
    kept, rejected = [work.id for work in works[::4]], [works[1].id]
    await batches.choose(studio, alice, batch.id, kept, "kept")
    return await batches.choose(studio, alice, batch.id, rejected, "rejected")


async def test_screens_of_batches(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, folder: Path
) -> None:
    await furnishing.furnish(studio, alice)
    batch = await made(studio, alice, preview)
    for look in GENERATE if KEPT else GENERATE[1:]:
        visitor = await visit(alice, **looks(*look))
        page = visitor.page
        await visitor.go("/generate?character=yuna")
        for at in (0, 2, 5):
            await page.locator(".pick-box").nth(at).check()
        await page.locator(".steps-choice label").nth(1).click()
        await expect(page.locator("#sum strong")).to_contain_text("6")
        await page.locator(".pick-box").nth(1).focus()
        await page.evaluate("scrollTo(0, 0)")
        await shoot(page, folder / f"generate-{'-'.join(look)}.webp")
    for look in BATCH if KEPT else BATCH[:1]:
        visitor = await visit(alice, **looks(*look))
        await visitor.go(f"/batches/{batch.id}")
        await shoot(visitor.page, folder / f"batch-{'-'.join(look)}.webp")
        if look != BATCH[0] or not KEPT:
            await visitor.page.click("#tile-0-link")
            await expect(visitor.page.locator("dialog .compare-handle")).to_be_visible()
            await expect(visitor.page.locator("dialog .proof-keep")).to_be_visible()
            await shoot(visitor.page, folder / f"batch-open-{'-'.join(look)}.webp")
