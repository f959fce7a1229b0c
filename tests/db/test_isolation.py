"""Three users against every table there is: what each sees, and that none of them writes."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest
from psycopg import Connection, sql
from psycopg.errors import CheckViolation, InsufficientPrivilege, NoDataFound
from psycopg.types.json import Jsonb
from tests.db.conftest import Connect, become
from tests.db.people import TEMPLATE, Person, file, person, user, value

# Which column says whose a row is; or the table is everybody's to read, or the service's alone.
TABLES: dict[str, str | Literal["everybody", "service", "owner", "admins"]] = {
    "affiche_migrations": "owner",
    "api_keys": "user_id",
    "browsers": "user_id",
    "credit_budgets": "user_id",
    "credit_rules": "everybody",
    "credit_transactions": "user_id",
    "endpoints": "service",
    "events": "user_id",
    "event_eras": "everybody",
    "files": "user_id",
    "generation_jobs": "user_id",
    "idempotency_keys": "user_id",
    "identities": "service",
    "invitations": "admins",
    "passwords": "service",
    "message_channels": "user_id",
    "messages": "user_id",
    "notifications": "user_id",
    "outbox": "user_id",
    "place_changes": "service",
    "project_members": "user_id",
    "projects": "user_id",
    "rates": "service",
    "runs": "service",
    "sessions": "service",
    "sign_in_links": "service",
    "sweeps": "service",
    "template_endpoints": "service",
    "template_versions": "everybody",
    "templates": "everybody",
    "turns": "service",
    "users": "id",
    "webhook_attempts": "service",
    "webhook_deliveries": "service",
    "webhooks": "admins",
    "withdrawals": "service",
    "workers": "service",
    "workflows": "everybody",
    "works": "user_id",
}
VIEWS = {"shown_works": "user_id"}
# Of these a project's members see what is of the project, by this column.
SHARED_BY = {
    "events": "project_id",
    "files": "project_ids",
    "generation_jobs": "project_id",
    "project_members": "project_id",
    "projects": "id",
    "shown_works": "project_id",
    "works": "project_id",
}
ADMINS = [table for table, rule in TABLES.items() if rule == "admins"]
"""A project's admins see their rows, by `project_id`."""
OWN = [table for table, rule in TABLES.items() if rule in ("user_id", "id")] + list(VIEWS)
SHARED = [table for table, rule in TABLES.items() if rule == "everybody"]
CLOSED = [table for table, rule in TABLES.items() if rule in ("service", "owner")]


@dataclass(frozen=True)
class Town:
    """Connections, each in its role, and the people behind them."""

    service: Connection[Any]
    alice: Connection[Any]
    bob: Connection[Any]
    charlie: Connection[Any]
    nobody: Connection[Any]
    anon: Connection[Any]
    a: Person
    b: Person
    c: UUID
    project: UUID
    """Alice's, in which bob is a member, with a work of hers."""
    shared: Person


@pytest.fixture(scope="module")
def town(connect: Connect) -> Town:
    """Once for the module: what a test here may change would be a fault."""
    service = connect()
    a, b, c = person(service, "alice"), person(service, "bob"), user(service, "charlie")
    people = [connect("authenticated", who) for who in (a.id, b.id, c)]
    project = value(
        service, "INSERT INTO projects (user_id, name) VALUES (%s, 'ours') RETURNING id", a.id
    )
    service.execute("INSERT INTO project_members VALUES (%s, %s)", (project, b.id))
    service.execute(
        "INSERT INTO invitations (hash, email, project_id, expires_at)"
        " VALUES ('x', 'd@example.com', %s, now())",
        (project,),
    )
    service.execute(
        "INSERT INTO webhooks (project_id, user_id, url, types, seed, key_print)"
        " VALUES (%s, %s, 'https://example.com/', '{work.failed}', %s, 'x')",
        (project, b.id, bytes(32)),
    )
    upload = file(service, a.id)
    asked = value(
        people[0],
        "SELECT id FROM ask_work(uuid_v7(), %s, %s, 1, 1, %s)",
        *(TEMPLATE, Jsonb({"image": str(upload)}), project),
    )
    ran = value(service, "SELECT id FROM generation_jobs WHERE work_id = %s", asked)
    shared = Person(a.id, project, file(service, a.id, asked), asked, ran)
    nobodies = connect("authenticated"), connect("anon")
    return Town(service, *people, *nobodies, a, b, c, project, shared)


