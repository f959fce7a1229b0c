"""Credits as an operator gives, sells, mends and bounds them; and monthly renewals.

Every line says who wrote it and why. A payment or a renewal has a name (`reference`), under which
it counts once.
"""

from dataclasses import asdict
from typing import Final, Literal
from uuid import UUID

import psycopg

from affiche.db.database import Transaction
from affiche.domain.renewals import day_in_seoul, next_renewal
from affiche.errors import CreditsShort, FieldProblem, InvalidInputs, NotFound
from affiche.studio import audit
from affiche.studio.audit import require_operator
from affiche.studio.credits import Account, Budget
from affiche.studio.studio import Caller, Studio

Pool = Literal["subscription", "purchased"]
Period = Literal["day", "month"]
MOST: Final = 1_000_000_000
"""Credits in one line; a balance is a four-byte number."""
BATCH: Final = 100
REASON: Final = 500
BUDGETS: Final = 1000


async def find_user(studio: Studio, operator: Caller, name: str) -> UUID:
    """By e-mail or id. Raises Forbidden, NotFound."""
    return await _found(studio, operator, "user", name)


async def find_project(studio: Studio, operator: Caller, name: str) -> UUID:
    """By id. Raises Forbidden, NotFound."""
    return await _found(studio, operator, "project", name)


async def account(studio: Studio, operator: Caller, user_id: UUID) -> Account:
    """Anybody's, whether works cost anything or not. Raises Forbidden, NotFound."""
    require_operator(operator)
    async with studio.database.as_service() as service:
        return await _account(service, user_id)


async def grant(
    studio: Studio,
    operator: Caller,
    user_id: UUID,
    credits: int,
    *,
    pool: Pool = "purchased",
    reason: str = "",
    reference: str | None = None,
) -> bool:
    """Give `credits`, to be kept (`purchased`) or until the next renewal (`subscription`).

    Whether it is new: under a `reference` that was granted before, nothing happens. Raises
    Forbidden, InvalidInputs, NotFound.
    """
    require_operator(operator)
    _check(credits, 1, reason)
    return await _write(studio, operator, user_id, "grant", pool, credits, reason, reference)


async def purchase(
    studio: Studio,
    operator: Caller,
    user_id: UUID,
    credits: int,
    *,
    reference: str | None = None,
    reason: str = "",
) -> bool:
    """Credits that were paid for, under the payment's `reference`. As `grant` else."""
    require_operator(operator)
    _check(credits, 1, reason)
    return await _write(
        studio, operator, user_id, "purchase", "purchased", credits, reason, reference
    )


async def adjust(
    studio: Studio,
    operator: Caller,
    user_id: UUID,
    credits: int,
    *,
    reason: str,
    pool: Pool = "purchased",
) -> None:
    """Add `credits`, or with less than zero take away; a reason is needed.

    Raises Forbidden, InvalidInputs, NotFound, and CreditsShort where less than that is there.
    """
    require_operator(operator)
    _check(credits, -MOST, reason, needs_reason=True)
    try:
        await _write(studio, operator, user_id, "adjustment", pool, credits, reason, None)
    except psycopg.errors.CheckViolation as error:
        own = await account(studio, operator, user_id)
        held = own.subscription_credits if pool == "subscription" else own.purchased_credits
        raise CreditsShort(needed=-credits, balance=held) from error


async def subscribe(
    studio: Studio, operator: Caller, user_id: UUID, allowance: int, *, day: int | None = None
) -> Account:
    """From now on `allowance` credits a month, renewed on `day`, today's unless it is given.

    The first month begins at once. Of one who has a subscription the allowance changes with the
    next renewal, and 0 ends it then. Raises Forbidden, InvalidInputs, NotFound.
    """
    require_operator(operator)
    if not 0 <= allowance <= MOST:
        raise InvalidInputs([_between("allowance", 0, MOST)])
    if day is not None and not 1 <= day <= 31:
        raise InvalidInputs([_between("day", 1, 31)])
    now = studio.now()
    async with studio.database.as_service() as service:
        await service.rows("credits.lock_user", user_id=user_id)
        before = await _account(service, user_id)
        begins = before.renews_at is None and allowance > 0
        chosen = day or before.renewal_day or day_in_seoul(now)
        renews_at = before.renews_at
        if begins or (day is not None and renews_at is not None):
            renews_at = next_renewal(chosen, now)
        await service.run(
            "credits.subscribe",
            user_id=user_id,
            allowance=allowance,
            day=chosen,
            renews_at=renews_at,
        )
        if begins:
            await _line(
                service,
                user_id,
                "grant",
                subscription=allowance,
                reference=f"subscription {now.isoformat()}",
                actor=operator.id,
            )
        after = await _account(service, user_id)
        await audit.record(
            service,
            studio,
            operator,
            "credits.subscribe",
            user_id,
            before=asdict(before),
            after=asdict(after),
        )
        return after


async def renew(studio: Studio) -> int:
    """Every subscription whose month is over: what is left of it expires, and the next one's
    credits are granted; how many. Once each, however many processes do it and however often; a
    month that passed while nobody did is not made up for, since its credits would be gone.
    """
    whole, now = 0, studio.now()
    while True:
        async with studio.database.as_service() as service:
            if not await service.value("credits.charging"):
                return whole
            due = await service.rows("credits.due", now=now, most=BATCH)
            for row in due:
                day = row["renewal_day"] or day_in_seoul(row["renews_at"])
                following = next_renewal(day, now)
                await service.run(
                    "credits.renew", user_id=row["id"], due=row["renews_at"], following=following
                )
        whole += len(due)
        if len(due) < BATCH:
            return whole


