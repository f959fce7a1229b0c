"""A server on a port: started, stopped, and restarted in the middle of a run when asked to."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from affiche.emulators.comfyui.app import build
from affiche.emulators.comfyui.faults import Faults
from affiche.emulators.comfyui.options import Options
from affiche.emulators.comfyui.service import Service

log = logging.getLogger(__name__)


class _Listener(uvicorn.Server):
    """uvicorn inside another program: signals are that program's business."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def die(self) -> None:
        """The port closes and every connection ends at once, as when a process dies."""
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if transport is not None:
                transport.abort()
        handling = list(self.server_state.tasks)
        for task in handling:
            task.cancel()
        await asyncio.gather(*handling, return_exceptions=True)


@dataclass(slots=True)
class Server:
    """A running emulator. `faults` plans what shall go wrong."""

    host: str
    port: int
    service: Service
    _listener: _Listener | None = None
    _serving: asyncio.Task[None] | None = None
    _working: asyncio.Task[None] | None = None
    _restarting: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    @property
    def folder(self) -> Path:
        return self.service.options.folder

    @property
    def faults(self) -> Faults:
        return self.service.faults

    async def start(self) -> None:
        """Listen on the port; a port of 0 becomes a real one. Raises OSError if it is taken."""
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        bound = socket.create_server((self.host, self.port), family=family)
        self.port = bound.getsockname()[1]
        config = uvicorn.Config(
            build(self.service),
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
        )
        self._listener = _Listener(config)
        self._serving = asyncio.create_task(self._listener.serve([bound]))
        while not self._listener.started:
            if self._serving.done():
                await self._serving
            await asyncio.sleep(0.005)
        self._working = asyncio.create_task(self.service.work())
        self.service.restart_soon = self._restart_soon

    async def stop(self) -> None:
        """End everything at once; what ran is lost."""
        tasks = [task for task in (self._working, self._serving) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._listener is not None:
            await self._listener.die()
        self._listener = self._serving = self._working = None

    async def restart(self, down: float = 0.0) -> None:
        """As when the process dies and comes back on the same port after `down` seconds.

        Connections break, the run stops without a word, queue, history and cache are gone; the
        files in the folder stay.
        """
        await self.stop()
        self.service.forget()
        await asyncio.sleep(down)
        await self.start()

    def _restart_soon(self, down: float) -> None:
        task = asyncio.create_task(self.restart(down))
        self._restarting.add(task)
        task.add_done_callback(self._restarting.discard)


@contextlib.asynccontextmanager
async def serving(
    folder: Path, *, host: str = "127.0.0.1", port: int = 0, **options: Any
) -> AsyncIterator[Server]:
    """A running ComfyUI emulator; `options` are the fields of `Options`.

    >>> async with serving(folder, pace=0.15, metadata=False) as server:
    ...     server.url
    """
    service = Service(Options(folder=folder, **options))
    server = Server(host, port, service)
    await server.start()
    try:
        yield server
    finally:
        for task in list(server._restarting):
            task.cancel()
        await asyncio.gather(*server._restarting, return_exceptions=True)
        server.faults.clear()
        await server.stop()
