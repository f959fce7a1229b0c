"""What a work costs, who pays, and what stands in the way: triggers under many at once."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import Connection
from psycopg.errors import CheckViolation, InsufficientPrivilege
from tests.db.conftest import Connect, become
from tests.db.people import TEMPLATE, deliver, job, user, value, work

ASK = "SELECT id FROM ask_work(%s, %s, '{}', %s, 1, %s)"


@pytest.fixture(autouse=True)
def charging(service: Connection[Any]) -> Iterator[None]:
    service.execute("UPDATE credit_rules SET charging = true")
    yield
    service.execute("UPDATE credit_rules SET charging = false")


def rich(service: Connection[Any], subscription: int = 0, purchased: int = 0) -> UUID:
    own = user(service, "payer")
    service.execute(
        "UPDATE users SET subscription_credits = %s, purchased_credits = %s WHERE id = %s",
        (subscription, purchased, own),
    )
    return own


def project_of(service: Connection[Any], own: UUID) -> UUID:
    made: UUID = value(
        service,
        "INSERT INTO projects (user_id, name, is_default) VALUES (%s, 'p', true) RETURNING id",
        own,
    )
    return made


def balances(service: Connection[Any], own: UUID) -> tuple[int, int]:
    row = service.execute(
        "SELECT subscription_credits, purchased_credits FROM users WHERE id = %s", (own,)
    ).fetchone()
    assert row
    return row[0], row[1]


def test_fifty_at_once_on_ten_credits(service: Connection[Any], connect: Connect) -> None:
    own = rich(service, 4, 6)
    connections = [connect("authenticated", own) for _ in range(10)]

    def ask(number: int) -> str:
        connection = connections[number]
        said = []
        for _ in range(5):
            try:
                connection.execute(ASK, (uuid4(), TEMPLATE, 1, None))
                said.append("asked")
            except psycopg.DatabaseError as error:
                said.append(str(error.sqlstate))
        return " ".join(said)

    with ThreadPoolExecutor(10) as pool:
        said = " ".join(pool.map(ask, range(10))).split()
    assert (said.count("asked"), said.count("AF002")) == (10, 40)
    assert balances(service, own) == (0, 0)
    query = "SELECT sum({}) FROM works WHERE user_id = %s"
    assert value(service, query.format("subscription_credits_used"), own) == 4
    assert value(service, query.format("purchased_credits_used"), own) == 6
    assert value(service, "SELECT count(*) FROM works WHERE user_id = %s", own) == 10
    jobs = "SELECT count(*) FROM generation_jobs WHERE user_id = %s"
    assert value(service, jobs, own) == 10


def test_two_of_three_pictures(service: Connection[Any]) -> None:
    """The subscription paid for the first and the second; it is the third that is missing."""
    own = rich(service, 2, 5)
    asked = work(service, own, 3)
    jobs = [job(service, asked, n) for n in range(3)]
    assert balances(service, own) == (0, 4)
    service.execute("UPDATE generation_jobs SET status = 'taken' WHERE work_id = %s", (asked,))
    service.execute("UPDATE generation_jobs SET status = 'processing' WHERE work_id = %s", (asked,))
    for row in jobs[:2]:
        token = value(service, "SELECT token FROM generation_jobs WHERE id = %s", row)
        assert deliver(service, row, token) == 1
    service.execute("UPDATE generation_jobs SET status = 'failed' WHERE id = %s", (jobs[2],))
    row = service.execute(
        "SELECT status, credits_used, credits_refunded, outputs_refunded FROM works WHERE id = %s",
        (asked,),
    ).fetchone()
    assert row == ("completed", 3, 1, [2])
    assert balances(service, own) == (0, 5)


def test_the_refund_is_known_to_whoever_hears_of_the_end(service: Connection[Any]) -> None:
    own = rich(service, 0, 2)
    asked = work(service, own, 2)
    with service.transaction(force_rollback=True):
        service.execute(
            "CREATE TEMP TABLE heard AS SELECT 0 AS refunded WHERE false;"
            "GRANT ALL ON heard TO service_role"
        )
        service.execute("UPDATE works SET status = 'failed' WHERE id = %s", (asked,))
        assert value(service, "SELECT credits_refunded FROM works WHERE id = %s", asked) == 2
        # Nobody's row is locked for it before the end of the transaction.
        assert balances(service, own) == (0, 0)
        service.execute("SET CONSTRAINTS ALL IMMEDIATE")
        assert balances(service, own) == (0, 2)


def test_the_price_is_that_of_the_version_asked_for(service: Connection[Any]) -> None:
    own = rich(service, 0, 50)
    poster = value(service, "SELECT id FROM templates WHERE slug = 'poster'")
    with service.transaction(force_rollback=True):
        # What a gallery shows is not what is charged.
        service.execute("UPDATE templates SET credits = 9 WHERE id = %s", (poster,))
        paid = value(
            service,
            "INSERT INTO works (user_id, template_id, output_count) VALUES (%s, %s, 3)"
            " RETURNING credits_used",
            *(own, poster),
        )
        assert paid == 6


def test_what_was_asked_while_it_was_free_stays_free(service: Connection[Any]) -> None:
    service.execute("UPDATE credit_rules SET charging = false")
    own = rich(service, 0, 3)
    free = work(service, own, 2)
    service.execute("UPDATE credit_rules SET charging = true")
    service.execute("UPDATE works SET status = 'failed' WHERE id = %s", (free,))
    assert balances(service, own) == (0, 3)
    paid = work(service, own, 2)
    service.execute("UPDATE credit_rules SET charging = false")
    service.execute("UPDATE works SET status = 'failed' WHERE id = %s", (paid,))
    assert balances(service, own) == (0, 3)
    assert value(service, "SELECT credits_refunded FROM works WHERE id = %s", paid) == 2


def test_nobody_says_what_a_work_of_theirs_costs(service: Connection[Any]) -> None:
    own = rich(service, 0, 3)
    paid = value(
        service,
        "INSERT INTO works (user_id, template_id, credits_used, purchased_credits_used,"
        " credits_refunded) VALUES (%s, %s, 0, 0, 0) RETURNING credits_used",
        *(own, TEMPLATE),
    )
    assert paid == 1
    with pytest.raises(CheckViolation):
        service.execute("UPDATE works SET output_count = 2 WHERE user_id = %s", (own,))


def test_a_work_that_is_not_written_is_not_charged(service: Connection[Any]) -> None:
    """A trigger before an insertion runs even where the row is then left out."""
    own = rich(service, 0, 3)
    first = work(service, own)
    assert balances(service, own) == (0, 2)
    with pytest.raises(psycopg.errors.UniqueViolation):
        service.execute(
            "INSERT INTO works (id, user_id, template_id) VALUES (%s, %s, %s)"
            " ON CONFLICT (id) DO NOTHING",
            (first, own, TEMPLATE),
        )
    assert balances(service, own) == (0, 2)


def test_lines_go_with_their_user_and_stay_when_a_work_goes(service: Connection[Any]) -> None:
    own = rich(service, 0, 3)
    asked = work(service, own)
    service.execute("DELETE FROM events WHERE work_id = %s", (asked,))
    service.execute("DELETE FROM works WHERE id = %s", (asked,))
    query = "SELECT type, amount, work_id FROM credit_transactions WHERE user_id = %s ORDER BY line"
    assert service.execute(query, (own,)).fetchall() == [
        ("adjustment", 3, None),
        ("charge", -1, None),
    ]
    with pytest.raises(CheckViolation):
        service.execute("DELETE FROM credit_transactions WHERE user_id = %s", (own,))
    service.execute("DELETE FROM users WHERE id = %s", (own,))
    assert service.execute(query, (own,)).fetchall() == []


def test_a_person_sees_their_own_lines_and_not_who_wrote_them(
    service: Connection[Any], connect: Connect
) -> None:
    alice, bob = rich(service, 0, 3), rich(service, 0, 9)
    mine = connect("authenticated", alice)
    assert mine.execute("SELECT user_id, amount FROM credit_transactions").fetchall() == [
        (alice, 3)
    ]
    for query in (
        "SELECT actor FROM credit_transactions",
        "SELECT * FROM work_costs",
        "UPDATE users SET purchased_credits = 99",
        "INSERT INTO credit_transactions (user_id, type, purchased_amount)"
        f" VALUES ('{alice}', 'grant', 9)",
        "UPDATE credit_rules SET charging = false",
    ):
        with pytest.raises(InsufficientPrivilege):
            mine.execute(query)  # type: ignore[arg-type]
    assert balances(service, bob) == (0, 9)


# --- budgets ------------------------------------------------------------------------------------


def bound(service: Connection[Any], column: str, whose: UUID, credits: int, period: str) -> None:
    service.execute(
        f"INSERT INTO credit_budgets ({column}, period, credits)"  # type: ignore[arg-type]
        " VALUES (%s, %s, %s)",
        (whose, period, credits),
    )


@pytest.mark.parametrize("period", ["day", "month"])
def test_a_budget_is_spent_and_says_when_it_frees(service: Connection[Any], period: str) -> None:
    own = rich(service, 0, 50)
    bound(service, "user_id", own, 3, period)
    work(service, own, 2)
    with pytest.raises(psycopg.DatabaseError) as caught:
        work(service, own, 2)
    assert caught.value.sqlstate == "AF003"
    told = json.loads(caught.value.diag.message_detail or "")
    frees_at = datetime.fromisoformat(told.pop("frees_at"))
    assert told == {"of": "user", "period": period, "budget": 3, "needed": 2}
    begins = "SELECT (date_trunc(%s, now() AT TIME ZONE 'Asia/Seoul') + %s::interval)"
    assert frees_at == value(service, f"{begins} AT TIME ZONE 'Asia/Seoul'", period, f"1 {period}")
    assert balances(service, own) == (0, 48)
    work(service, own, 1)


def test_what_went_back_may_be_spent_again(service: Connection[Any]) -> None:
    own = rich(service, 0, 50)
    bound(service, "user_id", own, 3, "day")
    failing = work(service, own, 3)
    service.execute("UPDATE works SET status = 'failed' WHERE id = %s", (failing,))
    work(service, own, 3)
    with pytest.raises(psycopg.DatabaseError):
        work(service, own, 1)


def test_a_new_day_has_a_new_budget(service: Connection[Any]) -> None:
    own = rich(service, 0, 50)
    bound(service, "user_id", own, 1, "day")
    work(service, own)
    service.execute(
        "UPDATE credit_budgets SET period_start = period_start - interval '1 day'"
        " WHERE user_id = %s",
        (own,),
    )
    work(service, own)


def test_many_people_spend_one_project_s_budget(service: Connection[Any], connect: Connect) -> None:
    people = [rich(service, 0, 20) for _ in range(4)]
    project = project_of(service, people[0])
    bound(service, "project_id", project, 10, "month")
    connections = [connect() for _ in people]

    def ask(number: int) -> list[str]:
        said = []
        for _ in range(6):
            try:
                connections[number].execute(
                    "INSERT INTO works (user_id, project_id, template_id) VALUES (%s, %s, %s)",
                    (people[number], project, TEMPLATE),
                )
                said.append("asked")
            except psycopg.DatabaseError as error:
                said.append(str(error.sqlstate))
        return said

    for connection in connections:
        become(connection, "service_role")
    with ThreadPoolExecutor(4) as pool:
        said = [each for those in pool.map(ask, range(4)) for each in those]
    assert (said.count("asked"), said.count("AF003")) == (10, 14)
    assert sum(sum(balances(service, who)) for who in people) == 70
