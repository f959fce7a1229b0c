"""What goes out by e-mail: to a mail server that does what it can to prevent it, and from processes
that die."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from tests.pipeline.post import Post, posting
from tests.support.mailboxes import CLOSE, HANG

from affiche.pipeline import mail
from affiche.pipeline.messages import LEASE, Messages, pause
from affiche.studio import channels, notifications
from affiche.studio.studio import Caller, Studio


@pytest.fixture
async def post(studio: Studio, bob: Caller) -> AsyncIterator[Post]:
    async with posting(studio, bob) as made:
        yield made


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
