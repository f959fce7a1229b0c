"""Projects: who is in them, as what, and who is invited."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import psycopg

from affiche.db.database import Transaction
from affiche.errors import Forbidden, InvitationOver, NotFound, OwnerStays
from affiche.studio import audit, owners, passwords, people
from affiche.studio.accounts import checked_email
from affiche.studio.identities import Known, by_email, join
from affiche.studio.studio import Caller, Studio

Role = Literal["member", "admin"]
INVITATION_LIVES: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """`user_id`: its owner; `role`: what the caller is in it."""

    id: UUID
    number: int
    name: str
    is_default: bool
    user_id: UUID
    role: Role
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Place:
    """A project that the caller is in."""

    id: UUID
    is_admin: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    user_id: UUID
    name: str
    email: str | None
    role: Role
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    id: UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An invitation as whoever has its token sees it."""

    id: UUID
    email: str
    role: Role
    project_id: UUID | None


async def mine(studio: Studio, caller: Caller) -> list[Project]:
    """Those that the caller is in, oldest first."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(Project, "projects.mine", user_id=caller.id)


async def get(studio: Studio, caller: Caller, project_id: UUID) -> Project:
    """Raises NotFound for one that the caller is not in."""
    async with studio.database.as_user(caller.id) as transaction:
        return await _get(transaction, caller, project_id)


async def project_of(studio: Studio, caller: Caller, project_id: UUID | None) -> Place:
    """The one named, or that of the caller's key, or the caller's own. Raises NotFound."""
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.maybe(
            Place, "projects.place", project_id=project_id or caller.project_id
        )
    if found is None:
        raise NotFound(what="project")
    return found


async def add(studio: Studio, caller: Caller, name: str) -> Project:
    """A new one, of which the caller is the owner."""
    async with studio.database.as_service() as transaction:
        made = studio.new_id()
        await transaction.run("projects.add", id=made, user_id=caller.id, name=name)
        return await _get(transaction, caller, made)


async def rename(studio: Studio, caller: Caller, project_id: UUID, name: str) -> Project:
    """Raises NotFound, Forbidden."""
    async with studio.database.as_service() as transaction:
        await _administer(transaction, caller, project_id)
        await transaction.run("projects.rename", id=project_id, name=name)
        return await _get(transaction, caller, project_id)


async def members(studio: Studio, caller: Caller, project_id: UUID) -> list[Member]:
    """Raises NotFound."""
    async with studio.database.as_user(caller.id) as transaction:
        await _get(transaction, caller, project_id)
        return await transaction.all(Member, "projects.people", id=project_id)


async def set_role(
    studio: Studio, caller: Caller, project_id: UUID, user_id: UUID, role: Role
) -> None:
    """Raises NotFound, Forbidden, OwnerStays."""
    try:
        async with studio.database.as_service() as transaction:
            await _administer(transaction, caller, project_id)
            changed = await transaction.run(
                "projects.set_role", id=project_id, user_id=user_id, role=role
            )
    except psycopg.errors.CheckViolation as error:
        raise OwnerStays from error
    if not changed:
        raise NotFound(what="member")


async def remove(studio: Studio, caller: Caller, project_id: UUID, user_id: UUID) -> None:
    """By an admin, or by whoever leaves. Raises NotFound, Forbidden, OwnerStays."""
    try:
        async with studio.database.as_service() as transaction:
            if user_id == caller.id:
                await _role(transaction, caller, project_id)
            else:
                await _administer(transaction, caller, project_id)
            removed = await transaction.run("projects.leave", id=project_id, user_id=user_id)
    except psycopg.errors.CheckViolation as error:
        raise OwnerStays from error
    if not removed:
        raise NotFound(what="member")


async def invite(
    studio: Studio, caller: Caller, project_id: UUID, email: str, role: Role = "member"
) -> tuple[Invitation, str]:
    """The invitation and its token, shown once. Raises NotFound, Forbidden, InvalidInputs."""
    async with studio.database.as_service() as transaction:
        await _administer(transaction, caller, project_id)
        return await put_invitation(studio, transaction, caller, project_id, email, role)


async def put_invitation(
    studio: Studio,
    transaction: Transaction,
    caller: Caller,
    project_id: UUID,
    email: str,
    role: Role,
) -> tuple[Invitation, str]:
    """By whoever may, as part of the transaction; raises InvalidInputs."""
    address, token = checked_email(email), secrets.token_urlsafe(32)
    made = await transaction.maybe(
        Invitation,
        "projects.invite",
        id=studio.new_id(),
        hash=people.digest(token),
        email=address,
        project_id=project_id,
        role=role,
        invited_by=caller.id,
        expires_at=studio.now() + INVITATION_LIVES,
    )
    assert made is not None
    return made, token


async def invitations(studio: Studio, caller: Caller, project_id: UUID) -> list[Invitation]:
    """Those that are open. Raises NotFound, Forbidden."""
    async with studio.database.as_service() as transaction:
        await _administer(transaction, caller, project_id)
        return await transaction.all(
            Invitation, "projects.invitations", id=project_id, now=studio.now()
        )


async def uninvite(studio: Studio, caller: Caller, project_id: UUID, invitation_id: UUID) -> None:
    """Raises NotFound, Forbidden."""
    async with studio.database.as_service() as transaction:
        await _administer(transaction, caller, project_id)
        gone = await transaction.run(
            "projects.uninvite", id=project_id, invitation_id=invitation_id
        )
    if not gone:
        raise NotFound(what="invitation")


async def look(studio: Studio, token: str) -> Opened:
    """What the token invites to; raises InvitationOver."""
    async with studio.database.as_service() as transaction:
        return await _look(studio, transaction, token)


async def has_account(studio: Studio, email: str) -> bool:
    async with studio.database.as_service() as transaction:
        return await by_email(transaction, email) is not None


async def give(studio: Studio, caller: Caller, project_id: UUID, user_id: UUID) -> None:
    """Hand it over to another of its members, by its owner or an operator. Whose it was stays an
    admin of it. Raises NotFound, Forbidden."""
    async with studio.database.as_service() as transaction:
        project = await transaction.maybe(owners.Owned, "projects.lock", id=project_id)
        if project is None or not (project.user_id == caller.id or caller.is_operator):
            await _role(transaction, caller, project_id)
            raise Forbidden(detail="only its owner hands a project over")
        await owners.give(transaction, project, user_id)
        if caller.is_operator:
            told = {"owner": str(user_id)}
            await audit.record(transaction, studio, caller, "project.give", project_id, after=told)


async def accept(studio: Studio, caller: Caller, token: str) -> None:
    """Join by it. Raises InvitationOver, or Forbidden for somebody with another e-mail address."""
    async with studio.database.as_service() as transaction:
        opened = await _look(studio, transaction, token)
        if opened.email != (caller.email or "").lower():
            raise Forbidden(detail="the invitation is for another address")
        await _accept(studio, transaction, opened, caller.id, token)


async def accept_anew(studio: Studio, token: str, name: str, password: str, agent: str = "") -> str:
    """A session's token of a new account that the invitation makes. Whoever has an account signs in
    and accepts. Raises InvitationOver, Forbidden, PasswordTooShort."""
    passwords.check_length(password)
    await look(studio, token)
    made = await studio.vault.hash(password)
    async with studio.database.as_service() as transaction:
        opened = await _look(studio, transaction, token)
        if await by_email(transaction, opened.email):
            raise Forbidden(detail="that address has an account")
        known: Known = await join(studio, transaction, opened.email, name=name)
        await _accept(studio, transaction, opened, known.id, token)
        await passwords.put(studio, transaction, known.id, made)
        return await people.begin_session(studio, transaction, known.id, agent)


async def _look(studio: Studio, transaction: Transaction, token: str) -> Opened:
    found = await transaction.maybe(
        Opened, "projects.look_invitation", hash=people.digest(token), now=studio.now()
    )
    if found is None:
        raise InvitationOver(detail="invitation unknown, used or expired")
    return found


async def _accept(
    studio: Studio, transaction: Transaction, opened: Opened, user_id: UUID, token: str
) -> None:
    used = await transaction.run(
        "projects.accept", hash=people.digest(token), user_id=user_id, now=studio.now()
    )
    if not used:
        raise InvitationOver(detail="used at this moment")
    if opened.project_id:
        await transaction.run(
            "projects.join", id=opened.project_id, user_id=user_id, role=opened.role
        )


async def _get(transaction: Transaction, caller: Caller, project_id: UUID) -> Project:
    found = await transaction.maybe(Project, "projects.one", id=project_id, user_id=caller.id)
    if found is None:
        raise NotFound(what="project")
    return found


async def _role(transaction: Transaction, caller: Caller, project_id: UUID) -> Role:
    role: Role | None = await transaction.value("projects.role", id=project_id, user_id=caller.id)
    if role is None:
        raise NotFound(what="project")
    return role


async def _administer(transaction: Transaction, caller: Caller, project_id: UUID) -> None:
    if await _role(transaction, caller, project_id) != "admin":
        raise Forbidden(detail="the project's admins only")
