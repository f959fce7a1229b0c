"""Three users against every table there is: what each sees, and that none of them writes."""

from typing import Literal
from uuid import UUID

import pytest
from psycopg import sql
from psycopg.errors import CheckViolation, InsufficientPrivilege
from tests.db.conftest import Connect
from tests.db.people import value
from tests.db.town import Town, count, settled

# Which column says whose a row is; or the table is everybody's to read, or the service's alone.
TABLES: dict[str, str | Literal["everybody", "service", "owner", "admins", "members"]] = {
    "affiche_migrations": "owner",
    "alert_mails": "service",
    "alert_rounds": "service",
    "alerts": "service",
    "api_keys": "user_id",
    "audit_log": "service",
    "batch_changes": "service",
    "batches": "user_id",
    "browsers": "user_id",
    "captions": "service",
    "characters": "user_id",
    "collections": "user_id",
    "collection_works": "user_id",
    "credit_budgets": "user_id",
    "credit_rules": "everybody",
    "credit_transactions": "user_id",
    "endpoints": "service",
    "events": "user_id",
    "event_eras": "everybody",
    "file_uses": "service",
    "gates": "service",
    "files": "user_id",
    "generation_jobs": "user_id",
    "glimpses": "service",
    "glossary_terms": "members",
    "idempotency_keys": "user_id",
    "identities": "service",
    "invitations": "admins",
    "llm_calls": "service",
    "passwords": "service",
    "message_channels": "user_id",
    "messages": "user_id",
    "notifications": "user_id",
    "outbox": "user_id",
    "place_changes": "service",
    "project_members": "user_id",
    "projects": "user_id",
    "rates": "service",
    "reference_images": "user_id",
    "removals": "service",
    "runs": "service",
    "secret_ages": "service",
    "sessions": "service",
    "sign_in_links": "service",
    "stars": "user_id",
    "storage_counts": "service",
    "storage_rules": "service",
    "sweeps": "service",
    "template_drafts": "service",
    "template_endpoints": "service",
    "template_versions": "everybody",
    "templates": "everybody",
    "titles": "service",
    "translations": "service",
    "turns": "service",
    "users": "id",
    "webhook_attempts": "service",
    "webhook_deliveries": "service",
    "webhooks": "admins",
    "withdrawals": "service",
    "workers": "service",
    "work_tags": "user_id",
    "work_words": "service",
    "workflows": "everybody",
    "works": "user_id",
}
VIEWS = {"shown_generations": "user_id", "shown_works": "user_id"}
# Of these a project's members see what is of the project, by this column.
SHARED_BY = {
    "batches": "project_id",
    "characters": "project_id",
    "events": "project_id",
    "files": "project_ids",
    "generation_jobs": "project_id",
    "project_members": "project_id",
    "projects": "id",
    "reference_images": "project_id",
    "shown_generations": "project_id",
    "shown_works": "project_id",
    "work_tags": "project_id",
    "works": "project_id",
}
ADMINS = [table for table, rule in TABLES.items() if rule == "admins"]
"""A project's admins see their rows, by `project_id`."""
MEMBERS = [table for table, rule in TABLES.items() if rule == "members"]
"""A project's members see their rows, by `project_id`, whoever made them."""
OWN = [table for table, rule in TABLES.items() if rule in ("user_id", "id")] + list(VIEWS)
SHARED = [table for table, rule in TABLES.items() if rule == "everybody"]
CLOSED = [table for table, rule in TABLES.items() if rule in ("service", "owner")]


@pytest.fixture(scope="module")
def town(connect: Connect) -> Town:
    """Once for the module: what a test here may change would be a fault."""
    return settled(connect)


