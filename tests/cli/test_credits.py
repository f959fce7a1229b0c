"""`affiche credits`: real commands on a database, and what doctor says of the ledger."""

import csv
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict
from tests.cli.programs import Done, affiche
from tests.support.databases import Cluster

from affiche.db.address import Address
from affiche.domain.renewals import SEOUL


class Operator:
    def __init__(self, data: Path, url: str) -> None:
        self.data, self.url = data, url

    def __call__(self, *arguments: str, **more: str) -> Done:
        return affiche(self.data, *arguments, DATABASE_URL=self.url, **more)


@pytest.fixture
def bob(cluster: Cluster, database_address: Address) -> str:
    with psycopg.connect(database_address.url, autocommit=True) as connection:
        connection.execute("SET ROLE service_role")
        connection.execute("INSERT INTO users (name, email) VALUES ('bob', 'bob@example.com')")
        connection.execute("UPDATE credit_rules SET charging = true")
    return "bob@example.com"


@pytest.fixture
def operator(data: Path, database_address: Address) -> Operator:
    return Operator(data, database_address.url)


def test_credits_are_given_sold_mended_and_read(operator: Operator, bob: str) -> None:
    told = operator("credits", "grant", bob, "5", "--reason", "welcome")
    assert (told.code, told.err) == (0, "")
    assert "5 credits" in told.out
    for _ in range(2):
        sold = operator("credits", "purchase", bob, "7", "--reference", "p1", "--json").json
        assert sold["purchased_credits"] == 12
    assert operator("credits", "adjust", bob, "-2", "--reason", "paid twice").code == 0
    short = operator("credits", "adjust", bob, "-99", "--reason", "no")
    assert short.code != 0
    assert "99" in short.err
    monthly = operator("credits", "subscribe", bob, "20", "--day", "31", "--json").json
    assert (monthly["subscription_credits"], monthly["renewal_day"]) == (20, 31)
    assert operator("credits", "balance", bob, "--json").json["balance"] == 30

    lines = operator("credits", "statement", bob, "--json").json["lines"]
    assert [line["type"] for line in lines] == ["grant", "adjustment", "purchase", "grant"]
    assert "paid twice" in operator("credits", "statement", bob).out
    sheet = operator("credits", "statement", bob, "--csv").out
    rows = list(csv.DictReader(sheet.splitlines()))
    assert [row["amount"] for row in rows] == ["5", "7", "-2", "20"]

    now = f"{datetime.now(SEOUL):%Y-%m}"
    month = operator("credits", "statement", bob, "--month", now, "--csv").out
    assert month == sheet
    empty = operator("credits", "statement", bob, "--month", "2001-01", "--json").json
    assert empty == {"lines": []}
    assert operator("credits", "statement", bob, "--month", now, "--json").json["lines"] == lines
    wrong = operator("credits", "statement", bob, "--month", "2026-13")
    assert wrong.code == 2
    assert "2026-13" in wrong.err

    bound = operator("credits", "budget", bob, "--day", "3", "--json").json["budgets"]
    assert [(b["period"], b["credits"], b["spent"]) for b in bound] == [("day", 3, 0)]
    assert operator("credits", "budget", bob, "--day", "-1", "--json").json["budgets"] == []
    assert operator("credits", "margin", "--json").json == {"templates": []}
    assert operator("credits", "grant", "nobody@example.com", "5").code != 0


def test_a_difference_is_found(
    operator: Operator, bob: str, cluster: Cluster, database_address: Address
) -> None:
    operator("credits", "grant", bob, "5")
    whole = operator("credits", "reconcile", "--json")
    assert (whole.code, whole.json["differences"]) == (0, [])
    name = str(conninfo_to_dict(database_address.url)["dbname"])
    with psycopg.connect(cluster.server.superuser_url(name), autocommit=True) as connection:
        # What no trigger can see: whoever may leave them out.
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE users SET purchased_credits = 6 WHERE email = %s", (bob,))
    found = operator("credits", "reconcile", "--json")
    assert found.code == 1
    (difference,) = found.json["differences"]
    assert (difference["what"], difference["expected"], difference["found"]) == ("balance", 5, 6)
    findings = {f["code"]: f for f in operator("doctor", "--json").json["findings"]}
    assert findings["balances_differ"]["state"] == "broken"
    assert "credits_setting" in findings
