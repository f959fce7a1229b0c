"""What goes out by e-mail and Web Push: to a mail server and a push service that do what they can
to prevent it."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.support.mailboxes import CLOSE, HANG, Mailbox, mailbox
from tests.support.pushes import Browser, PushService, push_service
from tests.support.studios import ask, photograph

from affiche.pipeline import mail
from affiche.pipeline.messages import LEASE, Messages, pause
from affiche.studio import channels, notifications, uploads
from affiche.studio.notifications import TYPES
from affiche.studio.studio import Caller, Studio

START = datetime(2026, 3, 1, 9, 0).astimezone()


@dataclass
class Clock:
    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def wait(self, passed: timedelta) -> None:
        self.now += passed


@dataclass
class Post:
    """A studio with a mail server and a push service, somebody in it, and a clock to turn."""

    studio: Studio
    messages: Messages
    mail: Mailbox
    pushes: PushService
    reader: Caller
    clock: Clock
    file: uploads.File | None = None
    ended: list[Any] = field(default_factory=list)

    async def want(self, channel: channels.Channel) -> None:
        await channels.choose(self.studio, self.reader, channel, TYPES)

    async def browser(self) -> Browser:
        made = self.pushes.browser()
        await channels.add_browser(self.studio, self.reader, made.endpoint, *made.keys(), "a")
        return made

    async def end(self, status: str = "failed", prompt: str = "a beach") -> None:
        """One more work ends; what waits in the outbox is of this clock's time."""
        self.file = self.file or await uploads.upload(self.studio, self.reader, photograph(64, 64))
        work = await ask(self.studio, self.reader, self.file, prompt)
        async with self.studio.database.as_service() as service:
            await service.connection.execute(
                "UPDATE works SET status = %s, error_code = 'run_lost' WHERE id = %s",
                (status, work.id),
            )
            await service.connection.execute(
                "UPDATE outbox SET run_at = %(now)s, created_at = %(now)s"
                " WHERE created_at < '2026-01-01' OR created_at > %(late)s",
                {"now": self.clock.now, "late": START + timedelta(days=30)},
            )

    async def round(self) -> None:
        await self.messages.settle()
        await self.messages.send()

    async def rows(self) -> list[tuple[str, str | None, int]]:
        async with self.studio.database.as_service() as service:
            cursor = await service.connection.execute(
                "SELECT status, error_code, tries FROM messages ORDER BY id"
            )
            return [tuple(row) for row in await cursor.fetchall()]


@pytest.fixture
async def post(studio: Studio, bob: Caller) -> AsyncIterator[Post]:
    async with mailbox() as server, push_service() as pushes:
        clock = Clock()
        settings = dataclasses.replace(
            studio.settings,
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_from="studio@example.com",
            smtp_tls="off",
            public_url="https://studio.example.com",
        )
        own = dataclasses.replace(studio, settings=settings, now=clock)
        yield Post(own, Messages(own), server, pushes, bob, clock)


# --- e-mail -----------------------------------------------------------------------------------


async def test_an_end_goes_out_by_mail_once(post: Post) -> None:
    await post.want("email")
    await post.end(prompt="해변 <b>노을</b>\nBcc: everybody@example.com")
    for _ in range(3):
        await post.round()
    (got,) = post.mail.received
    assert (got["To"], got["From"]) == ("bob@example.com", "Affiche <studio@example.com>")
    assert got["Subject"].startswith("Your work failed: 해변 <b>노을</b> Bcc:")
    assert got["Bcc"] is None
    assert got["Auto-Submitted"] == "auto-generated"
    plain, html = (part.get_content() for part in got.iter_parts())
    assert "The engine lost the run." in plain
    assert "https://studio.example.com/works/" in plain
    assert "&lt;b&gt;노을&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "<img" not in html
    assert await post.rows() == [("sent", None, 1)]


async def test_what_was_read_in_the_meantime_is_not_sent(post: Post) -> None:
    await post.want("email")
    await post.end()
    await notifications.read_all(post.studio, post.reader)
    await post.round()
    assert (post.mail.received, await post.rows()) == ([], [])


async def test_many_at_once_are_three_and_one(post: Post) -> None:
    await post.want("email")
    for n in range(30):
        await post.end(prompt=f"number {n}")
    await post.round()
    assert len(post.mail.received) == 3
    post.clock.wait(timedelta(seconds=59))
    await post.round()
    assert len(post.mail.received) == 3
    post.clock.wait(timedelta(seconds=2))
    await post.round()
    digest = post.mail.received[-1]
    assert len(post.mail.received) == 4
    assert digest["Subject"] == "27 works have ended"
    plain = next(iter(digest.iter_parts())).get_content()
    assert "0 done, 27 failed, 0 cancelled." in plain
    assert "And 7 more." in plain
    assert "https://studio.example.com/notifications" in plain


