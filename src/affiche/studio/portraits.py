"""How characters are shown: by which picture, and by what came of their works."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from affiche.studio import characters
from affiche.studio.characters import Character
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True, slots=True)
class Tally:
    """Of its completed works: how many people kept and rejected, and the middle of the seconds that
    the last hundred took on the engine, None before the first."""

    kept: int
    rejected: int
    seconds: float | None


async def faces(studio: Studio, caller: Caller, shown: Sequence[Character]) -> dict[UUID, UUID]:
    """File ids by character: the picture that was chosen for it, else the newest kept of its works,
    else the newest. One that has none of these is not among them."""
    if not shown:
        return {}
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("characters.faces", ids=[each.id for each in shown])
    return {row["id"]: row["file_id"] for row in rows if row["file_id"] is not None}


async def tally(studio: Studio, caller: Caller, name: str | UUID) -> Tally:
    """Of all works made with it, whoever asked for them. Raises NotFound."""
    found = await characters.get(studio, caller, name)
    async with studio.database.singly() as service:
        (row,) = await service.rows("characters.tally", id=found.id)
    return Tally(row["kept"], row["rejected"], row["seconds"])
