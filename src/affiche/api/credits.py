"""What one has of credits, what became of them, and what a work would cost."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.works import ALL, Count, Name
from affiche.domain.months import PATTERN, Month
from affiche.errors import (
    Busy,
    CreditsOff,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    NotFound,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import credits as accounts
from affiche.studio.credits import Line, Type
from affiche.texts import Language, say

router: Final = APIRouter(prefix="/v1", tags=["credits"], route_class=StrictRoute)
PAGE: Final = 50


class BudgetShape(BaseModel):
    """How much of one's own may be spent in a day or a month of Seoul's."""

    period: str = Field(examples=["day", "month"])
    credits: int
    spent: int


class Credits(BaseModel):
    """`subscription_credits` are spent first, and gone at `renews_at`; then there are as many as
    `subscription_allowance` says."""

    balance: int = Field(description="Of both pools together.")
    subscription_credits: int
    purchased_credits: int
    subscription_allowance: int = Field(description="Credits that a month brings; 0 for none.")
    renews_at: datetime | None
    budgets: list[BudgetShape]


class Transaction(BaseModel):
    """One line of the statement; what is less than zero was spent."""

    line: int
    type: Type
    label: str = Field(description="The type in words, in the reader's language.")
    amount: int
    subscription_amount: int
    purchased_amount: int
    balance: int = Field(description="After it, of both pools together.")
    subscription_balance: int
    purchased_balance: int
    work_id: UUID | None
    output: int | None = Field(description="The output that was not delivered, from 1.")
    reference: str | None
    reason: str
    created_at: datetime


class TransactionPage(BaseModel):
    """Newest first; `next` is the address of the page behind, null on the last one."""

    transactions: list[Transaction]
    next: str | None = Field(examples=["/v1/credits/transactions?before=17&limit=50"])


class QuoteAsked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    template: Name = Field(description="Id, slug or name.", examples=["klein-i2i"])
    output_count: Count = 1


class QuoteShape(BaseModel):
    """`credits` for all outputs together, 0 where works cost nothing (`charging` is false)."""

    template: str
    output_count: int
    charging: bool
    credits: int
    balance: int | None
    suffices: bool = Field(description="Whether the balance is enough, budgets aside.")


@router.get("/credits", responses=refusals(*ALL, CreditsOff))
async def read_credits(request: Request, caller: SignedIn) -> Credits:
    """What you have. In a studio where works cost nothing there is no such thing: 404."""
    studio = studio_of(request)
    own = await accounts.account(studio, caller)
    return Credits(
        balance=own.balance,
        subscription_credits=own.subscription_credits,
        purchased_credits=own.purchased_credits,
        subscription_allowance=own.subscription_allowance,
        renews_at=own.renews_at,
        budgets=[
            BudgetShape(period=b.period, credits=b.credits, spent=b.spent)
            for b in await accounts.budgets(studio, caller)
        ],
    )


@router.get("/credits/transactions", responses=refusals(*ALL, CreditsOff, InvalidInputs))
async def list_transactions(
    request: Request,
    caller: SignedIn,
    before: Annotated[
        int | None, Query(ge=1, le=2**53 - 1, description="Lines below this one.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> TransactionPage:
    """Your statement, newest first, page by page."""
    found = await accounts.statement(studio_of(request), caller, before=before, limit=limit + 1)
    shown, following = found[:limit], None
    if len(found) > limit:
        following = f"/v1/credits/transactions?before={shown[-1].line}&limit={limit}"
    language = of_request(request)
    return TransactionPage(
        transactions=[transaction(line, language) for line in shown], next=following
    )


@router.get(
    "/credits/statement.csv",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **refusals(*ALL, CreditsOff, InvalidInputs),
    },
)
async def read_statement(
    request: Request,
    caller: SignedIn,
    month: Annotated[
        str | None,
        Query(pattern=PATTERN, description="A month of Seoul's.", examples=["2026-11"]),
    ] = None,
) -> StreamingResponse:
    """Your statement of one month, or all of it, as CSV, oldest first, with a heading."""
    of_month = Month.written(month) if month else None
    pieces = accounts.written(studio_of(request), caller, of_month)
    heading = await anext(pieces)
    named = f"-{month}" if month else ""
    return StreamingResponse(
        _joined(heading, pieces),
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="affiche-credits{named}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


@router.post(
    "/quotes",
    responses=refusals(
        *(*ALL, Forbidden, NotFound, InvalidInputs, RequestUnreadable, RequestStalled, Busy),
        *(RequestTooLarge, MediaTypeRefused, EncodingRefused),
    ),
)
async def create_quote(request: Request, asked: QuoteAsked, caller: SignedIn) -> QuoteShape:
    """What so many pictures of a template would cost you now. Nothing is asked for by it."""
    found = await accounts.quote(studio_of(request), caller, asked.template, asked.output_count)
    return QuoteShape(
        template=asked.template,
        output_count=asked.output_count,
        charging=found is not None,
        credits=found.credits if found else 0,
        balance=found.balance if found else None,
        suffices=found is None or found.suffices,
    )


async def _joined(heading: str, pieces: AsyncIterator[str]) -> AsyncIterator[str]:
    yield heading
    async for piece in pieces:
        yield piece


def transaction(line: Line, language: Language) -> Transaction:
    return Transaction(
        line=line.line,
        type=line.type,
        label=say(language, f"credits.types.{line.type}"),
        amount=line.amount,
        subscription_amount=line.subscription_amount,
        purchased_amount=line.purchased_amount,
        balance=line.balance,
        subscription_balance=line.subscription_balance,
        purchased_balance=line.purchased_balance,
        work_id=line.work_id,
        output=None if line.output_index is None else line.output_index + 1,
        reference=line.reference,
        reason=line.reason,
        created_at=line.created_at,
    )
