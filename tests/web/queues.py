"""A preview engine that shows what it is at, one run at a time, and works that wait for it."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.support.studios import ask, reached

from affiche.emulators.comfyui import Server as Engine
from affiche.emulators.comfyui import serving
from affiche.errors import NotFound
from affiche.studio import queue
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

LAST = "9"
"""The node that saves."""


@pytest.fixture
async def showing(studio: Studio, tmp_path: Path) -> AsyncIterator[Engine]:
    folder = tmp_path / "showing"
    async with serving(folder, metadata=False, any_model=True, previews=True) as engine:
        async with studio.database.as_service() as service:
            await service.run("endpoints.moved", name="preview", url=engine.url)
            await service.connection.execute("UPDATE endpoints SET works_at_once = 1")
        yield engine
        engine.faults.clear()


async def asked(studio: Studio, caller: Caller, picture: File, count: int) -> list[UUID]:
    """So many works: the first runs and shows what it is at, the others wait."""
    works = [await ask(studio, caller, picture, f"a beach, number {n}") for n in range(count)]
    await reached(studio, caller, works[0].id, "processing")
    while True:
        try:
            await queue.glimpse(studio, caller, works[0].id)
        except NotFound:
            continue
        return [work.id for work in works]
