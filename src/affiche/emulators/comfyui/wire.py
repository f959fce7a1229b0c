"""Faults of HTTP: what becomes of a request before it is handled, and of its answer after."""

import json
from typing import Any, Final

from starlette.types import ASGIApp, Receive, Scope, Send

from affiche.emulators.comfyui.faults import POINTS, Asker, Fault, Kind
from affiche.emulators.comfyui.faults.refusals import refusal
from affiche.emulators.comfyui.routes.answers import failure
from affiche.emulators.comfyui.service import Service
from affiche.emulators.spoiling import Collected, again, nothing, read

_BEFORE: Final[tuple[Kind, ...]] = ("refuse", "delay", "hang")
_AFTER: Final[tuple[Kind, ...]] = ("drop", "junk", "truncate", "lie")


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
            whole = await read(receive)
            heard, body = again(whole), _parsed(whole)
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
        answer = Collected()
        await self._app(scope, heard, answer.send)
        return await answer.spoil(after, self._service.hang_up, scope, receive, send)

    async def _refuse(self, fault: Fault, body: dict[str, Any], scope: Scope, send: Send) -> None:
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 1008})
        graph = body.get("prompt")
        answer = (
            failure(fault.status)
            if fault.type is None
            else refusal(fault.type, graph if isinstance(graph, dict) else {}, fault.node)
        )
        return await answer(scope, nothing, send)


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


def _parsed(whole: bytes) -> dict[str, Any]:
    try:
        body = json.loads(whole)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
