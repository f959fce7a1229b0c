"""A person at a browser: the live studio, its preview engine, and pages that tell what they did."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright, expect
from tests.support.studios import at_work, photograph
from tests.web.visitors import Open, Visit, opened

from affiche.emulators.comfyui import Server as Engine
from affiche.emulators.comfyui import serving
from affiche.pipeline.crew import Crew
from affiche.serving import Server
from affiche.studio import people
from affiche.studio.studio import Caller, Studio

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-fake-device-for-media-stream",
)


# What is waited for is waited for by its state, never by how fast this machine is just now.
expect.set_options(timeout=60_000)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Chromium with a profile of its own: the one that was named, the system's, or Playwright's."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=path, args=list(SWITCHES))
        yield running
        await running.close()


@pytest.fixture
async def preview(studio: Studio, tmp_path: Path) -> AsyncIterator[Engine]:
    """The preview engine, at once done with everything; `faults` can hold it at a node."""
    folder = tmp_path / "preview"
    async with serving(folder, pace=0.0, metadata=False, any_model=True) as engine:
        async with studio.database.as_service() as service:
            await service.run("endpoints.moved", name="preview", url=engine.url)
        yield engine
        engine.faults.clear()


@pytest.fixture
async def working(studio: Studio, preview: Engine) -> AsyncIterator[Crew]:
    """Somebody does the steps."""
    async with at_work(studio) as crew:
        yield crew


@pytest.fixture
async def visit(browser: Browser, server: Server, studio: Studio) -> AsyncIterator[Open]:
    """Opens the studio for somebody; what went wrong unseen fails the test at its end."""
    async with AsyncExitStack() as stack:

        async def open_for(caller: Caller | None, **about: object) -> Visit:
            session = None
            if caller:
                token = await people.make_link(studio, caller.id)
                session = await people.redeem_link(studio, token)
            return await stack.enter_async_context(opened(browser, server.url, session, **about))

        yield open_for


@pytest.fixture
async def visitor(visit: Open, alice: Caller) -> Visit:
    """Alice at a desk, in English."""
    return await visit(alice)


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "ramp.jpg"
    path.write_bytes(photograph(480, 360))
    return path


@pytest.fixture
def tall(tmp_path: Path) -> Path:
    path = tmp_path / "tall.jpg"
    path.write_bytes(photograph(300, 450))
    return path
