"""The suite of all engines, against an emulated cloud with our own worker in it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar

import pytest
from tests.engines.elsewhere import Elsewhere

from affiche.engines.engine import Engine

from .cloud import Cloud, cloud


class TestRunpod(Elsewhere):
    kind: ClassVar[str] = "runpod"

    @pytest.fixture
    async def place(self, tmp_path: Path) -> AsyncIterator[Cloud]:
        async with cloud(tmp_path) as place:
            yield place

    @pytest.fixture
    async def engine(self, place: Cloud) -> AsyncIterator[Engine]:
        engine = place.engine()
        assert engine.kind == self.kind
        yield engine
        await engine.close()
