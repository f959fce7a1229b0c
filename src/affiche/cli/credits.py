"""`affiche credits`: what people have, and what an operator gives, sells, mends and bounds."""

import re
import sys
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

from cyclopts import Parameter
from rich.table import Table

from affiche.cli.endings import CommandError, Exit
from affiche.cli.language import language, words
from affiche.cli.operator import as_operator
from affiche.cli.pages import application, flag
from affiche.cli.terminal import err, out, write_json
from affiche.domain.months import PATTERN, Month
from affiche.studio import audit, margins, reckoning, spending, treasury
from affiche.studio import credits as accounts
from affiche.studio.credits import Account, Line
from affiche.studio.margins import By
from affiche.studio.reckoning import Difference
from affiche.studio.studio import Caller, Studio
from affiche.texts import say

credits = application("credits")


def _told(key: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=words(f"help.credits.{key}"), show_default=False)


Json = Annotated[bool, flag("help.json")]
User = Annotated[str, _told("user")]
Amount = Annotated[int, _told("amount")]
Pool = Annotated[Literal["subscription", "purchased"], _told("pool")]
Reference = Annotated[str | None, _told("reference")]
Reason = Annotated[str, _told("reason")]


@credits.command(name="balance", help=words("help.credits.balance"))
def balance(user: User, /, *, json: Json = False) -> None:
    async def ask(studio: Studio, who: Caller) -> Account:
        found = await treasury.find_user(studio, who, user)
        await audit.looked(studio, who, "credits.balance", found)
        return await treasury.account(studio, who, found)

    _tell(as_operator(ask), json)


@credits.command(name="statement", help=words("help.credits.statement"))
def statement(
    user: User,
    /,
    *,
    month: Annotated[str | None, _told("month")] = None,
    csv: Annotated[bool, flag("help.credits.csv")] = False,
    most: Annotated[int, _told("most")] = 50,
    json: Json = False,
) -> None:
    of_month = _month(month)

    async def ask(studio: Studio, who: Caller) -> list[Line]:
        owner = replace(who, id=await treasury.find_user(studio, who, user))
        await audit.looked(studio, who, "credits.statement", owner.id)
        if csv:
            async for piece in accounts.written(studio, owner, of_month):
                sys.stdout.write(piece)
            return []
        if of_month:
            return await spending.lines(studio, owner, of_month, limit=max(1, min(most, 200)))
        return await accounts.statement(studio, owner, limit=most)

    lines = as_operator(ask)
    if json:
        write_json({"lines": [asdict(line) for line in lines]})
    elif not csv:
        _print(lines)


@credits.command(name="grant", help=words("help.credits.grant"))
def grant(
    user: User,
    amount: Amount,
    /,
    *,
    pool: Pool = "purchased",
    reason: Reason = "",
    reference: Reference = None,
    json: Json = False,
) -> None:
    async def ask(studio: Studio, who: Caller) -> tuple[bool, Account]:
        whose = await treasury.find_user(studio, who, user)
        new = await treasury.grant(
            studio, who, whose, amount, pool=pool, reason=reason, reference=reference
        )
        return new, await treasury.account(studio, who, whose)

    _written(*as_operator(ask), reference, json)


@credits.command(name="purchase", help=words("help.credits.purchase"))
def purchase(
    user: User,
    amount: Amount,
    /,
    *,
    reference: Reference = None,
    reason: Reason = "",
    json: Json = False,
) -> None:
    async def ask(studio: Studio, who: Caller) -> tuple[bool, Account]:
        whose = await treasury.find_user(studio, who, user)
        new = await treasury.purchase(
            studio, who, whose, amount, reason=reason, reference=reference
        )
        return new, await treasury.account(studio, who, whose)

    _written(*as_operator(ask), reference, json)


@credits.command(name="adjust", help=words("help.credits.adjust"))
def adjust(
    user: User,
    amount: Annotated[int, Parameter(help=words("help.credits.change"), allow_leading_hyphen=True)],
    /,
    *,
    reason: Reason,
    pool: Pool = "purchased",
    json: Json = False,
) -> None:
    async def ask(studio: Studio, who: Caller) -> Account:
        whose = await treasury.find_user(studio, who, user)
        await treasury.adjust(studio, who, whose, amount, reason=reason, pool=pool)
        return await treasury.account(studio, who, whose)

    _tell(as_operator(ask), json)


@credits.command(name="subscribe", help=words("help.credits.subscribe"))
def subscribe(
    user: User,
    allowance: Annotated[int, _told("allowance")],
    /,
    *,
    day: Annotated[int | None, _told("day")] = None,
    json: Json = False,
) -> None:
    async def ask(studio: Studio, who: Caller) -> Account:
        whose = await treasury.find_user(studio, who, user)
        return await treasury.subscribe(studio, who, whose, allowance, day=day)

    _tell(as_operator(ask), json)


