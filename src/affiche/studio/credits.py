"""What a person has of credits, what became of them, and what a work would cost."""

import csv
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from affiche.db.database import Transaction
from affiche.domain.credits import credits_for
from affiche.domain.months import Month
from affiche.errors import CreditsOff, NotFound
from affiche.studio import templates
from affiche.studio.audit import require_operator
from affiche.studio.studio import Caller, Studio
from affiche.studio.templates import Versioned

Type = Literal["grant", "purchase", "charge", "refund", "adjustment", "expiry"]
LAST_LINE: Final = 2**62
ROWS: Final = 500
COLUMNS: Final = (
    *("line", "created_at", "type", "amount", "subscription_amount", "purchased_amount"),
    *("subscription_balance", "purchased_balance", "work_id", "output", "reference", "reason"),
)
"""Of the statement as CSV. `output` counts from 1."""


@dataclass(frozen=True, slots=True)
class Account:
    """What there is. `subscription_allowance`: credits that each renewal brings; `renewal_day`: of
    the month, in Seoul."""

    subscription_credits: int
    purchased_credits: int
    subscription_allowance: int
    renewal_day: int | None
    renews_at: datetime | None

    @property
    def balance(self) -> int:
        return self.subscription_credits + self.purchased_credits


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the ledger: less than zero is spent. `line`: the person's first is 1. Balances
    are those after it. `title`, `template_id` and `template_version`: of its work, if it has one
    that is still there; `output_index`: the output that was not delivered, from 0."""

    line: int
    type: Type
    amount: int
    subscription_amount: int
    purchased_amount: int
    subscription_balance: int
    purchased_balance: int
    work_id: UUID | None
    output_index: int | None
    reference: str | None
    reason: str
    created_at: datetime
    title: str | None
    template_id: UUID | None
    template_version: int | None

    @property
    def balance(self) -> int:
        return self.subscription_balance + self.purchased_balance


@dataclass(frozen=True, slots=True)
class Budget:
    """`credits` for one `period` ("day" or "month" of Seoul's), of which `spent` are gone in the
    present one."""

    id: UUID
    user_id: UUID | None
    project_id: UUID | None
    period: str
    credits: int
    spent: int


@dataclass(frozen=True, slots=True)
class Quote:
    """`credits` for all outputs. `balance`: what the asker has; `suffices`: whether that is
    enough, budgets aside."""

    template: Versioned
    output_count: int
    credits: int
    balance: int

    @property
    def suffices(self) -> bool:
        return self.balance >= self.credits


async def charging(studio: Studio) -> bool:
    """Whether works cost credits here, as the database has it."""
    async with studio.database.singly() as service:
        return bool(await service.value("credits.charging"))


async def account(studio: Studio, caller: Caller) -> Account:
    """The caller's. Raises CreditsOff."""
    async with studio.database.as_user(caller.id) as transaction:
        if not await transaction.value("credits.charging"):
            raise CreditsOff
        found = await transaction.maybe(Account, "credits.account", user_id=caller.id)
    assert found is not None
    return found


async def account_if_charged(studio: Studio, caller: Caller) -> Account | None:
    """The caller's; None where works cost nothing."""
    try:
        return await account(studio, caller)
    except CreditsOff:
        return None


async def statement(
    studio: Studio, caller: Caller, *, before: int | None = None, limit: int = 50
) -> list[Line]:
    """One page of the caller's lines, newest first; the next begins `before` the last one's
    number. Raises CreditsOff."""
    async with studio.database.as_user(caller.id) as transaction:
        if not await transaction.value("credits.charging"):
            raise CreditsOff
        return await transaction.all(
            Line,
            "credits.statement",
            user_id=caller.id,
            before=LAST_LINE if before is None else before,
            limit=max(1, min(limit, 200)),
        )


async def statement_of(
    studio: Studio, operator: Caller, user_id: UUID, *, before: int | None = None, limit: int = 50
) -> list[Line]:
    """As `statement`, of anybody, whether works cost anything or not. Raises Forbidden."""
    require_operator(operator)
    async with studio.database.singly() as service:
        return await service.all(
            Line,
            "credits.statement",
            user_id=user_id,
            before=LAST_LINE if before is None else before,
            limit=max(1, min(limit, 200)),
        )


async def budgets(studio: Studio, caller: Caller) -> list[Budget]:
    """Those that bind the caller in person."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(Budget, "credits.budgets_of_user", user_id=caller.id)


async def budgets_of_project(studio: Studio, caller: Caller, project_id: UUID) -> list[Budget]:
    """Those that bind everybody in the project. Raises NotFound for one that the caller is not
    in."""
    async with studio.database.as_user(caller.id) as transaction:
        if not await transaction.rows("projects.one", id=project_id, user_id=caller.id):
            raise NotFound(what="project")
    async with studio.database.singly() as service:
        return await service.all(Budget, "credits.budgets_of_project", project_id=project_id)


async def quote(
    studio: Studio, caller: Caller, template: str, output_count: int = 1
) -> Quote | None:
    """What so many outputs of the template, by id, slug or name, would cost the caller now; None
    where works cost nothing. Raises NotFound."""
    found = await templates.find(studio, caller, template)
    own = await account_if_charged(studio, caller)
    if own is None:
        return None
    price = credits_for(found.template, output_count)
    return Quote(found, output_count, price, own.balance)


async def written(
    studio: Studio, caller: Caller, month: Month | None = None, *, rows: int = ROWS
) -> AsyncIterator[str]:
    """The caller's statement of that month, or all of it, as CSV with a heading, oldest first, in
    pieces of so many lines: neither we nor the database ever hold all of it. Raises CreditsOff
    before the first piece."""
    await account(studio, caller)
    after = 0
    yield _csv([dict(zip(COLUMNS, COLUMNS, strict=True))])
    while True:
        async with studio.database.as_user(caller.id) as transaction:
            found = await _onwards(transaction, caller, month, after, rows)
        if found:
            after = found[-1].line
            yield _csv([_cells(line) for line in found])
        if len(found) < rows:
            return


async def _onwards(
    transaction: Transaction, caller: Caller, month: Month | None, after: int, limit: int
) -> list[Line]:
    bounds = {"user_id": caller.id, "after": after, "limit": limit}
    if month is None:
        return await transaction.all(Line, "credits.statement_onwards", **bounds)
    return await transaction.all(
        Line, "credits.statement_of_month", **bounds, since=month.since, until=month.until
    )


def _cells(line: Line) -> dict[str, Any]:
    own: dict[str, Any] = {name: getattr(line, name) for name in COLUMNS if name != "output"}
    own["output"] = None if line.output_index is None else line.output_index + 1
    own["created_at"] = line.created_at.isoformat(timespec="seconds")
    for name in ("reference", "reason"):
        text = own[name] or ""
        # Spreadsheets take for a formula what begins so.
        own[name] = f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
    return own


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    text = io.StringIO()
    csv.DictWriter(text, COLUMNS, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
