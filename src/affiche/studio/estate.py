"""All projects, as operators look after them, whoever's they are."""

from uuid import UUID

from affiche.errors import Conflict, NotFound
from affiche.studio import audit, projects, storage
from affiche.studio.accounts import checked_email
from affiche.studio.identities import by_email
from affiche.studio.projects import Invitation, Member, Role
from affiche.studio.storage import Holding
from affiche.studio.studio import Caller, Studio


async def find(studio: Studio, operator: Caller, name: str) -> Holding:
    """By id, number or name. Raises Forbidden, NotFound, or Conflict for the name of several."""
    audit.require_operator(operator)
    async with studio.database.as_service() as service:
        rows = await service.rows("projects.named", name=name)
    if len(rows) > 1:
        raise Conflict(detail=f"{len(rows)} projects are called {name}")
    found = await storage.all_of(studio, operator, rows[0]["id"]) if rows else []
    if not found:
        raise NotFound(what="project")
    return found[0]


async def add(studio: Studio, operator: Caller, name: str, email: str | None = None) -> UUID:
    """A new one of whose address that is, or of the operator's. Raises Forbidden, NotFound."""
    audit.require_operator(operator)
    owner = operator.id
    async with studio.database.as_service() as service:
        if email is not None:
            known = await by_email(service, checked_email(email))
            if known is None:
                raise NotFound(what="person")
            owner = known.id
        made = studio.new_id()
        await service.run("projects.add", id=made, user_id=owner, name=name)
        await audit.record(service, studio, operator, "project.add", made)
    return made


async def rename(studio: Studio, operator: Caller, project: Holding, name: str) -> None:
    """Raises Forbidden."""
    audit.require_operator(operator)
    async with studio.database.as_service() as service:
        await service.run("projects.rename", id=project.id, name=name)
        await audit.record(service, studio, operator, "project.rename", project.id)


async def members(studio: Studio, operator: Caller, project: Holding) -> list[Member]:
    """Raises Forbidden."""
    await audit.looked(studio, operator, "project.members", project.id)
    async with studio.database.as_service() as service:
        return await service.all(Member, "projects.everybody", id=project.id)


async def invite(
    studio: Studio, operator: Caller, project: Holding, email: str, role: Role
) -> tuple[Invitation, str]:
    """The invitation and its token, shown once. Raises Forbidden, InvalidInputs."""
    audit.require_operator(operator)
    async with studio.database.as_service() as service:
        made, token = await projects.put_invitation(
            studio, service, operator, project.id, email, role
        )
        await audit.record(service, studio, operator, "project.invite", project.id)
    return made, token


async def give(studio: Studio, operator: Caller, project: Holding, email: str) -> None:
    """To a member of it. Raises Forbidden, NotFound."""
    audit.require_operator(operator)
    async with studio.database.as_service() as service:
        known = await by_email(service, checked_email(email))
    if known is None:
        raise NotFound(what="person")
    await projects.give(studio, operator, project.id, known.id)
