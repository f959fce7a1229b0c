"""Whether the studio could do what it might be asked for now: looked at seldom, told often."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from uuid import uuid4

from affiche.db import migrate
from affiche.domain.endpoints import Endpoint
from affiche.errors import AfficheError, DatabaseUnavailable, StorageFailed
from affiche.studio import access
from affiche.studio.studio import Studio

T = TypeVar("T")
SECONDS: Final = 3.0
"""For one look; what has not answered by then counts as not there."""
GIVE_UP_SECONDS: Final = 15.0
SEEN_SECONDS: Final = 45.0
"""A worker says every ten seconds that it lives."""


@dataclass(frozen=True, slots=True)
class State:
    """`missing`: what is in the way, by its name: database, schema, storage. For information:
    whether a process that makes pictures was seen lately, and whether an engine answers."""

    missing: dict[str, AfficheError]
    workers: bool
    engines: bool


class Watch:
    """The looks of one process, which all that ask at the same time share."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        late = DatabaseUnavailable(detail="no answer in time")
        self.database = Look(self._workers, late, well=1.0, ill=1.0)
        self.schema = Look(self._schema, late, well=30.0, ill=1.0)
        self.storage = Look(
            self._storage, StorageFailed(detail="no answer in time"), well=10.0, ill=1.0
        )
        self.engines = Look(self._engines, late, well=15.0, ill=15.0)

    async def state(self) -> State:
        database, schema, storage, engines = await asyncio.gather(
            self.database.found(), self.schema.found(), self.storage.found(), self.engines.found()
        )
        missing: dict[str, AfficheError] = {}
        if isinstance(database, AfficheError):
            missing["database"] = database
        # That one more connection cannot be had is no reason, while ours work.
        elif isinstance(schema, AfficheError) and not isinstance(schema, DatabaseUnavailable):
            missing["schema"] = schema
        if isinstance(storage, AfficheError):
            missing["storage"] = storage
        return State(missing, database is True, engines is True)

    async def _workers(self) -> bool:
        async with self.studio.database.as_service() as transaction:
            return bool(await transaction.value("workers.lately", seconds=SEEN_SECONDS))

    async def _schema(self) -> None:
        await migrate.check(self.studio.database.direct)

    async def _storage(self) -> None:
        key = f"ready/{uuid4()}.bin"
        await self.studio.objects.put("thumbs", key, b"ready", "application/octet-stream")
        await self.studio.objects.delete("thumbs", key)

    async def _engines(self) -> bool:
        async with self.studio.database.singly() as service:
            rows = await service.all(Endpoint, "endpoints.active")
        settings = self.studio.settings
        found = await asyncio.gather(*(access.health(row, settings) for row in rows if row.url))
        return any(each.ok for each in found)


class Look(Generic[T]):
    """One thing that is looked at: at most once at a time, and what was found is kept for `well`
    or `ill` seconds; `late` is found where there is no answer in time."""

    def __init__(
        self, look: Callable[[], Awaitable[T]], late: AfficheError, *, well: float, ill: float
    ) -> None:
        self.look, self.late, self.well, self.ill = look, late, well, ill
        self.until = 0.0
        self._found: T | AfficheError = late
        self._task: asyncio.Task[T | AfficheError] | None = None
        self._began = 0.0

    async def found(self) -> T | AfficheError:
        clock = asyncio.get_running_loop().time
        if clock() < self.until:
            return self._found
        if self._task is None:
            self._task, self._began = asyncio.create_task(self._tried()), clock()
        task: asyncio.Task[Any] = self._task
        done, _ = await asyncio.wait({task}, timeout=SECONDS)
        if done:
            self._task = None
            self._found = task.result()
        else:
            # The next one to ask waits for the same look, so that those that hang do not pile up.
            self._found = self.late
            if clock() - self._began > GIVE_UP_SECONDS:
                task.cancel()
                self._task = None
        self.until = clock() + (self.ill if isinstance(self._found, AfficheError) else self.well)
        return self._found

    async def _tried(self) -> T | AfficheError:
        try:
            return await self.look()
        except AfficheError as error:
            return error
