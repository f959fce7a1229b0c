"""Every kind of engine runs the one suite."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from affiche.engines.engine import Engine
from affiche.engines.registry import KINDS, make
from affiche.errors import SettingInvalid

from .emulated import Emulated, emulated
from .runpod.test_conformance import TestRunpod as Runpod
from .servers import Servers


class OnTheEmulator(Servers):
    """Fixtures for kinds that speak ComfyUI's protocol."""

    kind: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}

    @pytest.fixture
    async def place(self, tmp_path: Path) -> AsyncIterator[Emulated]:
        async with emulated(self.kind, tmp_path, **self.options) as place:
            yield place

    @pytest.fixture
    async def engine(self, place: Emulated) -> AsyncIterator[Engine]:
        engine = place.engine()
        assert engine.kind == self.kind
        yield engine
        await engine.close()


class TestComfyui(OnTheEmulator):
    kind = "comfyui"


class TestComfyuiWithoutJobRoutes(OnTheEmulator):
    kind = "comfyui"
    options: ClassVar[dict[str, Any]] = {"version": "0.3.75"}


class TestPreview(OnTheEmulator):
    kind = "preview"


def test_every_kind_is_held_to_it() -> None:
    held = {suite.kind for suite in (TestComfyui, TestPreview, Runpod)}
    assert held == set(KINDS)


def test_a_kind_that_there_is_not() -> None:
    with pytest.raises(SettingInvalid) as caught:
        make("midjourney", "http://127.0.0.1:1")
    assert "comfyui" in caught.value.message("en")