async def set_budget(
    studio: Studio,
    operator: Caller,
    period: Period,
    credits: int | None,
    *,
    user_id: UUID | None = None,
    project_id: UUID | None = None,
) -> None:
    """How many credits the user or the project, one of them, may spend in a `period`; None for no
    bound. What was spent in the present one counts. Raises Forbidden, InvalidInputs, NotFound."""
    require_operator(operator)
    if credits is not None and not 0 <= credits <= MOST:
        raise InvalidInputs([_between("credits", 0, MOST)])
    async with studio.database.as_service() as service:
        # Whoever asks for a work waits, so that nothing is spent between counting and binding.
        if project_id is not None:
            if not await service.rows("credits.lock_project", project_id=project_id):
                raise NotFound(what="project")
            await _bind_project(service, project_id, period, credits)
            whose = "project"
        else:
            if not await service.rows("credits.lock_user", user_id=user_id):
                raise NotFound(what="user")
            await _bind_user(service, user_id, period, credits)
            whose = "user"
        await audit.record(
            service,
            studio,
            operator,
            "credits.budget",
            project_id or user_id,
            after={"of": whose, "period": period, "credits": credits},
        )


async def budgets(studio: Studio, operator: Caller) -> list[Budget]:
    """All there are, the first thousand of them. Raises Forbidden."""
    require_operator(operator)
    async with studio.database.as_service() as service:
        return await service.all(Budget, "credits.budgets", most=BUDGETS)


async def _bind_project(
    service: Transaction, project_id: UUID, period: Period, credits: int | None
) -> None:
    whose = {"project_id": project_id, "period": period}
    if credits is None:
        await service.run("credits.drop_project_budget", **whose)
    else:
        await service.run("credits.put_project_budget", **whose, credits=credits)


async def _bind_user(
    service: Transaction, user_id: UUID | None, period: Period, credits: int | None
) -> None:
    whose = {"user_id": user_id, "period": period}
    if credits is None:
        await service.run("credits.drop_user_budget", **whose)
    else:
        await service.run("credits.put_user_budget", **whose, credits=credits)


async def _write(
    studio: Studio,
    operator: Caller,
    user_id: UUID,
    kind: str,
    pool: Pool,
    credits: int,
    reason: str,
    reference: str | None,
) -> bool:
    async with studio.database.as_service() as service:
        before = await _account(service, user_id)
        new = await _line(
            service,
            user_id,
            kind,
            **{pool: credits},
            reason=reason,
            reference=reference,
            actor=operator.id,
        )
        if new:
            after = await _account(service, user_id)
            await audit.record(
                service,
                studio,
                operator,
                f"credits.{'adjust' if kind == 'adjustment' else kind}",
                user_id,
                reason=reason,
                before=_held(before),
                after=_held(after) | {"credits": credits, "pool": pool, "reference": reference},
            )
        return new


def _held(account: Account) -> dict[str, object]:
    return {
        "subscription_credits": account.subscription_credits,
        "purchased_credits": account.purchased_credits,
    }


async def _line(
    service: Transaction,
    user_id: UUID,
    kind: str,
    *,
    subscription: int = 0,
    purchased: int = 0,
    reference: str | None = None,
    reason: str = "",
    actor: UUID | None = None,
) -> bool:
    try:
        rows = await service.rows(
            "credits.write",
            user_id=user_id,
            type=kind,
            subscription=subscription,
            purchased=purchased,
            reference=reference,
            reason=reason,
            actor=actor,
        )
    except psycopg.errors.NumericValueOutOfRange as error:
        # More than a balance can hold.
        raise InvalidInputs([_between("credits", -MOST, MOST)]) from error
    return bool(rows)


async def _account(service: Transaction, user_id: UUID) -> Account:
    found = await service.maybe(Account, "credits.account", user_id=user_id)
    if found is None:
        raise NotFound(what="user")
    return found


async def _found(
    studio: Studio, operator: Caller, what: Literal["user", "project"], name: str
) -> UUID:
    require_operator(operator)
    async with studio.database.as_service() as service:
        if what == "user":
            rows = await service.rows("credits.find_user", name=name[:320])
        else:
            rows = await service.rows("credits.find_project", name=name[:320])
    if len(rows) != 1:
        raise NotFound(what=what)
    return UUID(str(rows[0]["id"]))


def _check(credits: int, least: int, reason: str, *, needs_reason: bool = False) -> None:
    problems = []
    if not least <= credits <= MOST or credits == 0:
        problems.append(_between("credits", least, MOST))
    if needs_reason and not reason.strip():
        problems.append(FieldProblem("reason", "required"))
    if len(reason) > REASON:
        limits = (("limit", REASON), ("length", len(reason)))
        problems.append(FieldProblem("reason", "too_long", limits))
    if problems:
        raise InvalidInputs(problems)


def _between(field: str, low: int, high: int) -> FieldProblem:
    return FieldProblem(field, "between", (("low", low), ("high", high)))
