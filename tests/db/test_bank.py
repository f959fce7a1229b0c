"""Credits under all that people, steps, operators, renewals and crashes do, in any order.

The real triggers on the real database, beside a model that has none (`bank.py`): whatever came in
is still there, was spent or has expired, at every step.
"""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from psycopg import Connection
from psycopg.errors import CheckViolation, UniqueViolation
from tests.db.bank import PURCHASED, SUBSCRIPTION, Bill
from tests.db.conftest import become
from tests.db.people import deliver, value
from tests.db.till import Till

from affiche.db.statements import statement

PRICE = 3
SHORT = "AF002"


class Crash(Exception):
    """The process dies in the middle of a transaction."""


class Doings(Till):
    # --- people -------------------------------------------------------------------------------

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
        if twice and credits > 0:
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


def test_what_came_in_is_there_or_was_spent(service: Connection[Any]) -> None:
    Doings.service = service
    Doings.template = value(
        service,
        "INSERT INTO templates (template_name, slug, work_type, title, is_active, credits)"
        " VALUES ('three', 'three', 'test', 'three', true, %s) RETURNING id",
        PRICE,
    )
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Doings, settings=settings(max_examples=40, stateful_step_count=25, deadline=None)
    )
