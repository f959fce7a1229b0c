"""Hints of one server: what the socket says, and what it cannot say any more.

A run that was submitted over an earlier connection, or by another process, is not spoken of on
this one. But everybody hears when the queue moves; then the queue is read once, and whoever has
left it is looked at.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from typing import Final

from affiche.comfy.client import Client
from affiche.comfy.history import failure
from affiche.comfy.messages import (
    Connected,
    Ended,
    Message,
    NodeText,
    Preview,
    QueueMoved,
    RunMessage,
)
from affiche.comfy.progress import Graph, Progress, plan
from affiche.comfy.socket import Socket
from affiche.domain.observations import Cancelled, Failed, Hint, Observation, Running, Succeeded
from affiche.engines.comfyui.runs import Known, Mailbox, Runs, look_again
from affiche.engines.comfyui.snapshots import Snapshot, Snapshots
from affiche.errors import EngineError

_AFTER_A_FAULT: Final = 1.0
_BETWEEN_QUESTIONS: Final = 0.2
_LARGEST_PREVIEW: Final = 2 * 1024 * 1024
_log = logging.getLogger(__name__)


class Feed:
    """Opens the socket when somebody first listens, and keeps it until `close`."""

    def __init__(self, client: Client, socket: Socket, snapshots: Snapshots) -> None:
        self._client = client
        self._socket = socket
        self._snapshots = snapshots
        self._runs = Runs()
        self._readers: set[Mailbox] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._queue_moved = asyncio.Event()
        self._seen: Snapshot | None = None
        # Whether there are runs in the queue that are not known here: those of a process that is
        # gone, say. Nothing else would tell that they have ended.
        self._strangers = False
        self._heard_at = 0.0
        # The run of which was heard last: a preview of an older server does not say whose it is,
        # and comes over the connection of the run that is under way.
        self._at_work: str | None = None
        self._line_of: Snapshot | None = None
        self._line: deque[str] = deque()

    @property
    def client_id(self) -> str | None:
        """Under which to submit, so that this process hears of it; None when nobody listens."""
        return self._socket.client_id if self._tasks else None

    def known(self, run_id: str) -> Known | None:
        return self._runs.get(run_id)

    def begin(self, run_id: str, graph: Graph, client_id: str | None) -> None:
        """The run is about to be submitted under `client_id`."""
        self._runs.add(run_id, Known(plan(graph), client_id))

    def begun(self, run_id: str, given_id: str) -> None:
        """The server took it, under `given_id` (old servers give ids of their own)."""
        known = self._runs.get(run_id)
        if known is not None and not known.ended:
            known.sent = _now()
            self._runs.forget(run_id)
            self._runs.add(given_id, known)
            # The connection may have changed meanwhile.
            self._queue_moved.set()

    def follow(self, run_id: str, graph: Graph | None = None) -> Known:
        """Hint at a run that may be somebody else's, from now on."""
        known = self._runs.get(run_id)
        if known is None:
            known = self._runs.add(run_id, Known(sent=_now()))
        if known.plan is None and graph is not None:
            known.plan = plan(graph)
        return known

    def waits(self, run_id: str, since: float) -> bool:
        """Whether the server took the run after `since`, over the connection that stands, and
        has not told of its end."""
        known = self._runs.get(run_id)
        if known is None or known.ended or known.cancelled or known.sent is None:
            return False
        return known.sent >= since and self._runs.heard(known)

    def saw(self, snapshot: Snapshot) -> None:
        """Hint at every run that has left the queue; work for each run, once for a snapshot."""
        if snapshot is self._seen or snapshot.queue is None:
            return
        before, self._seen = self._seen, snapshot
        for run_id in _ids(before):
            if run_id not in snapshot and self._runs.get(run_id) is None:
                self._tell(look_again(run_id))
        self._strangers = any(self._runs.get(run_id) is None for run_id in _ids(snapshot))
        for run_id, known in self._runs.under_way():
            if known.sent is not None and known.sent < snapshot.begun and run_id not in snapshot:
                self._runs.end(run_id)
                self._tell(look_again(run_id))

    def doubt(self, run_id: str) -> None:
        """An end was heard, but the record says otherwise: watch the queue for it."""
        known = self._runs.get(run_id)
        if known is not None and known.ended:
            known.ended, known.client_id = False, None
            self._runs.add(run_id, known)
            self._queue_moved.set()

    def forget(self, run_id: str) -> None:
        self._runs.forget(run_id)

    async def missed(self, known: Known) -> None:
        """A run has ended of which the connection should have told. If nothing at all was heard
        since it was taken, the connection is deaf, as after another one with its id was closed:
        it stays open for ever and says nothing. A new one is not."""
        told = known.told or known.sent is None or not self._runs.heard(known)
        if not told and self._heard_at < (known.sent or 0.0):
            _log.warning("the socket is deaf, and is made anew")
            await self._socket.renew()

    async def hints(self) -> AsyncGenerator[Hint, None]:
        """Hints for one reader, until `close`."""
        mailbox = Mailbox()
        self._readers.add(mailbox)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._watch())]
        try:
            while (hint := await mailbox.get()) is not None:
                yield hint
        finally:
            self._readers.discard(mailbox)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for mailbox in self._readers:
            mailbox.close()

    async def _listen(self) -> None:
        while True:
            try:
                async with aclosing(self._socket.messages()) as messages:
                    async for message in messages:
                        self._hear(message)
            except Exception:
                # Whatever one message did to us, the next ones are still wanted.
                _log.exception("a message of the socket could not be taken in")
                await asyncio.sleep(_AFTER_A_FAULT)

    def _hear(self, message: Message) -> None:
        self._heard_at = _now()
        match message:
            case Connected(client_id=client_id):
                self._runs.connected(client_id)
                self._at_work = None
                # Whoever has left the queue meanwhile, or was lost with it, is found by `_watch`.
                self._snapshots.drop()
                self._queue_moved.set()
            case QueueMoved():
                self._queue_moved.set()
            case Preview():
                self._show(message)
            case NodeText():
                pass
            case _:
                self._at_work = message.prompt_id
                about = self._runs.get(message.prompt_id)
                if about is not None and not about.ended:
                    self._tell(self._hint(message, about))

    def _show(self, preview: Preview) -> None:
        run_id = preview.prompt_id or self._at_work
        about = self._runs.get(run_id) if run_id else None
        if run_id is None or about is None or about.ended:
            return
        if len(preview.data) <= _LARGEST_PREVIEW:
            self._tell(Hint(run_id, self.running(about), picture=preview.data))

    def _hint(self, message: RunMessage, known: Known) -> Hint:
        if isinstance(message, Ended):
            known.told = True
            self._runs.end(message.prompt_id)
            return Hint(message.prompt_id, _ending(message), ended=True)
        if known.progress is None:
            known.progress = Progress(known.plan or plan({}))
        known.progress.hear(message)
        return Hint(message.prompt_id, self.running(known))

    def running(self, known: Known) -> Running:
        """How far the run has come, as last heard."""
        progress = known.progress
        if progress is None:
            return Running(0.0)
        label = progress.label(self._client.known_schemas)
        return Running(progress.fraction, progress.node, label)

    def _tell(self, hint: Hint) -> None:
        for mailbox in self._readers:
            mailbox.put(hint)

    async def _watch(self) -> None:
        while True:
            await self._queue_moved.wait()
            self._queue_moved.clear()
            if not (self._runs.unheard or self._strangers):
                continue
            try:
                costly = self._snapshots.costly()
                if costly is None:
                    self.saw(await self._snapshots.next())
                else:
                    await self._ask_the_first(costly)
                    await asyncio.sleep(_BETWEEN_QUESTIONS)
            except EngineError:
                # The socket will be lost too; its return sets us going again.
                continue

    async def _ask_the_first(self, snapshot: Snapshot) -> None:
        """Between two readings of a long queue: only who stands first in it can have ended."""
        if self._line_of is not snapshot:
            self._line_of, self._line = snapshot, deque(_ids(snapshot))
        while self._line:
            first = self._line[0]
            if first in self._runs.unheard or self._runs.get(first) is None:
                if await self._client.history(first) is None:
                    return
                self._runs.end(first)
                self._tell(look_again(first))
            self._line.popleft()


def _ending(message: Ended) -> Observation:
    if message.ending == "error":
        return Failed(failure(message.data))
    return Cancelled() if message.ending == "interrupted" else Succeeded(())


def _ids(snapshot: Snapshot | None) -> Iterator[str]:
    """All that are in the queue, the first in line first."""
    if snapshot is not None and snapshot.queue is not None:
        yield from snapshot.queue.running
        yield from snapshot.queue.waiting


def _now() -> float:
    return asyncio.get_running_loop().time()
