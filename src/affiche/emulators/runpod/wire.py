"""Faults of HTTP: what becomes of a request before it is handled, and of its answer after."""

from collections.abc import Awaitable, Callable
from typing import Final

from starlette.types import Receive, Scope, Send

from affiche.emulators.runpod.faults import Asker, Kind
from affiche.emulators.runpod.routes.answers import error
from affiche.emulators.runpod.service import Service
from affiche.emulators.spoiling import Collected

Handle = Callable[[Scope, Receive, Send], Awaitable[None]]

_BEFORE: Final[tuple[Kind, ...]] = ("refuse", "delay", "hang")
_AFTER: Final[tuple[Kind, ...]] = ("drop", "junk", "truncate", "lie")


class Wire:
    """Without a fault in the plan it hands everything on."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def __call__(
        self, handle: Handle, point: str, endpoint: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        service, faults = self._service, self._service.faults
        state = scope.setdefault("state", {})
        state["vanish"] = False
        asker = None
        if point in ("run", "runsync"):
            service.asked += 1
            state["number"] = service.asked
            asker = Asker("", service.asked)
        if not faults.any:
            await handle(scope, receive, send)
            return
        names = scope["path_params"]
        asker = asker or service.asker(endpoint, names.get("job", ""))
        named = [endpoint, *([names["worker"]] if "worker" in names else ())]
        fault = faults.take(point, _BEFORE, *named, asker=asker)
        if fault is not None and fault.kind == "refuse":
            await error(fault.status, html=fault.html)(scope, receive, send)
            return
        after = faults.take(point, _AFTER, *named, asker=asker)
        if point == "run":
            state["vanish"] = faults.take(point, ("vanish",), *named, asker=asker) is not None
        if fault is not None:
            await faults.wait(fault)
        if after is None:
            await handle(scope, receive, send)
            return
        answer = Collected()
        await handle(scope, receive, answer.send)
        await answer.spoil(after, service.hang_up, scope, receive, send)
