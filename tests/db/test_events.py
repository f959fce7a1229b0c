"""Events are read in an order in which none is lost and none comes twice, whoever commits when."""

import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from psycopg import Connection
from psycopg.rows import dict_row
from tests.db.conftest import Connect, become
from tests.db.people import user, value, work

from affiche.db.statements import statement

AFTER, NOW = statement("events.after"), statement("events.now")
WRITERS = 3
START = (0, "0", 0)


@dataclass
class Reader:
    """Reads as a stream does: from its cursor on, and remembers what it was given."""

    connection: Connection[Any]
    user: UUID
    cursor: tuple[int, str, int] = START
    seen: list[int] = field(default_factory=list)

    def read(self, most: int = 200) -> int:
        era, txid, number = self.cursor
        params = {"user_id": self.user, "era": era, "txid": txid, "id": number, "limit": most}
        rows = self.connection.cursor(row_factory=dict_row).execute(AFTER, params).fetchall()
        for row in rows:
            self.seen.append(row["data"]["n"])
            self.cursor = (row["era"], row["txid"], row["id"])
        return len(rows)

    def read_until(self, count: int) -> list[int]:
        """What was read once that many came, and all after it; PostgreSQL's own transactions
        (statistics are gathered in one) may hold some back for a moment."""
        for _ in range(400):
            if not self.read() and len(self.seen) >= count:
                break
            if len(self.seen) < count:
                time.sleep(0.01)
        return self.seen


def write(connection: Connection[Any], user_id: UUID, number: int) -> None:
    connection.execute(
        "INSERT INTO events (user_id, type, data) VALUES (%s, 'test', jsonb_build_object('n', %s))",
        (user_id, number),
    )


@pytest.fixture(scope="module")
def own(service: Connection[Any]) -> UUID:
    return user(service, "listener")


@pytest.fixture(scope="module")
def writers(connect: Connect) -> list[Connection[Any]]:
    return [connect() for _ in range(WRITERS)]


@pytest.fixture(scope="module")
def reading(connect: Connect, own: UUID) -> Connection[Any]:
    return connect("authenticated", own)


MOVES = st.lists(
    st.tuples(
        st.integers(0, WRITERS - 1),
        st.sampled_from(["write", "write", "commit", "commit", "roll back", "read", "read one"]),
    ),
    max_size=30,
)


@given(MOVES)
# A sequence is not commit order: the first number is committed last.
@example([(0, "write"), (1, "write"), (1, "commit"), (0, "read"), (0, "commit")])
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_is_lost_and_nothing_comes_twice(
    service: Connection[Any],
    own: UUID,
    writers: list[Connection[Any]],
    reading: Connection[Any],
    moves: list[tuple[int, str]],
) -> None:
    service.execute("DELETE FROM events WHERE user_id = %s", (own,))
    reader, open_, kept, written = Reader(reading, own), dict[int, list[int]](), list[int](), 0
    for number, move in moves:
        match move:
            case "write":
                if number not in open_:
                    writers[number].execute("BEGIN")
                written += 1
                write(writers[number], own, written)
                open_.setdefault(number, []).append(written)
            case "commit" if number in open_:
                writers[number].execute("COMMIT")
                kept += open_.pop(number)
            case "roll back" if number in open_:
                writers[number].execute("ROLLBACK")
                open_.pop(number)
            case "read" | "read one":
                reader.read(1 if move == "read one" else 200)
                assert set(reader.seen) <= set(kept)
    for number in list(open_):
        writers[number].execute("COMMIT")
        kept += open_.pop(number)
    assert sorted(reader.read_until(len(kept))) == sorted(kept)


def test_what_an_older_transaction_may_still_precede_is_held_back(
    service: Connection[Any], own: UUID, writers: list[Connection[Any]], reading: Connection[Any]
) -> None:
    service.execute("DELETE FROM events WHERE user_id = %s", (own,))
    reader, (old, young, _) = Reader(reading, own), writers
    old.execute("BEGIN")
    write(old, own, 1)
    write(young, own, 2)
    assert reader.read() == 0
    old.execute("COMMIT")
    assert reader.read_until(2) == [1, 2]


def test_now_is_behind_all_that_was_and_before_all_that_comes(
    service: Connection[Any], own: UUID, writers: list[Connection[Any]], reading: Connection[Any]
) -> None:
    service.execute("DELETE FROM events WHERE user_id = %s", (own,))
    write(service, own, 1)
    writers[0].execute("BEGIN")
    write(writers[0], own, 2)
    era, _, txid = value(service, NOW).partition(".")
    cursor = (int(era), txid, 2**63 - 1)
    writers[0].execute("COMMIT")
    write(service, own, 3)
    reader = Reader(reading, own, cursor)
    assert reader.read_until(2) == [2, 3]


def test_each_reads_their_own(service: Connection[Any], own: UUID, connect: Connect) -> None:
    other = user(service, "other")
    write(service, other, 1)
    stranger = connect("authenticated", own)
    assert Reader(stranger, other).read() == 0
    become(stranger, "authenticated", other)
    assert Reader(stranger, other).read_until(1) == [1]


def test_every_change_of_a_work_is_an_event(service: Connection[Any]) -> None:
    own = user(service, "asker")
    asked = work(service, own)
    for change in (
        "status = 'taken'",
        "status = 'processing', progress = NULL",
        """progress = '{"percent": 40}'""",
        """progress = '{"percent": 40}'""",
        "title = 'a title'",
        "seed = 7",
        "status = 'completed', progress = NULL",
    ):
        service.execute(f"UPDATE works SET {change} WHERE id = %s", (asked,))  # type: ignore[arg-type]
    query = "SELECT type, data FROM events WHERE work_id = %s ORDER BY id"
    told = value(service, "SELECT id FROM notifications WHERE work_id = %s", asked)
    assert service.execute(query, (asked,)).fetchall() == [
        ("work.created", {"status": "pending"}),
        ("work.taken", {"status": "taken"}),
        ("work.processing", {"status": "processing"}),
        ("work.progress", {"status": "processing", "progress": {"percent": 40}}),
        ("work.changed", {"status": "processing"}),
        ("work.completed", {"status": "completed"}),
        ("notification.created", {"notification_id": str(told)}),
    ]


def test_listeners_hear_of_it_when_it_is_there(service: Connection[Any], connect: Connect) -> None:
    own = user(service, "asker")
    ear = connect()
    ear.execute("LISTEN affiche_event")
    with service.transaction():
        work(service, own)
        assert list(ear.notifies(timeout=0.1)) == []
    (heard,) = ear.notifies(timeout=10, stop_after=1)
    assert heard.payload == str(own)
