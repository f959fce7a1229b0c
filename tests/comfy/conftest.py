from collections.abc import AsyncIterator

import pytest

from affiche.comfy.client import Client
from affiche.comfy.transport import Transport

from .facts import LIMITS
from .scripted import Script, scripted


@pytest.fixture
async def script() -> AsyncIterator[Script]:
    async with scripted() as server:
        yield server


@pytest.fixture
async def client(script: Script) -> AsyncIterator[Client]:
    transport = Transport(script.url, LIMITS)
    yield Client(transport)
    await transport.close()
