"""Readers that break off and come back anywhere, while transactions commit in any order.

Every reader is told all that was committed, once, and all in one order; whatever is held back by a
transaction that is still open comes when it has ended.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import permutations
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg import Connection
from tests.db.conftest import Connect, become
from tests.db.people import user, value
from tests.db.test_event_eras import elsewhere
from tests.db.test_events import Reader, write

from affiche.db.address import Address
from affiche.studio.events import Place, read

WRITERS, READERS = 4, 3


class Studio(RuleBasedStateMachine):
    """`told` is the one order that all readers agree on."""

    service: Connection[Any]
    reading: Connection[Any]
    writers: list[Connection[Any]]
    idle: Connection[Any]
    user: UUID

    @initialize()
    def open_the_studio(self) -> None:
        self.service.execute("DELETE FROM events WHERE user_id = %s", (self.user,))
        self.open: dict[int, list[int]] = {}
        self.waiting = False
        self.kept: set[int] = set()
        self.written = 0
        self.told: list[int] = []
        self.readers = [Reader(self.reading, self.user) for _ in range(READERS)]

    def teardown(self) -> None:
        for number in list(self.open):
            self.end(number, "ROLLBACK")
        self.idle.execute("ROLLBACK")

    # --- who writes ---------------------------------------------------------------------------

    @rule(number=st.integers(0, WRITERS - 1), count=st.integers(1, 3))
    def write(self, number: int, count: int) -> None:
        if number not in self.open:
            self.writers[number].execute("BEGIN")
        for _ in range(count):
            self.written += 1
            write(self.writers[number], self.user, self.written)
            self.open.setdefault(number, []).append(self.written)

    @precondition(lambda self: self.open)
    @rule(data=st.data(), how=st.sampled_from(["COMMIT", "COMMIT", "ROLLBACK"]))
    def finish(self, data: st.DataObject, how: str) -> None:
        self.end(data.draw(st.sampled_from(sorted(self.open))), how)

    def end(self, number: int, how: str) -> None:
        self.writers[number].execute(how)  # type: ignore[arg-type]
        numbers = self.open.pop(number)
        if how == "COMMIT":
            self.kept.update(numbers)

    @precondition(lambda self: self.open)
    @rule(data=st.data())
    def undo_in_part(self, data: st.DataObject) -> None:
        """A savepoint's events go, the transaction's id stays."""
        writer = self.writers[data.draw(st.sampled_from(sorted(self.open)))]
        writer.execute("SAVEPOINT here")
        write(writer, self.user, -1)
        writer.execute("ROLLBACK TO here")

    @rule()
    def write_at_once(self) -> None:
        self.written += 1
        write(self.service, self.user, self.written)
        self.kept.add(self.written)

    @rule()
    def somebody_leaves_a_transaction_open(self) -> None:
        """Who has written something, not an event, and does nothing more."""
        if not self.waiting:
            self.idle.execute("BEGIN")
            self.idle.execute("SELECT pg_current_xact_id()")
        else:
            self.idle.execute("COMMIT")
        self.waiting = not self.waiting

    @precondition(lambda self: not self.open and not self.waiting)
    @rule()
    def move_to_another_server(self) -> None:
        """Ids begin again from below; readers keep the places that they were given."""
        last = value(self.service, "SELECT max(era) FROM event_eras")
        elsewhere(self.service)
        # As `affiche migrate` does: the first to write would make the others wait for its end.
        self.service.execute("SELECT event_era()")
        for reader in self.readers:
            era, txid, number = reader.cursor
            if era == last:
                reader.cursor = (era, str(int(txid) + 1_000_000_000), number)

    # --- who reads ----------------------------------------------------------------------------

    @rule(number=st.integers(0, READERS - 1), most=st.integers(1, 5))
    def read(self, number: int, most: int) -> None:
        reader = self.readers[number]
        reader.read(most)
        # All read one row after another: who is behind is told what others were told before.
        length = min(len(reader.seen), len(self.told))
        assert reader.seen[:length] == self.told[:length]
        if len(reader.seen) > len(self.told):
            self.told = list(reader.seen)

    @rule(number=st.integers(0, READERS - 1))
    def come_back(self, number: int) -> None:
        """With the id of the last event, as a browser has it: text."""
        reader = self.readers[number]
        era, txid, event = reader.cursor
        place = read(str(Place(era, int(txid), event)))
        assert place is not None
        assert (place.era, str(place.txid), place.id) == reader.cursor

    @invariant()
    def nothing_is_told_that_is_not_there_or_twice(self) -> None:
        for reader in self.readers:
            assert set(reader.seen) <= self.kept
            assert len(set(reader.seen)) == len(reader.seen)

    @precondition(lambda self: not self.open and not self.waiting)
    @rule()
    def everybody_hears_everything(self) -> None:
        for reader in self.readers:
            assert set(reader.read_until(len(self.kept))) == self.kept
        assert all(reader.seen == self.readers[0].seen for reader in self.readers)
        self.told = list(self.readers[0].seen)


def test_all_readers_are_told_the_same_and_everything(
    service: Connection[Any], connect: Connect
) -> None:
    Studio.service, Studio.user = service, user(service, "listener")
    Studio.reading = connect("authenticated", Studio.user)
    Studio.writers, Studio.idle = [connect() for _ in range(WRITERS)], connect()
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Studio, settings=settings(max_examples=40, stateful_step_count=40, deadline=None)
    )


@pytest.fixture
def four(shared: Address) -> Iterator[list[Connection[Any]]]:
    with ExitStack() as stack:
        opened = []
        for _ in range(4):
            connection = stack.enter_context(psycopg.connect(shared.url, autocommit=True))
            become(connection, "service_role")
            opened.append(connection)
        yield opened


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_every_order_of_commits_with_a_reader_after_each(
    service: Connection[Any], connect: Connect, four: list[Connection[Any]], order: tuple[int, ...]
) -> None:
    """Begun one after another, ended in every order: told in the order in which they were begun."""
    own = user(service, "someone")
    reader = Reader(connect("authenticated", own), own)
    for number, writer in enumerate(four):
        writer.execute("BEGIN")
        write(writer, own, number)
    ended = set[int]()
    for number in order:
        four[number].execute("COMMIT")
        ended.add(number)
        # What no older one can precede any more, and nothing else.
        first = min(set(range(4)) - ended, default=4)
        assert set(reader.read_until(first)) <= set(range(first))
        assert reader.seen == list(range(first))
    assert reader.seen == [0, 1, 2, 3]


def test_a_transaction_that_was_left_open_holds_events_back_until_the_server_ends_it(
    service: Connection[Any], connect: Connect, shared: Address
) -> None:
    own = user(service, "someone")
    reader = Reader(connect("authenticated", own), own)
    with psycopg.connect(shared.url) as forgotten:
        forgotten.execute("SET idle_in_transaction_session_timeout = '300ms'")
        forgotten.execute("SELECT pg_current_xact_id()")
        write(service, own, 1)
        assert reader.read() == 0
        assert reader.read_until(1) == [1]
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            forgotten.execute("SELECT 1")


def test_the_embedded_server_ends_what_was_left_open(service: Connection[Any]) -> None:
    found = service.execute("SHOW idle_in_transaction_session_timeout").fetchone()
    assert found == ("10min",)
