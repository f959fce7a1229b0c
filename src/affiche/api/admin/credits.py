"""Anybody's credits, for operators: look, give, sell, mend, subscribe and bound."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from affiche.api.admin.door import ALL, BODY, PAGE, Operating, looking
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.credits import TransactionPage, transaction
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.works import Name
from affiche.domain.numbers import without_point
from affiche.errors import CreditsShort, InvalidInputs, NotFound
from affiche.studio import credits as accounts
from affiche.studio import treasury
from affiche.studio.credits import Account
from affiche.studio.studio import Caller, Studio
from affiche.studio.treasury import MOST, REASON

router: Final = APIRouter(prefix="/v1/admin", tags=["admin"], route_class=StrictRoute)
NAMED: Final = (*ALL, NotFound)
GIVEN: Final = (*BODY, NotFound)
Amount = Annotated[int, Field(ge=1, le=MOST), BeforeValidator(without_point)]
Change = Annotated[
    int,
    Field(ge=-MOST, le=MOST, json_schema_extra={"not": {"const": 0}}),
    BeforeValidator(without_point),
]
Bound = Annotated[int, Field(ge=0, le=MOST), BeforeValidator(without_point)]
Day = Annotated[int, Field(ge=1, le=31), BeforeValidator(without_point)]
Text = Annotated[str, Field(max_length=REASON, pattern=r"^[^\x00]*$")]
Said = Annotated[
    str, Field(min_length=1, max_length=REASON, pattern=r"^[^\x00]*[^\s\x00][^\x00]*$")
]


class AccountShape(BaseModel):
    """`subscription_credits` are spent first, and gone at `renews_at`."""

    user_id: UUID
    balance: int
    subscription_credits: int
    purchased_credits: int
    subscription_allowance: int
    renewal_day: int | None
    renews_at: datetime | None


class Gift(BaseModel):
    """`reference`: a name under which it counts once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    credits: Amount
    pool: Literal["subscription", "purchased"] = "purchased"
    reason: Text = ""
    reference: Name | None = None


class Sale(BaseModel):
    """`reference`: the payment's, which counts once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    credits: Amount
    reason: Text = ""
    reference: Name | None = None


class Adjustment(BaseModel):
    """Less than zero takes away."""

    model_config = ConfigDict(extra="forbid", strict=True)

    credits: Change
    reason: Said = Field(description="It stands in the statement.")
    pool: Literal["subscription", "purchased"] = "purchased"


class Subscription(BaseModel):
    """`allowance` credits a month, 0 to end it with the month; `day` of the month, in Seoul."""

    model_config = ConfigDict(extra="forbid", strict=True)

    allowance: Bound
    day: Day | None = None


class BudgetWish(BaseModel):
    """For a user or a project, one of them; `credits` null for no bound."""

    model_config = ConfigDict(extra="forbid", strict=True)

    user_id: Annotated[UUID, Field(strict=False)] | None = None
    project_id: Annotated[UUID, Field(strict=False)] | None = None
    period: Literal["day", "month"]
    credits: Bound | None


class WholeBudget(BaseModel):
    id: UUID
    user_id: UUID | None
    project_id: UUID | None
    period: str = Field(examples=["day", "month"])
    credits: int
    spent: int


class Budgets(BaseModel):
    """The first thousand."""

    budgets: list[WholeBudget]


@router.get("/credits/{user_id}", responses=refusals(*NAMED))
async def read_account(
    request: Request, user_id: UUID, caller: Annotated[Caller, Depends(looking("credits.balance"))]
) -> AccountShape:
    """What somebody has, whether works cost anything or not."""
    return await _account(studio_of(request), caller, user_id)


@router.get("/credits/{user_id}/transactions", responses=refusals(*NAMED, InvalidInputs))
async def list_transactions_of(
    request: Request,
    user_id: UUID,
    caller: Annotated[Caller, Depends(looking("credits.statement"))],
    before: Annotated[
        int | None, Query(ge=1, le=2**53 - 1, description="Lines below this one.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> TransactionPage:
    """Somebody's statement, newest first, page by page."""
    studio, language = studio_of(request), of_request(request)
    await treasury.account(studio, caller, user_id)
    found = await accounts.statement_of(studio, caller, user_id, before=before, limit=limit + 1)
    shown, following = found[:limit], None
    if len(found) > limit:
        address = f"/v1/admin/credits/{user_id}/transactions"
        following = f"{address}?before={shown[-1].line}&limit={limit}"
    return TransactionPage(
        transactions=[transaction(line, language) for line in shown], next=following
    )


