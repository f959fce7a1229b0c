"""Runs on a ComfyUI server. `/history` is the authority, the socket only hints."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Collection, Coroutine, Mapping, Sequence
from typing import Any, Final, NoReturn

from affiche.comfy.answers import Accepted, NodeProblem, Refused, reason
from affiche.comfy.client import Client
from affiche.comfy.history import left_out, observe
from affiche.comfy.prompts import prepared
from affiche.comfy.queue import Queue
from affiche.comfy.socket import Socket
from affiche.comfy.transport import Limits, Transport
from affiche.domain.observations import (
    Cancelled,
    Failed,
    Hint,
    Lost,
    Observation,
    Output,
    Queued,
    Running,
    Succeeded,
)
from affiche.engines.comfyui.feed import Feed
from affiche.engines.comfyui.health import read_health
from affiche.engines.comfyui.snapshots import Snapshot, Snapshots
from affiche.engines.engine import Health, Picture, Run
from affiche.errors import EngineError, EngineRefused, EngineUnreachable, OutputMissing

# Our files stand in a folder of their own on the server.
_FOLDER: Final = "affiche"
# An end is announced a moment before its record is there.
_RECORD_COMES: Final = (0.005, 0.01, 0.02, 0.04, 0.08)
_log = logging.getLogger(__name__)


class ComfyEngine:
    """The server at `url`. One instance, and so one socket, for each server and process."""

    kind = "comfyui"
    names_runs = False
    by_url = False

    def __init__(self, url: str, limits: Limits | None = None) -> None:
        self._transport = Transport(url, limits or Limits())
        self._client = Client(self._transport)
        self._snapshots = Snapshots(self._client)
        self._feed = Feed(self._client, Socket(self._transport), self._snapshots)

    async def submit(self, run: Run) -> str:
        """As the protocol says. Pictures are stored while the id is looked for."""
        found, names = await _together(self._found(run), self._upload(run.pictures))
        if found:
            return run.external_id
        graph = prepared(run.graph, f"{_FOLDER}/{run.external_id}", names)
        client_id = self._feed.client_id
        # Known before it is sent: a quick run may end before the answer is here.
        self._feed.begin(run.external_id, graph, client_id)
        try:
            answer = await self._client.prompt(graph, run.external_id, client_id)
        except EngineUnreachable:
            if not await self._holds(run.external_id):
                raise
            answer = Accepted(run.external_id)
        if isinstance(answer, Refused) or answer.problems:
            await self._refuse(run.external_id, answer, graph)
        self._feed.begun(run.external_id, answer.prompt_id)
        return answer.prompt_id

    async def look(self, external_id: str) -> Observation:
        """As the protocol says; a run that nobody knows is read for once more before it is lost,
        since between two questions it may have gone from the queue into the history."""
        known = self._feed.known(external_id)
        heard = known is not None and known.ended
        record = await self._record(external_id, _RECORD_COMES if heard else ())
        if record is None:
            place = await self._in_queue(external_id)
            if place is not None:
                return place
            record = await self._record(external_id, _RECORD_COMES)
        if record is None and known is not None and known.cancelled:
            return Cancelled()
        if record is not None and known is not None:
            await self._feed.missed(known)
        seen = Lost() if record is None else await self._observed(record)
        self._feed.forget(external_id)
        return seen

    async def glance(self, external_ids: Collection[str]) -> Mapping[str, Observation]:
        """As the protocol says, by one reading of the queue for all who ask within fifty times as
        long as it took. A queue that is too long to be read gives nothing."""
        snapshot = await self._snapshots.recent()
        self._feed.saw(snapshot)
        found: dict[str, Observation] = {}
        for external_id in external_ids:
            seen = self._seen_in(snapshot, external_id)
            if seen is not None:
                found[external_id] = seen
        return found

    async def cancel(self, external_id: str) -> bool:
        """As the protocol says. A waiting run leaves no record: only here it is remembered."""
        there = await self._client.cancel(external_id)
        if there:
            self._feed.follow(external_id).cancelled = True
        return there

    async def read(self, output: Output) -> AsyncGenerator[bytes, None]:
        """As the protocol says; text outputs are given as UTF-8."""
        match output.ref:
            case {"filename": str()}:
                async for chunk in self._client.view(output.ref):
                    yield chunk
            case {"text": str() as text}:
                yield text.encode()
            case _:
                raise OutputMissing(detail=f"no file in {output.ref}")

    def hints(self) -> AsyncGenerator[Hint, None]:
        """As the protocol says. After a lost connection each run under way gets a hint with
        `ended`, which means no more than: look."""
        return self._feed.hints()

    async def schemas(self) -> Mapping[str, Any]:
        return await self._client.object_info()

    async def models(self, folder: str) -> tuple[str, ...] | None:
        """The files in a model folder of the server; None when it has no such folder."""
        return await self._client.models(folder)

    async def health(self) -> Health:
        return await read_health(self._client)

    async def warm(self) -> None:
        """Nothing: a server does not fall asleep."""

    async def close(self) -> None:
        await self._feed.close()
        await self._transport.close()

    async def _found(self, run: Run) -> bool:
        return not run.fresh and await self._holds(run.external_id)

    async def _holds(self, external_id: str) -> bool:
        """Whether the server has the id. First the queue, then the history: a run moves in this
        direction and cannot slip through."""
        if await self._in_queue(external_id) is not None:
            return True
        return await self._client.history(external_id) is not None

    async def _in_queue(self, external_id: str) -> Queued | Running | None:
        """Where the run stands in the queue as it is now, None when it is not in it.

        A long queue is not read for one run: what was in it a while ago and is not in the history
        is in it still, or shall soon be missed; of what was not, the server is asked alone.
        """
        asked = asyncio.get_running_loop().time()
        costly = self._snapshots.costly()
        if costly is not None:
            seen = self._seen_in(costly, external_id)
            status = None if seen is not None else await self._client.job(external_id)
            if seen is not None or status in ("completed", "failed", "cancelled", "absent"):
                return seen
            if status is not None:
                self._feed.doubt(external_id)
                known = self._feed.follow(external_id)
                return Queued() if status == "pending" else self._feed.running(known)
        snapshot = await self._snapshots.since(asked)
        if snapshot.queue is None:
            raise EngineUnreachable(detail="the queue is too long to be read")
        if external_id not in snapshot.queue:
            return None
        self._feed.doubt(external_id)
        return self._told(snapshot.queue, external_id)

    def _seen_in(self, snapshot: Snapshot, external_id: str) -> Queued | Running | None:
        """What an older reading of the queue says of a run, unless something newer is known."""
        known = self._feed.known(external_id)
        if known is not None and (known.ended or known.cancelled):
            return None
        if snapshot.queue is not None and external_id in snapshot.queue:
            return self._told(snapshot.queue, external_id)
        if known is not None and self._feed.waits(external_id, snapshot.begun):
            return Queued() if known.progress is None else self._feed.running(known)
        return None

    def _told(self, queue: Queue, external_id: str) -> Queued | Running:
        """Of a run in the queue; what was heard of it since goes before."""
        known = self._feed.follow(external_id, queue.running.get(external_id))
        if external_id in queue.waiting and known.progress is None:
            return Queued(queue.waiting[external_id])
        return self._feed.running(known)

    async def _upload(self, pictures: Sequence[Picture]) -> list[tuple[str, str, str]]:
        """The pictures stored; (node, input, name on the server) of each."""

        async def one(picture: Picture) -> tuple[str, str, str]:
            name = await self._client.upload(
                picture.name, picture.data, picture.media_type, _FOLDER
            )
            return picture.node, picture.input, name

        return await _together(*(one(picture) for picture in pictures))

    async def _record(
        self, external_id: str, pauses: tuple[float, ...]
    ) -> Mapping[str, Any] | None:
        """The record, asked for again after each pause while there is none."""
        record = await self._client.history(external_id)
        for pause in pauses:
            if record is not None:
                break
            await asyncio.sleep(pause)
            record = await self._client.history(external_id)
        return record

    async def _observed(self, record: Mapping[str, Any]) -> Observation:
        """What the record says; a run without some of its outputs is refused even now, since who
        submitted it may have died between the server's answer and its own."""
        seen = observe(record)
        if not isinstance(seen, Succeeded) or not left_out(record, {}):
            return seen
        missing = left_out(record, await self._client.object_info())
        if not missing:
            return seen
        problems = [NodeProblem("output_dropped", node) for node in missing]
        told = reason(problems, record["prompt"][2])
        return Failed(EngineRefused(reason=told, detail="partly accepted, and run"))

    async def _refuse(
        self, run_id: str, answer: Accepted | Refused, graph: Mapping[str, Mapping[str, Any]]
    ) -> NoReturn:
        """Raise EngineRefused; what was accepted without some branches is stopped first."""
        self._feed.forget(run_id)
        if isinstance(answer, Accepted):
            try:
                await self._client.cancel(answer.prompt_id)
            except EngineError as error:
                # Refused all the same: half of a picture is never taken for the whole.
                _log.warning("a partly accepted run could not be stopped: %s", error)
        raise EngineRefused(
            reason=reason(answer.problems, graph),
            detail=answer.detail if isinstance(answer, Refused) else "partly accepted",
        )


async def _together(*calls: Coroutine[Any, Any, Any]) -> list[Any]:
    """All at once; the first failure stops the others and is raised as it is."""
    tasks = [asyncio.create_task(call) for call in calls]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
