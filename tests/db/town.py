"""Three users with what they have, a project that two of them share, and a connection of each."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection, sql
from psycopg.types.json import Jsonb
from tests.db.conftest import Connect
from tests.db.people import TEMPLATE, Person, file, person, user, value


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


def settled(connect: Connect) -> Town:
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
    for whose in (project, a.project):
        service.execute(
            "INSERT INTO glossary_terms (project_id, term) VALUES (%s, 'Affiche')", (whose,)
        )
    for who, whose in ((a.id, project), (a.id, a.project), (b.id, b.project)):
        subjects(service, who, whose)
    for whose, where in ((people[0], project), (people[0], a.project), (people[1], b.project)):
        batch(whose, where)
    upload = file(service, a.id)
    asked = value(
        people[0],
        "SELECT id FROM ask_work(uuid_v7(), %s, %s, 1, 1, %s)",
        *(TEMPLATE, Jsonb({"image": str(upload)}), project),
    )
    ran = value(service, "SELECT id FROM generation_jobs WHERE work_id = %s", asked)
    service.execute("UPDATE works SET tags = '{ours}' WHERE id = %s", (asked,))
    shared = Person(a.id, project, file(service, a.id, asked), asked, ran)
    for whose, work in ((people[0], a.work), (people[1], asked)):
        whose.execute("SELECT star_works(%s, 5)", ([work],))
    for one, work in ((a.id, a.work), (b.id, asked)):
        kept = value(
            service,
            "INSERT INTO collections (user_id, name) VALUES (%s, 'kept') RETURNING id",
            one,
        )
        service.execute(
            "INSERT INTO collection_works (collection_id, work_id, user_id) VALUES (%s, %s, %s)",
            (kept, work, one),
        )
    nobodies = connect("authenticated"), connect("anon")
    return Town(service, *people, *nobodies, a, b, c, project, shared)


def subjects(service: Connection[Any], user_id: UUID, project: UUID) -> None:
    """A character and a reference of the project's."""
    service.execute(
        "INSERT INTO characters (project_id, user_id, name, slug)"
        " VALUES (%s, %s, 'Milan', 'milan')",
        (project, user_id),
    )
    service.execute(
        "INSERT INTO reference_images (project_id, user_id, filename, file_id, sha256)"
        " VALUES (%s, %s, '1.jpg', %s, %s)",
        (project, user_id, file(service, user_id), bytes(32)),
    )


def count(connection: Connection[Any], table: str, where: sql.Composable = sql.SQL("true")) -> int:
    found: int = value(
        connection,
        sql.SQL("SELECT count(*) FROM {} WHERE {}")  # type: ignore[arg-type]
        .format(sql.Identifier(table), where)
        .as_string(),
    )
    return found


def batch(connection: Connection[Any], project: UUID) -> UUID:
    """One of two works, by whoever the connection is of."""
    asked = {"id": str(uuid4()), "template_id": str(TEMPLATE), "project_id": str(project)}
    asked |= {"reference_count": 1, "variations": 2, "seed": 1}
    places = [{"id": str(uuid4()), "position": n, "seed": n + 1} for n in range(2)]
    made: UUID = value(connection, "SELECT id FROM ask_batch(%s, %s)", Jsonb(asked), Jsonb(places))
    return made