def test_every_table_has_a_rule(town: Town) -> None:
    found = town.service.execute(
        "SELECT relname FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    ).fetchall()
    assert {name for (name,) in found} == set(TABLES)


@pytest.mark.parametrize("table", OWN)
def test_each_sees_their_own_rows_and_their_projects_and_no_other(town: Town, table: str) -> None:
    for connection, user_id in ((town.alice, town.a.id), (town.bob, town.b.id)):
        whose = sql.Identifier((TABLES | VIEWS)[table])
        mine = sql.SQL("{} = {}").format(whose, sql.Literal(user_id))
        if table in SHARED_BY:
            mine = sql.SQL("({} OR {})").format(mine, of_projects(table, user_id))
        held = count(town.service, table, mine)
        assert held > 0
        assert count(connection, table) == count(connection, table, mine) == held
    assert count(town.charlie, table) == (table == "users")
    assert count(town.nobody, table) == 0
    # Without claims row-level security hides; without the role's right even the name is closed.
    with pytest.raises(InsufficientPrivilege):
        count(town.anon, table)


def of_projects(table: str, user_id: UUID) -> sql.Composed:
    """The rows that are of a project of the user's, as the service may ask."""
    joined = sql.SQL("ARRAY(SELECT project_id FROM project_members WHERE user_id = {})").format(
        sql.Literal(user_id)
    )
    column = sql.Identifier(SHARED_BY[table])
    if SHARED_BY[table] == "project_ids":
        return sql.SQL("{} && {}").format(column, joined)
    return sql.SQL("{} = ANY ({})").format(column, joined)


@pytest.mark.parametrize("table", SHARED_BY)
def test_a_member_sees_what_is_of_the_project_and_nothing_else_of_its_people(
    town: Town, table: str
) -> None:
    column = sql.Identifier(SHARED_BY[table])
    here = sql.SQL("{} = {}").format(column, sql.Literal(town.project))
    if SHARED_BY[table] == "project_ids":
        here = sql.SQL("{} @> ARRAY[{}]").format(column, sql.Literal(town.project))
    held = count(town.service, table, here)
    assert held > 0
    assert count(town.bob, table, here) == count(town.alice, table, here) == held
    assert count(town.charlie, table, here) == 0
    hers = sql.SQL("{} = {} AND ({}) IS NOT TRUE").format(
        sql.Identifier((TABLES | VIEWS)[table]), sql.Literal(town.a.id), here
    )
    assert count(town.service, table, hers) > 0
    assert count(town.bob, table, hers) == 0


@pytest.mark.parametrize("table", MEMBERS)
def test_what_is_a_project_s_its_members_see(town: Town, table: str) -> None:
    here = sql.SQL("project_id = {}").format(sql.Literal(town.project))
    held = count(town.service, table, here)
    assert held > 0
    assert count(town.alice, table, here) == count(town.bob, table) == held
    for connection in (town.charlie, town.nobody):
        assert count(connection, table) == 0
    with pytest.raises(InsufficientPrivilege):
        count(town.anon, table)


@pytest.mark.parametrize("table", ADMINS)
def test_what_is_the_admins_is_not_shown_to_members(town: Town, table: str) -> None:
    here = sql.SQL("project_id = {}").format(sql.Literal(town.project))
    held = count(town.service, table, here)
    assert held > 0
    assert count(town.alice, table) == held
    for connection in (town.bob, town.charlie, town.nobody):
        assert count(connection, table) == 0
    with pytest.raises(InsufficientPrivilege):
        count(town.anon, table)


@pytest.mark.parametrize("table", SHARED)
def test_what_is_everybody_s_is_read_by_all_who_are_signed_in(town: Town, table: str) -> None:
    held = count(town.service, table)
    assert held > 0
    assert count(town.alice, table) == count(town.charlie, table) == held
    with pytest.raises(InsufficientPrivilege):
        count(town.anon, table)


@pytest.mark.parametrize("table", CLOSED)
def test_what_is_the_service_s_is_closed(town: Town, table: str) -> None:
    for connection in (town.alice, town.nobody, town.anon):
        with pytest.raises(InsufficientPrivilege):
            count(connection, table)


@pytest.mark.parametrize("table", TABLES)
def test_nobody_writes_a_table(town: Town, table: str) -> None:
    column = value(
        town.service,
        "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum = 1",
        f"public.{table}",
    )
    names = {"table": sql.Identifier(table), "column": sql.Identifier(column)}
    for attempt in (
        "UPDATE {table} SET {column} = DEFAULT",
        "DELETE FROM {table}",
        "INSERT INTO {table} DEFAULT VALUES",
        "TRUNCATE {table} CASCADE",
        "SELECT FROM {table} FOR UPDATE",
    ):
        for connection in (town.alice, town.charlie, town.nobody, town.anon):
            with pytest.raises(InsufficientPrivilege):
                connection.execute(sql.SQL(attempt).format(**names))


def test_the_hash_of_a_key_is_not_shown(town: Town) -> None:
    assert count(town.alice, "api_keys") == 1
    for columns in ("hash", "*"):
        with pytest.raises(InsufficientPrivilege):
            town.alice.execute(sql.SQL("SELECT {} FROM api_keys").format(sql.SQL(columns)))


def test_what_a_webhook_s_secret_is_made_from_is_not_shown(town: Town) -> None:
    assert count(town.alice, "webhooks") == 1
    for columns in ("seed", "previous_seed", "*"):
        with pytest.raises(InsufficientPrivilege):
            town.alice.execute(sql.SQL("SELECT {} FROM webhooks").format(sql.SQL(columns)))


def test_the_queue_is_closed(town: Town) -> None:
    town.service.execute("SELECT FROM pgqueuer.pgqueuer")
    for connection in (town.alice, town.anon):
        with pytest.raises(InsufficientPrivilege):
            connection.execute("SELECT FROM pgqueuer.pgqueuer")


def test_whoever_leaves_a_project_sees_nothing_of_it_any_more(town: Town) -> None:
    query = "SELECT count(*) FROM works WHERE project_id = %s"
    assert value(town.bob, query, town.project) > 0
    gone = (town.project, town.b.id)
    town.service.execute("DELETE FROM project_members WHERE project_id = %s AND user_id = %s", gone)
    try:
        assert value(town.bob, query, town.project) == value(
            town.bob, query + " AND user_id = auth.uid()", town.project
        )
        assert value(town.bob, "SELECT member_of(%s)", town.project) is False
    finally:
        town.service.execute("INSERT INTO project_members VALUES (%s, %s)", gone)


def test_who_is_what_in_a_project(town: Town) -> None:
    query = "SELECT ARRAY[member_of(%s), admin_of(%s)]"
    for connection, found in (
        (town.alice, [True, True]),
        (town.bob, [True, False]),
        (town.charlie, [False, False]),
        (town.nobody, [False, False]),
    ):
        assert value(connection, query, town.project, town.project) == found
    shown = "SELECT array_agg(name) FROM people_of(%s)"
    assert value(town.bob, shown, town.project) == ["alice", "bob"]
    assert value(town.charlie, shown, town.project) is None


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM project_members WHERE project_id = %s AND user_id = %s",
        "UPDATE project_members SET role = 'member' WHERE project_id = %s AND user_id = %s",
        "UPDATE project_members SET user_id = uuid_v7() WHERE project_id = %s AND user_id = %s",
    ],
)
def test_the_owner_of_a_project_stays_its_admin(town: Town, query: str) -> None:
    with pytest.raises(CheckViolation):
        town.service.execute(query, (town.project, town.a.id))


def test_what_is_moved_to_another_project_is_seen_there_alone(town: Town) -> None:
    move = "UPDATE works SET project_id = %s WHERE id = %s"
    town.service.execute(move, (town.a.project, town.shared.work))
    try:
        for table, column, thing in (
            ("works", "id", town.shared.work),
            ("generation_jobs", "work_id", town.shared.work),
            ("events", "work_id", town.shared.work),
            ("files", "id", town.shared.file),
        ):
            here = sql.SQL("{} = {}").format(sql.Identifier(column), sql.Literal(thing))
            assert count(town.alice, table, here) > 0
            assert count(town.bob, table, here) == 0
    finally:
        town.service.execute(move, (town.project, town.shared.work))


@pytest.mark.parametrize("role", ["service_role", "affiche", "postgres"])
def test_a_person_s_role_is_no_way_to_another(town: Town, role: str) -> None:
    for person_s in ("authenticated", "anon"):
        query = "SELECT pg_has_role(%s, %s, 'MEMBER')"
        assert value(town.service, query, person_s, role) is False
