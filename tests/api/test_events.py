"""Events over HTTP: as they come, again from where one was, and nobody else's."""

import asyncio
from typing import Any
from uuid import UUID

import psycopg
import pytest
from tests.api.streams import Heard, kinds, listening, tell
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask, ended

from affiche.pipeline.crew import Crew
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


async def test_a_work_is_told_of_from_asking_to_its_picture(
    client: Client, studio: Studio, alice: Caller, picture: File, crew: Crew
) -> None:
    async with listening(client) as ear:
        assert ear.retry == 3000
        work = await ask(studio, alice, picture)
        heard = await ear.until("work.completed")
    stages = [kind for kind in kinds(heard) if kind != "work.progress"]
    assert stages == ["work.created", "work.taken", "work.processing", "work.completed"]
    for each in heard:
        assert each.data["work_id"] == str(work.id)
        assert each.data["at"]
        if each.type == "work.progress":
            assert each.data["status"] == "processing"
            assert 0 <= each.data["progress"]["percent"] <= 99


async def test_a_stream_begins_at_now(client: Client, studio: Studio, alice: Caller) -> None:
    await tell(studio, alice, "before")
    async with listening(client) as ear:
        await tell(studio, alice, "after")
        assert kinds(await ear.until("after")) == ["after"]


async def test_every_place_in_a_stream_is_one_to_go_on_from(
    client: Client, studio: Studio, alice: Caller
) -> None:
    names = [f"event.{n}" for n in range(8)]
    async with listening(client) as ear:
        beginning = ear.last_id
        await tell(studio, alice, *names)
        heard = await ear.until(names[-1])
    assert kinds(heard) == names
    assert len({each.id for each in heard}) == len(names)
    for place, seen in enumerate([beginning, *(each.id for each in heard[:-1])]):
        async with listening(client, Last_Event_ID=seen) as ear:
            assert kinds(await ear.until(names[-1])) == names[place:]
        async with listening(client, f"?last_event_id={seen}") as ear:
            assert kinds(await ear.until(names[-1])) == names[place:]


async def test_a_stream_that_broke_before_its_first_event_loses_nothing(
    client: Client, studio: Studio, alice: Caller
) -> None:
    async with listening(client) as ear:
        seen = ear.last_id
    await tell(studio, alice, "meanwhile")
    async with listening(client, Last_Event_ID=seen) as ear:
        assert kinds(await ear.until("meanwhile")) == ["meanwhile"]


async def test_more_events_than_one_reading_holds(
    client: Client, studio: Studio, alice: Caller
) -> None:
    async with listening(client) as ear:
        seen = ear.last_id
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO events (user_id, type)"
            " SELECT %s, 'n.' || n FROM generate_series(1, 517) AS n",
            (alice.id,),
        )
    async with listening(client, Last_Event_ID=seen) as ear:
        heard = kinds(await ear.until("n.517"))
    assert heard == [f"n.{n}" for n in range(1, 518)]


async def test_the_order_is_that_of_numbers_not_of_their_digits(
    client: Client, studio: Studio, alice: Caller
) -> None:
    transactions = (8, 9, 10, 98, 100, 101)
    async with studio.database.as_service() as service:
        for txid in reversed(transactions):
            await service.connection.execute(
                "INSERT INTO events (user_id, txid, type) VALUES (%s, %s::text::xid8, %s)",
                (alice.id, str(txid), f"in.{txid}"),
            )
    async with listening(client, Last_Event_ID="8-0") as ear:
        assert kinds(await ear.until("in.101")) == [f"in.{txid}" for txid in transactions]


async def test_commits_out_of_order_are_told_in_order_and_once(
    client: Client, studio: Studio, alice: Caller
) -> None:
    """The older transaction commits last: a sequence alone would lose its event, or show the
    younger one and never come back."""
    insert = "INSERT INTO events (user_id, type) VALUES (%s, %s)"
    wake = "SELECT pg_notify('affiche_event', %s)"
    address = studio.database.direct.url
    async with listening(client) as ear:
        async with await psycopg.AsyncConnection.connect(address) as older:
            await older.execute("SET LOCAL ROLE service_role")
            await older.execute(insert, (alice.id, "older"))
            await tell(studio, alice, "younger", "youngest")
            with pytest.raises(TimeoutError):
                await ear.event(within=0.4)
            await older.execute(wake, (str(alice.id),))
            await older.commit()
        heard = await ear.until("youngest")
        await tell(studio, alice, "last")
        heard += await ear.until("last")
    assert kinds(heard) == ["older", "younger", "youngest", "last"]


async def test_what_an_unrelated_old_transaction_held_back_comes_without_another_word(
    client: Client, studio: Studio, alice: Caller, bob: Caller
) -> None:
    """Its end tells nobody; the stream has to look again by itself."""
    address = studio.database.direct.url
    async with listening(client) as ear:
        async with await psycopg.AsyncConnection.connect(address) as older:
            await older.execute("SELECT pg_current_xact_id()")
            await tell(studio, alice, "held")
            with pytest.raises(TimeoutError):
                await ear.event(within=0.3)
        assert kinds(await ear.until("held")) == ["held"]


