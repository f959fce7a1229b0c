"""A port that an emulator listens on: it can die at once, and break off single connections."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from typing import Any, cast

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.utils import ClientDisconnected

log = logging.getLogger(__name__)


class Listener(uvicorn.Server):
    """uvicorn inside another program: signals are that program's business."""

    def __init__(self, app: ASGIApp) -> None:
        self._handling: set[asyncio.Task[None]] = set()
        self.asked = 0
        self._app = app
        self._dead = False
        self._serving: asyncio.Task[None] | None = None
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

    async def listen(self, bound: socket.socket) -> None:
        """Serve on `bound` from now on."""
        self._serving = asyncio.create_task(self.serve([bound]))
        while not self.started:
            if self._serving.done():
                await self._serving
            await asyncio.sleep(0.005)

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
        if self._serving is not None:
            self._serving.cancel()
            await asyncio.gather(self._serving, return_exceptions=True)

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
    # uvloop's are not asyncio's by descent.
    return cast(asyncio.Transport, connection.transport)


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens; a port of 0 becomes a real one. Raises OSError if it is taken."""
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


def address(host: str, port: int) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
