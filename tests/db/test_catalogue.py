"""The catalogue holds what was promised, and the rules that read it can fail."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg import Connection
from tests.db.catalogue import RULES, faults
from tests.support.databases import TEMPLATE, Cluster

BREACHES = {
    "row-level security is off or not forced": "ALTER TABLE works NO FORCE ROW LEVEL SECURITY",
    "no policy for the service role": "DROP POLICY service ON works",
    "a policy names no role": "CREATE POLICY open ON works FOR SELECT USING (true)",
    "a policy lets a person write": (
        "CREATE POLICY pen ON works FOR UPDATE TO authenticated USING (true)"
    ),
    "something is granted to everybody": "GRANT SELECT ON works TO PUBLIC",
    "a column is granted to everybody": "GRANT SELECT (id) ON works TO anon",
    "a person may do more than read": "GRANT UPDATE ON works TO authenticated",
    "a view shows what its owner may see": "CREATE VIEW seen AS SELECT * FROM works",
    "a stored view or foreign table has no rule here": (
        "CREATE MATERIALIZED VIEW seen AS SELECT 1 AS one"
    ),
    "a function that acts for others is not the service role's": (
        "CREATE FUNCTION odd() RETURNS int LANGUAGE sql SECURITY DEFINER"
        " SET search_path = pg_catalog, pg_temp AS 'SELECT 1'"
    ),
    "a function looks its names up wherever its caller says": (
        "CREATE FUNCTION odd() RETURNS int LANGUAGE sql AS 'SELECT 1'"
    ),
    "a function that acts for others is everybody's to call": (
        "CREATE PROCEDURE odd() LANGUAGE sql SET search_path = pg_catalog, pg_temp AS 'SELECT 1'"
    ),
    "a foreign key has no index": "CREATE TABLE odd (work_id uuid REFERENCES works (id))",
}


@pytest.fixture
def owner(cluster: Cluster) -> Iterator[Connection[Any]]:
    """The schema's owner; what it does here is rolled back."""
    with psycopg.connect(cluster.address(TEMPLATE).url) as connection:
        yield connection
        connection.rollback()


def test_nothing_breaks_a_rule(owner: Connection[Any]) -> None:
    assert "\n".join(faults(owner)) == ""


def test_every_rule_has_a_breach() -> None:
    assert set(BREACHES) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_breach_is_found(owner: Connection[Any], rule: str) -> None:
    owner.execute(BREACHES[rule])
    assert any(fault.startswith(f"{rule}: ") for fault in faults(owner))
