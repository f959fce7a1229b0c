"""Signing in by password, with as much work for whoever is unknown as for anybody."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from affiche.db.database import Transaction
from affiche.errors import NotSignedIn, PasswordTooShort, SignInRefused
from affiche.studio import people
from affiche.studio.gates import ADDRESS, SIGN_IN, many, pass_together
from affiche.studio.identities import plain_email
from affiche.studio.studio import Caller, Studio

LENGTH: Final = (10, 200)


@dataclass(frozen=True, slots=True)
class Kept:
    id: UUID
    disabled: bool
    hash: str


async def sign_in(
    studio: Studio, email: str, password: str, *, address: str = "", agent: str = ""
) -> str:
    """A session's token; raises SignInRefused, or TooManyRequests for haste from `address` or for
    the account."""
    known = plain_email(email) or ""
    studio.gates.pass_(f"sign-in {address} {known}", SIGN_IN)
    studio.gates.pass_(f"sign-in to {known}", SIGN_IN, ADDRESS)
    studio.gates.pass_(f"sign-in from {address}", SIGN_IN, ADDRESS)
    # And by all processes: what one lets through in its haste another has counted.
    await pass_together(
        studio.database,
        [
            (f"sign-in {address} {known}", SIGN_IN),
            (f"sign-in to {known}", many(SIGN_IN)),
            (f"sign-in from {address}", many(SIGN_IN)),
        ],
    )
    async with studio.database.singly() as service:
        kept = await service.maybe(Kept, "people.password", email=known)
    fits = await studio.vault.matches(kept.hash if kept else None, password[: LENGTH[1] + 1])
    if kept is None or kept.disabled or not fits:
        raise SignInRefused(detail="wrong e-mail or password")
    fresh = None
    if studio.vault.hasher.check_needs_rehash(kept.hash):
        fresh = await studio.vault.hash(password)
    async with studio.database.as_service() as transaction:
        if fresh:
            await transaction.run("people.rehash", user_id=kept.id, hash=fresh, old=kept.hash)
        return await people.begin_session(studio, transaction, kept.id, agent)


async def change(studio: Studio, caller: Caller, old: str, new: str, session: str = "") -> None:
    """Set another; all other sessions end. Raises SignInRefused or PasswordTooShort."""
    check_length(new)
    studio.gates.pass_(f"password {caller.id}", SIGN_IN)
    async with studio.database.as_service() as transaction:
        stored = await transaction.value("people.password_of", user_id=caller.id)
    if not await studio.vault.matches(stored, old[: LENGTH[1] + 1]):
        raise SignInRefused(detail="wrong password")
    made = await studio.vault.hash(new)
    async with studio.database.as_service() as transaction:
        await put(studio, transaction, caller.id, made)
        await transaction.run("people.end_sessions", user_id=caller.id, hash=people.digest(session))


async def reset(studio: Studio, token: str, new: str, agent: str = "") -> str:
    """A session's token, for a password by a one-time link; all other sessions end.

    Raises NotSignedIn for a link that is used up, PasswordTooShort.
    """
    check_length(new)
    if not 0 < len(token) <= 200:
        raise NotSignedIn(detail="no token")
    made = await studio.vault.hash(new)
    async with studio.database.as_service() as transaction:
        user_id = await people.use_link(studio, transaction, token, "password")
        await put(studio, transaction, user_id, made)
        await transaction.run("people.end_sessions", user_id=user_id, hash=None)
        return await people.begin_session(studio, transaction, user_id, agent)


async def put(studio: Studio, transaction: Transaction, user_id: UUID, made: str) -> None:
    await transaction.run("people.put_password", user_id=user_id, hash=made, now=studio.now())
    studio.vault.in_use = True


def check_length(password: str) -> None:
    """Raises PasswordTooShort, also for one that is too long."""
    low, high = LENGTH
    if not low <= len(password) <= high:
        raise PasswordTooShort(low=low, high=high)
