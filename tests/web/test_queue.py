"""One's own queue on every page: what waits and runs, and what one does about it."""

from pathlib import Path

from playwright.async_api import expect
from tests.web.visitors import Visit

from affiche.emulators.comfyui import Server as Engine
from affiche.pipeline.crew import Crew


async def test_what_runs_and_waits_stands_in_the_queue(
    visitor: Visit, photo: Path, preview: Engine, working: Crew
) -> None:
    await visitor.go("/queue")
    await expect(visitor.page.locator(".queue-empty")).to_be_visible()