def count(connection: Connection[Any], table: str, where: sql.Composable = sql.SQL("true")) -> int:
    found: int = value(
        connection,
        sql.SQL("SELECT count(*) FROM {} WHERE {}")  # type: ignore[arg-type]
        .format(sql.Identifier(table), where)
        .as_string(),
    )
    return found


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


# --- asking and cancelling, the two doors -----------------------------------------------------

ASK = "SELECT id FROM ask_work(%s, %s, %s, 1, 1, %s, %s)"


def ask(
    connection: Connection[Any],
    template: UUID = TEMPLATE,
    project: UUID | None = None,
    retried: UUID | None = None,
) -> UUID | None:
    found: UUID | None = value(connection, ASK, uuid4(), template, Jsonb({}), project, retried)
    return found


def test_each_asks_for_themselves(town: Town) -> None:
    asked = ask(town.alice, project=town.a.project, retried=town.a.work)
    row = town.service.execute(
        "SELECT user_id, project_id, retry_of, status FROM works WHERE id = %s", (asked,)
    ).fetchone()
    assert row == (town.a.id, town.a.project, town.a.work, "pending")
    town.alice.execute("SELECT FROM cancel_work(%s)", (asked,))


def test_nobody_asks_who_is_not_signed_in(town: Town) -> None:
    before = count(town.service, "works")
    for connection in (town.nobody, town.anon):
        with pytest.raises(InsufficientPrivilege):
            ask(connection)
    become(town.nobody, "authenticated", uuid4())
    with pytest.raises(InsufficientPrivilege):
        ask(town.nobody)
    become(town.nobody, "authenticated")
    assert count(town.service, "works") == before


def test_nobody_asks_with_what_is_not_theirs(town: Town) -> None:
    before = count(town.service, "works")
    for given, named in (
        ({"project": town.a.project}, "project"),
        ({"retried": town.a.work}, "work"),
        ({"template": uuid4()}, "template"),
    ):
        with pytest.raises(NoDataFound) as caught:
            ask(town.bob, **given)
        assert caught.value.diag.message_hint == named
    assert count(town.service, "works") == before


def test_nobody_asks_for_a_template_that_is_off(town: Town) -> None:
    with town.service.transaction(force_rollback=True):
        town.service.execute("UPDATE templates SET is_active = false")
        become(town.service, "authenticated", town.b.id)
        with pytest.raises(NoDataFound):
            ask(town.service)


def test_a_key_of_somebody_else_s_is_no_key_of_mine(town: Town) -> None:
    query = (
        "SELECT id FROM ask_work(%s, %s, '{}', 1, 1,"
        " idempotency_key => 'same', request_digest => 'x')"
    )
    with town.alice.transaction(force_rollback=True), town.bob.transaction(force_rollback=True):
        mine = value(town.alice, query, uuid4(), TEMPLATE)
        yours = value(town.bob, query, uuid4(), TEMPLATE)
        assert mine != yours


@pytest.mark.parametrize(("priority", "fits"), [(-11, False), (-10, True), (10, True), (11, False)])
def test_nobody_asks_to_pass_everybody(town: Town, priority: int, fits: bool) -> None:
    query = "SELECT status FROM ask_work(uuid_v7(), %s, '{}', 1, 1, job_priority => %s)"
    with town.alice.transaction(force_rollback=True):
        if fits:
            assert value(town.alice, query, TEMPLATE, priority) == "pending"
        else:
            with pytest.raises(CheckViolation):
                town.alice.execute(query, (TEMPLATE, priority))


