"""What each project keeps, in pictures and their thumbnails, and how much it may."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from affiche.db.database import Database, Transaction
from affiche.errors import NotFound
from affiche.studio import audit, charges
from affiche.studio.findings import Finding
from affiche.studio.studio import Caller, Studio

NEAR: Final = 0.8
"""The share of a quota from which on somebody is to be told."""
MOST: Final = 1000
FOR_DOCTOR: Final = 2.0
"""Seconds, past which a large studio is looked at only thoroughly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """`bytes` in `files` pictures, thumbnails counted in; `quota` in bytes, None for none."""

    project_id: UUID
    bytes: int
    files: int
    quota: int | None

    @property
    def is_near(self) -> bool:
        return self.quota is not None and self.bytes >= self.quota * NEAR


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A project, of the user's, that has used most of its `quota`, in bytes."""

    project_id: UUID
    name: str
    user_id: UUID
    bytes: int
    quota: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """A project as operators see it. `own_quota` and `work_days`: what was said for it alone, 0 for
    no limit; None where the studio's settings count. `quota`: what counts."""

    id: UUID
    number: int
    name: str
    user_id: UUID
    is_default: bool
    created_at: datetime
    owner: str | None
    own_quota: int | None
    work_days: int | None
    quota: int | None
    bytes: int
    files: int
    members: int


@dataclass(frozen=True, slots=True)
class Difference:
    """A project whose count is not the sum of its files, both in bytes; `files`: of how many fewer
    it tells than there are."""

    project_id: UUID
    expected: int
    found: int
    files: int

    @property
    def cure(self) -> str:
        """The statement after which both agree."""
        return (
            "INSERT INTO storage_counts (project_id, bytes, files)"
            f" VALUES ('{self.project_id}', {self.expected - self.found}, {self.files});"
        )


async def of_project(studio: Studio, caller: Caller, project_id: UUID) -> Use:
    """Raises NotFound for a project that the caller is not in."""
    async with studio.database.as_user(caller.id) as transaction:
        if not await transaction.rows("projects.one", id=project_id, user_id=caller.id):
            raise NotFound(what="project")
    async with studio.database.singly() as service:
        found = await service.maybe(Use, "storage.of_project", project_id=project_id)
    assert found is not None
    return found


async def near(transaction: Transaction, share: float = NEAR) -> list[Near]:
    """Projects that have used at least `share` of their quota, the fullest first; as the service,
    at most a thousand."""
    return await transaction.all(Near, "storage.near", share=share, most=MOST)


async def take(
    transaction: Transaction, user_id: UUID, project_id: UUID | None, wanted: int
) -> None:
    """Room for `wanted` bytes in the project, or else in the user's own, which the transaction then
    fills; as the service. Raises StorageFull."""
    with charges.paid():
        await transaction.run("storage.take", user_id=user_id, project_id=project_id, wanted=wanted)


async def all_of(studio: Studio, operator: Caller, project_id: UUID | None = None) -> list[Holding]:
    """Every project, those that keep most first, or one; a thousand at most. Raises Forbidden."""
    audit.require_operator(operator)
    async with studio.database.as_service() as service:
        return await service.all(Holding, "storage.all", project_id=project_id, most=MOST)


async def set_quota(studio: Studio, operator: Caller, project_id: UUID, quota: int | None) -> None:
    """In bytes; 0 for no limit, None for the studio's. Raises Forbidden, NotFound."""
    audit.require_operator(operator)
    async with studio.database.as_service() as service:
        if not await service.run("storage.put_quota", project_id=project_id, quota=quota):
            raise NotFound(what="project")
        told = {"quota": quota}
        await audit.record(service, studio, operator, "project.quota", project_id, after=told)


async def set_days(studio: Studio, operator: Caller, project_id: UUID, days: int | None) -> None:
    """After how many days its ended works go; 0 for never, None for the studio's. Raises Forbidden,
    NotFound."""
    audit.require_operator(operator)
    async with studio.database.as_service() as service:
        if not await service.run("storage.put_days", project_id=project_id, days=days):
            raise NotFound(what="project")
        told = {"days": days}
        await audit.record(service, studio, operator, "project.keep", project_id, after=told)


async def differences(transaction: Transaction) -> list[Difference]:
    """Where what is counted is not what is there; as the service."""
    return await transaction.all(Difference, "storage.differences", most=100)


async def findings(database: Database, *, thorough: bool = False) -> list[Finding]:
    """For `affiche doctor`: nothing where all counts are right, or where there was no time to add
    up so many files."""
    try:
        async with asyncio.timeout(None if thorough else FOR_DOCTOR):
            async with database.as_service() as service:
                wrong = await differences(service)
    except TimeoutError:
        return []
    if not wrong:
        return []
    cures = tuple(each.cure for each in wrong)
    return [Finding("broken", "storage_counts", "counts_differ", {"n": len(wrong)}, cures)]
