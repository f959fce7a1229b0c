"""Decodings that are stopped, and those that wait for their turn."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest
import pyvips

from affiche.errors import PictureError, PictureTooSlow
from affiche.pictures import Kind, Limits, Verified, in_thread, inspect, normalise, verify
from affiche.pictures.decodings import LARGE, Decoding, await_turn, check
from affiche.pictures.threads import AT_ONCE, timed

from .samples import coded, photograph

LIMITS = Limits()


def large(kind: Kind = "png") -> bytes:
    image = pyvips.Image.black(5000, 4000, bands=3).copy(interpretation="srgb")
    return coded(image, kind)


async def test_what_takes_too_long_is_stopped() -> None:
    data = large()
    with pytest.raises(PictureTooSlow) as caught:
        await timed(0.001, partial(_again_and_again, data))
    assert caught.value.message("en") == "The picture could not be read within 0 seconds."
    assert await in_thread(verify, data, LIMITS)


def _again_and_again(data: bytes) -> None:
    """Without an end of its own."""
    while True:
        verify(data, LIMITS)


@pytest.mark.parametrize("look", [verify, inspect])
def test_nothing_begins_once_it_was_stopped(look: Callable[..., object]) -> None:
    decoding = Decoding()
    decoding.stop()
    with decoding.running(), pytest.raises(PictureTooSlow):
        look(coded(photograph(), "jpeg"), LIMITS)
    assert look(coded(photograph(), "jpeg"), LIMITS)


def test_a_picture_is_stopped_between_two_strips() -> None:
    """Once its header was read: libvips ends by itself, and the error says why."""
    data = large()
    with Decoding().running():
        verified = verify(data, LIMITS)
    decoding = Decoding()
    with decoding.running(), pytest.raises(PictureTooSlow):
        _stopped_while_coding(decoding, data, verified)


def _stopped_while_coding(decoding: Decoding, data: bytes, verified: Verified) -> None:
    inner = decoding.watch

    def watch(image: pyvips.Image) -> None:
        inner(image)
        decoding.stop()

    decoding.watch = watch  # type: ignore[method-assign]
    normalise(data, replace(verified, plain=False))


async def test_a_wait_that_is_given_up_stops_the_work() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        try:
            while True:
                check()
        finally:
            ended.set()

    waiting = asyncio.create_task(in_thread(work))
    await asyncio.to_thread(begun.wait, 5)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert await asyncio.to_thread(ended.wait, 5)


async def test_the_clock_starts_with_the_work_and_not_with_the_wait() -> None:
    release = threading.Event()
    blocking = [asyncio.create_task(in_thread(release.wait, 10)) for _ in range(AT_ONCE)]
    waiting = asyncio.create_task(timed(0.2, lambda: "done"))
    await asyncio.sleep(0.5)
    release.set()
    assert await waiting == "done"
    await asyncio.gather(*blocking)


async def test_large_pictures_take_turns() -> None:
    lock, now, most = threading.Lock(), 0, 0

    def work() -> None:
        nonlocal now, most
        await_turn(LARGE + 1)
        await_turn(LARGE + 1)
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.02)
        with lock:
            now -= 1

    await asyncio.gather(*(in_thread(work) for _ in range(8)))
    assert most == 1


async def test_a_turn_is_passed_on_after_a_failure() -> None:
    def fail() -> None:
        await_turn(LARGE + 1)
        raise PictureError

    for _ in range(3):
        with pytest.raises(PictureError):
            await in_thread(fail)


@asynccontextmanager
async def a_large_one() -> AsyncIterator[None]:
    """While it is decoded."""
    held, release = threading.Event(), threading.Event()

    def hold() -> None:
        await_turn(LARGE + 1)
        held.set()
        release.wait(10)

    holding = asyncio.create_task(in_thread(hold))
    await asyncio.to_thread(held.wait, 5)
    yield
    release.set()
    await holding


async def test_a_wait_for_a_turn_ends_with_its_call() -> None:
    async with a_large_one():
        waiting = Decoding()
        waiting.stop()
        with waiting.running(), pytest.raises(PictureTooSlow):
            await_turn(LARGE + 1)


async def test_small_pictures_wait_for_nobody() -> None:
    async with a_large_one():
        with Decoding().running():
            assert verify(coded(photograph(), "webp"), LIMITS)
            assert inspect(coded(photograph(), "avif"), LIMITS)
