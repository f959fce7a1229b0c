from collections.abc import AsyncIterator

import pytest
from tests.comfy.scripted import Script, scripted

from affiche.engines.runpod.engine import RunpodEngine

from .facts import AWAKE, CANCEL, CANCELLED, HEALTH, QUEUED, RUN, STATUS, TAKEN, engine_on


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    """All is well, and the job waits."""
    async with scripted() as server:
        server.on(RUN, TAKEN).on(STATUS, QUEUED).on(CANCEL, CANCELLED).on(HEALTH, AWAKE)
        yield server


@pytest.fixture
async def engine(script: Script) -> AsyncIterator[RunpodEngine]:
    made = engine_on(script)
    yield made
    await made.close()
