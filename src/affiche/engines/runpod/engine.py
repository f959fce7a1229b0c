"""Runs on an endpoint of RunPod Serverless. `/status` is the authority; webhooks only hint, and
come in at the studio's own door."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Collection, Mapping
from functools import partial
from typing import Any, Final

from affiche.comfy.transport import AnswerTooLarge, Limits
from affiche.domain.observations import (
    Failed,
    Hint,
    Lost,
    Observation,
    Output,
    Queued,
    Running,
)
from affiche.engines.access import Access
from affiche.engines.engine import Health, Run
from affiche.engines.runpod import pictures
from affiche.engines.runpod.answers import Read, read
from affiche.engines.runpod.client import Client, Unanswered
from affiche.engines.runpod.content import Content
from affiche.engines.runpod.reading import is_url
from affiche.engines.runpod.requests import PING, request
from affiche.engines.runpod.results import Ends, Results
from affiche.engines.runpod.workers import Workers, health, workers
from affiche.errors import (
    EndpointRefused,
    EngineBusy,
    EngineError,
    EngineRefused,
    OutputMissing,
    RunLost,
    SettingInvalid,
)
from affiche.fetch import Policy
from affiche.graphs.schemas import known

# A worker that is up takes a run within a second or two.
WAKING_AFTER: Final = 5.0
# How long it is believed what was said of the workers; one question serves all runs that wait.
WORKERS_KEPT: Final = 5.0
_WAITING_KEPT: Final = 20_000
_log = logging.getLogger(__name__)


class RunpodEngine:
    """The endpoint that `access` tells of, on the API at `url` (`https://api.runpod.ai/v2`).

    `policy`: from where results that are given as addresses may be fetched. Raises SettingInvalid
    for an endpoint without an id.
    """

    kind = "runpod"
    names_runs = True

    def __init__(
        self, url: str, access: Access, limits: Limits | None = None, policy: Policy | None = None
    ) -> None:
        if not access.endpoint.remote_id:
            reason = "it has no id at RunPod"
            raise SettingInvalid(name=f"endpoint {access.endpoint.name}", reason=reason)
        self.by_url = access.endpoint.pictures_by != "base64"
        self._endpoint = access.endpoint
        self._limits = limits or Limits()
        self._client = Client(url, access, self._limits)
        self._policy = policy or Policy()
        self._results = Results()
        self._ends = Ends()
        self._waiting: OrderedDict[str, float] = OrderedDict()
        self._asking = asyncio.Lock()
        self._workers: Workers | None = None
        self._workers_until = 0.0
        self._closed = asyncio.Event()

    async def submit(self, run: Run) -> str:
        """As the protocol says. Nothing is looked for: the run has no name here before."""
        try:
            content = Content(request(run, self._endpoint, self.by_url))
        except (TypeError, ValueError) as error:
            raise EngineRefused(reason="a value that is no JSON", detail=str(error)) from error
        run_id = await self._client.run(content)
        self._waits(run_id)
        return run_id

    async def look(self, external_id: str) -> Observation:
        """As the protocol says; how a run has ended is asked once. Raises EngineBusy too, where
        RunPod or the budget say so."""
        if (end := self._ends.get(external_id, _now())) is not None:
            return end
        try:
            found = await self._read(external_id)
        except AnswerTooLarge as error:
            # It can never be read.
            return Failed(OutputMissing(detail=error.detail))
        if found is None:
            self._waiting.pop(external_id, None)
            return Lost()
        if isinstance(found.observation, Queued):
            return Queued(waking=await self._is_waking(external_id))
        self._waiting.pop(external_id, None)
        if not isinstance(found.observation, Running):
            self._ends.keep(external_id, found.observation, _now())
        return found.observation

    async def glance(self, external_ids: Collection[str]) -> Mapping[str, Observation]:
        """Nothing: RunPod tells of each run by itself."""
        return {}

    async def cancel(self, external_id: str) -> bool:
        """As the protocol says; False too for a run that has ended."""
        return await self._client.cancel(external_id)

    async def read(self, output: Output) -> AsyncGenerator[bytes, None]:
        """As the protocol says. What was looked at of late is in memory, else RunPod is asked once
        more: raises RunLost when it keeps the result no longer."""
        match output.ref:
            case {"url": str() as url}:
                yield await pictures.fetched(url, self._limits, self._policy)
            case {"run": str() as run_id, "at": list() | tuple() as at}:
                text = await self._text(run_id, tuple(at))
                if output.kind == "text":
                    yield text.encode("utf-8", "replace")
                elif is_url(text):
                    yield await pictures.fetched(text, self._limits, self._policy)
                else:
                    async for piece in pictures.decoded(text, self._limits.file_bytes):
                        yield piece
            case _:
                raise OutputMissing(detail="no place in a result")

    async def hints(self) -> AsyncGenerator[Hint, None]:
        """None ever: webhooks are the hints. Ends when the engine is closed."""
        await self._closed.wait()
        nothing: tuple[Hint, ...] = ()
        for hint in nothing:
            yield hint

    async def schemas(self) -> Mapping[str, Any]:
        """Those that Affiche knows: nobody can be asked which nodes and models a worker has."""
        return known()

    async def health(self) -> Health:
        """Workers and their troubles; never raises."""
        try:
            return health(await self._ask_workers())
        except EngineError as error:
            _log.info("endpoint %s is not well: %s", self._endpoint.name, error)
            return Health(ok=False, reason=_why(error))

    async def warm(self) -> None:
        """By a ping, which our worker answers at once; any other answers with an error."""
        await self._client.run(Content(PING))

    async def close(self) -> None:
        self._closed.set()
        await self._client.close()

    async def _read(self, run_id: str) -> Read | None:
        found = await self._client.status(run_id, partial(read, run_id))
        if found is not None:
            self._results.keep(run_id, found.texts)
        return found

    async def _text(self, run_id: str, at: tuple[str | int, ...]) -> str:
        text = self._results.get(run_id, at)
        if text is None:
            found = await self._read(run_id)
            if found is None:
                raise RunLost(detail="its result is not kept any more")
            text = found.texts.get(at)
        if text is None:
            raise OutputMissing(detail="the result has nothing in that place")
        return text

    def _waits(self, run_id: str) -> float:
        """Since when it has, as far as this process knows."""
        since = self._waiting.setdefault(run_id, _now())
        if len(self._waiting) > _WAITING_KEPT:
            self._waiting.popitem(last=False)
        return since

    async def _is_waking(self, run_id: str) -> bool:
        """Whether the run waits for a worker that is not there yet, rather than for its turn."""
        since = self._waits(run_id)
        if _now() - since < WAKING_AFTER:
            return False
        async with self._asking:
            if _now() >= self._workers_until:
                try:
                    await self._ask_workers()
                except EngineError as error:
                    _log.info(
                        "endpoint %s: its workers are not known: %s", self._endpoint.name, error
                    )
                    self._workers = None
                self._workers_until = _now() + WORKERS_KEPT
            return self._workers is not None and self._workers.up == 0

    async def _ask_workers(self) -> Workers:
        self._workers = workers(await self._client.health())
        return self._workers


def _now() -> float:
    return asyncio.get_running_loop().time()


def _why(error: EngineError) -> str:
    match error:
        case Unanswered() if error.why:
            return error.why
        case EndpointRefused() if (error.detail or "").startswith("status 404"):
            return "RunPod knows no such endpoint"
        case EndpointRefused():
            return "RunPod does not accept the API key, or the account cannot use the endpoint"
        case EngineBusy():
            return "it is asked too often"
    return "something answers at its address, but not as RunPod does"
