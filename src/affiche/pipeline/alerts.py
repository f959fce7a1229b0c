"""What is wrong with the studio as a whole, looked for once a minute by one process, and told."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from affiche.db.database import Transaction
from affiche.domain.alerts import (
    Bounds,
    Change,
    Decision,
    Figures,
    Open,
    Queue,
    Trouble,
    Unwell,
    Used,
    decide,
    troubles,
)
from affiche.domain.alerts import Secret as OldSecret
from affiche.errors import DatabaseUnavailable
from affiche.pipeline.alert_mails import AlertMails
from affiche.settings import Settings
from affiche.studio import secret_ages
from affiche.studio.alerts import Alert
from affiche.studio.channels import has_mail
from affiche.studio.studio import Studio

TICK: Final = 10.0
EVERY: Final = timedelta(seconds=60)
SECRETS_EVERY: Final = timedelta(hours=1)
log = logging.getLogger(__name__)


class Alerts:
    """A service of every `affiche work`; whichever process gets the round's row does it."""

    def __init__(self, studio: Studio) -> None:
        self.studio, self.database = studio, studio.database
        self.mails = AlertMails(studio)
        self._secrets_at: datetime | None = None

    async def run(self) -> None:
        while True:
            try:
                await self.note_secrets()
                await self.look()
                while await self.mails.send():
                    pass
            except DatabaseUnavailable as error:
                log.warning("alerts wait: %s", error)
            await asyncio.sleep(TICK)

    async def note_secrets(self) -> None:
        """Each process notes what it has itself, once an hour."""
        now = self.studio.now()
        if self._secrets_at is None or now - self._secrets_at >= SECRETS_EVERY:
            await secret_ages.look(self.studio)
            self._secrets_at = now

    async def look(self) -> Decision | None:
        """One round; None where another process does it, or did within a minute.

        In one transaction: an alert is there if and only if what tells of it is.
        """
        now, settings = self.studio.now(), self.studio.settings
        async with self.database.as_service() as service:
            if not await service.run("alerts.claim", now=now, every=EVERY):
                return None
            figures = await read(service, settings, now)
            found = troubles(figures, bounds(settings), now)
            decision = decide(await service.all(Open, "alerts.open"), found, now)
            news = await self._write(service, decision, now)
            await self._tell(service, news, now)
        for change, alert in news:
            level = logging.INFO if change == "closed" else logging.WARNING
            log.log(level, "alert %s: %s", change, alert.message("en"))
        return decision

    async def _write(
        self, service: Transaction, decision: Decision, now: datetime
    ) -> list[tuple[Change, Alert]]:
        news: list[tuple[Change, Alert]] = []
        for each in decision.opened:
            await service.run("alerts.add", id=self.studio.new_id(), now=now, **_row(each))
        told: list[tuple[Change, Trouble]] = [("opened", each) for each in decision.opened]
        told += [("repeated", each) for each in decision.repeated]
        for change, each in told:
            alert = await service.maybe(Alert, "alerts.keep", now=now, told=True, **_row(each))
            if alert:
                news.append((change, alert))
        for each in decision.kept:
            await service.maybe(Alert, "alerts.keep", now=now, told=False, **_row(each))
        for rule, subject in decision.closed:
            over = await service.maybe(Alert, "alerts.close", now=now, rule=rule, subject=subject)
            if over:
                news.append(("closed", over))
        return news

    async def _tell(
        self, service: Transaction, news: list[tuple[Change, Alert]], now: datetime
    ) -> None:
        if not news:
            return
        for change, alert in news:
            await service.rows("alerts.tell_webhooks", data=Jsonb(alert.told(change)))
        if not has_mail(self.studio.settings):
            return
        said = Jsonb([alert.told(change) for change, alert in news])
        for whose in await self._readers(service):
            await service.run(
                "alerts.add_mail", id=self.studio.new_id(), news=said, now=now, **whose
            )

    async def _readers(self, service: Transaction) -> list[dict[str, Any]]:
        named = self.studio.settings.alert_emails
        if named:
            return [{"user_id": None, "address": each} for each in dict.fromkeys(named)]
        operators = await service.rows("alerts.operators")
        return [{"user_id": each["id"], "address": None} for each in operators]


async def read(service: Transaction, settings: Settings, now: datetime) -> Figures:
    """How the studio stands."""
    since = now - timedelta(minutes=settings.alert_failure_minutes)
    (runs,) = await service.rows("alerts.runs", since=since)
    budgets = await service.rows("alerts.budgets", percent=settings.alert_budget_percent)
    storage = await service.rows("alerts.storage", percent=settings.alert_storage_percent)
    ages = await service.all(secret_ages.Age, "secret_ages.all", now=now)
    return Figures(
        ended=runs["ended"],
        failed=runs["failed"],
        queues=[
            Queue(**row)
            for row in await service.rows("alerts.queues", now=now)
            if row["oldest"] is not None
        ],
        unwell=await service.all(Unwell, "alerts.unwell"),
        budgets=[
            Used(
                subject=row["subject"],
                used=row["spent"],
                limit=row["credits"],
                about={
                    "period": row["period"],
                    "whose": str(row["user_id"] or row["project_id"]),
                },
            )
            for row in budgets
        ],
        storage=[
            Used(
                subject=row["subject"],
                used=row["used"],
                limit=row["quota"],
                about={"project": row["name"]},
            )
            for row in storage
        ],
        secrets=[OldSecret(name=each.name, since=each.since) for each in ages],
    )


def bounds(settings: Settings) -> Bounds:
    """As settings have them; pure."""
    return Bounds(
        failure_percent=settings.alert_failure_percent,
        failure_least=settings.alert_failure_least,
        queue=timedelta(minutes=settings.alert_queue_minutes),
        down=timedelta(minutes=settings.alert_down_minutes),
        budget_percent=settings.alert_budget_percent,
        storage_percent=settings.alert_storage_percent,
        secrets=timedelta(days=settings.secret_days),
    )


def _row(trouble: Trouble) -> dict[str, Any]:
    return {
        "rule": trouble.rule,
        "subject": trouble.subject[:200],
        "params": Jsonb(dict(trouble.params)),
    }