@credits.command(name="budget", help=words("help.credits.budget"))
def budget(
    user: Annotated[str | None, _told("user")] = None,
    /,
    *,
    project: Annotated[str | None, _told("project")] = None,
    day: Annotated[int | None, _told("per_day")] = None,
    month: Annotated[int | None, _told("per_month")] = None,
    json: Json = False,
) -> None:
    async def ask(studio: Studio, who: Caller) -> list[accounts.Budget]:
        whose: dict[str, UUID] = {}
        if project is not None:
            whose["project_id"] = await treasury.find_project(studio, who, project)
        elif user is not None:
            whose["user_id"] = await treasury.find_user(studio, who, user)
        for period, bound in (("day", day), ("month", month)):
            if bound is not None and whose:
                await treasury.set_budget(
                    studio,
                    who,
                    "day" if period == "day" else "month",
                    None if bound < 0 else bound,
                    **whose,
                )
        found = await treasury.budgets(studio, who)
        ids = set(whose.values())
        return [b for b in found if not ids or {b.user_id, b.project_id} & ids]

    found = as_operator(ask)
    if json:
        write_json({"budgets": [asdict(each) for each in found]})
        return
    for each in found:
        whose = f"project {each.project_id}" if each.project_id else str(each.user_id)
        out().print(
            words(f"credits.{each.period}", whose=whose, spent=each.spent, credits=each.credits)
        )


@credits.command(name="reconcile", help=words("help.credits.reconcile"))
def reconcile(*, json: Json = False) -> int:
    async def ask(studio: Studio, who: Caller) -> tuple[int, list[Difference]]:
        people, found = 0, list[Difference]()
        async for count, differences in reckoning.reconcile(studio.database):
            people += count
            found += differences
        return people, found

    people, found = as_operator(ask)
    if json:
        write_json({"people": people, "differences": [asdict(each) for each in found]})
    else:
        for each in found:
            out().print(words("credits.difference", **asdict(each)))
        key = "credits.differ" if found else "credits.agree"
        out().print(words(key, people=people, n=len(found)))
    return Exit.FAILED if found else Exit.OK


@credits.command(name="margin", help=words("help.credits.margin"))
def margin(
    *,
    by: Annotated[By, _told("by")] = "template",
    days: Annotated[int, _told("days")] = 30,
    json: Json = False,
) -> None:
    async def ask(studio: Studio, who: Caller) -> list[margins.Margin]:
        since = studio.now() - timedelta(days=max(days, 0))
        return await margins.margins(studio, who, since, by)

    found = as_operator(ask, look="credits.margin")
    if json:
        write_json({f"{by}s": [asdict(each) | {"margin": each.margin} for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in (
        f"by.{by}",
        "works",
        "earned",
        "seconds",
        "cost",
        "per_credit",
        "worth",
        "margin",
    ):
        table.add_column(words(f"credits.{column}"))
    for each in found:
        table.add_row(
            each.name,
            str(each.works),
            f"{each.credits.normalize():f}",
            str(each.seconds),
            f"${each.cost:.4f}{' *' if each.unpriced else ''}",
            f"${each.cost / each.credits:.4f}" if each.credits else "",
            "" if each.worth is None else f"${each.worth:.2f}",
            "" if each.margin is None else f"${each.margin:.2f}",
        )
    out().print(table)
    if any(each.unpriced for each in found):
        err().print(words("credits.unpriced"))


def _written(new: bool, account: Account, reference: str | None, json: bool) -> None:
    if not new:
        err().print(words("credits.known", reference=reference or ""))
    _tell(account, json)


def _month(text: str | None) -> Month | None:
    """Raises CommandError for what is none."""
    if text is None:
        return None
    if not re.match(PATTERN, text):
        raise CommandError("no_month", month=text)
    return Month.written(text)


def _tell(account: Account, json: bool) -> None:
    if json:
        write_json(asdict(account) | {"balance": account.balance})
        return
    own = asdict(account) | {"balance": account.balance}
    out().print(words("credits.account", **own))
    if account.renews_at is not None:
        when = f"{account.renews_at:%Y-%m-%d %H:%M} UTC"
        out().print(words("credits.renews", when=when, n=account.subscription_allowance))


def _print(lines: list[Line]) -> None:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("line", "when", "what", "amount", "after", "about"):
        table.add_column(words(f"credits.{column}"))
    for line in lines:
        table.add_row(
            str(line.line),
            f"{line.created_at:%Y-%m-%d %H:%M}",
            say(language(), f"credits.types.{line.type}"),
            f"{line.amount:+}",
            f"{line.subscription_balance} + {line.purchased_balance}",
            line.reason or line.reference or str(line.work_id or ""),
        )
    out().print(table)


__all__ = ["credits"]
