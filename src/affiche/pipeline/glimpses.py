"""What engines show of a run while it is under way: the last picture of each, small, for its page.

They come at every step of a sampler, from a server that nobody vouches for. So one of a run is
taken a second, decoded within bounds, and kept at the size at which it is looked at.
"""

import asyncio
import logging
import time
from collections import OrderedDict
from typing import Final

from affiche.db.database import Database
from affiche.errors import AfficheError
from affiche.pictures.threads import in_thread
from affiche.pictures.thumbnails import Thumbnail
from affiche.pictures.verification import Limits, inspect

APART_SECONDS: Final = 1.0
"""Between two pictures of one run."""
SIZE: Final = 384
LIMITS: Final = Limits(megabytes=2, megapixels=4, frames=1)
LARGEST: Final = 128 * 1024
RUNS_KEPT: Final = 4096
log = logging.getLogger(__name__)


class Glimpses:
    """Those that one process hears of."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._taken: OrderedDict[str, float] = OrderedDict()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def take(self, external_id: str, data: bytes) -> None:
        """Not waited for: whoever tells of runs has more to tell. One too many is left out."""
        now = time.monotonic()
        if external_id in self._tasks or now - self._taken.get(external_id, -60.0) < APART_SECONDS:
            return
        self._taken[external_id] = now
        self._taken.move_to_end(external_id)
        if len(self._taken) > RUNS_KEPT:
            self._taken.popitem(last=False)
        task = asyncio.create_task(self._keep(external_id, data))
        self._tasks[external_id] = task
        task.add_done_callback(lambda _: self._tasks.pop(external_id, None))

    async def told(self) -> None:
        """Once all that were taken are kept or dropped."""
        await asyncio.gather(*self._tasks.values())

    async def _keep(self, external_id: str, data: bytes) -> None:
        try:
            small = await in_thread(_shrunk, data)
            if len(small.data) > LARGEST:
                return
            async with self._database.singly() as service:
                await service.run(
                    "queue.show",
                    external_id=external_id,
                    media_type=small.media_type,
                    picture=small.data,
                )
        except AfficheError as error:
            log.info("a preview of run %s was dropped: %s", external_id, error)


def _shrunk(data: bytes) -> Thumbnail:
    return inspect(data, LIMITS, size=SIZE)[1]
