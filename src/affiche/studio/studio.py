"""What everything that can be asked for needs to have at hand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random, SystemRandom
from typing import Final
from uuid import UUID

from affiche.db.database import Database
from affiche.domain.ids import uuid7
from affiche.fetch.urls import Policy
from affiche.llm.client import Model
from affiche.pictures.verification import Limits
from affiche.settings import Settings
from affiche.storage.objects import Objects
from affiche.studio.gates import Gates
from affiche.studio.issuers import Issuers
from affiche.studio.shelves import Shelves
from affiche.studio.vault import Vault
from affiche.studio.versions import Versions
from affiche.texts import Language


def _utc_now() -> datetime:
    return datetime.now(UTC)


SCOPES: Final = ("read", "ask", "admin")
"""What a key may do: look; ask for works and bring pictures; manage keys, projects and people."""
LINKS_VALID: Final = timedelta(hours=24)
"""Links that are given away to be opened whenever somebody comes to it."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and with which of SCOPES. Made by `people`, from a session, a key or a link.
    `project_id`: the one project that a key is for."""

    id: UUID
    email: str | None
    name: str
    language: Language
    is_operator: bool
    scopes: Sequence[str] = SCOPES
    project_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Studio:
    """The resources of one process; `secret` signs links; `model` is None without a key to one."""

    settings: Settings
    database: Database
    objects: Objects
    secret: bytes
    versions: Versions = field(default_factory=Versions)
    gates: Gates = field(default_factory=Gates)
    issuers: Issuers = field(default_factory=Issuers)
    vault: Vault = field(default_factory=Vault)
    shelves: Shelves = field(default_factory=Shelves)
    now: Callable[[], datetime] = _utc_now
    random: Random = field(default_factory=SystemRandom)
    model: Model | None = None

    def new_id(self) -> UUID:
        return uuid7(self.now(), self.random)

    @property
    def address(self) -> str | None:
        """What the store's links are relative to, for engines elsewhere; None where they cannot
        reach them."""
        return "" if not self.objects.is_local else self.settings.public_url

    async def link(self, bucket: str, key: str, valid: timedelta = LINKS_VALID) -> str:
        """Where anybody may read that object while the link is `valid`: a path of ours for a
        folder, an address of the store's else."""
        return await self.objects.link(bucket, key, secret=self.secret, now=self.now(), valid=valid)

    @property
    def limits(self) -> Limits:
        """Of a picture that somebody brings."""
        return Limits(self.settings.upload_mb, self.settings.upload_megapixels)

    @property
    def policy(self) -> Policy:
        return Policy(allow_private=frozenset(self.settings.fetch_private))
