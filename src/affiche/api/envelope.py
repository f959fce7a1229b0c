"""What is around every answer: its id, the host it was asked from, the headers that guard it, its
share of the memory for bodies, one line in the log, and a plain answer where the program failed."""

import ipaddress
import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from affiche.api.budget import Budget
from affiche.api.problems import problem
from affiche.errors import AfficheError, HostRefused
from affiche.settings import Settings
from affiche.studio import marks, traces

GUARDS: Final = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; "
    "script-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
    "form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with it browsers send a form's Origin as null.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What may be kept says so itself.
    "Cache-Control": "no-store",
}
_KEYED: Final = "/v1/hooks/runs/"
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?", re.ASCII)
log = logging.getLogger("affiche.requests")


class Envelope:
    """The one middleware."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.hosts = allowed_hosts(settings)
        self.budget = Budget()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        with traces.of_request(scope["method"], Headers(scope=scope)) as span:
            status = await self._answer(scope, receive, send)
            traces.answered(span, scope["method"], _pattern(scope), status)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> int:
        """The status that was answered."""
        started, status, request_id = time.perf_counter(), 0, secrets.token_hex(8)
        # Each request has a task, and so a context, of its own.
        marks.request.set(request_id)
        share = self.budget.share()
        scope.setdefault("state", {}).update(request_id=request_id, share=share)

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                for name, value in GUARDS.items():
                    headers.setdefault(name, value)
                if scope["method"] == "HEAD":
                    # Then what would follow, however long, is not even read.
                    await send(message)
                    message = {"type": "http.response.body"}
            elif scope["method"] == "HEAD":
                return
            await send(message)

        # Every GET answers HEAD too; the server leaves the body away, by its own copy of the scope.
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        request = Request(scope, receive)
        try:
            host = _host(request)
            if self.hosts is not None and not self.hosts(host):
                await problem(request, HostRefused(host=host[:100]))(scope, receive, sending)
            else:
                await self.app(asked, receive, sending)
        except Exception:
            log.exception("request %s: %s %s", request_id, scope["method"], _path(scope))
            if status:
                raise
            await problem(request, AfficheError())(scope, receive, sending)
        finally:
            share.give_back()
            # The path alone: what follows it may hold a sign-in link's token.
            milliseconds = (time.perf_counter() - started) * 1000
            told = (request_id, scope["method"], _path(scope), status, milliseconds)
            log.info("%s %s %s %d %.0f ms", *told)
        return status


def allowed_hosts(settings: Settings) -> Callable[[str], bool] | None:
    """Which names a request may be for; None for any.

    A page of another site can have its own name lead to this machine (DNS rebinding), so a studio
    on the loopback answers for its own names alone, and one with an address of its own for that
    and for bare IP addresses, which no such page can have.
    """
    addresses = (settings.url, settings.public_url)
    public = {urlsplit(address).hostname or "" for address in addresses if address} - {""}
    own = LOOPBACK | {settings.host.strip("[]").lower()} | public
    if settings.host.strip("[]").lower() in LOOPBACK or settings.host.startswith("127."):
        return lambda host: host in own
    if public:
        return lambda host: host in own or _is_address(host)
    return None


def _host(request: Request) -> str:
    """The name alone, without port, brackets and final dot; "" for what is no host."""
    found = _HOST.fullmatch(request.headers.get("host", ""))
    return (found[1] or found[2]).lower().removesuffix(".") if found else ""


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _pattern(scope: Scope) -> str | None:
    """Of the route that answered, if any did."""
    return getattr(scope.get("route"), "path", None)


def _path(scope: Scope) -> str:
    """Without the key that an engine's address holds."""
    path = str(scope["path"])
    if path.startswith(_KEYED):
        path = _KEYED
    return path.encode("unicode_escape").decode()[:200]
