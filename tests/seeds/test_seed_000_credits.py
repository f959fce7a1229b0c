"""Seed 000's credits: taken on asking, given back on failing, and read by its own statements."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from tests.db import people
from tests.seeds.blocks import run


@pytest.fixture
def charging(service: Connection[Any]) -> Connection[Any]:
    service.execute("UPDATE credit_rules SET charging = true")
    return service


def balances(service: Connection[Any], user: UUID) -> tuple[int, int]:
    (row,) = run(service, "seed_000.balances", user_id=user)
    return row["subscription_credits"], row["purchased_credits"]


def have(service: Connection[Any], user: UUID, subscription: int, purchased: int) -> None:
    service.execute(
        "UPDATE users SET subscription_credits = %s, purchased_credits = %s WHERE id = %s",
        (subscription, purchased, user),
    )


def fail(service: Connection[Any], work: UUID, job: UUID) -> None:
    """As the workflow engine does, each statement by itself."""
    run(service, "seed_000.take_job", job_id=job)
    run(service, "seed_000.process_work", work_id=work)
    run(service, "seed_000.fail_work", work_id=work, error_message="GPU out of memory")
    # What happens when it commits.
    service.execute("SET CONSTRAINTS ALL IMMEDIATE")
    run(service, "seed_000.delete_job", job_id=job)


def test_who_has_too_few_credits_is_refused(charging: Connection[Any], someone: UUID) -> None:
    have(charging, someone, 1, 1)
    with pytest.raises(psycopg.DatabaseError) as caught, charging.transaction():
        people.work(charging, someone, outputs=3)
    assert caught.value.sqlstate == "AF002"
    assert balances(charging, someone) == (1, 1)


def test_the_subscription_is_spent_first(charging: Connection[Any], someone: UUID) -> None:
    have(charging, someone, 2, 5)
    asked = people.work(charging, someone, outputs=3)
    assert balances(charging, someone) == (0, 4)
    row = charging.execute(
        "SELECT credits_used, subscription_credits_used, purchased_credits_used FROM works"
        " WHERE id = %s",
        (asked,),
    ).fetchone()
    assert row == (3, 2, 1)


def test_a_work_that_failed_is_refunded_to_where_it_was_paid_from(
    charging: Connection[Any], someone: UUID
) -> None:
    have(charging, someone, 1, 5)
    asked = people.work(charging, someone, outputs=2)
    assert balances(charging, someone) == (0, 4)
    fail(charging, asked, people.job(charging, asked))
    assert balances(charging, someone) == (1, 5)
    lines = run(charging, "seed_000.refunds", work_id=asked)
    assert [(line["type"], line["amount"]) for line in lines] == [
        ("refund", 1),
        ("refund", 1),
        ("charge", -2),
    ]
    assert all(line["created_at"] for line in lines)


def test_a_studio_without_credits_has_no_lines(service: Connection[Any], someone: UUID) -> None:
    asked = people.work(service, someone)
    fail(service, asked, people.job(service, asked))
    assert run(service, "seed_000.refunds", work_id=asked) == []
    assert balances(service, someone) == (0, 0)
