"""Asking and cancelling, the two doors: three users at each, with what is theirs or is not."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection
from psycopg.errors import CheckViolation, InsufficientPrivilege, NoDataFound
from psycopg.types.json import Jsonb
from tests.db.conftest import Connect, become
from tests.db.people import TEMPLATE, value
from tests.db.town import Town, count, settled

ASK = "SELECT id FROM ask_work(%s, %s, %s, 1, 1, %s, %s)"


@pytest.fixture(scope="module")
def town(connect: Connect) -> Town:
    """Once for the module: what a test here may change would be a fault."""
    return settled(connect)


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


def test_a_disabled_user_asks_for_nothing(town: Town) -> None:
    with town.service.transaction(force_rollback=True):
        town.service.execute("UPDATE users SET disabled_at = now() WHERE id = %s", (town.b.id,))
        become(town.service, "authenticated", town.b.id)
        with pytest.raises(InsufficientPrivilege):
            ask(town.service)


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
