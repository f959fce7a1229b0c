"""API keys: shown once, stored hashed, named, with scopes, an end if wished, and revocable."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from affiche.errors import BoundKeyRules, NotFound, NotSignedIn
from affiche.studio.studio import SCOPES, Caller, Studio

PREFIX: Final = "aff_"
HINT: Final = len(PREFIX) + 4
"""Characters of a key that are kept, so that its owner can tell it from others."""


@dataclass(frozen=True, slots=True)
class Wish:
    """`scopes`: of SCOPES, without `admin` where the key is for one `project_id` alone. `lives`:
    None for a key that does not expire."""

    name: str
    scopes: Sequence[str] = SCOPES
    lives: timedelta | None = None
    project_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """`hint`: how it begins. `last_used_at` is exact to a minute."""

    id: UUID
    name: str
    scopes: list[str]
    hint: str
    project_id: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Made:
    key: Key
    secret: str
    """Which nobody can be told again."""


async def make(studio: Studio, user_id: UUID, wish: Wish) -> Made:
    """Raises NotFound for a project that the user is not in, BoundKeyRules for a key that is for
    one project and may do more than ask in it."""
    secret = PREFIX + secrets.token_urlsafe(32)
    async with studio.database.as_service() as transaction:
        if wish.project_id and not await transaction.value(
            "projects.role", id=wish.project_id, user_id=user_id
        ):
            raise NotFound(what="project")
        if wish.project_id and "admin" in wish.scopes:
            raise BoundKeyRules
        key = await transaction.maybe(
            Key,
            "people.add_key",
            id=studio.new_id(),
            hash=_digest(secret),
            user_id=user_id,
            name=wish.name,
            scopes=[scope for scope in SCOPES if scope in wish.scopes],
            hint=secret[:HINT],
            expires_at=studio.now() + wish.lives if wish.lives else None,
            project_id=wish.project_id,
        )
    assert key is not None
    return Made(key, secret)


async def listed(studio: Studio, caller: Caller) -> list[Key]:
    """The caller's that were not revoked, the latest first."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(Key, "people.keys", user_id=caller.id)


async def revoke(studio: Studio, caller: Caller, key_id: UUID) -> None:
    """Raises NotFound for one that is not the caller's, or was revoked."""
    async with studio.database.as_service() as transaction:
        found = await transaction.run(
            "people.revoke_key", id=key_id, user_id=caller.id, now=studio.now()
        )
    if not found:
        raise NotFound(what="key")


async def holder(studio: Studio, secret: str) -> Caller:
    """Raises NotSignedIn for a key that is unknown, revoked or expired, or whose user is gone."""
    async with studio.database.singly() as service:
        found = await service.maybe(Caller, "people.of_key", hash=_digest(secret), now=studio.now())
    if found is None:
        raise NotSignedIn
    return found


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
