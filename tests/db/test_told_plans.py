"""Statements of credits, notifications and the webhooks' log, where there is much of each: a page
is read from its index, whoever has how many, and with row-level security at work."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from psycopg.conninfo import conninfo_to_dict
from tests.db.conftest import Connect, become
from tests.db.people import TEMPLATE, value
from tests.db.plans import plan
from tests.support.databases import Cluster

from affiche.db.address import Address

LAST = UUID(int=2**128 - 1)
LATER, EARLIER = datetime(9999, 1, 1, tzinfo=UTC), datetime(1999, 1, 1, tzinfo=UTC)
USERS, LINES = 200, 20_000
LARGE = {
    *("credit_transactions", "notifications", "outbox", "messages"),
    *("webhook_deliveries", "webhook_attempts"),
}
# Every tenth line is one person's. As superuser, past the triggers: ten thousands of rows.
FILL = f"""
SET session_replication_role = replica;
INSERT INTO users (id, name, email)
SELECT uuidv7(make_interval(secs => n - 1e7)), 'u' || n, n || '@example.com'
FROM generate_series(1, {USERS}) n;
INSERT INTO projects (user_id, name, is_default) SELECT id, name, true FROM users;
INSERT INTO project_members (project_id, user_id, role)
SELECT id, user_id, 'admin' FROM projects;
CREATE TEMP TABLE people AS
SELECT row_number() OVER (ORDER BY u.id) - 1 AS place, u.id, p.id AS project
FROM users u JOIN projects p ON p.user_id = u.id;
CREATE TEMP TABLE lines AS
SELECT n, p.id AS user_id, p.project, uuidv7(make_interval(secs => n - {LINES})) AS id,
  now() + make_interval(secs => n - {LINES}) AS at
FROM generate_series(1, {LINES}) n
JOIN people p ON p.place = CASE WHEN n % 10 = 0 THEN 0 ELSE n % {USERS} END;
INSERT INTO works (id, user_id, project_id, template_id, template_version, status, created_at)
SELECT id, user_id, project, '{TEMPLATE}', 1, 'completed', at FROM lines;
INSERT INTO credit_transactions (user_id, line, type, purchased_amount, subscription_balance,
  purchased_balance, work_id, project_id, created_at)
SELECT user_id, row_number() OVER (PARTITION BY user_id ORDER BY n), 'charge', -1, 0, {LINES} - n,
  id, project, at FROM lines;
INSERT INTO notifications (id, user_id, work_id, type, title, message, read_at, created_at)
SELECT id, user_id, id, 'work.completed', 't', 'm', CASE WHEN n % 100 < 95 THEN at END, at
FROM lines;
INSERT INTO message_channels (user_id, channel, types) SELECT id, 'email', '{{}}' FROM people;
INSERT INTO messages (id, user_id, channel, status, run_at, created_at, ended_at)
SELECT id, user_id, 'email', CASE WHEN n % 500 = 1 THEN 'dead' ELSE 'sent' END, at, at, at
FROM lines WHERE n < {LINES} - 200;
INSERT INTO outbox (notification_id, channel, user_id, message_id, run_at)
SELECT id, 'email', user_id, CASE WHEN n < {LINES} - 200 THEN id END, at FROM lines;
INSERT INTO webhooks (id, project_id, user_id, url, types, seed, key_print)
SELECT id, project, id, 'https://example.com/', '{{work.completed}}',
  decode(repeat('00', 32), 'hex'), 'x' FROM people;
INSERT INTO webhook_deliveries (id, webhook_id, type, data, status, attempts, next_at, created_at,
  ended_at)
SELECT id, user_id, 'work.completed', '{{}}', CASE WHEN n % 400 = 0 THEN 'pending'
  ELSE 'delivered' END, 1, at, at, CASE WHEN n % 400 <> 0 THEN at END FROM lines;
