"""Pictures of one's own queue: the page, the sheet beside another page, and a toast."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import expect
from tests.support.studios import at_work, reached
from tests.web.queues import showing  # noqa: F401 - a fixture
from tests.web.test_screens import BOTH, KEPT, folder, looks, make, sample, shoot  # noqa: F401
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server as Engine
from affiche.errors import NotFound
from affiche.studio import queue, works
from affiche.studio.studio import Caller, Studio

pytestmark = pytest.mark.screens
ASKED = [
    ("portrait.jpg", "비 내리는 밤의 도시, 네온 불빛"),
    ("bottle.jpg", "a quiet coastal cliff at overcast sunset"),
    ("cup.jpg", "눈 덮인 산속의 아침"),
    ("bottle.jpg", "짙은 숲속, 이끼 낀 바위 위"),
]


@pytest.fixture
async def busy(studio: Studio, alice: Caller, showing: Engine) -> AsyncIterator[None]:  # noqa: F811
    """Three are made, one of them failed; one runs and three wait."""
    async with at_work(studio):
        for n in range(2):
            await make(studio, alice, "portrait.jpg", "봄날의 벚꽃길", n + 4)
        showing.faults.add("node", "fail", node="75:64", exception="ValueError")
        await make(studio, alice, "cup.jpg", "minimal studio, pale pink paper", 8)
        showing.faults.clear()
        showing.faults.add("node", "hang", node="9")
        first = await ask(studio, alice, *ASKED[0])
        await reached(studio, alice, first, "processing")
        for name, prompt in ASKED[1:]:
            await ask(studio, alice, name, prompt)
        await shown(studio, alice, first)
        yield


async def ask(studio: Studio, alice: Caller, name: str, prompt: str) -> UUID:
    inputs = {"image": str((await sample(studio, alice, name)).id), "prompt": prompt}
    work = await works.ask(studio, alice, works.Ask(template="klein-i2i", inputs=inputs))
    return work.id


async def shown(studio: Studio, alice: Caller, work_id: UUID) -> None:
    while True:
        try:
            await queue.glimpse(studio, alice, work_id)
        except NotFound:
            continue
        return


@pytest.mark.usefixtures("busy")
async def test_screens_of_the_queue(visit: Open, alice: Caller, folder: Path) -> None:  # noqa: F811
    for device, language, scheme in BOTH if KEPT else BOTH[:1]:
        visitor = await visit(alice, **looks(device, language, scheme))
        name = f"{device}-{language}-{scheme}"
        await visitor.go("/queue")
        await expect(visitor.page.locator(".entry-processing img")).to_be_visible()
        await shoot(visitor.page, folder / f"queue-{name}.webp")
        await visitor.go("/gallery")
        await visitor.page.click("#queue-button")
        await expect(visitor.page.locator(".queue-sheet .entry").first).to_be_visible()
        await shoot(visitor.page, folder / f"queue-sheet-{name}.webp")
