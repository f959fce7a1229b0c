"""Alerts from what the studio's rows say to the operators' mailbox and webhook."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.admin.conftest import sql
from tests.support.mailboxes import CLOSE, Mailbox, mailbox
from tests.support.servers import AsSomebody
from tests.support.studios import ask, photograph
from tests.webhooks.conftest import sent
from tests.webhooks.receivers import Receiver, receiving

from affiche.domain.alerts import CALM, REPEAT
from affiche.errors import InvalidInputs
from affiche.pipeline.alerts import EVERY, Alerts
from affiche.pipeline.messages import LEASE, pause
from affiche.pipeline.webhooks import Webhooks
from affiche.studio import alerts, treasury, uploads, webhooks
from affiche.studio.studio import Caller, Studio


@dataclass
class Watch:
    """A studio whose clock is turned by hand, with a mail server, and alice's address."""

    studio: Studio
    mail: Mailbox
    service: Alerts
    now: datetime

    async def round(self, passed: timedelta = EVERY) -> None:
        self.now += passed
        await self.service.look()
        await self.service.mails.send()

    async def unwell(self, since: timedelta | None) -> None:
        moment = None if since is None else self.now - since
        await sql(
            self.studio,
            'UPDATE endpoints SET unwell_since = %s, health = \'{"reason": "silent"}\''
            " WHERE name = 'preview'",
            moment,
        )

    @property
    def subjects(self) -> list[str]:
        return [str(each["Subject"]) for each in self.mail.received]


@pytest.fixture
async def watch(studio: Studio, alice: Caller) -> AsyncIterator[Watch]:
    await sql(
        studio, "UPDATE users SET email = 'alice@example.com', language = 'en' WHERE is_operator"
    )
    async with mailbox() as server:
        settings = replace(
            studio.settings,
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_from="studio@example.com",
            smtp_tls="off",
            public_url="https://studio.example.com",
            webhook_private=("127.0.0.1",),
        )
        made = Watch(studio, server, Alerts(studio), datetime.now(UTC))
        made.studio = replace(studio, settings=settings, now=lambda: made.now)
        made.service = Alerts(made.studio)
        yield made


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


async def test_an_alert_s_life_in_mail_and_webhook(
    watch: Watch, alice: Caller, receiver: Receiver
) -> None:
    webhook, secret = await webhooks.make(watch.studio, alice, receiver.url, types=["studio.alert"])
    # Receivers take no message from another day, so those go out by the clock on the wall.
    sender = Webhooks(replace(watch.studio, now=lambda: datetime.now(UTC)))
    await watch.round()
    assert watch.subjects == []

    await watch.unwell(timedelta(minutes=6))
    for _ in range(3):
        await watch.round()
    assert watch.subjects == ["Alert: preview is down"]
    (mail,) = watch.mail.received
    assert mail["To"] == "alice@example.com"
    plain = next(iter(mail.iter_parts())).get_content()
    assert "preview has been unwell" in plain
    assert "silent" in plain
    assert "https://studio.example.com/v1/admin/alerts" in plain
    assert "because you look after" in plain

    # What goes on is said again after a day, and no sooner.
    await watch.round(REPEAT - timedelta(minutes=10))
    assert len(watch.subjects) == 1
    await watch.round(timedelta(minutes=10))
    assert watch.subjects[1:] == ["Still open: preview is down"]

    await watch.unwell(None)
    await watch.round()
    assert len(watch.subjects) == 2
    await watch.round(CALM)
    await watch.round()
    assert watch.subjects[2:] == ["Over: preview is down"]
    (row,) = await alerts.page(watch.studio, alice)
    assert row.closed_at == watch.now - EVERY

    assert await sent(sender) == 3
    told = [message.verified(secret) for message in receiver.messages]
    assert {each["type"] for each in told} == {"studio.alert"}
    changes = {each["data"]["change"]: each["data"] for each in told}
    assert set(changes) == {"opened", "repeated", "closed"}
    assert {each["alert_id"] for each in changes.values()} == {str(row.id)}
    assert changes["opened"]["subject"] == "preview"
    assert changes["closed"]["closed_at"] is not None
    assert webhook.project_id is not None


async def test_many_processes_tell_once(watch: Watch) -> None:
    await watch.unwell(timedelta(minutes=6))
    watch.now += EVERY
    crews = [Alerts(watch.studio) for _ in range(6)]
    decisions = await asyncio.gather(*(each.look() for each in crews))
    assert sum(each is not None for each in decisions) == 1
    await asyncio.gather(*(each.mails.send() for each in crews))
    assert watch.subjects == ["Alert: preview is down"]


async def test_a_mail_that_cannot_go_out_is_sent_later_and_one_that_may_have_is_not(
    watch: Watch,
) -> None:
    watch.mail.will("RCPT", "451 later")
    await watch.unwell(timedelta(minutes=6))
    await watch.round()
    assert watch.subjects == []
    watch.mail.will("END", CLOSE)
    await watch.round(pause(1))
    rows = await sql(watch.studio, "SELECT status, error_code, tries FROM alert_mails")
    assert rows == [("dead", "message_uncertain", 2)]
    await watch.round(LEASE * 2)
    assert watch.subjects == []


