"""Running one graph on ComfyUI to its end. `/history` is the authority, the socket only hints.

Whatever the socket missed is found by asking: after every connection, and at intervals.
"""

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from affiche.comfy.answers import Accepted, Refused, reason
from affiche.comfy.client import Client
from affiche.comfy.history import observe, outputs
from affiche.comfy.progress import Progress, plan
from affiche.comfy.prompts import prepared
from affiche.comfy.transport import Transport
from affiche.domain.observations import Cancelled, Failed, Output
from affiche.errors import EngineError, EngineRefused, EngineUnreachable, RunLost, RunTimedOut
from affiche.worker.ears import Ears

Graph = Mapping[str, Mapping[str, Any]]
Hear = Callable[[Progress], None]
_CONNECTS: Final = 1.0
_SUBMISSION_SETTLES: Final = 10.0
# Between two looks at a queue from which a run is being taken, or for a record that is due.
_SOON: Final = 0.02
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run that ended by itself; `error` if it failed, and even then what it gave before."""

    prompt_id: str
    outputs: tuple[Output, ...]
    error: EngineError | None = None


class Runner:
    """Seconds: `look` between two questions without a hint, `stop` that a run may take to leave
    when it is stopped, `away` that the server may be unreachable while a run is on it."""

    def __init__(
        self,
        transport: Transport,
        *,
        look: float = 2.0,
        stop: float = 15.0,
        away: float = 30.0,
    ) -> None:
        self.client = Client(transport)
        self._transport = transport
        self._look = look
        self._stop = stop
        self._away = away
        # Stopped, and not yet seen to have left.
        self._lingering: set[str] = set()
        self._withdrawing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Ears]:
        """A socket for one job; a fresh one each time, as an old one may have gone deaf."""
        ears = Ears(self._transport)
        try:
            yield ears
        finally:
            await ears.close()

    async def run(
        self,
        ears: Ears,
        graph: Graph,
        names: Iterable[tuple[str, str, str]],
        seconds: float,
        hear: Hear,
    ) -> Ended:
        """Run `graph` with `names` (node, input, uploaded name) put in, for `seconds` at most.

        Cancelled or too late, it is taken from the queue or interrupted before this returns.
        Raises EngineRefused, EngineUnreachable, EngineBusy, RunLost, RunTimedOut.
        """
        await self._clear()
        prompt_id = str(uuid.uuid4())
        ready = prepared(graph, f"affiche/{prompt_id}", names)
        ears.follow(prompt_id, Progress(plan(ready)), hear)
        await ears.connected(_CONNECTS)
        submission = asyncio.create_task(self._submit(ready, prompt_id, ears.client_id))
        try:
            async with asyncio.timeout(seconds):
                # Not cut off: what is not known to be submitted cannot be taken back.
                given_id = await asyncio.shield(submission)
                ears.rename(given_id)
                record = await self._record(given_id, ears)
        except TimeoutError:
            await self._withdraw(submission, prompt_id)
            raise RunTimedOut(minutes=_minutes(seconds)) from None
        except (asyncio.CancelledError, EngineError):
            await self._withdraw(submission, prompt_id)
            raise
        seen = observe(record)
        if isinstance(seen, Cancelled):
            raise RunLost(detail="interrupted by somebody else")
        error = seen.error if isinstance(seen, Failed) else None
        return Ended(given_id, outputs(record), error)

    async def _submit(self, graph: Graph, prompt_id: str, client_id: str | None) -> str:
        try:
            answer = await self.client.prompt(graph, prompt_id, client_id)
        except EngineUnreachable:
            if not await self._holds(prompt_id):
                raise
            return prompt_id
        if isinstance(answer, Accepted) and not answer.problems:
            return answer.prompt_id
        # What was accepted without some of its branches is withdrawn: half is not the whole.
        detail = answer.detail if isinstance(answer, Refused) else "partly accepted"
        raise EngineRefused(reason=reason(answer.problems, graph), detail=detail)

    async def _record(self, prompt_id: str, ears: Ears) -> Mapping[str, Any]:
        """The run's record, once there is one. Raises RunLost for a run that nobody knows."""
        clock = asyncio.get_running_loop().time
        away_since: float | None = None
        soon = _SOON
        while True:
            ears.forget_hints()
            try:
                if (record := await self.client.history(prompt_id)) is not None:
                    return record
                if not ears.has_ended and not await self._waits(prompt_id):
                    return await self._left(prompt_id)
                away_since = None
            except EngineError as error:
                away_since = clock() if away_since is None else away_since
                if isinstance(error, RunLost) or clock() - away_since > self._away:
                    raise
            # An end is announced before its record is there; and a record may never come.
            soon = soon * 2 if ears.has_ended else _SOON
            if soon > self._look:
                ears.doubt()
            hurry = ears.has_ended or away_since is not None
            await ears.hint(max(soon, _SOON) if hurry else self._look)

    async def _left(self, prompt_id: str) -> Mapping[str, Any]:
        """The record of a run that has left the queue: it may have come just now."""
        for wait in (0.0, _SOON, 5 * _SOON):
            await asyncio.sleep(wait)
            if (record := await self.client.history(prompt_id)) is not None:
                return record
        raise RunLost(detail="neither in the queue nor in the history")

    async def _waits(self, prompt_id: str) -> bool:
        """Whether it waits or runs."""
        status = await self.client.job(prompt_id)
        if status is None:
            return prompt_id in await self.client.queue()
        return status in ("pending", "in_progress")

    async def _holds(self, prompt_id: str) -> bool:
        """The queue first: a run goes from there into the history and cannot slip through."""
        return await self._waits(prompt_id) or await self.client.history(prompt_id) is not None

    # --- stopping -----------------------------------------------------------------------------

    async def _withdraw(self, submission: asyncio.Task[str], prompt_id: str) -> None:
        """Leave nothing of the run on the server, whoever stops waiting meanwhile."""

        async def withdrawn() -> None:
            await asyncio.wait({submission}, timeout=_SUBMISSION_SETTLES)
            submission.cancel()
            done = submission.done() and not submission.cancelled()
            if done and submission.exception() is None:
                await self._leave(submission.result())
            else:
                await self._leave(prompt_id)

        task = asyncio.create_task(withdrawn())
        self._withdrawing.add(task)
        task.add_done_callback(self._withdrawing.discard)
        await asyncio.shield(task)

    async def _leave(self, prompt_id: str) -> None:
        """Stop it until it has left; an interrupt acts between nodes and steps alone."""
        self._lingering.add(prompt_id)
        try:
            async with asyncio.timeout(self._stop):
                there = True
                while there:
                    there = await self.client.cancel(prompt_id) or await self._waits(prompt_id)
                    await asyncio.sleep(_SOON if there else 0)
            self._lingering.discard(prompt_id)
        except (EngineError, TimeoutError) as error:
            _log.warning("run %s has not left ComfyUI yet: %s", prompt_id, error or "too slow")

    async def _clear(self) -> None:
        """What an earlier job left behind is stopped first, so that nobody waits behind it."""
        for prompt_id in list(self._lingering):
            await self._leave(prompt_id)


def _minutes(seconds: float) -> int | float:
    minutes = seconds / 60
    return int(minutes) if minutes == int(minutes) else round(minutes, 2)