@router.post("/credits/{user_id}/grant", responses=refusals(*GIVEN))
async def grant_credits(
    request: Request, user_id: UUID, asked: Gift, caller: Operating
) -> AccountShape:
    """Give credits. Under a reference that was given before, nothing happens."""
    studio = studio_of(request)
    await treasury.grant(
        studio,
        caller,
        user_id,
        asked.credits,
        pool=asked.pool,
        reason=asked.reason,
        reference=asked.reference,
    )
    return await _account(studio, caller, user_id)


@router.post("/credits/{user_id}/purchase", responses=refusals(*GIVEN))
async def sell_credits(
    request: Request, user_id: UUID, asked: Sale, caller: Operating
) -> AccountShape:
    """Credits that were paid for. The same payment told twice is written once."""
    studio = studio_of(request)
    await treasury.purchase(
        studio, caller, user_id, asked.credits, reason=asked.reason, reference=asked.reference
    )
    return await _account(studio, caller, user_id)


@router.post("/credits/{user_id}/adjust", responses=refusals(*GIVEN, CreditsShort))
async def adjust_credits(
    request: Request, user_id: UUID, asked: Adjustment, caller: Operating
) -> AccountShape:
    """Add credits, or take some away, with a reason."""
    studio = studio_of(request)
    await treasury.adjust(
        studio, caller, user_id, asked.credits, reason=asked.reason, pool=asked.pool
    )
    return await _account(studio, caller, user_id)


@router.put("/credits/{user_id}/subscription", responses=refusals(*GIVEN))
async def subscribe_user(
    request: Request, user_id: UUID, asked: Subscription, caller: Operating
) -> AccountShape:
    """Credits every month, the first at once; a changed allowance counts from the next renewal."""
    studio = studio_of(request)
    found = await treasury.subscribe(studio, caller, user_id, asked.allowance, day=asked.day)
    return _shape(user_id, found)


@router.get("/budgets", responses=refusals(*ALL))
async def list_budgets(
    request: Request, caller: Annotated[Caller, Depends(looking("credits.budgets"))]
) -> Budgets:
    """Everything that is bounded, with what is spent of it."""
    found = await treasury.budgets(studio_of(request), caller)
    return Budgets(
        budgets=[WholeBudget.model_validate(each, from_attributes=True) for each in found]
    )


@router.put("/budgets", responses=refusals(*GIVEN))
async def set_budget(request: Request, asked: BudgetWish, caller: Operating) -> Budgets:
    """How many credits a user or a project may spend in a day or a month of Seoul's."""
    studio = studio_of(request)
    await treasury.set_budget(
        studio,
        caller,
        asked.period,
        asked.credits,
        user_id=asked.user_id,
        project_id=asked.project_id,
    )
    found = await treasury.budgets(studio, caller)
    whose = {asked.user_id, asked.project_id} - {None}
    return Budgets(
        budgets=[
            WholeBudget.model_validate(each, from_attributes=True)
            for each in found
            if {each.user_id, each.project_id} & whose
        ]
    )


async def _account(studio: Studio, caller: Caller, user_id: UUID) -> AccountShape:
    return _shape(user_id, await treasury.account(studio, caller, user_id))


def _shape(user_id: UUID, found: Account) -> AccountShape:
    return AccountShape(
        user_id=user_id,
        balance=found.balance,
        subscription_credits=found.subscription_credits,
        purchased_credits=found.purchased_credits,
        subscription_allowance=found.subscription_allowance,
        renewal_day=found.renewal_day,
        renews_at=found.renews_at,
    )
