"""Whose projects are, and how they become somebody else's."""

from dataclasses import dataclass
from uuid import UUID

from affiche.db.database import Transaction
from affiche.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A project and whose it is."""

    id: UUID
    name: str
    user_id: UUID
    is_default: bool


async def give_all(transaction: Transaction, user_id: UUID, heir: UUID) -> None:
    """Every project of the user's in which there are others is the heir's, who need not have been
    in it; as the service."""
    for project in await transaction.all(Owned, "projects.shared_by", user_id=user_id):
        await transaction.run("projects.join", id=project.id, user_id=heir, role="admin")
        await give(transaction, project, heir)


async def give(transaction: Transaction, project: Owned, user_id: UUID) -> None:
    if not await transaction.run("projects.give", id=project.id, user_id=user_id):
        raise NotFound(what="member")
    if project.is_default and project.user_id != user_id:
        # Nobody is left without one of their own.
        await transaction.run(
            "people.add_default_project", user_id=project.user_id, name=project.name
        )
