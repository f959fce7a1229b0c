"""Hints of one server: what the socket says, and what it cannot say any more.

A run that was submitted over an earlier connection, or by another process, is not spoken of on
this one. But everybody hears when the queue moves; then the queue is read once, and whoever has
left it is looked at.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any, Final

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
from affiche.comfy.progress import Progress
from affiche.comfy.socket import Socket
from affiche.domain.observations import Cancelled, Failed, Hint, Observation, Running, Succeeded
from affiche.engines.comfyui.runs import Known, Mailbox, Runs, look_again
from affiche.errors import EngineError

_BETWEEN_QUEUES: Final = 0.2
_AFTER_A_FAULT: Final = 1.0
_log = logging.getLogger(__name__)


class Feed:
    """Opens the socket when somebody first listens, and keeps it until `close`."""

    def __init__(self, client: Client, socket: Socket) -> None:
        self._client = client
        self._socket = socket
        self._runs = Runs()
        self._readers: set[Mailbox] = set()
        self._tasks: list[asyncio.Task[None]] = []
        self._queue_moved = asyncio.Event()

    @property
    def client_id(self) -> str | None:
        """Under which to submit, so that this process hears of it; None when nobody listens."""
        return self._socket.client_id if self._tasks else None

    def known(self, run_id: str) -> Known | None:
        return self._runs.get(run_id)

    def begin(self, run_id: str, graph: Mapping[str, Any], client_id: str | None) -> None:
        """The run is about to be submitted under `client_id`."""
        self._runs.add(run_id, Known(Progress(graph), client_id, sent=False))

    def begun(self, run_id: str, given_id: str) -> None:
        """The server took it, under `given_id` (old servers give ids of their own)."""
        known = self._runs.get(run_id)
        if known is not None:
            known.sent = True
            self._runs.forget(run_id)
            self._runs.add(given_id, known)
            # The connection may have changed meanwhile.
            self._queue_moved.set()

    def follow(self, run_id: str, graph: Mapping[str, Any]) -> Known:
        """Hint at a run that may be somebody else's, from now on."""
        known = self._runs.get(run_id)
        return known or self._runs.add(run_id, Known(Progress(graph)))

    def doubt(self, run_id: str) -> None:
        """An end was heard, but the record says otherwise: watch the queue for it."""
        known = self._runs.get(run_id)
        if known is not None and known.ended:
            known.ended, known.client_id = False, None
            self._queue_moved.set()

    def forget(self, run_id: str) -> None:
        self._runs.forget(run_id)

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
        match message:
            case Connected():
                for run_id, known in self._runs.under_way():
                    self._tell(look_again(run_id, known))
            case QueueMoved():
                self._queue_moved.set()
            case Preview() | NodeText():
                pass
            case _:
                about = self._runs.get(message.prompt_id)
                if about is not None and not about.ended:
                    self._tell(self._hint(message, about))

    def _hint(self, message: RunMessage, known: Known) -> Hint:
        if isinstance(message, Ended):
            known.ended = True
            return Hint(message.prompt_id, _ending(message), ended=True)
        known.progress.hear(message)
        return Hint(message.prompt_id, self.running(known))

    def running(self, known: Known) -> Running:
        """How far the run has come, as last heard."""
        progress = known.progress
        label = progress.label(self._client.known_schemas)
        return Running(progress.fraction, progress.node, label)

    def _tell(self, hint: Hint) -> None:
        for mailbox in self._readers:
            mailbox.put(hint)

    async def _watch(self) -> None:
        while True:
            await self._queue_moved.wait()
            self._queue_moved.clear()
            if self._unheard():
                try:
                    queue = await self._client.queue()
                except EngineError:
                    # The socket will be lost too, and its return makes everybody look.
                    continue
                for run_id, known in self._unheard():
                    if run_id not in queue:
                        known.ended = True
                        self._tell(look_again(run_id, known))
                await asyncio.sleep(_BETWEEN_QUEUES)

    def _unheard(self) -> list[tuple[str, Known]]:
        current = self._socket.client_id
        return [(i, known) for i, known in self._runs.under_way() if known.client_id != current]


def _ending(message: Ended) -> Observation:
    if message.ending == "error":
        return Failed(failure(message.data))
    return Cancelled() if message.ending == "interrupted" else Succeeded(())
