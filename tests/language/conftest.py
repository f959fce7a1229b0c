"""A studio with a language model, which it may ask as often as it likes."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from affiche import app
from affiche.emulators.llm import MODEL, Server, serving
from affiche.llm import client
from affiche.llm.client import Place
from affiche.studio.studio import Studio


@pytest.fixture
async def model() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@pytest.fixture
def wordless(studio: Studio) -> Studio:
    """The same without one."""
    return replace(studio, model=None)


@pytest.fixture
async def studio(
    studio: Studio, model: Server, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Studio]:
    monkeypatch.setattr(client, "PAUSES", (0.01, 0.01))
    place = Place(url=model.url, key="k", model=MODEL, seconds=10.0)
    made = app.language_model(place, replace(studio.settings, llm_rate=60_000), studio.database)
    yield replace(studio, model=made)
    await made.close()
