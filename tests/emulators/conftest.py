from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from .desk import Desk, desk_of


@pytest.fixture
async def desk(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Desk]:
    """A desk at a fresh server; `parametrize("desk", [{…}], indirect=True)` sets its options."""
    async with desk_of(tmp_path, **getattr(request, "param", {})) as made:
        yield made
