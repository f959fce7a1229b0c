"""One question reads many people's events, and each is given what they would be given alone."""

import re
import time
from typing import Any
from uuid import UUID

import pytest
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege
from psycopg.rows import tuple_row
from tests.db.conftest import Connect
from tests.db.people import value
from tests.db.town import Town, settled

from affiche.db.statements import statement

MANY = "SELECT n, id FROM events_of_many(%s, %s, %s, %s, %s)"
Place = tuple[int, str, int]
START: Place = (0, "0", 0)


@pytest.fixture(scope="module")
def town(connect: Connect) -> Town:
    town = settled(connect)
    newest = value(town.service, "SELECT max(txid)::text::numeric FROM events")
    # PostgreSQL's own transactions may hold back for a moment what has been written.
    while newest >= value(
        town.service, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::int8"
    ):
        time.sleep(0.01)
    return town


def alone(connection: Connection[Any], user_id: UUID, place: Place, most: int) -> list[int]:
    era, txid, number = place
    params = {"user_id": user_id, "era": era, "txid": txid, "id": number, "limit": most}
    cursor = connection.cursor(row_factory=tuple_row)
    return [row[0] for row in cursor.execute(statement("events.after"), params).fetchall()]


def together(
    connection: Connection[Any], wanted: list[tuple[UUID, Place]], most: int
) -> list[list[int]]:
    people, places = zip(*wanted, strict=True)
    eras, txids, ids = (list(column) for column in zip(*places, strict=True))
    found: list[list[int]] = [[] for _ in wanted]
    for n, number in connection.execute(MANY, (list(people), eras, txids, ids, most)).fetchall():
        found[n - 1].append(number)
    return found


@pytest.mark.parametrize("most", [1, 3, 200])
def test_each_is_given_what_they_see_themselves(town: Town, most: int) -> None:
    middle = town.service.execute(
        "SELECT era, txid::text, id FROM events ORDER BY era, txid, id OFFSET 4 LIMIT 1"
    ).fetchone()
    assert middle is not None
    people = [(town.alice, town.a.id), (town.bob, town.b.id), (town.charlie, town.c)]
    for places in ([START] * 3, [middle] * 3, [START, middle, START]):
        wanted = [(who, place) for (_, who), place in zip(people, places, strict=True)]
        own = [
            alone(connection, who, place, most)
            for (connection, who), place in zip(people, places, strict=True)
        ]
        assert together(town.service, wanted, most) == own
        assert together(town.service, wanted[::-1], most) == own[::-1]


def test_one_sees_no_more_behind_another(town: Town) -> None:
    """Charlie is in no project, whoever was read for just before."""
    everything = {row[0] for row in town.service.execute("SELECT id FROM events").fetchall()}
    hers, his, charlies = (
        set(found)
        for found in together(
            town.service, [(who, START) for who in (town.a.id, town.b.id, town.c)], 200
        )
    )
    theirs = {row[0] for row in town.alice.execute("SELECT id FROM events").fetchall()}
    assert hers == theirs < everything
    assert his == {row[0] for row in town.bob.execute("SELECT id FROM events").fetchall()}
    shared = town.service.execute("SELECT id FROM events WHERE work_id = %s", (town.shared.work,))
    assert {row[0] for row in shared.fetchall()} <= hers & his
    assert charlies == set()


def test_whoever_asks_is_who_they_were_before(town: Town) -> None:
    query = "SELECT current_user, current_setting('request.jwt.claims', true)"
    with town.service.transaction():
        before = town.service.execute(query).fetchone()
        together(town.service, [(town.a.id, START), (town.c, START)], 10)
        assert town.service.execute(query).fetchone() == before
    assert town.service.execute(query).fetchone() == before


@pytest.mark.parametrize("who", ["alice", "nobody", "anon"])
def test_nobody_reads_as_somebody_else(town: Town, who: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        together(getattr(town, who), [(town.b.id, START)], 10)


def test_it_is_the_same_question(town: Town) -> None:
    """Whose plan is held to its pages in test_plans."""
    names = {
        "%(user_id)s": "who",
        "%(era)s": "eras[number]",
        "%(txid)s": "txids[number]",
        "%(id)s": "ids[number]",
        "%(limit)s": "most",
    }
    text = re.sub(r"--[^\n]*", "", statement("events.after"))
    for old, new in names.items():
        text = text.replace(old, new)
    text = text.replace("SELECT e.id", "SELECT number, e.id", 1)
    source = value(town.service, "SELECT prosrc FROM pg_proc WHERE proname = 'events_of_many'")
    assert " ".join(text.split()) in " ".join(source.split())
