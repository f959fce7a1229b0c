"""The image brush in a browser: three pictures on one form, a mask refused, a promise kept."""

import os
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support import brush
from tests.support.studios import photograph
from tests.web.visitors import Open, Visit

from affiche.pipeline.crew import Crew
from affiche.studio.studio import Caller

LOOK = os.environ.get("AFFICHE_LOOK")
"""A folder for pictures of what is seen, for whoever wants to look."""
EMPTY = {"ko": "칠한 곳이 없습니다", "en": "covers nothing"}
KEPT = {"ko": "바이트 하나까지 원본 그대로", "en": "byte for byte those of the target"}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {
        "image": photograph(brush.WIDE, brush.HIGH),
        "mask": brush.mask(),
        "style": brush.style(),
        "nothing": brush.flat(0),
    }
    found = {}
    for name, data in made.items():
        found[name] = tmp_path / f"{name}{'.jpg' if name == 'image' else '.png'}"
        found[name].write_bytes(data)
    return found


async def put(visitor: Visit, name: str, path: Path) -> None:
    await visitor.page.set_input_files(f"input#{name}", path)
    held = visitor.page.locator(f"input.drop-held[name={name}]")
    await expect(held).not_to_have_value("")


async def seen(visitor: Visit, name: str) -> None:
    if LOOK:
        await visitor.page.screenshot(path=Path(LOOK) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("phone", [True, False], ids=["phone", "desk"])
async def test_a_brush_is_filled_in_corrected_and_done(
    visit: Open,
    alice: Caller,
    working: Crew,
    files: dict[str, Path],
    language: str,
    phone: bool,
) -> None:
    visitor = await visit(alice, phone=phone, language=language)
    visitor.expected.append("status of 422")
    page, name = visitor.page, f"{'phone' if phone else 'desk'}-{language}"
    await visitor.go("/templates/image-brush")
    await expect(page.locator("picture-drop")).to_have_count(3)
    assert await visitor.inaccessible() == []
    assert await page.evaluate(SIDEWAYS) <= 0
    await seen(visitor, f"{name}-1-form")

    await put(visitor, "image", files["image"])
    await put(visitor, "mask", files["nothing"])
    await put(visitor, "style", files["style"])
    await seen(visitor, f"{name}-2-filled")
    await page.click(".ask")
    await expect(page.locator("#mask-problem")).to_contain_text(EMPTY[language])
    assert await page.evaluate(SIDEWAYS) <= 0
    await seen(visitor, f"{name}-3-refused")

    # The others are held; only the mask is given again.
    await put(visitor, "mask", files["mask"])
    await visitor.ask()
    await visitor.reach("completed")
    record = page.locator(".record")
    await expect(record).to_contain_text(KEPT[language])
    await expect(record).to_contain_text("25,600")
    assert await visitor.inaccessible() == []
    assert await page.evaluate(SIDEWAYS) <= 0
    await seen(visitor, f"{name}-4-done")
