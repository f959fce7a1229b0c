"""What a project keeps is the sum of its files, after whatever was done to them in whatever order;
and past its quota nothing more is taken.
"""

import json
from typing import Any

import psycopg
import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test
from psycopg import Connection, sql
from tests.db.conftest import Connect, become
from tests.db.keeping import Keeping, kept, project, take_up, upload
from tests.db.people import TEMPLATE, deliver, job, user, value, work

from affiche.db.statements import statement
from affiche.errors import StorageFull
from affiche.studio.charges import refusal

FULL = "AF004"


def test_what_is_kept_is_what_is_counted(service: Connection[Any]) -> None:
    class Machine(Keeping):
        pass

    Machine.service = service
    run_state_machine_as_test(
        Machine, settings=settings(max_examples=25, stateful_step_count=20, deadline=None)
    )
    assert service.execute(statement("storage.differences"), {"most": 5}).fetchall() == []


def refused(error: psycopg.DatabaseError) -> StorageFull:
    assert error.sqlstate == FULL
    found = refusal(error)
    assert isinstance(found, StorageFull)
    return found


def test_past_its_quota_nothing_is_asked_and_nothing_brought(service: Connection[Any]) -> None:
    own = user(service, "full")
    home = project(service, own, default=True)
    service.execute("UPDATE projects SET storage_quota = 1000 WHERE id = %s", (home,))
    upload(service, own, 890, 10)
    take = statement("storage.take")
    params = {"user_id": own, "project_id": None, "wanted": 100}
    service.execute(take, params)
    with pytest.raises(psycopg.DatabaseError) as caught:
        service.execute(take, params | {"wanted": 101})
    assert refused(caught.value).params == {"used": 900, "quota": 1000, "needed": 101}
    work(service, own)
    upload(service, own, 90, 10)
    with pytest.raises(psycopg.DatabaseError) as caught:
        work(service, own)
    found = refused(caught.value)
    assert "1,000" not in found.message("en")
    assert found.status == 409
    # Elsewhere there is room, and without a quota there always is.
    other = project(service, own)
    service.execute(take, params | {"project_id": other, "wanted": 10**12})
    service.execute("UPDATE projects SET storage_quota = 0 WHERE id = %s", (home,))
    work(service, own)


def test_the_studio_s_quota_counts_where_a_project_has_none(service: Connection[Any]) -> None:
    own = user(service, "ruled")
    home = project(service, own, default=True)
    service.execute(statement("storage.set_default"), {"quota": 500})
    try:
        assert value(service, "SELECT storage_quota(%s)", home) == 500
        upload(service, own, 399, 1)
        near = statement("storage.near")
        found = service.execute(near, {"share": 0.8, "most": 100}).fetchall()
        assert [(row[0], row[3], row[4]) for row in found if row[0] == home] == [(home, 400, 500)]
        found = service.execute(near, {"share": 0.81, "most": 100}).fetchall()
        assert home not in [row[0] for row in found]
        service.execute("UPDATE projects SET storage_quota = 0 WHERE id = %s", (home,))
        assert value(service, "SELECT storage_quota(%s)", home) is None
    finally:
        service.execute(statement("storage.set_default"), {"quota": None})


def test_two_that_come_at_once_do_not_take_the_same_room(
    connect: Connect, service: Connection[Any]
) -> None:
    own = user(service, "crowd")
    home = project(service, own, default=True)
    service.execute("UPDATE projects SET storage_quota = 1000 WHERE id = %s", (home,))
    first, second = connect(), connect()
    params = {"user_id": own, "project_id": home, "wanted": 600}
    first.execute("BEGIN")
    first.execute(statement("storage.take"), params)
    upload(first, own, 593)
    second.execute("SET lock_timeout = '100ms'")
    with pytest.raises(psycopg.errors.LockNotAvailable):
        second.execute(statement("storage.take"), params)
    first.execute("COMMIT")
    with pytest.raises(psycopg.DatabaseError) as caught:
        second.execute(statement("storage.take"), params)
    refused(caught.value)


def test_a_picture_that_another_work_names_outlives_its_own(service: Connection[Any]) -> None:
    own = user(service, "reuser")
    home = project(service, own, default=True)
    first = work(service, own)
    run, token = take_up(service, first)
    deliver(service, run, token, thumbnail_size=3)
    made = value(service, "SELECT output_file_id FROM works WHERE id = %s", first)
    second = value(
        service,
        "INSERT INTO works (user_id, template_id, input_data) VALUES (%s, %s, %s) RETURNING id",
        *(own, TEMPLATE, json.dumps({"image": str(made)})),
    )
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        service.execute("DELETE FROM files WHERE id = %s", (made,))
    assert value(service, "SELECT drop_works(%s)", [first]) == 1
    assert value(service, "SELECT count(*) FROM works WHERE id = %s", first) == 0
    assert kept(service, home) == (102, 1)
    service.execute("UPDATE works SET status = 'cancelled' WHERE id = %s", (second,))
    assert value(service, "SELECT drop_works(%s)", [second]) == 1
    assert kept(service, home) == (0, 0)
    keys = "SELECT count(*) FROM removals WHERE bucket = 'works' AND object_key LIKE %s"
    assert value(service, keys, "%") > 0


