"""A process that runs steps behind watched doors and, at one of them, dies, freezes or waits.

Started by `nursery.Nursery` with an `Order`. Several processes may have the same order: whoever
comes to the point first acts, and the others go on unarmed. Started by its name it is a healthy one
with the settings of its environment, and says `working` once it does.
"""

import asyncio
import ctypes
import os
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from multiprocessing import forkserver
from pathlib import Path
from typing import Any, Literal

from tests.pipeline.doors import Doors, Point, within

from affiche import settings
from affiche.app import signing_secret
from affiche.db import database as database_module
from affiche.db.address import Address, parse
from affiche.db.database import Database, connection_options
from affiche.domain import pace
from affiche.pipeline import crew as crews
from affiche.pipeline import steps
from affiche.pipeline.crew import Crew
from affiche.pipeline.withdrawals import Withdrawals
from affiche.storage.objects import Objects
from affiche.studio.studio import Studio

Act = Literal["none", "kill", "stop", "hold"]
HEARTBEAT = timedelta(seconds=2)
HELD_SECONDS = 3.0
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Order:
    """What a process shall be.

    `folder` is where it writes its trace and its marks; `data` the studio's own; `settings` what
    else it finds in its environment. `grace` is how many seconds its steps have when it is told to
    stop.
    """

    database_url: str
    data: Path
    folder: Path
    functions: tuple[str, ...]
    settings: tuple[tuple[str, str], ...] = ()
    point: Point | None = None
    act: Act = "none"
    grace: float = 20.0
    aloud: bool = False

    @property
    def trace(self) -> Path:
        return self.folder / "trace"

    def mark(self, name: str) -> Path:
        """`acted` once somebody came to the point, `go` when one that waits there may go on."""
        return self.folder / name


def run(order: Order) -> None:
    """The whole life of the process; it dies with its parent, frozen or not (prctl(2))."""
    if sys.platform == "linux":
        # Else the parent in its turn would outlive the tests for the sake of its children.
        os.close(forkserver._forkserver._forkserver_alive_fd)  # type: ignore[attr-defined]
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    live(order)


def live(order: Order) -> None:
    asyncio.run(_main(order, os.getppid()))


async def _main(order: Order, parent: int) -> None:
    Doors(order.trace, order.functions, partial(_act, order)).install()
    for name, step in list(steps.STEPS.items()):
        steps.STEPS[name] = _placed(name, step)
    crews.GRACE = order.grace  # type: ignore[misc]
    Withdrawals.PAUSE = timedelta(seconds=0.5)  # type: ignore[misc]
    # Word of a run that may have been sent comes at once here, or never.
    pace.USUAL_RUN = pace.USUAL_WAKE = 0.0  # type: ignore[misc]
    pace.WITHOUT_WORD, pace.WORD_AT_LEAST = 1.0, 3.0  # type: ignore[misc]
    database_module.connection_options = _impatient
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    chosen, _ = settings.read(
        {
            "AFFICHE_DATA": str(order.data),
            "DATABASE_URL": order.database_url,
            "AFFICHE_RETRY_SECONDS": "0.2",
            "AFFICHE_FETCH_PRIVATE": "127.0.0.1",
            **dict(order.settings),
        }
    )
    async with Database(parse(order.database_url), size=4) as database:
        objects = Objects(chosen.data / "objects")
        studio = Studio(chosen, database, objects, signing_secret(chosen.data))
        crew = Crew(studio, heartbeat=HEARTBEAT, dequeue=timedelta(seconds=1), host_preview=False)
        async with crew.working():
            order.mark(f"ready-{os.getpid()}").touch()
            if order.aloud:
                print("working", flush=True)
            await _told(stop, parent)


def _impatient(address: Address) -> dict[str, Any]:
    """Whoever freezes in a transaction holds its locks, until the database ends it."""
    found = connection_options(address)
    return found | {"options": f"{found['options']} -c idle_in_transaction_session_timeout=4s"}


async def _told(stop: asyncio.Event, parent: int) -> None:
    """Until SIGTERM; at once if whoever started this process is gone."""
    while not stop.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(1):
                await stop.wait()
        if os.getppid() != parent:
            os._exit(1)


def _placed(name: str, step: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    async def placed(*args: Any, **how: Any) -> Any:
        async with within(name):
            return await step(*args, **how)

    return placed


async def _act(order: Order, here: Point) -> None:
    if order.act == "none" or here != order.point:
        return
    mine = order.mark(f"pid-{os.getpid()}")
    mine.write_text(str(os.getpid()))
    try:
        # A link is there with what is written in it or not at all, and only once.
        order.mark("acted").hardlink_to(mine)
    except FileExistsError:
        return
    if order.act == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    elif order.act == "stop":
        os.kill(os.getpid(), signal.SIGSTOP)
    else:
        # No statement takes for ever, and what others wait for is settled.
        until = time.monotonic() + HELD_SECONDS
        while not order.mark("go").exists() and time.monotonic() < until:
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    told, _ = settings.read()
    with tempfile.TemporaryDirectory() as marks:
        live(Order(told.database_url or "", told.data, Path(marks), (), aloud=True))
