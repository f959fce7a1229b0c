"""The memory for bodies: never much more than there is, and somebody always goes on."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.api.budget import FREE, Budget
from affiche.errors import Busy

requests = st.lists(
    st.lists(st.integers(1, 400_000), min_size=1, max_size=6), min_size=1, max_size=12
)
MOST = 1_000_000


@given(requests)
def test_everybody_is_served_and_the_budget_holds(wanted: list[list[int]]) -> None:
    async def everybody() -> tuple[int, Budget]:
        budget, highest = Budget(MOST), 0

        async def one(sizes: list[int]) -> None:
            nonlocal highest
            share = budget.share()
            try:
                for size in sizes:
                    await share.take(size)
                    assert share.held == max(0, share._seen - FREE)
                    highest = max(highest, budget.held)
                    await asyncio.sleep(0)
            finally:
                share.give_back()

        await asyncio.gather(*map(one, wanted))
        return highest, budget

    highest, budget = asyncio.run(everybody())
    # Beyond it, only the one that came first.
    assert highest <= MOST + max(map(sum, wanted))
    assert (budget.held, budget.shares) == (0, {})


async def test_the_first_goes_on_and_the_others_wait_for_it() -> None:
    budget = Budget(MOST)
    first, second, third = (budget.share() for _ in range(3))
    await first.take(MOST)
    waiting = [asyncio.create_task(share.take(MOST)) for share in (second, third)]
    await first.take(MOST)
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    first.give_back()
    await waiting[0]
    await asyncio.sleep(0)
    assert not waiting[1].done()
    second.give_back()
    await waiting[1]
    third.give_back()
    assert budget.held == 0


async def test_small_ones_pass_when_it_is_full() -> None:
    budget = Budget(MOST)
    await budget.share().take(2 * MOST)
    for _ in range(100):
        assert await budget.share().take(FREE) == 0


async def test_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("affiche.api.budget.PATIENCE_SECONDS", 0.05)
    budget = Budget(MOST)
    holding, late = budget.share(), budget.share()
    await holding.take(2 * MOST)
    with pytest.raises(Busy):
        await late.take(FREE + 1)
    late.give_back()
    held = budget.held
    holding.give_back()
    assert (held, budget.held, budget.shares) == (2 * MOST - FREE, 0, {})


async def test_who_leaves_while_waiting_holds_nothing() -> None:
    budget = Budget(MOST)
    holding, gone = budget.share(), budget.share()
    await holding.take(2 * MOST)
    waiting = asyncio.create_task(gone.take(MOST))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    gone.give_back()
    holding.give_back()
    assert (budget.held, budget.shares) == (0, {})
