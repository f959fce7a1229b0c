"""What one job hears of its run over the socket: progress, and when to look."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing

from affiche.comfy.messages import Connected, Ended, Message, NodeText, Preview, QueueMoved
from affiche.comfy.progress import Progress
from affiche.comfy.socket import Socket
from affiche.comfy.transport import Transport

_log = logging.getLogger(__name__)


class Ears:
    """Listens from now on until `close`; follows one run at a time."""

    def __init__(self, transport: Transport) -> None:
        self._socket = Socket(transport)
        self._stands = asyncio.Event()
        self._hinted = asyncio.Event()
        self._prompt_id: str | None = None
        self._progress: Progress | None = None
        self._hear: Callable[[Progress], None] = lambda progress: None
        self.has_ended = False
        self._task = asyncio.create_task(self._listen())

    @property
    def client_id(self) -> str:
        return self._socket.client_id

    def follow(self, prompt_id: str, progress: Progress, hear: Callable[[Progress], None]) -> None:
        """From now on this run: `hear` is called with its progress after each message."""
        self._prompt_id, self._progress, self._hear = prompt_id, progress, hear
        self.has_ended = False

    def rename(self, prompt_id: str) -> None:
        """Old servers give ids of their own."""
        self._prompt_id = prompt_id

    def doubt(self) -> None:
        """An end was heard, and no record came of it."""
        self.has_ended = False

    def forget_hints(self) -> None:
        """Before a look: what is heard from now on is newer than it."""
        self._hinted.clear()

    async def connected(self, seconds: float) -> None:
        """Until the socket stands, so that nothing is missed; no longer than `seconds`."""
        await _within(seconds, self._stands)

    async def hint(self, seconds: float) -> None:
        """Until it is time to look, at the latest in `seconds`."""
        await _within(seconds, self._hinted)

    async def close(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self) -> None:
        async with aclosing(self._socket.messages()) as messages:
            async for message in messages:
                try:
                    self._take(message)
                except Exception:
                    _log.exception("a message of the socket could not be taken in")

    def _take(self, message: Message) -> None:
        match message:
            case Connected():
                # What was said before is not repeated.
                self._stands.set()
                self._hinted.set()
            case QueueMoved():
                self._hinted.set()
            case Preview() | NodeText():
                pass
            case _ if message.prompt_id != self._prompt_id:
                pass
            case Ended():
                self.has_ended = True
                self._hinted.set()
            case _ if self._progress is not None:
                self._progress.hear(message)
                self._hear(self._progress)


async def _within(seconds: float, event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
