"""What somebody's credits were spent on: month by month, work by work, and in sums."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from affiche.domain.months import Month
from affiche.errors import CreditsOff
from affiche.studio.credits import LAST_LINE, Line, Type
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True, slots=True)
class Cost:
    """What was paid for a work, or for those of a batch together; `refunded` came back of it.
    `work_id` is None for a batch, and for a work that is gone; `line`: of the last charge."""

    line: int
    created_at: datetime
    batch_id: UUID | None
    work_id: UUID | None
    works: int
    credits: int
    refunded: int
    picture: UUID | None
    title: str | None
    template_id: UUID | None
    template_version: int | None


@dataclass(frozen=True, slots=True)
class Sum:
    """The lines of one type for a template and a project; `works`: charged for."""

    type: Type
    template_id: UUID | None
    template_version: int | None
    project_id: UUID | None
    amount: int
    works: int


async def began(studio: Studio, caller: Caller) -> datetime | None:
    """When the caller's first line was written. Raises CreditsOff."""
    async with studio.database.as_user(caller.id) as transaction:
        if not await transaction.value("credits.charging"):
            raise CreditsOff
        rows = await transaction.rows("credits.first_of_user", user_id=caller.id)
    return rows[0]["created_at"] if rows else None


async def lines(
    studio: Studio, caller: Caller, month: Month, *, before: int | None = None, limit: int = 50
) -> list[Line]:
    """One page of the caller's statement of that month, newest first. Raises CreditsOff."""
    async with studio.database.as_user(caller.id) as transaction:
        if not await transaction.value("credits.charging"):
            raise CreditsOff
        return await transaction.all(
            Line,
            "credits.statement_between",
            user_id=caller.id,
            since=month.since,
            until=month.until,
            before=LAST_LINE if before is None else before,
            limit=limit,
        )


async def costs(
    studio: Studio, caller: Caller, month: Month, *, before: int | None = None, limit: int = 50
) -> list[Cost]:
    """One page of what the caller paid for in that month, newest first."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(
            Cost,
            "credits.costs",
            user_id=caller.id,
            since=month.since,
            until=month.until,
            before=LAST_LINE if before is None else before,
            limit=limit,
        )


async def costs_of_batch(
    studio: Studio, caller: Caller, batch_id: UUID, *, before: int | None = None, limit: int = 50
) -> list[Cost]:
    """One page of the works of a batch that the caller paid for; none of one that is not theirs."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(
            Cost,
            "credits.costs_of_batch",
            user_id=caller.id,
            batch_id=batch_id,
            before=LAST_LINE if before is None else before,
            limit=limit,
        )


async def sums(studio: Studio, caller: Caller, month: Month) -> Sequence[Sum]:
    """Of all the caller's lines of that month."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(
            Sum, "credits.sums", user_id=caller.id, since=month.since, until=month.until
        )
