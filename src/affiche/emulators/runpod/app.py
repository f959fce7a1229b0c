"""The server's addresses, and what stands before each: the count, the key, the limits, faults."""

import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from affiche.emulators.runpod.endpoint import Endpoint
from affiche.emulators.runpod.routes import control, public, worker
from affiche.emulators.runpod.routes.answers import error
from affiche.emulators.runpod.service import Service
from affiche.emulators.runpod.wire import Wire

Handler = Callable[[Service, Endpoint, Request], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation below `/v2/{endpoint}/`; `names` are the parts of the path behind its own.
    `limit` is whose rate limit it counts to."""

    name: str
    methods: tuple[str, ...]
    handler: Handler
    names: tuple[str, ...] = ()
    limit: str | None = None
    of_worker: bool = False


_GET, _POST = ("GET",), ("POST",)
_EITHER = ("GET", "POST")
OPERATIONS: Final = {
    "run": Operation("run", _POST, public.run, limit="run"),
    "runsync": Operation("runsync", _POST, public.runsync, limit="runsync"),
    "status": Operation("status", _EITHER, public.status, ("job",), "status"),
    "stream": Operation("stream", _EITHER, public.stream, ("job",), "status"),
    "cancel": Operation("cancel", _POST, public.cancel, ("job",), "cancel"),
    "retry": Operation("retry", _POST, public.retry, ("job",)),
    "purge-queue": Operation("purge", _POST, public.purge, limit="purge"),
    "health": Operation("health", _GET, public.health),
    "job-take": Operation("take", _GET, worker.take, ("worker",), of_worker=True),
    "job-take-batch": Operation("take", _GET, worker.take_batch, ("worker",), of_worker=True),
    "job-stop": Operation("stop", _GET, worker.stop, ("worker",), of_worker=True),
    "job-done": Operation("done", _POST, worker.done, ("worker", "job"), of_worker=True),
    "job-stream": Operation("chunk", _POST, worker.chunk, ("worker", "job"), of_worker=True),
    "ping": Operation("ping", _GET, worker.ping, ("worker",), of_worker=True),
}

_CONTROL: Final = {
    ("GET", "/_faults"): control.get_faults,
    ("POST", "/_faults"): control.post_fault,
    ("DELETE", "/_faults"): control.delete_faults,
    ("GET", "/_counts"): control.get_counts,
    ("DELETE", "/_counts"): control.delete_counts,
}


def build(service: Service) -> ASGIApp:
    """The application over `service`."""
    wire = Wire(service)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if service.options.control and scope["path"].startswith("/_"):
            await (await _controlled(service, Request(scope, receive)))(scope, receive, send)
            return
        endpoint_id, operation, names = _place(scope["path"])
        if operation is None:
            await error(404)(scope, receive, send)
            return
        await _counted(service, wire, endpoint_id, operation, names, scope, receive, send)

    return answer


async def _counted(
    service: Service,
    wire: Wire,
    endpoint_id: str,
    operation: Operation,
    names: dict[str, str],
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    service.counts.requests[operation.name] += 1

    async def noticed(message: Message) -> None:
        if message["type"] == "http.response.start":
            service.counts.answers[operation.name, message["status"]] += 1
        await send(message)

    scope["path_params"] = names
    request = Request(scope, receive)
    if not _may(service, operation, request):
        await error(401)(scope, receive, noticed)
        return
    endpoint = service.endpoint(endpoint_id)
    if endpoint is None:
        await error(404)(scope, receive, noticed)
        return
    if scope["method"] not in operation.methods:
        await error(405)(scope, receive, noticed)
        return
    limits = service.limits[endpoint_id]
    if operation.limit and not limits.enter(operation.limit, service.clock.now()):
        await error(429)(scope, receive, noticed)
        return

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        found = await operation.handler(service, endpoint, Request(scope, receive))
        await found(scope, receive, send)

    try:
        await wire(handle, operation.name, endpoint_id, scope, receive, noticed)
    finally:
        if operation.limit:
            limits.leave(operation.limit)


def _may(service: Service, operation: Operation, request: Request) -> bool:
    told = request.headers.get("authorization", "")
    if not operation.of_worker:
        return told == f"Bearer {service.options.key}"
    if told != service.options.key:
        service.foreign_worker()
        return False
    return True


def _place(path: str) -> tuple[str, Operation | None, dict[str, str]]:
    """The endpoint, operation and names of `/v2/{endpoint}/{operation}/…`."""
    parts = path.strip("/").split("/")
    if len(parts) < 3 or parts[0] != "v2":
        return "", None, {}
    operation, rest = OPERATIONS.get(parts[2]), parts[3:]
    if operation is None or len(rest) != len(operation.names) or not all(rest):
        return parts[1], None, {}
    return parts[1], operation, dict(zip(operation.names, rest, strict=True))


async def _controlled(service: Service, request: Request) -> Response:
    """Only for callers on this machine."""
    host = request.client.host if request.client else ""
    if not host or not ipaddress.ip_address(host).is_loopback:
        return error(403)
    handler = _CONTROL.get((request.method, request.url.path))
    return await handler(service, request) if handler else error(404)