PASSING = [
    ("EHLO", "421 later"),
    ("MAIL", "451 later"),
    ("RCPT", "450 greylisted"),
    ("DATA", "452 full"),
    ("END", "451 later"),
    ("MAIL", CLOSE),
    ("RCPT", HANG),
]


@pytest.mark.parametrize(("command", "answer"), PASSING, ids=lambda value: str(value).split()[0])
async def test_what_passes_is_tried_again(
    post: Post, monkeypatch: pytest.MonkeyPatch, command: str, answer: str
) -> None:
    monkeypatch.setattr(mail, "ANSWER_SECONDS", 0.3)
    await post.want("email")
    await post.end()
    # aiosmtplib says HELO where EHLO is not understood.
    post.mail.will("HELO", answer)
    post.mail.will(command, answer)
    await post.round()
    assert await post.rows() == [("waiting", "message_delayed", 1)]
    await post.round()
    assert post.mail.received == []
    post.clock.wait(pause(1))
    await post.round()
    assert await post.rows() == [("sent", None, 2)]
    assert len(post.mail.received) == 1


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "END"])
async def test_what_is_refused_for_good_is_not_tried_again(post: Post, command: str) -> None:
    await post.want("email")
    await post.end()
    post.mail.will(command, "550 no such mailbox")
    await post.round()
    assert await post.rows() == [("dead", "message_refused", 1)]
    (shown,) = (await channels.choices(post.studio, post.reader)).undelivered
    assert (shown.channel, shown.error_code) == ("email", "message_refused")


@pytest.mark.parametrize("answer", [CLOSE, HANG])
async def test_what_may_have_arrived_is_not_sent_twice(
    post: Post, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    monkeypatch.setattr(mail, "ANSWER_SECONDS", 0.3)
    await post.want("email")
    await post.end()
    post.mail.will("END", answer)
    await post.round()
    assert await post.rows() == [("dead", "message_uncertain", 1)]


async def test_a_server_that_is_not_there_is_waited_for_a_day(post: Post) -> None:
    await post.want("email")
    await post.end()
    lost = dataclasses.replace(post.studio.settings, smtp_port=1)
    nowhere = Messages(dataclasses.replace(post.studio, settings=lost))
    await nowhere.settle()
    for n in range(12):
        await nowhere.send()
        post.clock.wait(pause(n + 1))
    (row,) = await post.rows()
    assert row[:2] == ("dead", "message_too_old")
    assert 5 <= row[2] <= 12


async def test_mail_that_cannot_be_kept_private_is_not_sent(post: Post) -> None:
    await post.want("email")
    await post.end()
    private = dataclasses.replace(post.studio.settings, smtp_tls="starttls", smtp_user="me")
    await post.messages.settle()
    await Messages(dataclasses.replace(post.studio, settings=private)).send()
    assert await post.rows() == [("waiting", "message_delayed", 1)]
    assert not any(line.startswith(("AUTH", "MAIL")) for line in post.mail.commands)


async def test_a_wrong_password_waits_for_the_right_one(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "wrong")
    await post.want("email")
    await post.end()
    signing = dataclasses.replace(post.studio.settings, smtp_user="me")
    messages = Messages(dataclasses.replace(post.studio, settings=signing))
    post.mail.will("AUTH", "535 no")
    await messages.settle()
    await messages.send()
    assert await post.rows() == [("waiting", "message_delayed", 1)]
    post.clock.wait(pause(1))
    await messages.send()
    assert await post.rows() == [("sent", None, 2)]


# --- a process that dies ----------------------------------------------------------------------


async def taken(post: Post, handed: bool) -> None:
    """As a process leaves it that dies before or after it handed the message over."""
    async with post.studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE messages SET status = 'sending', tries = 1, run_at = %s, handed_at = %s",
            (post.clock.now + LEASE, post.clock.now if handed else None),
        )


@pytest.mark.parametrize("handed", [False, True])
async def test_a_death_sends_nothing_twice(post: Post, handed: bool) -> None:
    await post.want("email")
    await post.end()
    await post.messages.settle()
    await taken(post, handed)
    await post.messages.send()
    assert post.mail.received == []
    post.clock.wait(LEASE)
    await post.messages.send()
    if handed:
        assert await post.rows() == [("dead", "message_uncertain", 1)]
        assert post.mail.received == []
    else:
        assert await post.rows() == [("sent", None, 2)]
        assert len(post.mail.received) == 1


async def test_two_processes_send_each_once(post: Post) -> None:
    await post.want("email")
    for n in range(3):
        await post.end(prompt=f"number {n}")
    other = Messages(post.studio)

    async def both(messages: Messages) -> None:
        await messages.settle()
        await messages.send()

    for _ in range(4):
        await asyncio.gather(both(post.messages), both(other))
    subjects = sorted(mail["Subject"] for mail in post.mail.received)
    assert len(subjects) == len(set(subjects)) == 3


# --- Web Push ---------------------------------------------------------------------------------


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
