"""Works that somebody put together by hand, under a name: their own, of all works that they see."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from affiche.domain import selections
from affiche.domain.titles import length, plain
from affiche.errors import FieldProblem, InvalidInputs, NotFound
from affiche.studio.studio import Caller, Studio

MOST: Final = 200
"""Of a person."""
LONGEST: Final = 80
MOST_SIGNS: Final = 400
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Collection:
    """`works`: how many are in it, without those in the trash. `cover`: the picture of its newest,
    a file's id; None while none of them has one."""

    id: UUID
    name: str
    created_at: datetime
    works: int
    cover: UUID | None


async def listed(studio: Studio, caller: Caller) -> list[Collection]:
    """All of the caller's, the newest first."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(Collection, "collections.listed", user_id=caller.id, most=MOST)


async def get(studio: Studio, caller: Caller, collection_id: UUID) -> Collection:
    """Raises NotFound for one that is unknown or somebody else's."""
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.maybe(
            Collection, "collections.one", id=collection_id, user_id=caller.id
        )
    if found is None:
        raise NotFound(what="collection")
    return found


async def holding(
    studio: Studio, caller: Caller, work_ids: Sequence[UUID]
) -> Mapping[UUID, Sequence[UUID]]:
    """In which of the caller's they are, by work; works that are in none are not in it."""
    if not work_ids:
        return {}
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows(
            "collections.holding", user_id=caller.id, work_ids=list(work_ids)
        )
    return {row["work_id"]: row["collections"] for row in rows}


async def make(studio: Studio, caller: Caller, name: str) -> Collection:
    """An empty one. Raises InvalidInputs, also where there are MOST of them."""
    given, made = _named(name), studio.new_id()
    async with studio.database.as_service() as service:
        await service.rows("collections.lock", user_id=caller.id)
        row = {"id": made, "user_id": caller.id, "name": given}
        if not await service.run("collections.make", most=MOST, **row):
            told = (("limit", MOST), ("count", MOST + 1))
            raise InvalidInputs([FieldProblem("name", "too_many", told)])
    return await get(studio, caller, made)


async def rename(studio: Studio, caller: Caller, collection_id: UUID, name: str) -> Collection:
    """Raises InvalidInputs, NotFound."""
    row = {"id": collection_id, "user_id": caller.id, "name": _named(name)}
    async with studio.database.as_service() as service:
        if not await service.run("collections.rename", **row):
            raise NotFound(what="collection")
    return await get(studio, caller, collection_id)


async def remove(studio: Studio, caller: Caller, collection_id: UUID) -> None:
    """The works in it stay. Raises NotFound."""
    async with studio.database.as_service() as service:
        if not await service.run("collections.remove", id=collection_id, user_id=caller.id):
            raise NotFound(what="collection")


async def add(
    studio: Studio, caller: Caller, collection_id: UUID, chosen: Sequence[UUID]
) -> list[UUID]:
    """Put the works of those that the caller sees into it; which those are, whether they were in it
    or not. Raises NotFound, InvalidInputs."""
    _check(chosen)
    await get(studio, caller, collection_id)
    async with studio.database.as_service() as service:
        found = await service.rows(
            "collections.seen",
            user_id=caller.id,
            bound=caller.project_id,
            work_ids=list(chosen),
        )
        seen = [row["id"] for row in found]
        await service.run("collections.add", id=collection_id, user_id=caller.id, work_ids=seen)
    return seen


async def take_out(
    studio: Studio, caller: Caller, collection_id: UUID, chosen: Sequence[UUID]
) -> list[UUID]:
    """Out of it; all of them, in it or not. Raises NotFound, InvalidInputs."""
    _check(chosen)
    await get(studio, caller, collection_id)
    async with studio.database.as_service() as service:
        await service.run("collections.take_out", id=collection_id, work_ids=list(chosen))
    return list(chosen)


def _check(chosen: Sequence[UUID]) -> None:
    if found := selections.problems(chosen):
        raise InvalidInputs(found)


def _named(name: str) -> str:
    if _UNSEEN.search(name.strip()):
        raise InvalidInputs([FieldProblem("name", "control_characters")])
    given = plain(name)
    if not given:
        raise InvalidInputs([FieldProblem("name", "required")])
    size = length(given)
    if size > LONGEST or len(given) > MOST_SIGNS:
        told = (("limit", LONGEST), ("length", size))
        raise InvalidInputs([FieldProblem("name", "too_long", told)])
    return given
