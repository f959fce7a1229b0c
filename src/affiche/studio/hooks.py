"""What engines elsewhere tell by themselves about runs that they were sent."""

from uuid import UUID

from affiche.errors import NotFound
from affiche.studio.studio import Studio


async def heard(studio: Studio, key: UUID, external_id: str | None = None) -> bool:
    """The run that was sent under `key` has ended, it is said; whoever works then asks the engine.

    False if the engine's name of it is still not known: then `external_id`, what it is said to be
    called, would help. Repeatable. Raises NotFound for a key that nobody was given.
    """
    async with studio.database.as_service() as transaction:
        found = await transaction.value("runs.heard", key=key, external_id=external_id)
    if found == "unknown":
        raise NotFound(what="run")
    return bool(found != "nameless")
