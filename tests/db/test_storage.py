"""What a project keeps is the sum of its files, after whatever was done to them in whatever order;
and past its quota nothing more is taken.
"""

import json
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
    rule,
    run_state_machine_as_test,
)
from psycopg import Connection, sql
from tests.db.conftest import Connect, become
from tests.db.people import TEMPLATE, deliver, job, user, value, work

from affiche.db.statements import statement
from affiche.errors import StorageFull
from affiche.studio.charges import refusal

FULL = "AF004"


def project(service: Connection[Any], user_id: UUID, *, default: bool = False) -> UUID:
    made: UUID = value(
        service,
        "INSERT INTO projects (user_id, name, is_default) VALUES (%s, 'p', %s) RETURNING id",
        *(user_id, default),
    )
    return made


def upload(
    service: Connection[Any],
    user_id: UUID,
    size: int = 100,
    thumbnail: int | None = 7,
    project_id: UUID | None = None,
) -> UUID:
    row = {
        "id": uuid4(),
        "user_id": user_id,
        "path": f"{uuid4()}.png",
        "object_key": f"{uuid4()}.png",
        "thumbnail_key": f"{uuid4()}.jpg",
        "name": "",
        "width": 8,
        "height": 8,
        "file_size": size,
        "mime_type": "image/png",
        "sha256": b"",
        "project_id": project_id,
        "thumbnail_size": thumbnail,
    }
    service.execute(statement("files.add_upload"), row)
    return row["id"]  # type: ignore[return-value]


def kept(service: Connection[Any], project_id: UUID) -> tuple[int, int]:
    found = service.execute(statement("storage.of_project"), {"project_id": project_id}).fetchone()
    assert found
    return found[1], found[2]


def there(service: Connection[Any], project_id: UUID) -> tuple[int, int]:
    found = service.execute(
        "SELECT coalesce(sum(file_size + coalesce(thumbnail_size, 0)), 0)::bigint, count(*)"
        " FROM files WHERE project_id = %s",
        (project_id,),
    ).fetchone()
    assert found
    return found[0], found[1]


def take_up(service: Connection[Any], work_id: UUID) -> tuple[UUID, UUID]:
    """A job of the work's that runs, and its token."""
    made = job(service, work_id)
    service.execute("UPDATE generation_jobs SET status = 'taken' WHERE id = %s", (made,))
    service.execute("UPDATE generation_jobs SET status = 'processing' WHERE id = %s", (made,))
    return made, value(service, "SELECT token FROM generation_jobs WHERE id = %s", made)


class Keeping(RuleBasedStateMachine):
    """Two people, three projects, and what becomes of their pictures."""

    service: Connection[Any]

    @initialize()
    def settle(self) -> None:
        self.people = [user(self.service, "ann"), user(self.service, "ben")]
        self.projects = [project(self.service, who, default=True) for who in self.people]
        self.projects.append(project(self.service, self.people[0]))
        self.service.execute(
            "INSERT INTO project_members VALUES (%s, %s)", (self.projects[2], self.people[1])
        )
        self.running: dict[UUID, tuple[UUID, UUID]] = {}

    @rule(
        who=st.integers(0, 1),
        size=st.integers(1, 10_000),
        thumbnail=st.none() | st.integers(1, 500),
        into=st.booleans(),
    )
    def bring(self, who: int, size: int, thumbnail: int | None, into: bool) -> None:
        home = self.projects[2] if into else None
        upload(self.service, self.people[who], size, thumbnail, home)

    @rule(who=st.integers(0, 1), where=st.booleans(), data=st.data())
    def ask(self, who: int, where: bool, data: st.DataObject) -> None:
        files = self.ids("SELECT id FROM files WHERE user_id = %s", self.people[who])
        named = data.draw(st.lists(st.sampled_from(files), max_size=2)) if files else []
        asked = value(
            self.service,
            "INSERT INTO works (user_id, project_id, template_id, input_data)"
            " VALUES (%s, %s, %s, %s) RETURNING id",
            *(self.people[who], self.projects[2] if where else None, TEMPLATE),
            json.dumps({"images": [str(each) for each in named]}),
        )
        self.running[asked] = take_up(self.service, asked)

    @rule(data=st.data(), size=st.integers(1, 10_000))
    def paint(self, data: st.DataObject, size: int) -> None:
        if self.running:
            asked = data.draw(st.sampled_from(sorted(self.running)))
            run, token = self.running.pop(asked)
            assert deliver(self.service, run, token, file_size=size, thumbnail_size=50) == 1

    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        if self.running:
            asked = data.draw(st.sampled_from(sorted(self.running)))
            del self.running[asked]
            self.service.execute("UPDATE works SET status = 'cancelled' WHERE id = %s", (asked,))

    @rule(data=st.data())
    def move(self, data: st.DataObject) -> None:
        works = self.ids("SELECT id FROM works WHERE project_id = ANY (%s)", self.projects)
        if works:
            self.service.execute(
                "UPDATE works SET project_id = %s WHERE id = %s",
                (data.draw(st.sampled_from(self.projects)), data.draw(st.sampled_from(works))),
            )

    @rule(data=st.data())
    def drop(self, data: st.DataObject) -> None:
        works = self.ids("SELECT id FROM works WHERE project_id = ANY (%s)", self.projects)
        chosen = data.draw(st.lists(st.sampled_from(works), unique=True)) if works else []
        ended = self.ids("SELECT id FROM works WHERE status IN ('completed', 'cancelled')")
        gone = value(self.service, "SELECT drop_works(%s::uuid[])", chosen)
        assert gone == len(set(chosen) & set(ended))

    @rule()
    def drop_unused(self) -> None:
        self.service.execute(
            statement("sweep.unused_uploads"), {"before": "infinity", "most": 1000}
        )

    @rule()
    def weigh(self) -> None:
        found = self.service.execute(
            "SELECT thumbnail_key FROM files WHERE thumbnail_size IS NULL"
            " AND thumbnail_key IS NOT NULL AND project_id = ANY (%s)",
            (self.projects,),
        ).fetchall()
        keys = [row[0] for row in found]
        self.service.execute(
            statement("storage.weigh_thumbnails"), {"keys": keys, "sizes": [9] * len(keys)}
        )

    @rule(rows=st.integers(1, 3))
    def sum_up(self, rows: int) -> None:
        self.service.execute(statement("storage.sum_up"), {"rows": rows, "most": 1000})

    @invariant()
    def what_is_counted_is_there(self) -> None:
        for each in self.projects if hasattr(self, "projects") else ():
            assert kept(self.service, each) == there(self.service, each)

    @invariant()
    def nothing_that_a_work_names_is_gone(self) -> None:
        lost = value(
            self.service,
            "SELECT count(*) FROM file_uses u WHERE NOT EXISTS ("
            " SELECT FROM files f WHERE f.id = u.file_id)",
        )
        assert lost == 0

    def ids(self, query: str, *params: object) -> list[UUID]:
        return [row[0] for row in self.service.execute(query, params or None).fetchall()]


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
