"""Forgetting a person: who they are at once, what was theirs a little at a time.

The row in `users` stays without a name, because the ledger does: what was granted and purchased is
still what is left and what was spent. Everything else goes: works with their pictures wherever they
are, uploads, events, notifications, mail, and all by which they could come back.
"""

from typing import Final
from uuid import UUID

from affiche.db.database import Transaction
from affiche.errors import OperatorStays, ProjectsShared
from affiche.studio.studio import Studio

BATCH: Final = 100
ROWS: Final = 1000


async def begin(studio: Studio, transaction: Transaction, user_id: UUID, email: str | None) -> None:
    """From here on nobody can come in as them, and nothing says who they were; as the service.

    Raises OperatorStays for the last operator, ProjectsShared where others would lose a project.
    """
    await transaction.run("people.lock_first")
    await transaction.run("erasure.lock", id=user_id)
    if not await transaction.value("people.other_operators", id=user_id):
        raise OperatorStays
    if shared := await transaction.rows("erasure.shared", id=user_id):
        raise ProjectsShared(projects=", ".join(row["name"] for row in shared))
    await transaction.run("people.end_sessions", user_id=user_id, hash=None)
    await transaction.run("people.forget_password", id=user_id)
    await transaction.run("people.forget_links", id=user_id)
    await transaction.run("people.leave_projects", id=user_id)
    await transaction.run("erasure.all_that_names_them", id=user_id, email=(email or "").lower())
    await transaction.run("erasure.begin", id=user_id, now=studio.now())


async def unfinished(studio: Studio) -> list[UUID]:
    """People who are forgotten and of whom something may be left."""
    async with studio.database.singly() as service:
        return [row["id"] for row in await service.rows("erasure.unfinished")]


async def carry_on(studio: Studio, user_id: UUID) -> bool:
    """A little more of what was theirs goes; True once nothing is left. May be done twice, and by
    several at once. Raises DatabaseUnavailable."""
    async with studio.database.as_service() as transaction:
        await _cancel(transaction, user_id)
    async with studio.database.as_service() as transaction:
        await transaction.run("erasure.unbind_works", id=user_id, most=ROWS)
        await transaction.run("erasure.drop_works", id=user_id, most=BATCH)
        await transaction.run("erasure.drop_batches", id=user_id, most=ROWS)
        await transaction.run("erasure.drop_of_projects", id=user_id)
        await transaction.run("erasure.drop_files", id=user_id, most=ROWS)
        await transaction.run("erasure.drop_events", id=user_id, most=ROWS)
        await transaction.run("erasure.drop_messages", id=user_id, most=ROWS)
    async with studio.database.as_service() as transaction:
        if await transaction.value("erasure.left", id=user_id):
            return False
        await transaction.run("erasure.finish", id=user_id, now=studio.now())
    return True


async def _cancel(transaction: Transaction, user_id: UUID) -> None:
    """What still runs is stopped, and paid back like anybody's, before its rows go."""
    await transaction.rows("erasure.running_jobs", id=user_id, most=BATCH)
    await transaction.run("erasure.cancel", id=user_id, most=BATCH)
