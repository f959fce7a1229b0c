"""What stands before every route: foreign origins, oversized bodies, failures."""

import asyncio
import ipaddress
import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from affiche.emulators.comfyui.routes.answers import failure
from affiche.emulators.comfyui.service import Service

log = logging.getLogger(__name__)


class TooLarge(Exception):
    """The body went past the limit."""


def foreign(headers: Headers) -> bool:
    """Whether a browser on another page sends this: Origin and Host differ, Host is loopback."""
    host, origin = headers.get("host"), headers.get("origin")
    if not host or not origin:
        return False
    here, there = urlsplit(f"//{host.lower()}"), urlsplit(origin.lower())
    if not here.hostname or not there.netloc or not _loopback(here.hostname):
        return False
    mine = here.hostname if there.port is None else host.lower()
    other = there.hostname if here.port is None else there.netloc
    return mine != other


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Guards:
    """The outermost ASGI layer."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        if foreign(Headers(scope=scope)):
            return await self._answer(Response(status_code=403), scope, receive, send)
        if scope["type"] == "websocket":
            return await self._app(scope, receive, send)
        return await self._guarded(scope, receive, send)

    async def _answer(self, answer: Response, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await answer(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit, taken, more, started = self._service.options.max_upload, 0, True, False

        async def counted() -> Message:
            nonlocal taken, more
            message = await receive()
            taken += len(message.get("body", b""))
            more = bool(message.get("more_body", False))
            if taken > limit:
                raise TooLarge
            return message

        async def noticed(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, noticed)
        except TooLarge:
            # Read the rest, so that the client hears the answer instead of a broken pipe.
            while more:
                more = bool((await receive()).get("more_body", False))
            said = f"Maximum request body size {limit} exceeded"
            await PlainTextResponse(said, status_code=413)(scope, receive, send)
        except asyncio.CancelledError:
            raise
        except Exception:
            log.debug("a handler failed", exc_info=True)
            if not started:
                await failure()(scope, receive, send)
