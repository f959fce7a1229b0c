"""How characters are shown: by which picture, and by what came of their works; and choosing it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from affiche.pictures.crops import Square, cut
from affiche.pictures.threads import in_thread
from affiche.studio import characters, uploads
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


async def choose(
    studio: Studio, caller: Caller, name: str | UUID, file_id: UUID, square: Square
) -> Character:
    """Show the character by a square of a picture that the caller can see, which is kept apart from
    it: the picture itself may go. Raises NotFound, PictureError, StorageFull, StorageFailed."""
    found = await characters.get(studio, caller, name)
    file = await uploads.get(studio, caller, file_id)
    data = await studio.objects.read(file.bucket_id, file.object_key)
    checked = await uploads.check(await in_thread(cut, data, square), studio.limits)
    made = await uploads.keep(
        studio, caller.id, checked, f"{found.slug}.jpg", project_id=found.project_id
    )
    return await characters.change(studio, caller, found.id, {"portrait_file_id": made.id})


async def leave(studio: Studio, caller: Caller, name: str | UUID) -> Character:
    """Show the character by its works again. Raises NotFound."""
    return await characters.change(studio, caller, name, {"portrait_file_id": None})
