"""Three people: alice and bob have something in every table, charlie has nothing but himself."""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection

from affiche.db.statements import statement

TEMPLATE = UUID("82064257-1bef-45d8-a6ba-715f33c887cc")


@dataclass(frozen=True)
class Person:
    id: UUID
    project: UUID
    file: UUID
    work: UUID
    job: UUID


def value(connection: Connection[Any], query: str, *params: object) -> Any:
    row = connection.execute(query, params or None).fetchone()
    return row[0] if row else None


def user(service: Connection[Any], name: str) -> UUID:
    made: UUID = value(
        service,
        "INSERT INTO users (name, email) VALUES (%s, %s) RETURNING id",
        name,
        f"{name}-{uuid4()}@example.com",
    )
    return made


def work(service: Connection[Any], user_id: UUID, outputs: int = 1) -> UUID:
    """One that waits, without jobs."""
    made: UUID = value(
        service,
        "INSERT INTO works (user_id, template_id, output_count) VALUES (%s, %s, %s) RETURNING id",
        user_id,
        TEMPLATE,
        outputs,
    )
    return made


def job(service: Connection[Any], work_id: UUID, output_index: int = 0) -> UUID:
    made: UUID = value(
        service,
        "INSERT INTO generation_jobs (work_id, output_index) VALUES (%s, %s) RETURNING id",
        work_id,
        output_index,
    )
    return made


def file(service: Connection[Any], user_id: UUID, work_id: UUID | None = None) -> UUID:
    key = f"{user_id}/{uuid4()}.png"
    made: UUID = value(
        service,
        "INSERT INTO files (user_id, work_id, bucket_id, path, object_key, width, height,"
        " file_size, mime_type, sha256) VALUES (%s, %s, 'works', %s, %s, 8, 8, 99, 'image/png', '')"
        " RETURNING id",
        *(user_id, work_id, key, key),
    )
    return made


def deliver(service: Connection[Any], job_id: UUID, token: UUID, **picture: Any) -> int:
    """How many jobs a step completed with a picture: none if somebody else was first."""
    known = value(
        service,
        "SELECT json_build_array(user_id, work_id, output_index) FROM generation_jobs"
        " WHERE id = %s",
        job_id,
    )
    row = {
        "n": 0,
        "job_id": str(job_id),
        "token": str(token),
        "file_id": str(uuid4()),
        "path": "{}/{}/output-{}.png".format(*known),
        "object_key": f"{uuid4()}.png",
        "name": "output.png",
        "width": 8,
        "height": 8,
        "file_size": 99,
        "mime_type": "image/png",
        "sha256": "\\x00",
        "about": {"title": "t", "tags": ["a"], "data": {"seed": 1}},
    }
    rows = json.dumps([row | picture])
    return service.execute(statement("steps.delivered"), {"rows": rows}).rowcount


def ask(service: Connection[Any], user_id: UUID) -> UUID:
    """A work that was asked for as people ask, under an idempotency key."""
    claims = "SELECT set_config('request.jwt.claims', %s, false)"
    service.execute(claims, (json.dumps({"sub": str(user_id), "role": "authenticated"}),))
    made: UUID = value(
        service,
        "SELECT id FROM ask_work(uuid_v7(), %s, '{}', 1, 1,"
        " idempotency_key => 'k', request_digest => '')",
        TEMPLATE,
    )
    service.execute(claims, (json.dumps({"role": "service_role"}),))
    return made


def person(service: Connection[Any], name: str) -> Person:
    """A user with a row in every table that can hold somebody's."""
    own = user(service, name)
    project = value(
        service,
        "INSERT INTO projects (user_id, name, is_default) VALUES (%s, 'mine', true) RETURNING id",
        own,
    )
    asked = ask(service, own)
    ran = value(service, "SELECT id FROM generation_jobs WHERE work_id = %s", asked)
    stored = file(service, own, asked)
    secret = uuid4().bytes
    for insertion in (
        "INSERT INTO sign_in_links (hash, user_id, expires_at) VALUES (%s, %s, now())",
        "INSERT INTO sessions (hash, user_id, expires_at) VALUES (%s, %s, now())",
        "INSERT INTO api_keys (hash, user_id, name) VALUES (%s, %s, 'key')",
    ):
        service.execute(insertion, (secret, own))
    service.execute(
        "INSERT INTO withdrawals (job_id, endpoint_id, external_id)"
        " SELECT id, endpoint_id, 'run' FROM generation_jobs WHERE id = %s",
        (ran,),
    )
    service.execute("UPDATE works SET tags = '{mine}' WHERE id = %s", (asked,))
    _be_told(service, own, asked)
    for insertion in (
        "INSERT INTO credit_transactions (user_id, type, purchased_amount) VALUES (%s, 'grant', 5)",
        "INSERT INTO credit_budgets (user_id, period, credits) VALUES (%s, 'day', 5)",
    ):
        service.execute(insertion, (own,))
    return Person(own, project, stored, asked, ran)


def _be_told(service: Connection[Any], user_id: UUID, work_id: UUID) -> None:
    """A notification that has gone out by a channel."""
    service.execute(
        "INSERT INTO message_channels (user_id, channel, types) VALUES (%s, 'push', '{}')",
        (user_id,),
    )
    service.execute(
        "INSERT INTO browsers (user_id, endpoint, p256dh, auth) VALUES (%s, %s, '', '')",
        (user_id, f"https://push.example/{user_id}"),
    )
    service.execute(
        "WITH told AS (INSERT INTO notifications (user_id, work_id, type, title, message)"
        " VALUES (%(user)s, %(work)s, 'work.failed', '', '') RETURNING id),"
        " sent AS (INSERT INTO messages (user_id, channel) VALUES (%(user)s, 'push') RETURNING id)"
        " INSERT INTO outbox (notification_id, channel, user_id, message_id)"
        " SELECT told.id, 'push', %(user)s, sent.id FROM told, sent",
        {"user": user_id, "work": work_id},
    )
