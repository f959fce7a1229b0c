"""Processes forked from one that has everything imported, and ended by their id."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from tests.pipeline import worker
from tests.pipeline.worker import Order

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["__main__", "tests.pipeline.worker"])


@dataclass(slots=True)
class Nursery:
    """Starts processes; all of them are gone when the block that made it ends."""

    processes: list[ForkServerProcess] = field(default_factory=list)

    async def start(self, order: Order) -> ForkServerProcess:
        """A process that works; returns once it does, or once it has ended by its order.

        A machine that is very busy may not give it its connections in time: then another.
        """
        for _ in range(3):
            process = _context.Process(target=worker.run, args=(order,))
            # Not in a thread: each start looks after all processes, and two threads that ask for
            # one's exit code take it from each other.
            process.start()
            self.processes.append(process)
            await self._ready(process, order.mark(f"ready-{process.pid}"))
            if not process.exitcode or process.exitcode < 0:
                return process
        raise AssertionError(f"a worker ends with exit code {process.exitcode}")

    async def _ready(self, process: ForkServerProcess, mark: Path) -> None:
        for _ in range(6000):
            if mark.exists() or process.exitcode is not None:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("a worker does not come up within a minute")

    async def end(self) -> None:
        """SIGKILL to each that is left, frozen ones too."""
        for process in self.processes:
            if process.exitcode is None and process.pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
        for process in self.processes:
            await exited(process)
            process.close()
        self.processes.clear()


@asynccontextmanager
async def nursery() -> AsyncIterator[Nursery]:
    made = Nursery()
    try:
        yield made
    finally:
        await made.end()


async def exited(process: ForkServerProcess, within: float = 30.0) -> int:
    """Its exit code, negative for a signal; fails the test past `within` seconds."""
    for _ in range(int(within / 0.01)):
        if process.exitcode is not None:
            return process.exitcode
        await asyncio.sleep(0.01)
    raise AssertionError(f"process {process.pid} has not ended within {within} s")


def signalled(process: ForkServerProcess, number: signal.Signals) -> None:
    assert process.pid is not None
    os.kill(process.pid, number)