async def test_writers_side_by_side_lose_nothing_and_double_nothing(
    client: Client, studio: Studio, alice: Caller
) -> None:
    async def write(writer: int) -> None:
        for n in range(25):
            await tell(studio, alice, f"{writer}.{n}")

    async with listening(client) as ear:
        writing = asyncio.gather(*(write(writer) for writer in range(4)))
        heard: list[Heard] = []
        for _ in range(40):
            found = await ear.event()
            assert found
            heard.append(found)
    # Broken off and taken up again in the middle of it.
    async with listening(client, Last_Event_ID=heard[-1].id) as ear:
        await writing
        while len(heard) < 100:
            found = await ear.event()
            assert found
            heard.append(found)
        await tell(studio, alice, "end")
        heard += await ear.until("end")
    assert sorted(kinds(heard)) == sorted(
        [f"{w}.{n}" for w in range(4) for n in range(25)] + ["end"]
    )


async def test_a_stream_tells_of_nobody_else(
    client: Client, as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller
) -> None:
    other = await as_somebody(bob)
    async with listening(client) as mine, listening(other) as theirs:
        await tell(studio, alice, "alice.1")
        await tell(studio, bob, "bob.1")
        await tell(studio, alice, "end")
        await tell(studio, bob, "end")
        assert kinds(await mine.until("end")) == ["alice.1", "end"]
        assert kinds(await theirs.until("end")) == ["bob.1", "end"]


async def test_another_s_cursor_shows_nothing_of_theirs(
    client: Client, as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller
) -> None:
    other = await as_somebody(bob)
    async with listening(other) as theirs:
        cursor = theirs.last_id
        await tell(studio, bob, "bob.1")
        await theirs.until("bob.1")
    async with listening(client, Last_Event_ID=cursor) as mine:
        await tell(studio, alice, "end")
        assert kinds(await mine.until("end")) == ["end"]


@pytest.mark.parametrize(
    "cursor", ["nonsense", "1", "-1--1", "99999999999999999999-1", "1.1", "1.1-1;DROP", "1-1.1"]
)
async def test_an_id_that_this_studio_never_gave_begins_at_now(
    client: Client, studio: Studio, alice: Caller, cursor: str
) -> None:
    await tell(studio, alice, "before")
    async with listening(client, Last_Event_ID=cursor) as ear:
        await tell(studio, alice, "after")
        assert kinds(await ear.until("after")) == ["after"]


async def test_a_place_from_before_the_disk_was_put_back_loses_nothing(
    client: Client, studio: Studio, alice: Caller
) -> None:
    """It is ahead of this database; what is told twice is the price."""
    await tell(studio, alice, "before")
    async with listening(client) as ear:
        era, _, txid = ear.last_id.partition("-")[0].partition(".")
    for ahead in (f"{era}.{int(txid) + 5_000}-1", f"{int(era) + 1}.1-1"):
        async with listening(client, Last_Event_ID=ahead) as ear:
            assert kinds(await ear.until("before")) == ["before"]


async def test_a_place_that_0_1_0_gave_is_one_to_go_on_from(
    client: Client, studio: Studio, alice: Caller
) -> None:
    await tell(studio, alice, "one", "two")
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE events SET era = 0")
        found = await service.connection.execute(
            "SELECT txid::text || '-' || id FROM events WHERE type = 'one'"
        )
        (cursor,) = await found.fetchone() or ("",)
    await tell(studio, alice, "three")
    async with listening(client, Last_Event_ID=cursor) as ear:
        assert kinds(await ear.until("three")) == ["two", "three"]


async def test_a_database_that_goes_away_for_a_while_loses_nothing(
    client: Client, studio: Studio, alice: Caller
) -> None:
    """Every connection is cut, the LISTEN one too."""
    async with listening(client) as ear:
        async with await psycopg.AsyncConnection.connect(
            studio.database.direct.url, autocommit=True
        ) as knife:
            await knife.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            await knife.execute("SET ROLE service_role")
            await knife.execute(
                "INSERT INTO events (user_id, type) VALUES (%s, 'after the cut')", (alice.id,)
            )
        assert kinds(await ear.until("after the cut")) == ["after the cut"]


async def test_signals_lead_to_records_that_say_the_same(
    client: Client, studio: Studio, alice: Caller, picture: File, crew: Crew
) -> None:
    async with listening(client) as ear:
        work = await ask(studio, alice, picture)
        await ended(studio, alice, work.id)
        last: Any = (await ear.until("work.completed"))[-1]
    record = (await client.get(f"/v1/works/{UUID(last.data['work_id'])}")).json
    assert record["status"] == last.data["status"] == "completed"
