"""Who is there: the one-time link, sessions and API keys. Only hashes are stored."""

import hashlib
import secrets
from datetime import timedelta
from uuid import UUID

from affiche.errors import NotSignedIn
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language

LINK_LIVES = timedelta(hours=24)
SESSION_LIVES = timedelta(days=30)
KEY_PREFIX = "aff_"


def digest(secret: str) -> bytes:
    # The secrets are 256 random bits, so a plain hash cannot be searched.
    return hashlib.sha256(secret.encode()).digest()


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


async def make_link(studio: Studio, user_id: UUID) -> str:
    """A token that signs in once, within a day."""
    token = secrets.token_urlsafe(32)
    async with studio.database.as_service() as transaction:
        await transaction.run(
            "people.add_link",
            hash=digest(token),
            user_id=user_id,
            expires_at=studio.now() + LINK_LIVES,
        )
    return token


async def redeem_link(studio: Studio, token: str) -> str:
    """A session's token for a link's; raises NotSignedIn for a used, old or unknown one."""
    session, now = secrets.token_urlsafe(32), studio.now()
    async with studio.database.as_service() as transaction:
        user_id = await transaction.value("people.use_link", hash=digest(token), now=now)
        if user_id is None:
            raise NotSignedIn(detail="link unknown, used or expired")
        await transaction.run(
            "people.add_session",
            hash=digest(session),
            user_id=user_id,
            expires_at=now + SESSION_LIVES,
        )
    return session


async def of_session(studio: Studio, token: str) -> Caller:
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


async def make_key(studio: Studio, user_id: UUID, name: str) -> str:
    """A new API key; shown once, stored hashed."""
    key = KEY_PREFIX + secrets.token_urlsafe(32)
    async with studio.database.as_service() as transaction:
        await transaction.run("people.add_key", hash=digest(key), user_id=user_id, name=name)
    return key


async def of_key(studio: Studio, key: str) -> Caller:
    async with studio.database.singly() as service:
        found = await service.maybe(Caller, "people.of_key", hash=digest(key))
    if found is None:
        raise NotSignedIn
    return found
