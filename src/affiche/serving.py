"""The application with everything in it, and the server that runs it beside other tasks."""

import asyncio
import errno
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, cast

import uvicorn
from fastapi import FastAPI

from affiche import __version__
from affiche.api import (
    auth,
    batches,
    captions,
    channels,
    characters,
    collections,
    credits,
    events,
    files,
    gallery,
    health,
    hooks,
    imports,
    keys,
    metrics,
    notifications,
    objects,
    own,
    people,
    problems,
    projects,
    prompts,
    references,
    templates,
    titles,
    translations,
    webhooks,
    works,
)
from affiche.api.admin import alerts as admin_alerts
from affiche.api.admin import audit as admin_audit
from affiche.api.admin import credits as admin_credits
from affiche.api.admin import endpoints as admin_endpoints
from affiche.api.admin import figures as admin_figures
from affiche.api.admin import jobs as admin_jobs
from affiche.api.admin import language as admin_language
from affiche.api.admin import people as admin_people
from affiche.api.admin import secrets as admin_secrets
from affiche.api.admin import works as admin_works
from affiche.api.compat import generator, klein, supabase
from affiche.api.envelope import Envelope
from affiche.api.wire import Wire
from affiche.errors import Forbidden, PortTaken, ScopeMissing, SettingInvalid, TooManyRequests
from affiche.studio.feed import Feed
from affiche.studio.studio import Studio
from affiche.web import site

GRACE_SECONDS: Final = 5
PORTS_TRIED: Final = 100
API: Final = (
    templates,
    files,
    objects,
    works,
    batches,
    titles,
    captions,
    translations,
    events,
    notifications,
    channels,
    people,
    own,
    keys,
    projects,
    health,
    hooks,
    supabase,
    klein,
    generator,
    credits,
    auth,
    webhooks,
    admin_jobs,
    admin_works,
    admin_language,
    admin_figures,
    admin_alerts,
    admin_secrets,
    admin_audit,
    admin_credits,
    admin_endpoints,
    admin_people,
    metrics,
    characters,
    references,
    imports,
    prompts,
    gallery,
    collections,
)


def application(studio: Studio, feed: Feed) -> FastAPI:
    """The API and the pages; `state.studio` and `state.feed` are what they use."""
    # Its own pages of documentation fetch scripts from elsewhere; the description itself stays.
    app = FastAPI(
        title="Affiche",
        version=__version__,
        description="A studio for ComfyUI image workflows.",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.studio, app.state.feed = studio, feed
    app.add_middleware(Envelope, settings=studio.settings)
    problems.install(app)
    for room in API:
        app.include_router(room.router)
    _describe_problems(app)
    site.mount(app)
    return app


def _describe_problems(app: FastAPI) -> None:
    """Put the one shape of all refusals into the description, for every route."""
    describe = app.openapi
    other = {
        "description": "Any other refusal: `internal`, `host_refused`.",
        "content": {
            problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}},
        },
    }

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = describe()
            schemas = found.setdefault("components", {}).setdefault("schemas", {})
            whole = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            schemas |= whole.pop("$defs", {}) | {"Problem": whole}
            operations = [
                (method, operation)
                for methods in found["paths"].values()
                for method, operation in methods.items()
            ]
            for method, operation in operations:
                operation["responses"]["default"] = other
                # FastAPI's own, for ids in paths, which here are absent things: 404.
                if "application/json" in operation["responses"].get("422", {}).get("content", {}):
                    del operation["responses"]["422"]
                if operation.get("security"):
                    asks = () if method == "get" else (Forbidden, TooManyRequests)
                    problems.describe_also(operation, ScopeMissing, *asks)
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
        return cast(dict[str, Any], app.openapi_schema)

    app.openapi = openapi  # type: ignore[method-assign]


class Server:
    """Serves `app` on this loop for as long as it is open: `async with Server(…) as server`.

    Without `fixed` the next free port is taken where `port` is in use; `url` says which it is.
    Raises PortTaken, or SettingInvalid for an address that is not this machine's. On leaving,
    streams end first, then requests under way have five seconds.
    """

    def __init__(self, app: FastAPI, host: str, port: int, fixed: bool = False) -> None:
        self.app, self.host, self.port, self.fixed = app, host, port, fixed
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where a browser on this machine finds it."""
        host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    async def __aenter__(self) -> "Server":
        listening = await self._listen()
        self.port = listening.getsockname()[1]
        config = uvicorn.Config(
            self.app,
            http=Wire,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=list(self.app.state.studio.settings.trusted_proxies),
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
        # Its lines hold whole addresses, sign-in links with their tokens among them; whoever sets
        # up logging must not bring them back by accident.
        logging.getLogger("uvicorn.access").disabled = True
        self._uvicorn = _Uvicorn(config)
        self._task = asyncio.create_task(self._uvicorn.serve([listening]), name="server")
        while not self._uvicorn.started:
            if self._task.done():
                await self._task
            await asyncio.sleep(0.005)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.app.state.feed.stop()
        self._uvicorn.should_exit = True
        if self._task:
            await self._task

    async def wait(self) -> None:
        """Until the server ends by itself, which it does only by a fault."""
        if self._task:
            await asyncio.shield(self._task)

    async def _listen(self) -> socket.socket:
        family, address = await self._resolved()
        for port in self._ports():
            try:
                return _bound(family, (address[0], port, *address[2:]))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    continue
                name = "port" if error.errno == errno.EACCES else "host"
                reason = "the system does not let us listen there"
                raise SettingInvalid(name=name, reason=reason, detail=str(error)) from error
        raise PortTaken(host=self.host, port=self.port)

    async def _resolved(self) -> tuple[int, tuple[Any, ...]]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(
                self.host or None, self.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
            )
        except OSError as error:
            raise SettingInvalid(name="host", reason="there is no such address") from error
        return found[0][0], found[0][4]

    def _ports(self) -> Iterator[int]:
        yield self.port
        if not self.fixed:
            yield from range(self.port + 1, min(self.port + PORTS_TRIED, 65536))


class _Uvicorn(uvicorn.Server):
    """Signals are the business of whoever runs the loop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _bound(family: int, address: tuple[Any, ...]) -> socket.socket:
    """A socket that listens: a port is only surely ours from then on."""
    # Named as TCP: asyncio turns off Nagle, and with it 40 ms a request, only for those that are.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
        made.listen(2048)
        made.setblocking(False)
    except OSError:
        made.close()
        raise
    return made