def test_naming_another_s_picture_does_not_keep_it(service: Connection[Any]) -> None:
    victim, other = user(service, "victim"), user(service, "other")
    picture = upload(service, victim)
    service.execute(
        "INSERT INTO works (user_id, template_id, input_data) VALUES (%s, %s, %s)",
        (other, TEMPLATE, json.dumps({"prompt": str(picture)})),
    )
    assert value(service, "SELECT drop_file(%s)", picture) is True


def test_what_runs_is_not_dropped(service: Connection[Any]) -> None:
    own = user(service, "runner")
    running = work(service, own)
    take_up(service, running)
    assert value(service, "SELECT drop_works(%s)", [running]) == 0
    assert value(service, "SELECT count(*) FROM works WHERE id = %s", running) == 1


def test_the_ledger_stays_when_its_works_go(service: Connection[Any]) -> None:
    own = user(service, "payer")
    service.execute(
        "INSERT INTO credit_transactions (user_id, type, purchased_amount) VALUES (%s, 'grant', 9)",
        (own,),
    )
    service.execute("UPDATE credit_rules SET charging = true")
    try:
        paid, returned = work(service, own), work(service, own)
    finally:
        service.execute("UPDATE credit_rules SET charging = false")
    run, token = take_up(service, paid)
    deliver(service, run, token)
    service.execute("UPDATE works SET status = 'cancelled' WHERE id = %s", (returned,))
    before = value(service, "SELECT count(*) FROM credit_transactions WHERE user_id = %s", own)
    assert value(service, "SELECT drop_works(%s)", [paid, returned]) == 2
    after = "SELECT count(*) FROM credit_transactions WHERE user_id = %s AND work_id IS NULL"
    assert value(service, after, own) == before == 4
    for name in ("credits.differences", "credits.work_differences"):
        found = service.execute(statement(name), {"ids": [own], "most": 5}).fetchall()
        assert found == []


def test_a_key_s_project_bounds_what_is_seen_and_asked(
    connect: Connect, service: Connection[Any]
) -> None:
    own = user(service, "keyed")
    home, other = project(service, own, default=True), project(service, own)
    here, elsewhere = upload(service, own, project_id=other), upload(service, own)
    hidden = work(service, own)
    job(service, hidden)
    person = connect()
    become(person, "authenticated", own, affiche_project=str(other))
    asked = value(
        person, "SELECT id FROM ask_work(uuid_v7(), %s, %s, 1, 1)", TEMPLATE, json.dumps({})
    )
    assert value(service, "SELECT project_id FROM works WHERE id = %s", asked) == other
    for table, mine in (("works", asked), ("files", here), ("projects", other)):
        query = sql.SQL("SELECT array_agg(id) FROM {}").format(sql.Identifier(table))
        assert value(person, query.as_string(), *()) == [mine]
    assert value(person, "SELECT array_agg(work_id) FROM generation_jobs") == [asked]
    assert value(person, "SELECT my_projects()") == [other]
    for table in ("events", "credit_transactions", "notifications"):
        seen = sql.SQL("SELECT count(*) FROM {} WHERE work_id = {}").format(
            sql.Identifier(table), sql.Literal(hidden)
        )
        assert value(person, seen.as_string()) == 0
    with pytest.raises(psycopg.errors.NoDataFound):
        person.execute(
            "SELECT FROM ask_work(uuid_v7(), %s, '{}', 1, 1, project => %s)", (TEMPLATE, home)
        )
    assert person.execute("SELECT * FROM cancel_work(%s)", (hidden,)).fetchall() == []
    assert value(service, "SELECT status FROM works WHERE id = %s", hidden) == "pending"
    assert elsewhere != here
    # Whoever is taken out of the project asks nothing in it any more.
    stranger = user(service, "stranger")
    become(person, "authenticated", stranger, affiche_project=str(other))
    with pytest.raises(psycopg.errors.NoDataFound):
        person.execute("SELECT FROM ask_work(uuid_v7(), %s, '{}', 1, 1)", (TEMPLATE,))


def test_a_request_s_trace_is_on_its_work(connect: Connect, service: Connection[Any]) -> None:
    own = user(service, "traced")
    person = connect()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    become(person, "authenticated", own, affiche_trace=parent)
    asked = value(person, "SELECT id FROM ask_work(uuid_v7(), %s, '{}', 1, 1)", TEMPLATE)
    assert value(service, "SELECT trace FROM works WHERE id = %s", asked) == parent
    assert value(service, "SELECT trace FROM works WHERE id = %s", work(service, own)) is None
