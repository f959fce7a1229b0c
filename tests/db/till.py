"""A state machine that plays with credits, and what must hold after everything it does."""

from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from psycopg import Connection
from psycopg.rows import dict_row
from tests.db.bank import PURCHASED, SUBSCRIPTION, Account, Bill
from tests.db.conftest import become
from tests.db.people import user

from affiche.db.statements import statement


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

    def one_open(self, data: st.DataObject) -> Bill:
        return data.draw(st.sampled_from([b for b in self.bills if b.open]))

    def run(self, bill: Bill, output: int) -> None:
        for status in ("taken", "processing"):
            self.service.execute(
                "UPDATE generation_jobs SET status = %s WHERE id = %s",
                (status, bill.jobs[output]),
            )

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
