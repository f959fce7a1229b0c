from collections.abc import AsyncIterator

import pytest

from affiche.comfy.client import Client
from affiche.comfy.transport import Transport
from affiche.engines.comfyui.engine import ComfyEngine

from .facts import ACCEPTED, EMPTY, HISTORY, LIMITS, NOTHING
from .scripted import Script, says, scripted


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    async with scripted() as server:
        yield server


@pytest.fixture
async def client(script: Script) -> AsyncIterator[Client]:
    transport = Transport(script.url, LIMITS)
    yield Client(transport)
    await transport.close()


@pytest.fixture
async def engine(script: Script) -> AsyncIterator[ComfyEngine]:
    engine = ComfyEngine(script.url, LIMITS)
    script.on("GET /queue", EMPTY).on(HISTORY, NOTHING).on("POST /prompt", ACCEPTED)
    script.on(
        "POST /upload/image", says({"name": "a (1).png", "subfolder": "affiche", "type": "input"})
    )
    yield engine
    await engine.close()
