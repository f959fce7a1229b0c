"""A server on a port, and the workers that it started."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from affiche.emulators.listener import Listener, address, bound
from affiche.emulators.runpod.app import build
from affiche.emulators.runpod.endpoint import Endpoint
from affiche.emulators.runpod.faults import Faults
from affiche.emulators.runpod.options import Handler, Options, Terms
from affiche.emulators.runpod.pods import environment
from affiche.emulators.runpod.service import Service

_OF_TERMS: Final = frozenset(field.name for field in fields(Terms))


@dataclass(slots=True)
class Server:
    """A running emulator. `faults` plans what shall go wrong."""

    host: str
    port: int
    service: Service
    _listener: Listener | None = None

    @property
    def url(self) -> str:
        """What stands where the cloud has `https://api.runpod.ai/v2`."""
        return f"{address(self.host, self.port)}/v2"

    @property
    def root(self) -> str:
        """Where `/_faults` and `/_counts` are."""
        return address(self.host, self.port)

    @property
    def key(self) -> str:
        return self.service.options.key

    @property
    def faults(self) -> Faults:
        return self.service.faults

    def counted(self) -> dict[str, Any]:
        """What was asked so far: `{"requests": {"run": 3, "status": 40, …}, "answers": {"run":
        {"200": 3}}, "webhooks": {"posted": 3, "answered": 3}, "ended": {"COMPLETED": 3},
        "polls_per_job": 13.3}`."""
        return self.service.counted()

    def forget_counts(self) -> None:
        self.service.forget_counts()

    def endpoint(self, name: str) -> Endpoint:
        """The state of an endpoint. Raises KeyError if there is none of that id."""
        if (found := self.service.endpoint(name)) is None:
            raise KeyError(name)
        return found

    def worker_environment(self, endpoint: str, worker: str) -> dict[str, str]:
        """The variables with which a worker started by hand serves `endpoint`."""
        return environment(self.url, endpoint, worker, self.key, self.service.options.ping_interval)

    async def start(self) -> None:
        """Listen on the port; a port of 0 becomes a real one. Raises OSError if it is taken."""
        found = bound(self.host, self.port)
        self.port = found.getsockname()[1]
        self._listener = Listener(build(self.service))
        self.service.hang_up = self._listener.hang_up
        self.service.base = self.url
        await self._listener.listen(found)
        self.service.open()

    async def stop(self) -> None:
        """End the workers, and then everything at once."""
        self.faults.clear()
        await self.service.close()
        if self._listener is not None:
            await self._listener.die()
        self._listener = None


def options(
    handler: Handler | None = None,
    endpoints: Mapping[str, Mapping[str, Any]] | None = None,
    **told: Any,
) -> Options:
    """Options from one row of names: those of `Terms` hold for every endpoint, and `endpoints`
    says what else holds for each. Raises TypeError for a name that there is not."""
    terms = Terms(handler=handler, **{n: v for n, v in told.items() if n in _OF_TERMS})
    rest = {name: value for name, value in told.items() if name not in _OF_TERMS}
    declared = None
    if endpoints is not None:
        declared = {name: replace(terms, **own) for name, own in endpoints.items()}
    return Options(terms=terms, endpoints=declared, **rest)


@contextlib.asynccontextmanager
async def serving(
    handler: Handler | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    endpoints: Mapping[str, Mapping[str, Any]] | None = None,
    **told: Any,
) -> AsyncIterator[Server]:
    """A running RunPod emulator; `told` are fields of `Terms` and `Options`.

    >>> async def paint(input, progress):
    ...     progress({"fraction": 0.5})
    ...     return {"images": [{"data": picture}]}
    >>> async with serving(paint, workers=2, cold_start=0.05, control=True) as server:
    ...     server.url, server.key
    """
    server = Server(host, port, Service(options(handler, endpoints, **told)))
    await server.start()
    try:
        yield server
    finally:
        await server.stop()