async def test_a_process_that_died_with_a_mail_leaves_it_to_another(watch: Watch) -> None:
    await watch.unwell(timedelta(minutes=6))
    watch.now += EVERY
    await watch.service.look()
    await sql(
        watch.studio,
        "UPDATE alert_mails SET status = 'sending', tries = 1, run_at = %s",
        watch.now + LEASE,
    )
    await watch.service.mails.send()
    assert watch.subjects == []
    watch.now += LEASE
    await watch.service.mails.send()
    assert watch.subjects == ["Alert: preview is down"]


async def test_addresses_of_settings_take_the_operators_place(watch: Watch) -> None:
    named = replace(watch.studio.settings, alert_emails=("duty@example.com",), language="ko")
    watch.service = Alerts(replace(watch.studio, settings=named))
    await watch.unwell(timedelta(minutes=6))
    await watch.round()
    (mail,) = watch.mail.received
    assert mail["To"] == "duty@example.com"
    assert "preview에 문제가 있습니다" in str(mail["Subject"])


async def test_only_operators_hear_of_it(
    watch: Watch, bob: Caller, receiver: Receiver, alice: Caller
) -> None:
    with pytest.raises(InvalidInputs):
        await webhooks.make(watch.studio, bob, receiver.url, types=["studio.alert"])
    hers, _ = await webhooks.make(watch.studio, alice, receiver.url, types=["studio.alert"])
    # Who was an operator once is told no more.
    await sql(watch.studio, "UPDATE webhooks SET user_id = %s WHERE id = %s", bob.id, hers.id)
    await watch.unwell(timedelta(minutes=6))
    await watch.round()
    assert await sql(watch.studio, "SELECT count(*) FROM webhook_deliveries") == [(0,)]
    assert [str(each["To"]) for each in watch.mail.received] == ["alice@example.com"]


async def test_what_budgets_queues_and_secrets_say(
    watch: Watch, alice: Caller, bob: Caller, as_somebody: AsSomebody
) -> None:
    studio = watch.studio
    await sql(studio, "UPDATE credit_rules SET charging = true")
    await treasury.grant(studio, alice, bob.id, 100)
    await treasury.set_budget(studio, alice, "month", 10, user_id=bob.id)
    await sql(
        studio,
        "UPDATE credit_budgets SET charged = 9,"
        " period_start = date_trunc('month', now(), 'Asia/Seoul')",
    )
    await as_somebody(bob)
    await sql(studio, "UPDATE api_keys SET created_at = now() - interval '100 days'")
    await watch.round()
    found = {each.rule: each for each in await alerts.page(studio, alice, only_open=True)}
    assert set(found) == {"budget_spent", "secret_age"}
    assert found["budget_spent"].params["used"] == 9
    assert found["budget_spent"].params["whose"] == str(bob.id)
    assert found["secret_age"].params["n"] == 1
    # Two at once are one mail.
    assert watch.subjects == ["2 news about the studio"]


async def test_failures_and_lines_that_wait(watch: Watch, alice: Caller, bob: Caller) -> None:
    studio = watch.studio
    file = await uploads.upload(studio, bob, photograph(64, 64))
    works = [await ask(studio, bob, file, f"number {n}") for n in range(21)]
    failed = [each.id for each in works[:20]]
    await sql(
        studio,
        "UPDATE generation_jobs SET status = 'failed', error_code = 'run_failed'"
        " WHERE work_id = ANY (%s)",
        failed,
    )
    await sql(
        studio,
        "UPDATE generation_jobs SET run_at = now() - interval '2 hours' WHERE status = 'pending'",
    )
    await watch.round()
    found = {each.rule: each for each in await alerts.page(studio, alice, only_open=True)}
    assert set(found) == {"failure_rate", "queue_age"}
    assert found["failure_rate"].params == {"percent": 100.0, "failed": 20, "ended": 20}
    assert found["queue_age"].params["waiting"] == 1
    assert found["queue_age"].params["minutes"] >= 119


async def test_a_project_s_storage(watch: Watch, alice: Caller, bob: Caller) -> None:
    await uploads.upload(watch.studio, bob, photograph(64, 64))
    ((project, used),) = await sql(
        watch.studio, "SELECT project_id, sum(bytes)::bigint FROM storage_counts GROUP BY 1"
    )
    await sql(
        watch.studio, "UPDATE projects SET storage_quota = %s WHERE id = %s", used * 2, project
    )
    await watch.round()
    assert await alerts.page(watch.studio, alice) == []
    await sql(watch.studio, "UPDATE projects SET storage_quota = %s WHERE id = %s", used, project)
    await watch.round()
    (alert,) = await alerts.page(watch.studio, alice)
    assert (alert.rule, alert.subject) == ("storage_full", str(project))
    assert alert.params["percent"] == 100.0
