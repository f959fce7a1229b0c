"""A server on a port: started, stopped, and restarted in the middle of a run when asked to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from affiche.emulators.comfyui.app import build
from affiche.emulators.comfyui.faults import Faults
from affiche.emulators.comfyui.options import Options
from affiche.emulators.comfyui.service import Service
from affiche.emulators.listener import Listener, address, bound


@dataclass(slots=True)
class Server:
    """A running emulator. `faults` plans what shall go wrong."""

    host: str
    port: int
    service: Service
    _listener: Listener | None = None
    _working: asyncio.Task[None] | None = None
    _restarting: set[asyncio.Task[None]] = field(default_factory=set)
    _one_restart: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def url(self) -> str:
        return address(self.host, self.port)

    @property
    def folder(self) -> Path:
        return self.service.options.folder

    @property
    def faults(self) -> Faults:
        return self.service.faults

    async def start(self) -> None:
        """Listen on the port; a port of 0 becomes a real one. Raises OSError if it is taken."""
        found = bound(self.host, self.port)
        self.port = found.getsockname()[1]
        self._listener = Listener(build(self.service))
        self.service.hang_up = self._listener.hang_up
        await self._listener.listen(found)
        self._working = asyncio.create_task(self.service.work())
        self.service.restart_soon = self._restart_soon

    async def stop(self) -> None:
        """End everything at once; what ran is lost."""
        # First of all it falls silent: nobody is answered by what is being taken apart.
        if self._listener is not None:
            await self._listener.die()
        if self._working is not None:
            self._working.cancel()
            await asyncio.gather(self._working, return_exceptions=True)
        self._listener = self._working = None

    async def restart(self, down: float = 0.0) -> None:
        """As when the process dies and comes back on the same port after `down` seconds.

        Connections break, the run stops without a word, queue, history and cache are gone; the
        files in the folder stay. Two at once come one after the other.
        """
        async with self._one_restart:
            await self.stop()
            self.service.forget()
            await asyncio.sleep(down)
            await self.start()

    @property
    def asked(self) -> int:
        """How many requests are being handled at this moment."""
        return self._listener.asked if self._listener else 0

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
