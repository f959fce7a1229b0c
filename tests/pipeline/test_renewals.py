"""Subscriptions through their months: once each, whoever looks and however often."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from affiche.studio import credits, treasury
from affiche.studio.credits import Line
from affiche.studio.studio import Caller, Studio

BEGUN = datetime(2026, 1, 31, 3, tzinfo=UTC)


def at(studio: Studio, moment: datetime) -> Studio:
    return replace(studio, now=lambda: moment)


@pytest.fixture(autouse=True)
async def charging(studio: Studio) -> None:
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=True)


async def lines(studio: Studio, whose: Caller) -> list[tuple[str, int, int]]:
    found: list[Line] = await credits.statement(studio, whose)
    return [(line.type, line.amount, line.balance) for line in reversed(found)]


async def test_what_is_left_expires_and_the_next_month_begins(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    january = at(studio, BEGUN)
    await treasury.grant(january, alice, bob.id, 2)
    begun = await treasury.subscribe(january, alice, bob.id, 10)
    assert begun.subscription_credits == 10
    assert begun.renews_at == datetime(2026, 2, 27, 15, tzinfo=UTC)
    assert begun.renewal_day == 31

    assert await treasury.renew(at(studio, BEGUN + timedelta(days=20))) == 0
    february = at(studio, begun.renews_at + timedelta(seconds=1))
    assert await treasury.renew(february) == 1
    assert await treasury.renew(february) == 0
    own = await credits.account(studio, bob)
    assert (own.subscription_credits, own.purchased_credits) == (10, 2)
    assert own.renews_at == datetime(2026, 3, 30, 15, tzinfo=UTC)
    assert await lines(studio, bob) == [
        ("grant", 2, 2),
        ("grant", 10, 12),
        ("expiry", -10, 2),
        ("grant", 10, 12),
    ]


async def test_many_look_at_once(studio: Studio, alice: Caller, bob: Caller) -> None:
    for who in (alice, bob):
        await treasury.subscribe(at(studio, BEGUN), alice, who.id, 5)
    march = at(studio, BEGUN + timedelta(days=40))
    done = await asyncio.gather(*(treasury.renew(march) for _ in range(6)))
    assert sum(done) == 2
    assert len(await lines(studio, bob)) == 3


async def test_months_that_nobody_saw_are_one(studio: Studio, alice: Caller, bob: Caller) -> None:
    await treasury.subscribe(at(studio, BEGUN), alice, bob.id, 5)
    assert await treasury.renew(at(studio, BEGUN + timedelta(days=200))) == 1
    own = await credits.account(studio, bob)
    assert own.balance == 5
    assert own.renews_at
    assert own.renews_at > BEGUN + timedelta(days=200)


async def test_one_that_is_ended_lasts_its_month(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    january = at(studio, BEGUN)
    await treasury.subscribe(january, alice, bob.id, 5)
    await treasury.subscribe(january, alice, bob.id, 0)
    assert (await credits.account(studio, bob)).balance == 5
    assert await treasury.renew(at(studio, BEGUN + timedelta(days=40))) == 1
    own = await credits.account(studio, bob)
    assert (own.balance, own.renews_at) == (0, None)
    assert await lines(studio, bob) == [("grant", 5, 5), ("expiry", -5, 0)]


async def test_a_larger_one_begins_with_the_next_month(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    await treasury.subscribe(at(studio, BEGUN), alice, bob.id, 5)
    await treasury.subscribe(at(studio, BEGUN + timedelta(days=3)), alice, bob.id, 50)
    assert (await credits.account(studio, bob)).balance == 5
    await treasury.renew(at(studio, BEGUN + timedelta(days=40)))
    assert (await credits.account(studio, bob)).balance == 50


async def test_nothing_is_renewed_where_works_cost_nothing(
    studio: Studio, alice: Caller, bob: Caller
) -> None:
    await treasury.subscribe(at(studio, BEGUN), alice, bob.id, 5)
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=False)
    assert await treasury.renew(at(studio, BEGUN + timedelta(days=40))) == 0