def test_nobody_cancels_what_is_not_theirs(town: Town) -> None:
    for connection in (town.bob, town.charlie, town.nobody):
        rows = connection.execute("SELECT id FROM cancel_work(%s)", (town.a.work,)).fetchall()
        assert rows == []
    with pytest.raises(InsufficientPrivilege):
        town.anon.execute("SELECT id FROM cancel_work(%s)", (town.a.work,))
    assert value(town.service, "SELECT status FROM works WHERE id = %s", town.a.work) == "pending"


def test_members_ask_in_their_project_and_again_for_what_another_asked(town: Town) -> None:
    with town.bob.transaction(force_rollback=True):
        asked = ask(town.bob, project=town.project, retried=town.shared.work)
        row = town.bob.execute(
            "SELECT user_id, project_id, retry_of FROM works WHERE id = %s", (asked,)
        ).fetchone()
        assert row == (town.b.id, town.project, town.shared.work)
    for given in ({"project": town.project}, {"retried": town.shared.work}):
        with pytest.raises(NoDataFound):
            ask(town.charlie, **given)


def test_only_its_owner_and_an_admin_cancel_what_is_in_a_project(town: Town) -> None:
    cancel = "SELECT status FROM cancel_work(%s)"
    with pytest.raises(InsufficientPrivilege, match="another member"):
        town.bob.execute(cancel, (town.shared.work,))
    assert town.charlie.execute(cancel, (town.shared.work,)).fetchall() == []
    asked = ask(town.bob, project=town.project)
    assert value(town.alice, cancel, asked) == "cancelled"
    asked = ask(town.bob, project=town.project)
    assert value(town.bob, cancel, asked) == "cancelled"


@pytest.mark.parametrize("field", ["image", "prompt"])
def test_nobody_opens_to_their_project_a_picture_that_they_cannot_see(
    town: Town, field: str
) -> None:
    query = "SELECT project_id FROM ask_work(uuid_v7(), %s, %s, 1, 1, %s)"
    with town.bob.transaction(force_rollback=True):
        town.bob.execute(query, (TEMPLATE, Jsonb({field: str(town.a.file)}), town.b.project))
        assert value(town.bob, "SELECT count(*) FROM files WHERE id = %s", town.a.file) == 0
    with town.bob.transaction(force_rollback=True):
        # What is of a shared project he may use in one of his own.
        town.bob.execute(query, (TEMPLATE, Jsonb({field: str(town.shared.file)}), town.b.project))
        query = "SELECT project_ids FROM files WHERE id = %s"
        assert set(value(town.bob, query, town.shared.file)) == {town.project, town.b.project}


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


def test_a_disabled_user_asks_for_nothing(town: Town) -> None:
    with town.service.transaction(force_rollback=True):
        town.service.execute("UPDATE users SET disabled_at = now() WHERE id = %s", (town.b.id,))
        become(town.service, "authenticated", town.b.id)
        with pytest.raises(InsufficientPrivilege):
            ask(town.service)


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


def test_a_table_of_one_s_own_is_not_taken_for_the_studio_s(town: Town) -> None:
    """A temporary table comes before all others in the search path, unless that puts it last."""
    with town.charlie.transaction(force_rollback=True):
        town.charlie.execute("CREATE TEMP TABLE works (LIKE public.works)")
        town.charlie.execute("CREATE TEMP TABLE generation_jobs (LIKE public.generation_jobs)")
        town.charlie.execute("GRANT ALL ON works, generation_jobs TO service_role")
        asked = ask(town.charlie)
        assert value(town.charlie, "SELECT count(*) FROM pg_temp.works") == 0
        assert value(town.charlie, "SELECT user_id FROM public.works WHERE id = %s", asked) == (
            town.c
        )


@pytest.mark.parametrize("role", ["service_role", "affiche", "postgres"])
def test_a_person_s_role_is_no_way_to_another(town: Town, role: str) -> None:
    for person_s in ("authenticated", "anon"):
        query = "SELECT pg_has_role(%s, %s, 'MEMBER')"
        assert value(town.service, query, person_s, role) is False
