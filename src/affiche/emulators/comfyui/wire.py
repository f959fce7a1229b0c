"""Faults of HTTP: what becomes of a request before it is handled, and of its answer after."""

import json
from collections.abc import MutableMapping
from typing import Any, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from affiche.emulators.comfyui.faults import POINTS, Asker, Fault, Kind
from affiche.emulators.comfyui.faults.refusals import refusal
from affiche.emulators.comfyui.routes.answers import failure
from affiche.emulators.comfyui.service import Service

_BEFORE: Final[tuple[Kind, ...]] = ("refuse", "delay", "hang")
_AFTER: Final[tuple[Kind, ...]] = ("drop", "junk", "truncate", "lie")
_JUNK: Final = b"\x00junk" * 200


class Wire:
    """An ASGI layer; without a fault in the plan it hands everything on."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        point, named = _place(scope)
        posted = scope["type"] == "http" and point == "prompt"
        if posted:
            scope.setdefault("state", {})["number"] = number = self._service.prompts.ask()
        if point not in POINTS or not self._service.faults.any:
            return await self._app(scope, receive, send)
        heard, body = receive, {}
        if posted:
            whole = await _read(receive)
            heard, body = _again(whole), _parsed(whole)
            asker: Asker | None = Asker(str(body.get("prompt_id")), number)
        else:
            asker = self._service.prompts.asker(named or str(scope["query_string"]))
        fault = self._service.faults.take(point, _BEFORE, asker=asker)
        if fault is not None and fault.kind == "refuse":
            return await self._refuse(fault, body, scope, send)
        after = self._service.faults.take(point, _AFTER, asker=asker)
        if fault is not None:
            await self._service.faults.wait(fault)
        if after is None:
            return await self._app(scope, heard, send)
        answer = _Collected()
        await self._app(scope, heard, answer.send)
        return await self._spoil(after, answer, scope, receive, send)

    async def _refuse(self, fault: Fault, body: dict[str, Any], scope: Scope, send: Send) -> None:
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        graph = body.get("prompt")
        answer = (
            failure(fault.status)
            if fault.type is None
            else refusal(fault.type, graph if isinstance(graph, dict) else {}, fault.node)
        )
        return await answer(scope, _nothing, send)

    async def _spoil(
        self, fault: Fault, answer: "_Collected", scope: Scope, receive: Receive, send: Send
    ) -> None:
        """The request was handled; do to its answer as planned."""
        if fault.kind == "drop":
            await self._hang_up(scope, receive, at_once=True)
            return
        data = bytes(answer.body)
        left = data[: len(data) // 2 if fault.keep is None else fault.keep]
        if fault.kind == "lie":
            await send(answer.begin(len(data)))
            await send({"type": "http.response.body", "body": left, "more_body": True})
            await self._hang_up(scope, receive, at_once=False)
            return
        said = _JUNK if fault.kind == "junk" else left
        await send(answer.begin(len(said)))
        await send({"type": "http.response.body", "body": said})

    async def _hang_up(self, scope: Scope, receive: Receive, *, at_once: bool) -> None:
        self._service.hang_up(scope["client"], at_once)
        while (await receive())["type"] != "http.disconnect":
            pass


class _Collected:
    """An answer kept back."""

    def __init__(self) -> None:
        self._start: MutableMapping[str, Any] = {}
        self.body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self.body += message.get("body", b"")

    def begin(self, length: int) -> Message:
        kept = [(k, v) for k, v in self._start["headers"] if k.lower() != b"content-length"]
        headers = [*kept, (b"content-length", b"%d" % length)]
        return {**self._start, "headers": headers}


def _place(scope: Scope) -> tuple[str | None, str | None]:
    """The fault point of a request, and the run it names: the first parts of its path, `/api`
    left out. Asking how many wait is none."""
    if scope["type"] not in ("http", "websocket"):
        return None, None
    parts = [part for part in scope["path"].split("/") if part and part != "api"]
    point = parts[0] if parts else None
    if point == "prompt" and scope["method"] == "GET":
        return None, None
    return point, parts[1] if len(parts) > 1 else None


async def _read(receive: Receive) -> bytes:
    whole = bytearray()
    while True:
        message = await receive()
        whole += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(whole)


def _again(whole: bytes) -> Receive:
    """A body that was read, for whoever reads it next."""
    told = False

    async def receive() -> Message:
        nonlocal told
        body, told = (b"" if told else whole), True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _parsed(whole: bytes) -> dict[str, Any]:
    try:
        body = json.loads(whole)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
