"""Pictures of the main states, for the documentation: `make screens` keeps them in docs/screens."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
import pyvips
from playwright.async_api import Page, expect
from tests.support.studios import at_work, reached
from tests.web.visitors import Open, lettered

import affiche.catalog
from affiche.emulators.comfyui import Server as Engine
from affiche.emulators.comfyui import serving
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

SAMPLES = Path(affiche.catalog.__file__).parent / "samples"
KEPT = os.environ.get("AFFICHE_SCREENS")
"""The folder for all pictures; without it a few are taken, to see that they can be."""
LARGEST = 200_000
BEACH = "배경을 노을 지는 해변으로 바꿔줘"
# Photograph, prompt and seed, oldest first.
MADE = [
    ("portrait.jpg", "봄날의 벚꽃길", 4),
    ("cup.jpg", "minimal studio, pale pink paper, hard light", 8),
    ("bottle.jpg", "짙은 숲속, 이끼 낀 바위 위", 5),
    ("cup.jpg", "눈 덮인 산속의 아침", 2),
    ("portrait.jpg", "비 내리는 밤의 도시, 네온 불빛", 9),
    ("bottle.jpg", "a quiet coastal cliff at overcast sunset", 21),
    ("portrait.jpg", BEACH, 3),
    ("cup.jpg", BEACH, 7),
]

# Pictures further down are not fetched before somebody scrolls there.
SEEN = """Promise.all([...document.images].map((image) => {
  const { top, height } = image.getBoundingClientRect();
  // Once more where another has taken its place meanwhile.
  return height === 0 || top > innerHeight || image.decode().catch(() => image.decode());
}))"""

pytestmark = pytest.mark.screens


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chosen = Path(KEPT or tmp_path / "screens")
    chosen.mkdir(parents=True, exist_ok=True)
    return chosen


async def shoot(page: Page, path: Path) -> None:
    """The window as it is, small enough to be looked at in a repository."""
    await lettered(page)
    await page.evaluate(SEEN)
    picture = pyvips.Image.new_from_buffer(await page.screenshot(animations="disabled"), "")
    for quality in (86, 78, 68):
        data = picture.write_to_buffer(".webp", Q=quality, effort=5, keep="none")
        if len(data) <= LARGEST:
            break
    assert len(data) <= LARGEST, path.name
    path.write_bytes(data)


BOTH: list[tuple[str, str, str]] = [("desktop", "ko", "light"), ("phone", "en", "dark")]


async def shoot_both(visit: Open, caller: Caller, folder: Path, name: str, path: str) -> None:
    """A page that needs no hand, at a desk and on a phone; the desk alone in an ordinary run."""
    for device, language, scheme in BOTH if KEPT else BOTH[:1]:
        visitor = await visit(caller, **looks(device, language, scheme))
        await visitor.go(path)
        await shoot(visitor.page, folder / f"{name}-{device}-{language}-{scheme}.webp")


def looks(device: str, language: str, scheme: str) -> dict[str, Any]:
    sharp = {"device_scale_factor": 2} if device == "phone" else {}
    return {"phone": device == "phone", "dark": scheme == "dark", "language": language, **sharp}


async def make(studio: Studio, alice: Caller, name: str, prompt: str, seed: int) -> works.Work:
    file = await sample(studio, alice, name)
    inputs = {"image": str(file.id), "prompt": prompt, "seed": seed}
    work = await works.ask(studio, alice, works.Ask(template="klein-i2i", inputs=inputs))
    return await reached(studio, alice, work.id, *works.ENDED)


async def sample(studio: Studio, alice: Caller, name: str) -> File:
    return await uploads.upload(studio, alice, (SAMPLES / name).read_bytes(), name=name)


STILLS: list[tuple[str, str, str, str]] = [
    ("gallery", "desktop", "ko", "light"),
    ("gallery", "phone", "en", "dark"),
    ("form", "desktop", "ko", "light"),
    ("form", "phone", "ko", "light"),
    ("settings", "desktop", "en", "dark"),
    ("problems", "desktop", "ko", "light"),
    ("problems", "phone", "en", "light"),
    ("done", "desktop", "ko", "light"),
    ("done", "desktop", "en", "dark"),
    ("done", "phone", "ko", "light"),
    ("failed", "desktop", "en", "light"),
    ("library", "desktop", "ko", "light"),
    ("library", "phone", "en", "dark"),
]


async def test_screens_of_what_stays(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, folder: Path
) -> None:
    async with at_work(studio):
        made = [await make(studio, alice, *one) for one in (MADE if KEPT else MADE[-2:])]
        preview.faults.add("node", "fail", node="75:64", exception="ValueError", message="bad")
        failed = await make(studio, alice, "bottle.jpg", "a shelf of old books", 1)
    reused = f"/templates/klein-i2i?from={made[-1].id}"
    addresses = {
        "gallery": "/",
        "library": "/gallery",
        "form": reused,
        "settings": reused,
        "problems": "/templates/klein-i2i",
        "done": f"/works/{made[-1].id}",
        "failed": f"/works/{failed.id}",
    }
    for state, device, language, scheme in STILLS if KEPT else STILLS[::4]:
        visitor = await visit(alice, **looks(device, language, scheme))
        visitor.expected.append("status of 422")
        await visitor.go(addresses[state])
        if state == "form":
            await visitor.page.click("#settings summary")
        if state == "problems":
            await visitor.page.click(".ask")
            await expect(visitor.page.locator(".notice-wrong")).to_be_visible()
        await shoot(visitor.page, folder / f"{state}-{device}-{language}-{scheme}.webp")
    nobody = await visit(None, **looks("desktop", "en", "light"))
    nobody.expected.append("status of 401")
    await nobody.go("/")
    await shoot(nobody.page, folder / "sign-in-desktop-en-light.webp")


async def test_screens_of_what_runs(
    visit: Open, studio: Studio, alice: Caller, tmp_path: Path, folder: Path
) -> None:
    desk = await visit(alice, **looks("desktop", "ko", "light"))
    phone = await visit(alice, **looks("phone", "en", "dark"))
    cup = await sample(studio, alice, "cup.jpg")
    inputs = {"image": str(cup.id), "prompt": BEACH, "seed": 7}
    work = await works.ask(studio, alice, works.Ask(template="klein-i2i", inputs=inputs))
    for visitor in (desk, phone):
        await visitor.go(f"/works/{work.id}")
    # Long enough between two steps to take both pictures, and without an end.
    async with serving(tmp_path / "slow", pace=3.0, metadata=False, any_model=True) as engine:
        engine.faults.add("node", "hang", node="9")
        async with studio.database.as_service() as service:
            await service.run("endpoints.moved", name="preview", url=engine.url)
        async with at_work(studio):
            for visitor in (desk, phone):
                percent = visitor.page.locator("#print-percent")
                await expect(percent).to_have_text(re.compile(r"[4-9]\d%"), timeout=60_000)
            await shoot(desk.page, folder / "running-desktop-ko-light.webp")
            await shoot(phone.page, folder / "running-phone-en-dark.webp")
            await works.cancel(studio, alice, work.id)
            for visitor in (desk, phone):
                await visitor.reach("cancelled")
            engine.faults.clear()
