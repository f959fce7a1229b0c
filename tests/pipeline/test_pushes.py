"""What goes out by Web Push: to a push service that does what it can to prevent it."""

import dataclasses
from collections.abc import AsyncIterator

import pytest
from tests.pipeline.post import Post, posting

from affiche.pipeline.messages import Messages, pause
from affiche.studio import channels
from affiche.studio.studio import Caller, Studio


@pytest.fixture
async def post(studio: Studio, bob: Caller) -> AsyncIterator[Post]:
    async with posting(studio, bob) as made:
        yield made


async def test_every_browser_is_told_and_can_read_it(post: Post) -> None:
    await post.want("push")
    browsers = [await post.browser(), await post.browser()]
    await post.end(prompt="노을")
    await post.round()
    for browser in browsers:
        (shown,) = browser.shown
        assert shown["title"] == "Your work failed"
        assert "The engine lost the run." in shown["body"]
        assert shown["path"].startswith("/works/")
        (headers,) = browser.headers
        assert headers["Authorization"].startswith("vapid t=")
        assert headers["Content-Encoding"] == "aes128gcm"
        assert int(headers["TTL"]) > 0
    assert browsers[0].shown[0]["tag"] == browsers[1].shown[0]["tag"]
    assert await post.rows() == [("sent", None, 1)]


@pytest.mark.parametrize("status", [404, 410, 403])
async def test_a_browser_that_is_gone_is_forgotten(post: Post, status: int) -> None:
    await post.want("push")
    gone, there = await post.browser(), await post.browser()
    gone.statuses = [status]
    await post.end()
    await post.round()
    assert (len(gone.shown), len(there.shown)) == (0, 1)
    assert len((await channels.choices(post.studio, post.reader)).browsers) == 1
    assert await post.rows() == [("sent", None, 1)]


async def test_of_several_browsers_only_those_are_told_again_that_were_not(post: Post) -> None:
    await post.want("push")
    well, busy = await post.browser(), await post.browser()
    busy.statuses = [503, 429]
    await post.end()
    for n in range(3):
        await post.round()
        post.clock.wait(pause(n + 1))
    assert (len(well.shown), len(busy.shown)) == (1, 1)
    assert await post.rows() == [("sent", None, 3)]


async def test_the_last_browser_that_is_gone_is_said(post: Post) -> None:
    await post.want("push")
    (await post.browser()).statuses = [410]
    await post.end()
    await post.round()
    assert await post.rows() == [("dead", "no_browser", 1)]


async def test_a_push_service_in_a_private_network_is_not_asked(post: Post) -> None:
    await post.want("push")
    browser = await post.browser()
    await post.end()
    closed = dataclasses.replace(post.studio.settings, fetch_private=())
    await post.messages.settle()
    await Messages(dataclasses.replace(post.studio, settings=closed)).send()
    assert browser.shown == []
    assert await post.rows() == [("dead", "message_refused", 1)]
