"""The routes of the server, each also under `/api`."""

import ipaddress
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, Router, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from affiche.emulators.comfyui.guards import Guards
from affiche.emulators.comfyui.routes import about, control, files, jobs, prompts
from affiche.emulators.comfyui.service import Service
from affiche.emulators.comfyui.wire import Wire

Handler = Callable[[Service, Request], Awaitable[Response]]

_ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/prompt", prompts.get_prompt),
    ("POST", "/prompt", prompts.post_prompt),
    ("GET", "/queue", prompts.get_queue),
    ("POST", "/queue", prompts.post_queue),
    ("POST", "/interrupt", prompts.post_interrupt),
    ("GET", "/history", prompts.get_history),
    ("POST", "/history", prompts.post_history),
    ("GET", "/history/{prompt_id}", prompts.get_history_entry),
    ("POST", "/free", prompts.post_free),
    ("POST", "/upload/image", files.upload_image),
    ("POST", "/upload/mask", files.upload_mask),
    ("GET", "/view", files.view),
    ("GET", "/system_stats", about.system_stats),
    ("GET", "/object_info", about.object_info),
    ("GET", "/object_info/{node_class}", about.object_info_class),
    ("GET", "/models", about.models),
    ("GET", "/models/{folder}", about.models_in),
    ("GET", "/features", about.features),
)

_JOBS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/api/jobs", jobs.get_jobs),
    ("POST", "/api/jobs/cancel", jobs.post_cancel_many),
    ("GET", "/api/jobs/{job_id}", jobs.get_job),
    ("POST", "/api/jobs/{job_id}/cancel", jobs.post_cancel),
)

_CONTROL: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/_faults", control.get_faults),
    ("POST", "/_faults", control.post_fault),
    ("DELETE", "/_faults", control.delete_faults),
)


def build(service: Service) -> ASGIApp:
    """The application over `service`."""

    def route(method: str, path: str, handler: Handler) -> Route:
        return Route(path, partial(handler, service), methods=[method])

    async def listen(socket: WebSocket) -> None:
        client_id = socket.query_params.get("clientId", "")
        await service.hub.serve(socket, service.greetings(client_id))

    routes: list[BaseRoute] = [route("GET", "/", about.root)]
    for prefix in ("", "/api"):
        routes += [route(m, prefix + path, handler) for m, path, handler in _ROUTES]
        routes.append(WebSocketRoute(f"{prefix}/ws", listen))
    if service.options.has_jobs:
        routes += [route(*one) for one in _JOBS]
    if service.options.control:
        routes += [route(m, path, _near(handler)) for m, path, handler in _CONTROL]
    router = Router(routes=routes, redirect_slashes=False, default=_not_found)
    return Guards(Wire(router, service), service)


def _near(handler: Handler) -> Handler:
    """Only for callers on this machine."""

    async def guarded(service: Service, request: Request) -> Response:
        host = request.client.host if request.client else ""
        if not host or not ipaddress.ip_address(host).is_loopback:
            return Response(status_code=403)
        return await handler(service, request)

    return guarded


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1000})
    else:
        await PlainTextResponse("404: Not Found", status_code=404)(scope, receive, send)
