"""What operators do with somebody's work: look, ask again, let fail, cancel. Refunds follow by
themselves, as for every end."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.errors import (
    AfficheError,
    Conflict,
    EndedByOperator,
    NotFound,
    NotSignedIn,
    TransitionRefused,
)
from affiche.studio import audit, works
from affiche.studio.audit import checked_reason, require_operator
from affiche.studio.identities import Known
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A work as an operator sees it: without what was asked for. `retries`: works that were asked
    for in its stead."""

    id: UUID
    number: int
    user_id: UUID
    project_id: UUID | None
    template: str
    status: str
    engine: str | None
    retry_of: UUID | None
    retries: list[UUID]
    output_count: int
    error_code: str | None
    error_params: dict[str, Any] | None
    credits_used: int
    credits_refunded: int
    created_at: datetime
    ended_at: datetime | None


async def get(studio: Studio, operator: Caller, work_id: UUID) -> Overview:
    """Raises Forbidden, NotFound."""
    require_operator(operator)
    async with studio.database.singly() as service:
        found = await service.maybe(Overview, "jobs.work", id=work_id)
    if found is None:
        raise NotFound(what="work")
    return found


async def retry(studio: Studio, operator: Caller, work_id: UUID, *, reason: str) -> Overview:
    """Ask for the same again in its owner's name, at its owner's cost: a new work with `retry_of`.

    Raises Forbidden, NotFound, InvalidInputs, TransitionRefused while it runs, Conflict where its
    owner may not ask any more, CreditsShort, BudgetSpent.
    """
    why = checked_reason(reason)
    found = await get(studio, operator, work_id)
    async with studio.database.singly() as service:
        owner = await service.maybe(Known, "people.known", id=found.user_id)
    if owner is None:
        raise NotFound(what="person")
    try:
        new = await works.retry(studio, owner.caller(), work_id)
    except NotSignedIn as error:
        raise Conflict(detail="the owner is shut out") from error
    # The work is asked for as its owner, in a transaction with no more than an owner's rights.
    async with studio.database.as_service() as service:
        await audit.record(
            service,
            studio,
            operator,
            "works.retry",
            work_id,
            reason=why,
            before={"status": found.status},
            after={"work_id": new.id, "credits_used": new.credits_used},
        )
    return await get(studio, operator, new.id)


async def fail(studio: Studio, operator: Caller, work_id: UUID, *, reason: str) -> Overview:
    """Let it fail, with whatever of it still runs; its owner hears that an operator ended it.

    Raises Forbidden, NotFound, InvalidInputs, TransitionRefused for one that has ended.
    """
    return await _end(studio, operator, work_id, "failed", "works.fail", reason, EndedByOperator())


async def cancel(studio: Studio, operator: Caller, work_id: UUID, *, reason: str) -> Overview:
    """As its owner might. Raises as `fail` does."""
    return await _end(studio, operator, work_id, "cancelled", "works.cancel", reason, None)


async def _end(
    studio: Studio,
    operator: Caller,
    work_id: UUID,
    status: str,
    action: str,
    reason: str,
    error: AfficheError | None,
) -> Overview:
    require_operator(operator)
    why = checked_reason(reason)
    async with studio.database.as_service() as service:
        await service.rows("jobs.lock_of_work", work_id=work_id)
        rows = await service.rows("jobs.lock_work", work_id=work_id)
        if not rows:
            raise NotFound(what="work")
        if rows[0]["status"] not in works.UNDER_WAY:
            raise TransitionRefused(status=rows[0]["status"])
        language: Language = rows[0]["language"]
        await service.run(
            "jobs.end_work",
            work_id=work_id,
            status=status,
            error_code=error.code if error else None,
            error_params=Jsonb({}) if error else None,
            error_message=error.message(language) if error else None,
        )
        after = await service.rows("jobs.lock_work", work_id=work_id)
        await audit.record(
            service,
            studio,
            operator,
            action,
            work_id,
            reason=why,
            before=_about(rows[0]),
            after=_about(after[0]),
        )
    return await get(studio, operator, work_id)


def _about(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("status", "credits_used", "credits_refunded")}
