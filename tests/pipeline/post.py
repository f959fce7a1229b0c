"""A studio from which messages go out, and the servers that they go to."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.support.mailboxes import Mailbox, mailbox
from tests.support.pushes import Browser, PushService, push_service
from tests.support.studios import ask, photograph

from affiche.pipeline.messages import Messages
from affiche.studio import channels, uploads
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


@asynccontextmanager
async def posting(studio: Studio, reader: Caller) -> AsyncIterator[Post]:
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
        yield Post(own, Messages(own), server, pushes, reader, clock)