INSERT INTO webhook_attempts (delivery_id, number, at, milliseconds) SELECT id, 1, at, 9 FROM lines;
"""


@dataclass(frozen=True)
class Told:
    service: Connection[Any]
    user: UUID
    """Who has a tenth of all, and a webhook of the same id."""
    delivery: UUID


@pytest.fixture(scope="module")
def told(cluster: Cluster, shared: Address, connect: Connect) -> Told:
    name = str(conninfo_to_dict(shared.url)["dbname"])
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as superuser:
        superuser.execute(FILL)  # type: ignore[arg-type]
        superuser.execute(f"VACUUM (ANALYZE) users, works, {', '.join(sorted(LARGE))}")  # type: ignore[arg-type]
    service = connect()
    most = "SELECT user_id FROM notifications GROUP BY user_id ORDER BY count(*) DESC LIMIT 1"
    user = value(service, most)
    query = "SELECT id FROM webhook_deliveries WHERE webhook_id = %s LIMIT 1"
    return Told(service, user, value(service, query, user))


Case = tuple[str, dict[str, Any], str, int]
MIDDLE = {"before": UUID(int=2**127)}
PAGE = {"before": LAST, "limit": 50}
# Statement, its values beside the person and the webhook, the index it lives by, and pages.
PERSON: list[Case] = [
    # With each line the work that it is for.
    (
        "credits.statement",
        {"before": 2**62, "limit": 50},
        "credit_transactions_user_id_line_key",
        700,
    ),
    (
        "credits.statement",
        {"before": 900, "limit": 50},
        "credit_transactions_user_id_line_key",
        700,
    ),
    (
        "credits.statement_onwards",
        {"after": 1000, "limit": 50},
        "credit_transactions_user_id_line_key",
        700,
    ),
    ("notifications.page", PAGE, "notifications_user", 150),
    ("notifications.page", PAGE | MIDDLE, "notifications_user", 150),
    ("notifications.page_of_unread", PAGE, "notifications_unread", 150),
    ("notifications.page_of_type", PAGE | {"type": "work.failed"}, "notifications_type", 150),
    ("notifications.unread", {"most": 100}, "notifications_unread", 250),
]
SERVICE: list[Case] = [
    ("notifications.old", {"before": LATER, "most": 100}, "notifications_age", 40 * 100),
    ("notifications.old", {"before": EARLIER, "most": 100}, "notifications_age", 20),
    # All that waits, which is two hundred here.
    ("messages.due", {"now": LATER, "most": 32}, "outbox_due", 400),
    ("messages.lost", {"now": LATER}, "messages_due", 20),
    ("messages.stale", {"now": LATER, "before": EARLIER}, "messages_due", 20),
    (
        "messages.take",
        {"now": LATER, "lease": LATER, "channels": ["email"], "most": 8},
        "messages_due",
        20,
    ),
    ("messages.waiting", {"channel": "email", "most": 100}, "outbox_whose", 200),
    ("messages.old", {"before": EARLIER, "most": 100}, "messages_ended", 20),
    ("webhooks.deliveries", PAGE, "webhook_deliveries_log", 150),
    ("webhooks.deliveries", PAGE | MIDDLE, "webhook_deliveries_log", 150),
    ("webhooks.attempts", {}, "webhook_attempts_pkey", 20),
]


def names(cases: list[Case]) -> list[str]:
    return [f"{name}-{number}" for number, (name, *_) in enumerate(cases)]


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize(("name", "params", "index", "pages"), PERSON, ids=names(PERSON))
def test_a_person_s_list(
    told: Told, name: str, params: dict[str, Any], index: str, pages: int, generic: bool
) -> None:
    become(told.service, "authenticated", told.user)
    try:
        check(told, name, params, index, pages, generic)
    finally:
        become(told.service, "service_role")


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize(("name", "params", "index", "pages"), SERVICE, ids=names(SERVICE))
def test_the_service_s_look(
    told: Told, name: str, params: dict[str, Any], index: str, pages: int, generic: bool
) -> None:
    check(told, name, params, index, pages, generic)


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
def test_what_is_due_is_found_webhook_by_webhook(told: Told, generic: bool) -> None:
    """Of two hundred, each with a look into the index of what waits."""
    params = {"lease": "60 seconds", "each": 4, "busy": [], "most": 16, "key_print": b"x"}
    check(told, "webhooks.claim", params, "webhook_deliveries_due", 10 * USERS, generic)


def check(
    told: Told, name: str, params: dict[str, Any], index: str, pages: int, generic: bool
) -> None:
    whose = {"user_id": told.user, "webhook_id": told.user, "delivery_id": told.delivery}
    found = plan(told.service, name, generic, **(whose | params))
    assert not found.scanned & LARGE
    assert index in found.indexes
    assert found.pages <= pages
