"""What people asked to be told by e-mail and Web Push, sent by whichever process comes first.

A notification waits in the outbox until it is settled by which message it goes (domain/quiet);
the message then waits to be sent. An e-mail goes at most once: its row says so before the mail
server is given it, and what breaks behind that is not tried again. A push may come twice after a
crash, and then takes its own place on the screen.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.db.database import Transaction
from affiche.domain.quiet import Pace, decide
from affiche.errors import (
    AfficheError,
    DatabaseUnavailable,
    MessageDelayed,
    MessageUncertain,
    NoAddress,
    NoBrowser,
    SecretMissing,
    SecretsOpen,
    SettingInvalid,
)
from affiche.pipeline import mail, push
from affiche.pipeline.push import Subscription
from affiche.pipeline.turns import take_turns
from affiche.studio import letters
from affiche.studio.channels import Channel, has_mail, vapid_key
from affiche.studio.ends import all_ended
from affiche.studio.notifications import Notification
from affiche.studio.studio import Studio
from affiche.texts import Language

EVERY: Final = 5.0
AT_ONCE: Final = 8
MOST: Final = 1000
"""Notifications that one message is about, at most."""
LEASE: Final = timedelta(minutes=5)
"""Longer than a message can take; what is held for longer is a dead process's."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=4)
TOO_OLD: Final = timedelta(days=1)
BEHIND: Final = (SecretMissing, SecretsOpen, SettingInvalid)
"""What whoever runs the studio has to mend, and the message waits for."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Held:
    """A message that this process sends, under `token`."""

    id: UUID
    user_id: UUID
    channel: Channel
    token: UUID
    tries: int
    reached: list[UUID]


@dataclass(frozen=True, slots=True)
class Reader:
    email: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class Waiting:
    notification_id: UUID
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Whose:
    user_id: UUID
    channel: Channel


class Superseded(Exception):
    """Another process has the message."""


class Messages:
    """A service of every `affiche work`; the rows' locks share the work between processes."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.database = studio, studio.database
        self.wanted = asyncio.Event()

    async def run(self) -> None:
        await take_turns(self._turn, self.wanted, EVERY, log, "messages wait")

    async def _turn(self) -> bool:
        return bool(await self.settle()) or bool(await self.send())

    async def settle(self) -> int:
        """Make messages of what waits in the outbox; of how many channels something was due."""
        async with self.database.singly() as service:
            due = await service.all(Whose, "messages.due", now=self.studio.now(), most=AT_ONCE * 4)
        for each in due:
            async with self.database.as_service() as transaction:
                await self._settle(transaction, each)
        return len(due)

    async def _settle(self, transaction: Transaction, whose: Whose) -> None:
        key = {"user_id": whose.user_id, "channel": whose.channel}
        pace = await transaction.maybe(Pace, "messages.pace", **key)
        if pace is None:
            # Another process is at it.
            return
        await transaction.run("messages.seen", **key)
        waiting = await transaction.all(Waiting, "messages.waiting", most=MOST, **key)
        if not waiting:
            return
        now = self.studio.now()
        decision = decide(pace, waiting[0].created_at, len(waiting), now)
        first = 0
        for count in decision.messages:
            ids = [each.notification_id for each in waiting[first : first + count]]
            first += count
            await transaction.run(
                "messages.add", id=self.studio.new_id(), now=now, notification_ids=ids, **key
            )
        if decision.until:
            await transaction.run("messages.hold", until=decision.until, **key)
        after = decision.pace
        await transaction.run(
            "messages.keep_pace",
            window_at=after.window_at,
            window_seconds=after.window_seconds,
            sent=after.sent,
            **key,
        )

    async def send(self) -> int:
        """Send what is due; how many messages this process took."""
        now = self.studio.now()
        channels = ["push", "email"] if has_mail(self.studio.settings) else ["push"]
        async with self.database.singly() as service:
            lost = await service.rows("messages.lost", now=now)
            stale = await service.rows("messages.stale", now=now, before=now - TOO_OLD)
            held = await service.all(
                Held, "messages.take", now=now, lease=now + LEASE, channels=channels, most=AT_ONCE
            )
        if lost or stale:
            log.warning(
                "given up: %d messages of dead processes, %d too old", len(lost), len(stale)
            )
        await all_ended(map(self._deliver, held))
        return len(held)

    async def _deliver(self, held: Held) -> None:
        try:
            await self._send(held)
        except Superseded:
            return
        except DatabaseUnavailable:
            # Its lease ends, and somebody finds it; handed over already, it is not sent again.
            raise
        except AfficheError as error:
            await self._failed(held, error)
        else:
            await self._write("messages.sent", held, now=self.studio.now())

    async def _send(self, held: Held) -> None:
        async with self.database.singly() as service:
            reader = await service.maybe(Reader, "messages.reader", user_id=held.user_id)
            told = await service.all(Notification, "messages.told", id=held.id)
        if reader is None or not told:
            # Deleted meanwhile: there is nothing left to tell.
            return
        letter = letters.written(told, reader.language)
        if held.channel == "push":
            await self._push(held, push.payload(letter, held.id))
            return
        if reader.email is None:
            raise NoAddress
        settings = self.studio.settings
        made = mail.message(
            settings, letter, reader.email, reader.language, held.id, self.studio.now()
        )
        await mail.send(settings, made, reader.email, partial(self._hand, held))

    async def _hand(self, held: Held) -> None:
        if not await self._write("messages.handed", held, now=self.studio.now()):
            raise Superseded

    async def _push(self, held: Held, data: bytes) -> None:
        """To all browsers that do not have it; raises what stood in the way of the last of those
        that may yet be reached."""
        async with self.database.singly() as service:
            browsers = await service.all(
                Subscription, "messages.subscribed", user_id=held.user_id, reached=held.reached
            )
        found = await asyncio.gather(*(self._push_to(held, each, data) for each in browsers))
        failures = [error for error in found if error is not None]
        delayed = [error for error in failures if error.retryable]
        if delayed:
            raise delayed[-1]
        if not held.reached and len(failures) == len(found):
            raise failures[-1] if failures else NoBrowser()

    async def _push_to(self, held: Held, browser: Subscription, data: bytes) -> AfficheError | None:
        studio = self.studio
        try:
            body, headers = push.sealed(
                browser, data, vapid_key(studio.secret), push.sender(studio.settings), studio.now()
            )
            await push.send(browser, body, headers, studio.policy)
        except NoBrowser as error:
            log.info("a browser is gone: %s", error)
            async with self.database.singly() as service:
                await service.run("messages.drop_browser", id=browser.id, user_id=held.user_id)
            return error
        except AfficheError as error:
            return error
        await self._write("messages.reached", held, browser_id=browser.id)
        return None

    async def _failed(self, held: Held, error: AfficheError) -> None:
        """Later again, or never."""
        again = error.retryable or isinstance(error, BEHIND)
        if isinstance(error, BEHIND):
            # Not the setting's name: it is read by whoever was to get the message.
            log.warning("no e-mail can be sent: %s", error)
            error = MessageDelayed()
        values = {"error_code": error.code, "error_params": Jsonb(error.params)}
        if again:
            run_at = self.studio.now() + pause(held.tries)
            await self._write("messages.again", held, run_at=run_at, **values)
            log.info("message %s is tried again: %s", held.id, error)
        else:
            await self._write("messages.given_up", held, now=self.studio.now(), **values)
            level = logging.WARNING if isinstance(error, MessageUncertain) else logging.INFO
            log.log(level, "message %s is given up: %s", held.id, error)

    async def _write(self, name: str, held: Held, **values: object) -> int:
        async with self.database.singly() as service:
            return await service.run(name, id=held.id, token=held.token, **values)


def pause(tries: int) -> timedelta:
    """Before the next try, after so many: half a minute, then four times as long each. Pure."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * float(4 ** min(tries - 1, 10)))
