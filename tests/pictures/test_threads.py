import asyncio
import os
import threading
from contextvars import ContextVar

import pytest

from affiche.errors import PictureEmpty
from affiche.pictures import Limits, in_thread, verify
from affiche.pictures.threads import AT_ONCE


async def test_no_more_at_once_than_cores() -> None:
    lock, now, most = threading.Lock(), 0, 0
    pause = threading.Event()

    def work() -> str:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        pause.wait(0.02)
        with lock:
            now -= 1
        return threading.current_thread().name

    names = await asyncio.gather(*(in_thread(work) for _ in range(20)))
    assert 1 <= most <= AT_ONCE <= (os.cpu_count() or 1)
    assert all(name.startswith("pictures") for name in names)


async def test_a_wait_that_is_given_up_frees_no_place() -> None:
    started, release, running = threading.Event(), threading.Event(), []

    def work() -> None:
        started.set()
        release.wait(5)
        running.append(1)

    waiting = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(started.wait, 5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert running == []
    release.set()
    await in_thread(lambda: None)


async def test_errors_and_context_come_through() -> None:
    language: ContextVar[str] = ContextVar("language")
    language.set("ko")
    assert await in_thread(language.get) == "ko"
    with pytest.raises(PictureEmpty):
        await in_thread(verify, b"", Limits(), accept=None)


def test_it_serves_one_loop_after_another() -> None:
    for _ in range(3):
        assert asyncio.run(in_thread(lambda: 1)) == 1
