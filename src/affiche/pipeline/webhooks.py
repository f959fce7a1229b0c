"""Messages to webhooks: taken from the outbox, signed, sent, and written down.

Any process sends what is due. A message is sent at least once: who dies between sending and
writing leaves it to another, which sends it again under the same id.
"""

import asyncio
import json
import logging
import time
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from aiohttp.abc import AbstractResolver

from affiche.db.listener import Listener
from affiche.domain.webhooks import Outcome, judged, message, message_id
from affiche.errors import (
    AddressRefused,
    AfficheError,
    FetchFailed,
    FetchFailedForNow,
)
from affiche.fetch.posting import Answer, post
from affiche.fetch.urls import Policy
from affiche.pipeline.turns import take_turns
from affiche.studio import webhook_secrets as secrets
from affiche.studio import webhooks
from affiche.studio.studio import Studio

SECONDS: Final = 15.0
"""For an answer, from the name's looking up on."""
LEASE: Final = timedelta(seconds=60)
"""After which a message that is being sent counts as forgotten; more than an attempt can take."""
AT_ONCE: Final = 16
AT_ONCE_TO_ONE: Final = 4
LOOK_SECONDS: Final = 2.0
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message to send now: its `number`-th sending, the `attempt`-th of its schedule."""

    id: UUID
    webhook_id: UUID
    type: str
    data: dict[str, Any]
    created_at: datetime
    number: int
    attempt: int
    url: str
    seed: bytes
    previous_seed: bytes | None
    failing_since: datetime | None

    @property
    def message_id(self) -> str:
        return message_id(self.id)


class Webhooks:
    """A service of every `affiche work`; at most 16 messages are under way, 4 to one webhook."""

    def __init__(
        self,
        studio: Studio,
        listener: Listener | None = None,
        *,
        resolver: AbstractResolver | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.studio, self.database = studio, studio.database
        self.resolver = resolver
        self.policy = policy or webhooks.policy(studio.settings)
        self.wanted = asyncio.Event()
        self.under_way: dict[asyncio.Task[None], UUID] = {}
        if listener:
            listener.on("webhook_due", lambda _: self.wanted.set())

    async def run(self) -> None:
        try:
            await take_turns(self._turn, self.wanted, LOOK_SECONDS, log, "webhooks wait")
        finally:
            # Whoever else is there sends them, when their time is over.
            for task in self.under_way:
                task.cancel()
            await asyncio.gather(*self.under_way, return_exceptions=True)

    async def _turn(self) -> bool:
        await self.begin()
        # What ends makes room, and is heard.
        return False

    async def begin(self) -> int:
        """Begin to send what is due, as far as there is room; how many. Raises
        DatabaseUnavailable."""
        room = AT_ONCE - len(self.under_way)
        if room <= 0:
            return 0
        counts = Counter(self.under_way.values())
        async with self.database.as_service() as service:
            due = await service.all(
                Due,
                "webhooks.claim",
                lease=LEASE,
                each=AT_ONCE_TO_ONE,
                busy=[each for each, count in counts.items() if count],
                most=room,
                key_print=secrets.print_of(self.studio),
            )
        for each in due:
            task = asyncio.create_task(self._deliver(each), name=f"webhook {each.id}")
            self.under_way[task] = each.webhook_id
            task.add_done_callback(self._done)
        return len(due)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.under_way.pop(task, None)
        self.wanted.set()

    async def _deliver(self, due: Due) -> None:
        try:
            await self.deliver(due)
        except AfficheError as error:
            # It is sent again when its time is over.
            log.warning("message %s was not sent or not written down: %s", due.message_id, error)
        except Exception:
            log.exception("message %s was not sent or not written down", due.message_id)

    async def deliver(self, due: Due) -> None:
        """Send it once and write down what came of it. Raises DatabaseUnavailable."""
        at, started = self.studio.now(), time.perf_counter()
        body = json.dumps(
            message(due.type, due.created_at, due.data, await self._links(due)),
            ensure_ascii=False,
            separators=(",", ":"),
        )
        seeds = [due.seed, *([due.previous_seed] if due.previous_seed else [])]
        headers = {
            "Content-Type": "application/json",
            "webhook-id": due.message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": secrets.signature(self.studio, seeds, due.message_id, at, body),
        }
        outcome, answer = await self._send(due, body.encode(), headers)
        spent = int((time.perf_counter() - started) * 1000)
        await self._record(due, at, spent, outcome, answer)

    async def _send(
        self, due: Due, body: bytes, headers: dict[str, str]
    ) -> tuple[Outcome, Answer | None]:
        try:
            answer = await post(
                due.url,
                body,
                headers,
                timeout=SECONDS,
                plain=self.studio.settings.webhook_http,
                resolver=self.resolver,
                policy=self.policy,
            )
        except AddressRefused as error:
            log.info("message %s: %s", due.message_id, error)
            return Outcome(reason="address"), None
        except (FetchFailed, FetchFailedForNow) as error:
            return Outcome(reason=str(error.params["reason"])), None
        return Outcome(status=answer.status, retry_after=answer.retry_after), answer

    async def _record(
        self, due: Due, at: datetime, spent: int, outcome: Outcome, answer: Answer | None
    ) -> None:
        now = self.studio.now()
        verdict = judged(outcome, due.attempt, due.failing_since, now, self.studio.random.random())
        own = {"id": due.id, "number": due.number}
        async with self.database.as_service() as service:
            await service.run(
                "webhooks.record",
                **own,
                at=at,
                milliseconds=spent,
                status_code=outcome.status,
                reason=outcome.reason,
                answer=readable(answer.head) if answer else "",
            )
            if verdict.status == "delivered":
                await service.run("webhooks.delivered", id=due.id)
                await service.run("webhooks.came_through", webhook_id=due.webhook_id)
                return
            await service.run("webhooks.failing", webhook_id=due.webhook_id, now=now)
            if verdict.pause is not None:
                await service.run("webhooks.again", **own, next_at=now + verdict.pause)
            else:
                await service.run("webhooks.given_up", **own)
            if verdict.off:
                await service.run(
                    "webhooks.put_off", webhook_id=due.webhook_id, because=verdict.off
                )
        if verdict.off:
            log.warning("webhook %s is put off: %s", due.webhook_id, verdict.off)

    async def _links(self, due: Due) -> dict[str, Any] | None:
        """Where the work and its pictures are, if the internet reaches this studio."""
        base, work_id = self.studio.settings.public_url, due.data.get("work_id")
        if not work_id or not due.type.startswith("work.") or self.studio.address is None:
            return None
        links: dict[str, Any] = {}
        if base:
            links["work"] = f"{base.rstrip('/')}/v1/works/{work_id}"
        if due.type == "work.completed":
            links["pictures"] = [
                await self._picture(row) for row in await self._pictures(UUID(work_id))
            ]
        return links

    async def _pictures(self, work_id: UUID) -> list[dict[str, Any]]:
        async with self.database.singly() as service:
            return await service.rows("webhooks.pictures", work_id=work_id)

    async def _picture(self, row: dict[str, Any]) -> dict[str, Any]:
        link = await self.studio.link(row["bucket_id"], row["object_key"])
        return {
            "file_id": str(row["id"]),
            "url": (self.studio.address or "").rstrip("/") + link,
            "width": row["width"],
            "height": row["height"],
            "mime_type": row["mime_type"],
        }


def readable(head: bytes) -> str:
    """What was answered, as text that a row can hold."""
    text = head.decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c in "\n\t" else "�" for c in text)[:1024]
