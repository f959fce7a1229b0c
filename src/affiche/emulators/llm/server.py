"""The server: `/v1/chat/completions`, `/v1/models`, and `/_faults` for whoever may plan them."""

import contextlib
import hmac
import ipaddress
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from affiche.emulators.listener import Listener, address, bound
from affiche.emulators.llm.answering import answered
from affiche.emulators.llm.faults import POINTS, SAYINGS, Chance, Faults, Kind
from affiche.emulators.llm.questions import Question, Wrong, read
from affiche.emulators.spoiling import Collected, again
from affiche.emulators.spoiling import read as read_body

MODEL: Final = "affiche-stand-in"
_MOST: Final = 20_000_000
_BEFORE: Final[tuple[Kind, ...]] = ("refuse", "delay", "hang")
_AFTER: Final[tuple[Kind, ...]] = ("drop", "junk", "truncate", "lie", "flood")
Endpoint = Callable[[Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Options:
    """`key`: the one that is good; None for any, or none. `model` is the one that there is.
    `prices` in US dollars for a million tokens asked and answered; with `tells_cost` the cost
    stands in the answer, as at OpenRouter. `control` opens `/_faults` to loopback."""

    key: str | None = None
    model: str = MODEL
    prices: tuple[float, float] = (0.15, 0.60)
    tells_cost: bool = True
    control: bool = False


@dataclass
class Server:
    """Listens once `start` was awaited. `asked` are the questions so far, the oldest first."""

    host: str = "127.0.0.1"
    port: int = 0
    options: Options = field(default_factory=Options)
    faults: Faults = field(default_factory=Faults)
    asked: list[Question] = field(default_factory=list)
    _listener: Listener | None = None

    @property
    def root(self) -> str:
        return address(self.host, self.port)

    @property
    def url(self) -> str:
        """What a client's base URL is."""
        return f"{self.root}/v1"

    async def start(self) -> None:
        """Listen on the port; a port of 0 becomes a real one. Raises OSError if it is taken."""
        found = bound(self.host, self.port)
        self.port = found.getsockname()[1]
        routes = [
            Route("/v1/chat/completions", self._chat, methods=["POST"]),
            Route("/v1/models", self._models),
        ]
        if self.options.control:
            methods = ["GET", "POST", "DELETE"]
            routes.append(Route("/_faults", self._plan, methods=methods))
        self._listener = Listener(self._wired(Starlette(routes=routes)))
        await self._listener.listen(found)

    async def stop(self) -> None:
        self.faults.clear()
        if self._listener is not None:
            await self._listener.die()
        self._listener = None

    def _wired(self, app: ASGIApp) -> ASGIApp:
        """The faults of HTTP: before the request is handled, and of its answer after."""
        points = {"/v1/chat/completions": "chat", "/v1/models": "models"}

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            point = points.get(scope.get("path", ""))
            if point is None or not self.faults.any:
                await app(scope, receive, send)
                return
            body = await read_body(receive)
            named = _kind_of(body)
            before = self.faults.take(point, _BEFORE, *named)
            if before is not None and before.kind == "refuse":
                told = _error(before.status, "The server had an error.", "server_error")
                if before.retry_after >= 0:
                    told.headers["retry-after"] = f"{before.retry_after:g}"
                await told(scope, again(body), send)
                return
            after = self.faults.take(point, _AFTER, *named)
            if before is not None:
                await self.faults.wait(before)
            if after is None:
                await app(scope, again(body), send)
            elif after.kind == "flood":
                await _flood(send)
            else:
                kept = Collected()
                await app(scope, again(body), kept.send)
                assert self._listener is not None
                await kept.spoil(after, self._listener.hang_up, scope, receive, send)

        return answer

    async def _chat(self, request: Request) -> Response:
        if (refusal := self._refused(request)) is not None:
            return refusal
        try:
            question = await read(await request.body(), self.options.model)
        except Wrong as wrong:
            return _error(wrong.status, str(wrong), wrong.code, wrong.param)
        self.asked.append(question)
        said = self.faults.take("chat", SAYINGS, question.kind) if self.faults.any else None
        page = await answered(question, said.kind if said else None, len(self.asked))
        if self.options.tells_cost and "usage" in page:
            asked, told = self.options.prices
            usage = page["usage"]
            whole = usage["prompt_tokens"] * asked + usage["completion_tokens"] * told
            usage["cost"] = round(whole / 1_000_000, 10)
        return JSONResponse(page)

    async def _models(self, request: Request) -> Response:
        if (refusal := self._refused(request)) is not None:
            return refusal
        model = {"id": self.options.model, "object": "model", "created": 0, "owned_by": "affiche"}
        return JSONResponse({"object": "list", "data": [model]})

    async def _plan(self, request: Request) -> Response:
        """What is planned; plan more, or let all be well. For callers on this machine."""
        host = request.client.host if request.client else ""
        if not host or not ipaddress.ip_address(host).is_loopback:
            return Response(status_code=403)
        if request.method == "GET":
            return JSONResponse(self.faults.told())
        if request.method == "DELETE":
            self.faults.clear()
            return Response()
        try:
            asked = json.loads(await request.body())
            if "probability" in asked:
                self.faults.chance = Chance(**asked)
                return JSONResponse(asdict(self.faults.chance))
            return JSONResponse(asdict(self.faults.add(**asked)))
        except (TypeError, ValueError) as error:
            return JSONResponse({"error": str(error), "points": POINTS}, status_code=400)

    def _refused(self, request: Request) -> Response | None:
        if self.options.key is None:
            return None
        told = request.headers.get("authorization", "")
        if hmac.compare_digest(told.encode(), f"Bearer {self.options.key}".encode()):
            return None
        return _error(401, "Incorrect API key provided.", "invalid_api_key")


def _error(status: int, message: str, code: str, param: str | None = None) -> JSONResponse:
    kind = "invalid_request_error" if status < 500 else "server_error"
    told = {"message": message, "type": kind, "param": param, "code": code}
    return JSONResponse({"error": told}, status_code=status)


def _kind_of(body: bytes) -> tuple[str, ...]:
    """Which kind of question it is, for faults that are meant for one of them."""
    try:
        return (Question.of(json.loads(body)).kind,)
    except (ValueError, Wrong, RecursionError):
        return ()


async def _flood(send: Send) -> None:
    """A body without an end, as far as anybody reads it."""
    head = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    for _ in range(_MOST // 65_536):
        await send({"type": "http.response.body", "body": b" " * 65_536, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@contextlib.asynccontextmanager
async def serving(*, host: str = "127.0.0.1", port: int = 0, **told: Any) -> AsyncIterator[Server]:
    """A running stand-in; `told` are fields of `Options`."""
    server = Server(host, port, Options(**told))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
