"""Credits under all that people, steps, operators, renewals and crashes do, in any order.

The real triggers on the real database, beside a model that has none (`bank.py`): whatever came in
is still there, was spent or has expired, at every step.
"""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg import Connection
from psycopg.errors import CheckViolation, UniqueViolation
from psycopg.rows import dict_row
from tests.db.bank import PURCHASED, SUBSCRIPTION, Account, Bill
from tests.db.conftest import become
from tests.db.people import deliver, user, value

from affiche.db.statements import statement

PRICE = 3
SHORT = "AF002"


class Crash(Exception):
    """The process dies in the middle of a transaction."""


class Till(RuleBasedStateMachine):
    service: Connection[Any]
    template: UUID
    """Of PRICE credits an output."""

    @initialize(subscription=st.integers(0, 12), purchased=st.integers(0, 12))
    def open(self, subscription: int, purchased: int) -> None:
        self.people = [user(self.service, name) for name in ("alice", "bob")]
        self.accounts = {who: Account() for who in self.people}
        self.bills: list[Bill] = []
        self.charging, self.months = True, 0
        self.service.execute("UPDATE credit_rules SET charging = true")
        for who in self.people:
            for pool, credits in ((SUBSCRIPTION, subscription), (PURCHASED, purchased)):
                if credits:
                    self.write(who, "grant", pool, credits)
                    self.accounts[who].put(pool, credits)

    def teardown(self) -> None:
        self.service.execute("UPDATE credit_rules SET charging = false")

    def rows(self, query: Any, *params: object) -> list[dict[str, Any]]:
        return self.service.cursor(row_factory=dict_row).execute(query, params).fetchall()

    def write(
        self, who: UUID, kind: str, pool: str, credits: int, reference: str | None = None
    ) -> int:
        given = {
            "user_id": who,
            "type": kind,
            "subscription": credits if pool == SUBSCRIPTION else 0,
            "purchased": credits if pool == PURCHASED else 0,
            "reference": reference,
            "reason": "",
            "actor": None,
        }
        return self.service.execute(statement("credits.write"), given).rowcount

    # --- people -------------------------------------------------------------------------------

    def ask(self, who: UUID, outputs: int, retried: UUID | None, by_hand: bool) -> UUID:
        """As people ask, or as whoever inserts the rows."""
        work_id = uuid4()
        if by_hand:
            with self.service.transaction():
                self.service.execute(
                    "INSERT INTO works (id, user_id, template_id, output_count, retry_of,"
                    " credits_used) VALUES (%s, %s, %s, %s, %s, 99)",
                    (work_id, who, self.template, outputs, retried),
                )
                self.service.execute(
                    "INSERT INTO generation_jobs (work_id, output_index)"
                    " SELECT %s, generate_series(0, %s - 1)",
                    (work_id, outputs),
                )
            return work_id
        become(self.service, "authenticated", who)
        try:
            self.service.execute(
                "SELECT FROM ask_work(%s, %s, '{}', %s, 7, retried => %s)",
                (work_id, self.template, outputs, retried),
            )
        finally:
            become(self.service, "service_role")
        return work_id

    @precondition(lambda self: len(self.bills) < 6)
    @rule(
        data=st.data(),
        outputs=st.integers(1, 3),
        by_hand=st.booleans(),
        again=st.booleans(),
    )
    def ask_for_a_work(self, data: st.DataObject, outputs: int, by_hand: bool, again: bool) -> None:
        who = data.draw(st.sampled_from(self.people))
        ended = [b for b in self.bills if not b.open and b.user == who]
        retried = data.draw(st.sampled_from(ended)).id if again and ended else None
        account = self.accounts[who]
        price = outputs * PRICE if self.charging else 0
        if price > account.balance:
            with pytest.raises(psycopg.DatabaseError) as caught:
                self.ask(who, outputs, retried, by_hand)
            assert caught.value.sqlstate == SHORT
            told = json.loads(caught.value.diag.message_detail or "")
            assert told == {"needed": price, "balance": account.balance}
            return
        work_id = self.ask(who, outputs, retried, by_hand)
        paid = account.charge(price)
        assert paid is not None
        jobs = self.rows("SELECT id, output_index FROM generation_jobs WHERE work_id = %s", work_id)
        self.bills.append(
            Bill(work_id, who, outputs, paid, {j["output_index"]: j["id"] for j in jobs})
        )

    @precondition(lambda self: any(b.open for b in self.bills))
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        bill = self.one_open(data)
        become(self.service, "authenticated", bill.user)
        self.service.execute("SELECT FROM cancel_work(%s)", (bill.id,))
        become(self.service, "service_role")
        self.accounts[bill.user].end(bill)

    # --- the pipeline -------------------------------------------------------------------------

    def one_open(self, data: st.DataObject) -> Bill:
        return data.draw(st.sampled_from([b for b in self.bills if b.open]))

    def run(self, bill: Bill, output: int) -> None:
        for status in ("taken", "processing"):
            self.service.execute(
                "UPDATE generation_jobs SET status = %s WHERE id = %s",
                (status, bill.jobs[output]),
            )

    @precondition(lambda self: any(b.open for b in self.bills))
    @rule(data=st.data(), well=st.booleans())
    def end_an_output(self, data: st.DataObject, well: bool) -> None:
        bill = self.one_open(data)
        left = [n for n in range(bill.outputs) if n not in bill.delivered | bill.failed]
        output = data.draw(st.sampled_from(left))
        self.run(bill, output)
        if well:
            token = value(
                self.service,
                "SELECT token FROM generation_jobs WHERE id = %s",
                bill.jobs[output],
            )
            assert deliver(self.service, bill.jobs[output], token) == 1
            bill.delivered.add(output)
        else:
            self.service.execute(
                "UPDATE generation_jobs SET status = 'failed' WHERE id = %s",
                (bill.jobs[output],),
            )
            bill.failed.add(output)
        if len(left) == 1:
            self.accounts[bill.user].end(bill)

    @precondition(lambda self: any(b.open for b in self.bills))
    @rule(data=st.data(), what=st.sampled_from(["fail", "cancel"]))
    def crash_before_the_commit(self, data: st.DataObject, what: str) -> None:
        bill = self.one_open(data)
        with suppress(Crash), self.service.transaction():
            if what == "cancel":
                self.service.execute("SELECT FROM cancel_work(%s)", (bill.id,))
            else:
                self.service.execute(
                    "UPDATE generation_jobs SET status = 'failed' WHERE work_id = %s"
                    " AND status IN ('pending', 'taken', 'processing')",
                    (bill.id,),
                )
            # What would be done at the commit is done, and undone with the rest.
            self.service.execute("SET CONSTRAINTS ALL IMMEDIATE")
            raise Crash

    @rule(data=st.data())
    def crash_while_asking(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(self.people))
        with suppress(Crash, psycopg.DatabaseError), self.service.transaction():
            self.ask(who, 1, None, True)
            raise Crash

    # --- operators ----------------------------------------------------------------------------

    @precondition(lambda self: any(b.open for b in self.bills))
    @rule(data=st.data(), status=st.sampled_from(["failed", "cancelled"]))
    def end_by_hand(self, data: st.DataObject, status: str) -> None:
        bill = self.one_open(data)
        self.service.execute(
            "UPDATE works SET status = %s, updated_at = NOW() WHERE id = %s", (status, bill.id)
        )
        self.accounts[bill.user].end(bill)

    @precondition(lambda self: any(not b.open for b in self.bills))
    @rule(data=st.data(), output=st.integers(0, 2))
    def refund_twice(self, data: st.DataObject, output: int) -> None:
        bill = data.draw(st.sampled_from([b for b in self.bills if not b.open]))
        query = (
            "INSERT INTO credit_transactions"
            " (user_id, type, purchased_amount, work_id, output_index)"
            " SELECT user_id, type, 1, work_id, output_index FROM credit_transactions"
            " WHERE work_id = %s AND type = 'refund' AND output_index = %s"
        )
        refunded = bill.paid and output in bill.missing
        if refunded:
            with pytest.raises(UniqueViolation):
                self.service.execute(query, (bill.id, output))
        else:
            assert self.service.execute(query, (bill.id, output)).rowcount == 0

    @precondition(lambda self: self.bills)
    @rule(data=st.data(), column=st.sampled_from(["credits_used", "credits_refunded"]))
    def tamper(self, data: st.DataObject, column: str) -> None:
        bill = data.draw(st.sampled_from(self.bills))
        for query in (
            f"UPDATE works SET {column} = {column} + 1 WHERE id = %s",
            "UPDATE credit_transactions SET purchased_amount = 1, subscription_amount = 1"
            " WHERE work_id = %s",
            "DELETE FROM credit_transactions WHERE work_id = %s",
        ):
            if bill.paid or query.startswith("UPDATE works"):
                with pytest.raises(CheckViolation):
                    self.service.execute(query, (bill.id,))  # type: ignore[arg-type]

    @rule(
        data=st.data(),
        kind=st.sampled_from(["grant", "purchase", "adjustment"]),
        pool=st.sampled_from([SUBSCRIPTION, PURCHASED]),
        credits=st.integers(-8, 8).filter(bool),
        twice=st.booleans(),
    )
    def put(self, data: st.DataObject, kind: str, pool: str, credits: int, twice: bool) -> None:
        who = data.draw(st.sampled_from(self.people))
        account, reference = self.accounts[who], str(uuid4())
        refused = credits < 0 and (kind != "adjustment" or getattr(account, pool) + credits < 0)
        if refused:
            with pytest.raises(CheckViolation):
                self.write(who, kind, pool, credits, reference)
            return
        assert self.write(who, kind, pool, credits, reference) == 1
        if twice:
            assert self.write(who, kind, pool, credits, reference) == 0
        account.put(pool, credits)

    @rule(
        data=st.data(), credits=st.integers(0, 9), pool=st.sampled_from([SUBSCRIPTION, PURCHASED])
    )
    def write_a_balance_by_hand(self, data: st.DataObject, credits: int, pool: str) -> None:
        who = data.draw(st.sampled_from(self.people))
        self.service.execute(
            f"UPDATE users SET {pool}_credits = %s WHERE id = %s",  # type: ignore[arg-type]
            (credits, who),
        )
        account = self.accounts[who]
        account.put(pool, credits - getattr(account, pool))

    @rule(data=st.data(), allowance=st.integers(0, 9), times=st.integers(1, 2))
    def renew(self, data: st.DataObject, allowance: int, times: int) -> None:
        """However often it is tried."""
        who = data.draw(st.sampled_from(self.people))
        self.months += 1
        due = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=30 * self.months)
        account = self.accounts[who]
        self.service.execute(
            "UPDATE users SET subscription_allowance = %s, renews_at = %s WHERE id = %s",
            (allowance, due, who),
        )
        for time in range(times):
            given = {"user_id": who, "due": due, "following": due + timedelta(days=30)}
            row = self.service.execute(statement("credits.renew"), given).fetchone()
            assert row == (time == 0,)
        account.expire()
        account.put(SUBSCRIPTION, allowance)

    @rule(charging=st.booleans())
    def switch(self, charging: bool) -> None:
        self.charging = charging
        self.service.execute("UPDATE credit_rules SET charging = %s", (charging,))

    # --- what holds ---------------------------------------------------------------------------

    @invariant()
    def everything_is_accounted_for(self) -> None:
        found = {
            row["id"]: row
            for row in self.rows(
                "SELECT u.id, subscription_credits AS subscription, purchased_credits AS purchased,"
                " count(t.id) AS lines, coalesce(max(t.line), 0) AS last,"
                " coalesce(sum(amount) FILTER (WHERE type IN ('grant', 'purchase', 'adjustment')),"
                "   0) AS came,"
                " -coalesce(sum(amount) FILTER (WHERE type = 'expiry'), 0) AS expired,"
                " -coalesce(sum(amount) FILTER (WHERE type IN ('charge', 'refund')), 0) AS spent"
                " FROM users u LEFT JOIN credit_transactions t ON t.user_id = u.id"
                " WHERE u.id = ANY (%s) GROUP BY u.id",
                self.people,
            )
        }
        for who, account in self.accounts.items():
            row = found[who]
            assert row["subscription"] == account.subscription >= 0
            assert row["purchased"] == account.purchased >= 0
            assert (
                row["came"]
                == row["subscription"] + row["purchased"] + row["spent"] + (row["expired"])
            )
            assert (row["came"], row["spent"]) == (account.came, account.spent)
            assert row["lines"] == row["last"] == account.lines

    @invariant()
    def works_say_what_was_paid_and_returned(self) -> None:
        if not self.bills:
            return
        for row in self.rows(
            "SELECT id, status, credits_used, subscription_credits_used,"
            " purchased_credits_used, credits_refunded, outputs_refunded FROM works"
            " WHERE id = ANY (%s)",
            [bill.id for bill in self.bills],
        ):
            bill = next(b for b in self.bills if b.id == row["id"])
            assert (row["status"] in ("pending", "taken", "processing")) == bill.open
            assert row["credits_used"] == len(bill.paid)
            assert row["subscription_credits_used"] == bill.paid.count(SUBSCRIPTION)
            assert row["purchased_credits_used"] == bill.paid.count(PURCHASED)
            assert row["credits_refunded"] == len(bill.returned)
            expected = bill.missing if bill.paid and not bill.open else []
            assert row["outputs_refunded"] == expected
            returned = self.rows(
                "SELECT output_index, count(*) AS n, sum(subscription_amount) AS subscription,"
                " sum(purchased_amount) AS purchased FROM credit_transactions"
                " WHERE work_id = %s AND type = 'refund' GROUP BY 1 ORDER BY 1",
                bill.id,
            )
            assert returned == [
                {
                    "output_index": n,
                    "n": 1,
                    "subscription": bill.share(n).count(SUBSCRIPTION),
                    "purchased": bill.share(n).count(PURCHASED),
                }
                for n in expected
            ]

    @invariant()
    def the_reckoning_agrees(self) -> None:
        if not getattr(self, "people", None):
            return
        for name in ("credits.differences", "credits.work_differences"):
            given = {"ids": self.people, "most": 9}
            assert self.service.execute(statement(name), given).fetchall() == []


def test_what_came_in_is_there_or_was_spent(service: Connection[Any]) -> None:
    Till.service = service
    Till.template = value(
        service,
        "INSERT INTO templates (template_name, slug, work_type, title, is_active, credits)"
        " VALUES ('three', 'three', 'test', 'three', true, %s) RETURNING id",
        PRICE,
    )
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Till, settings=settings(max_examples=40, stateful_step_count=25, deadline=None)
    )
