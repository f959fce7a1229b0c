"""Accounts, as operators look after them: made, listed, raised, shut out and forgotten."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from affiche.db.database import Transaction
from affiche.errors import (
    Conflict,
    EmailTaken,
    FieldProblem,
    Forbidden,
    InvalidInputs,
    NotConfirmed,
    NotFound,
)
from affiche.studio import audit, erasure, export, owners, people
from affiche.studio.export import Export
from affiche.studio.identities import Known, by_email, join, plain_email
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    id: UUID
    email: str | None
    name: str
    language: Language
    is_operator: bool
    created_at: datetime
    disabled_at: datetime | None
    has_password: bool


def _operator(caller: Caller) -> None:
    if not caller.is_operator:
        raise Forbidden(detail="operators only")


async def listed(studio: Studio, caller: Caller) -> list[Account]:
    """The first thousand, oldest first; raises Forbidden for whoever is no operator."""
    _operator(caller)
    async with studio.database.as_service() as transaction:
        return await transaction.all(Account, "people.all")


async def get(studio: Studio, caller: Caller, user_id: UUID) -> Account:
    """Raises Forbidden, NotFound."""
    _operator(caller)
    async with studio.database.as_service() as transaction:
        found = await transaction.maybe(Account, "people.one", id=user_id)
    if found is None:
        raise NotFound(what="person")
    return found


async def add(
    studio: Studio, caller: Caller, email: str, name: str = "", *, is_operator: bool = False
) -> tuple[UUID, str]:
    """A new account, and the token of the link by which its password is set.

    Raises Forbidden, EmailTaken, InvalidInputs.
    """
    _operator(caller)
    address = checked_email(email)
    async with studio.database.as_service() as transaction:
        if await by_email(transaction, address):
            raise EmailTaken
        made = await join(studio, transaction, address, name=name, is_operator=is_operator)
        await audit.record(
            transaction,
            studio,
            caller,
            "people.add",
            made.id,
            after={"is_operator": is_operator},
        )
    return made.id, await people.make_link(studio, made.id, "password")


async def link(studio: Studio, caller: Caller, email: str) -> str:
    """The token of a one-time link by which somebody sets a password anew."""
    _operator(caller)
    async with studio.database.as_service() as transaction:
        found = await _found(transaction, email)
        await audit.record(transaction, studio, caller, "people.link", found.id)
    return await people.make_link(studio, found.id, "password")


async def set_operator(studio: Studio, caller: Caller, email: str, *, is_operator: bool) -> None:
    """Raises Forbidden, NotFound, or Conflict where no operator would be left."""
    _operator(caller)
    async with studio.database.as_service() as transaction:
        found = await _found(transaction, email)
        if not is_operator:
            await _another(transaction, found.id)
        await transaction.run("people.set_operator", id=found.id, is_operator=is_operator)
        await audit.record(
            transaction,
            studio,
            caller,
            "people.role",
            found.id,
            before={"is_operator": found.is_operator},
            after={"is_operator": is_operator},
        )


async def set_disabled(studio: Studio, caller: Caller, email: str, *, disabled: bool) -> None:
    """Shut somebody out, or let them in again; sessions end, and keys open nothing meanwhile.

    Raises Forbidden, NotFound, or Conflict where no operator would be left.
    """
    _operator(caller)
    async with studio.database.as_service() as transaction:
        found = await _found(transaction, email)
        if disabled:
            await _another(transaction, found.id)
            await transaction.run("people.end_sessions", user_id=found.id, hash=None)
        await transaction.run("people.disable", id=found.id, disabled=disabled, now=studio.now())
        await audit.record(
            transaction,
            studio,
            caller,
            "people.disable" if disabled else "people.enable",
            found.id,
            before={"disabled": found.disabled},
            after={"disabled": disabled},
        )


async def delete(studio: Studio, caller: Caller, email: str, heir: str | None = None) -> UUID:
    """Forget somebody: who they are at once, what is theirs as the pipeline comes to it. `heir`:
    the e-mail address of whom their projects go to in which there are others. Their id.

    Raises Forbidden, NotFound, OperatorStays, or ProjectsShared without an heir.
    """
    _operator(caller)
    async with studio.database.as_service() as transaction:
        found = await _found(transaction, email)
        if heir is not None:
            to = await _found(transaction, heir)
            await owners.give_all(transaction, found.id, to.id)
        await erasure.begin(studio, transaction, found.id, found.email)
        await audit.record(transaction, studio, caller, "people.delete", found.id)
    return found.id


async def export_of(studio: Studio, caller: Caller, email: str, language: Language) -> Export:
    """All that is somebody's. Raises Forbidden, NotFound, ExportUnderWay."""
    _operator(caller)
    async with studio.database.as_service() as transaction:
        found = await _found(transaction, email)
        await audit.record(transaction, studio, caller, "people.export", found.id)
    return await export.begin(studio, found.id, language)


async def leave(studio: Studio, caller: Caller, confirm: str) -> None:
    """Forget the caller, who says once more who they are: their e-mail address, or their id.

    Raises NotConfirmed, OperatorStays, ProjectsShared.
    """
    if confirm.strip().lower() not in {(caller.email or "").lower(), str(caller.id)} - {""}:
        raise NotConfirmed
    async with studio.database.as_service() as transaction:
        await erasure.begin(studio, transaction, caller.id, caller.email)
    # What runs is stopped before the answer; the rest goes behind it.
    await erasure.carry_on(studio, caller.id)


def checked_email(given: str) -> str:
    """In lower case; raises InvalidInputs for what is no address."""
    address = plain_email(given)
    if address is None:
        raise InvalidInputs([FieldProblem("email", "email")])
    return address


async def _found(transaction: Transaction, who: str) -> Known:
    """By e-mail address or id; raises NotFound."""
    address = plain_email(who)
    found = await by_email(transaction, address) if address else None
    if found is None and (own := _id(who)):
        found = await transaction.maybe(Known, "people.known", id=own)
    if found is None:
        raise NotFound(what="person")
    return found


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


async def _another(transaction: Transaction, user_id: UUID) -> None:
    await transaction.run("people.lock_first")
    if not await transaction.value("people.other_operators", id=user_id):
        raise Conflict(detail="the last operator")
