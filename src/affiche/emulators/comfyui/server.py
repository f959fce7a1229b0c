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
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.utils import ClientDisconnected

from affiche.emulators.comfyui.app import build
from affiche.emulators.comfyui.faults import Faults
from affiche.emulators.comfyui.options import Options
from affiche.emulators.comfyui.service import Service

log = logging.getLogger(__name__)


class _Listener(uvicorn.Server):
    """uvicorn inside another program: signals are that program's business."""

    def __init__(self, service: Service) -> None:
        self._handling: set[asyncio.Task[None]] = set()
        self.asked = 0
        self._app = build(service)
        self._dead = False
        config = uvicorn.Config(
            self._handle,
            interface="asgi3",
            proxy_headers=False,
            log_config=None,
            access_log=False,
            lifespan="off",
            server_header=False,
        )
        super().__init__(config)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def die(self) -> None:
        """The port closes and every connection ends at once, as when a process dies."""
        self._dead = True
        for server in self.servers:
            server.close()
        # What was being accepted gets its connection only in a turn of the loop from now.
        for _ in range(3):
            for connection in list(self.server_state.connections):
                _transport(connection).abort()
            await asyncio.sleep(0)
        for task in list(self._handling):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)

    def hang_up(self, client: Any, at_once: bool) -> None:
        """Break off the connection from `client`; unless `at_once` after what was written."""
        for connection in list(self.server_state.connections):
            if getattr(connection, "client", None) == client:
                transport = _transport(connection)
                transport.abort() if at_once else transport.close()

    async def _handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """In a task of its own, so that it can end without uvicorn taking that for a fault."""
        if self._dead:
            self.hang_up(scope["client"], at_once=True)
            while not (await receive())["type"].endswith(".disconnect"):
                pass
            return
        task = asyncio.ensure_future(self._app(scope, receive, send))
        self._handling.add(task)
        self.asked += scope["type"] == "http"
        try:
            await task
        except asyncio.CancelledError:
            if not self._dead:
                raise
        except ClientDisconnected:
            log.debug("a client left in the middle of an answer")
        finally:
            self._handling.discard(task)
            self.asked -= scope["type"] == "http"


def _transport(connection: Any) -> asyncio.Transport:
    transport = connection.transport
    assert isinstance(transport, asyncio.Transport)
    return transport


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
    _one_restart: asyncio.Lock = field(default_factory=asyncio.Lock)

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
        bound = _bound(self.host, self.port)
        self.port = bound.getsockname()[1]
        self._listener = _Listener(self.service)
        self.service.hang_up = self._listener.hang_up
        self._serving = asyncio.create_task(self._listener.serve([bound]))
        while not self._listener.started:
            if self._serving.done():
                await self._serving
            await asyncio.sleep(0.005)
        self._working = asyncio.create_task(self.service.work())
        self.service.restart_soon = self._restart_soon

    async def stop(self) -> None:
        """End everything at once; what ran is lost."""
        # First of all it falls silent: nobody is answered by what is being taken apart.
        if self._listener is not None:
            await self._listener.die()
        tasks = [task for task in (self._working, self._serving) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._listener = self._serving = self._working = None

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


def _bound(host: str, port: int) -> socket.socket:
    """A socket that listens; raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP: asyncio turns off Nagle, and with it 40 ms a request, only for those that are.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((host, port))
        made.listen(128)
    except BaseException:
        made.close()
        raise
    return made


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
