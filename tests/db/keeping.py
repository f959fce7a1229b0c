"""Projects, what is brought into them and made in them, and a machine that does all of that."""

import json
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from psycopg import Connection
from tests.db.people import TEMPLATE, deliver, job, user, value

from affiche.db.statements import statement


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
