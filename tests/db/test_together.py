"""Asking together: what becomes of those who wait when somebody ends the work."""

import asyncio
from collections.abc import Sequence

import pytest

from affiche.db.together import Together


async def test_who_waits_is_let_go_when_the_call_is_cancelled() -> None:
    """As a loop does with every task when its process ends; nobody may wait for ever."""
    begun = asyncio.Event()

    async def never(asked: Sequence[int]) -> Sequence[int]:
        begun.set()
        await asyncio.Event().wait()
        return asked

    together = Together(never, apart=0.0)
    before = asyncio.all_tasks()
    waiting = asyncio.create_task(together(1))
    await begun.wait()
    late = asyncio.create_task(together(2))
    await asyncio.sleep(0)
    for task in asyncio.all_tasks() - before:
        task.cancel()
    for task in (waiting, late):
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(task, 5)
