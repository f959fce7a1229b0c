"""Processes that run steps for the test's own studio, ended by their id whatever happens."""

from collections.abc import AsyncIterator, Awaitable, Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from tests.pipeline.doors import Point
from tests.pipeline.nursery import nursery
from tests.pipeline.worker import Order

from affiche.studio.studio import Studio

Start = Callable[..., Awaitable[ForkServerProcess]]


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    """What every process did: a line each, with its id."""
    return tmp_path / "processes" / "trace"


@pytest.fixture
async def start(studio: Studio, tmp_path: Path, trace: Path) -> AsyncIterator[Start]:
    """Starts a process; with a point, whoever comes there first is killed."""
    trace.parent.mkdir()
    async with nursery() as children:

        async def one(point: Point | None = None) -> ForkServerProcess:
            order = Order(
                database_url=studio.settings.database_url or "",
                data=tmp_path,
                folder=trace.parent,
                functions=(),
                point=point,
                act="kill" if point else "none",
            )
            order.mark("acted").unlink(missing_ok=True)
            return await children.start(order)

        yield one
