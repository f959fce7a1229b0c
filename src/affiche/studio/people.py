"""Who is there: the one-time link, sessions and what they are found by. Only hashes are stored."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from affiche.db import claims
from affiche.db.database import Transaction
from affiche.errors import NotFound, NotSignedIn
from affiche.studio import keys
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language

LINK_LIVES = timedelta(hours=24)
SESSION_LIVES = timedelta(days=30)
LONGEST_AGENT = 200
Purpose = Literal["sign_in", "password"]


def digest(secret: str) -> bytes:
    # The secrets are 256 random bits, so a plain hash cannot be searched.
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A browser that is signed in; `is_this`: the one that asks."""

    id: UUID
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str
    is_this: bool


async def first_user(studio: Studio) -> Caller:
    """The one user of a laptop studio, made if nobody is there yet."""
    async with studio.database.as_service() as transaction:
        await transaction.run("people.lock_first")
        found = await transaction.maybe(Caller, "people.first_operator")
        if found:
            return found
        language: Language = "en" if studio.settings.language == "en" else "ko"
        caller = Caller(studio.new_id(), None, "", language, True)
        await transaction.run(
            "people.add",
            id=caller.id,
            email=None,
            name="",
            language=caller.language,
            is_operator=True,
        )
        await transaction.run("people.add_default_project", user_id=caller.id, name="Studio")
        return caller


async def make_link(studio: Studio, user_id: UUID, purpose: Purpose = "sign_in") -> str:
    """A token that signs in, or lets a password be set, once and within a day."""
    token = secrets.token_urlsafe(32)
    async with studio.database.as_service() as transaction:
        await transaction.run(
            "people.add_link",
            hash=digest(token),
            user_id=user_id,
            expires_at=studio.now() + LINK_LIVES,
            purpose=purpose,
        )
    return token


async def redeem_link(studio: Studio, token: str, agent: str = "") -> str:
    """A session's token for a link's; raises NotSignedIn for a used, old or unknown one."""
    async with studio.database.as_service() as transaction:
        user_id = await use_link(studio, transaction, token, "sign_in")
        return await begin_session(studio, transaction, user_id, agent)


async def use_link(studio: Studio, transaction: Transaction, token: str, purpose: Purpose) -> UUID:
    """Whose link it is, which thereby is used up; raises NotSignedIn."""
    user_id: UUID | None = await transaction.value(
        "people.use_link", hash=digest(token), now=studio.now(), purpose=purpose
    )
    if user_id is None:
        raise NotSignedIn(detail="link unknown, used or expired")
    return user_id


async def begin_session(
    studio: Studio, transaction: Transaction, user_id: UUID, agent: str = ""
) -> str:
    """The token of a new session of the user's."""
    session = secrets.token_urlsafe(32)
    await transaction.run(
        "people.add_session",
        hash=digest(session),
        user_id=user_id,
        expires_at=studio.now() + SESSION_LIVES,
        agent="".join(filter(str.isprintable, agent))[:LONGEST_AGENT],
    )
    return session


async def of_session(studio: Studio, token: str) -> Caller:
    """Raises NotSignedIn where it ended, or its user did."""
    async with studio.database.singly() as service:
        found = await service.maybe(
            Caller, "people.of_session", hash=digest(token), now=studio.now()
        )
    if found is None:
        raise NotSignedIn
    return found


async def end_session(studio: Studio, token: str) -> None:
    async with studio.database.as_service() as transaction:
        await transaction.run("people.end_session", hash=digest(token))


async def sessions(studio: Studio, caller: Caller, token: str = "") -> list[Session]:
    """The caller's, the latest first; `token`: of the one that asks, if it is one."""
    async with studio.database.as_service() as transaction:
        return await transaction.all(
            Session,
            "people.sessions",
            user_id=caller.id,
            hash=digest(token),
            now=studio.now(),
        )


async def end_one(studio: Studio, caller: Caller, session_id: UUID) -> None:
    """Raises NotFound for one that is not the caller's."""
    async with studio.database.as_service() as transaction:
        if not await transaction.run("people.end_one_session", id=session_id, user_id=caller.id):
            raise NotFound(what="session")


async def end_others(studio: Studio, caller: Caller, token: str = "") -> int:
    """End all of the caller's sessions but the one of `token`; how many."""
    async with studio.database.as_service() as transaction:
        return await transaction.run("people.end_sessions", user_id=caller.id, hash=digest(token))


async def make_key(studio: Studio, user_id: UUID, name: str) -> str:
    """A new API key with all rights; shown once, stored hashed."""
    return (await keys.make(studio, user_id, keys.Wish(name))).secret


def bind(project_id: UUID) -> None:
    """For the rest of this task, whoever asks the database sees and asks in that project alone."""
    claims.tell(claims.PROJECT, str(project_id))


async def of_key(studio: Studio, key: str) -> Caller:
    """Raises NotSignedIn for a key that is unknown, revoked or expired."""
    return await keys.holder(studio, key)
