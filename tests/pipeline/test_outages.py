"""The database goes away in the middle of it, in every way it can: works end rightly once it is
back, nothing is lost or doubled, and meanwhile people are told so."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psycopg
import pytest
from tests.support.outages import Breakable, breakable, studio_on
from tests.support.servers import Answer, Client
from tests.support.studios import ask, at_work, engine, photograph

from affiche.db.address import Address
from affiche.db.embedded import DATABASE
from affiche.emulators.comfyui import Server as Emulator
from affiche.errors import DatabaseUnavailable
from affiche.pipeline.crew import Crew
from affiche.serving import Server, application
from affiche.studio import people, uploads, works
from affiche.studio.feed import Feed
from affiche.studio.studio import Caller, Studio

WORKS = 6


@pytest.fixture(scope="module")
def database_server() -> Iterator[Breakable]:
    # Not pytest's own folder, which lies too deep for a socket's name.
    with (
        tempfile.TemporaryDirectory(prefix="affiche-test-") as folder,
        # So few connections that they can all be taken.
        breakable(Path(folder), {"max_connections": "40"}) as server,
    ):
        yield server


@dataclass(frozen=True)
class House:
    """A whole studio on a server that may die: its pages and API, its crew, an engine."""

    studio: Studio
    alice: Caller
    engine: Emulator
    crew: Crew
    client: Client
    picture: uploads.File

    async def ask(self, number: int = WORKS) -> list[works.Work]:
        return [await ask(self.studio, self.alice, self.picture, f"{n}") for n in range(number)]

    async def ended(self, asked: list[works.Work], within: float = 60.0) -> list[works.Work]:
        """All of them, however often the question itself meets the outage."""
        async with asyncio.timeout(within):
            return [await self._ended(work) for work in asked]

    async def _ended(self, asked: works.Work) -> works.Work:
        while True:
            try:
                work = await works.get(self.studio, self.alice, asked.id)
            except DatabaseUnavailable:
                await asyncio.sleep(0.2)
                continue
            if work.ended:
                return work
            await asyncio.sleep(0.05)

    async def check_delivered(self, asked: list[works.Work]) -> None:
        """Each has ended well, with one picture that is in the store, and no second one."""
        done = await self.ended(asked)
        assert [work.status for work in done] == ["completed"] * len(asked)
        files = await works.outputs(self.studio, self.alice, [work.id for work in asked])
        assert sorted(str(file.work_id) for file in files) == sorted(str(work.id) for work in asked)
        for file in files:
            data = await self.studio.objects.read("works", file.object_key)
            assert len(data) == file.file_size


@asynccontextmanager
async def house(address: Address, folder: Path, **more: str) -> AsyncIterator[House]:
    async with studio_on(address, folder, **more) as studio:
        alice = await people.first_user(studio)
        picture = await uploads.upload(studio, alice, photograph(), name="ramp.jpg")
        key = await people.make_key(studio, alice.id, "test")
        timeout = aiohttp.ClientTimeout(total=60)
        async with (
            engine(studio, folder / "comfyui", pace=0.0) as emulator,
            at_work(studio) as crew,
            Feed(studio).running() as feed,
            Server(application(studio, feed), "127.0.0.1", 0, fixed=True) as server,
            aiohttp.ClientSession(timeout=timeout) as session,
        ):
            headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
            client = Client(server, session, headers)
            yield House(studio, alice, emulator, crew, client, picture)


@pytest.fixture
async def home(database_server: Breakable, tmp_path: Path) -> AsyncIterator[House]:
    async with house(database_server.address, tmp_path) as opened:
        yield opened


async def test_connections_that_are_cut_again_and_again(
    database_server: Breakable, home: House
) -> None:
    asked = await home.ask()
    for _ in range(5):
        await asyncio.sleep(0.4)
        assert await asyncio.to_thread(database_server.cut) > 0
    await home.check_delivered(asked)
    assert database_server.run("SELECT max(takes) FROM generation_jobs") == [(0,)]


async def test_a_server_that_dies_and_comes_back(database_server: Breakable, home: House) -> None:
    asked = await home.ask()
    await asyncio.sleep(0.3)
    with database_server.down():
        await asyncio.sleep(2)
    await home.check_delivered(asked)


async def test_only_the_listener_is_cut(database_server: Breakable, home: House) -> None:
    """Works that are asked for in the gap are not overlooked, and later ones are heard of."""
    for _ in range(3):
        assert await asyncio.to_thread(database_server.cut, "query LIKE 'LISTEN%'") > 0
        await home.check_delivered(await home.ask(2))


async def test_meanwhile_people_are_told_so(database_server: Breakable, home: House) -> None:
    (work,) = asked = await home.ask(1)
    await home.check_delivered(asked)
    call = home.client
    body = {"template": "klein-i2i", "inputs": {"image": str(home.picture.id), "prompt": "x"}}
    with database_server.down():
        answers = await asyncio.gather(
            call.get("/v1/works"),
            call.get(f"/v1/works/{work.id}"),
            call.post("/v1/works", json=body),
            call.upload(photograph()),
            call.get("/v1/events"),
        )
        pages = await asyncio.gather(
            *(call.get(path, headers={"Accept": "text/html"}) for path in ("/", "/works"))
        )
        living, ready = await call.get("/health"), await call.get("/ready")
    for answer in answers:
        check_refused(answer, "database_unavailable")
    for page in pages:
        assert (page.status, page.headers["Retry-After"]) == (503, "5")
        assert "The database cannot be reached at present." in page.body.decode()
    assert living.status == 200
    check_refused(ready, "not_ready")
    assert ready.fields == {"database": "database_unavailable"}
    await again(call, f"/v1/works/{work.id}")
    await again(call, "/ready")
    assert (await call.get(f"/v1/works/{work.id}")).json["status"] == "completed"


def check_refused(answer: Answer, code: str) -> None:
    """Our own shape, when to come back, and nothing of what is inside."""
    assert (answer.status, answer.json["code"]) == (503, code)
    assert answer.headers["Retry-After"] == "5"
    assert answer.json["hint"]
    for inside in (b"postgres", b"Traceback", b"psycopg", b".s.PGSQL", b"tmp"):
        assert inside not in answer.body


async def again(client: Client, path: str) -> None:
    """Until it is answered well."""
    async with asyncio.timeout(60):
        while (await client.get(path)).status != 200:
            await asyncio.sleep(0.1)


@asynccontextmanager
async def all_connections_taken(server: Breakable) -> AsyncIterator[None]:
    """By somebody else; one by one, as they become free."""
    taken: list[psycopg.Connection] = []
    owner = server.address.url
    try:
        while True:
            try:
                taken.append(await asyncio.to_thread(psycopg.connect, owner))
            except psycopg.OperationalError as error:
                if "slots" in str(error) or "too many" in str(error):
                    break
        yield
    finally:
        for connection in taken:
            connection.close()


async def test_every_connection_is_taken_by_somebody_else(
    database_server: Breakable, home: House, tmp_path: Path
) -> None:
    asked = await home.ask(3)
    async with all_connections_taken(database_server):
        await asyncio.to_thread(database_server.cut, "query LIKE 'LISTEN%'")
        with pytest.raises(DatabaseUnavailable):
            async with studio_on(database_server.address, tmp_path / "second"):
                pass
        # What we hold goes on working.
        assert (await home.client.get("/v1/works")).status == 200
    await home.check_delivered(asked)


async def running(server: Breakable, pattern: str) -> int:
    """The backend that waits for a lock in a statement like this."""
    async with asyncio.timeout(20):
        while True:
            found = server.run(
                "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s",
                pattern,
            )
            if found:
                return int(str(found[0][0]))
            await asyncio.sleep(0.02)


async def test_a_statement_that_is_cancelled(database_server: Breakable, home: House) -> None:
    """As a statement's time-out does (57014): here while a step waits for a lock."""
    home.engine.faults.add("prompt", "delay", seconds=1.0)
    asked = await home.ask(1)
    await status(home, asked[0], "taken")
    with psycopg.connect(database_server.server.superuser_url(DATABASE)) as blocker:
        blocker.execute("SELECT FROM generation_jobs WHERE work_id = %s FOR UPDATE", (asked[0].id,))
        pid = await running(database_server, "%UPDATE generation_jobs%SET%")
        assert database_server.run("SELECT pg_cancel_backend(%s)", pid) == [(True,)]
    await home.check_delivered(asked)


async def test_a_deadlock_that_a_step_loses(database_server: Breakable, home: House) -> None:
    """It holds the job and waits for the work, which another has, who waits for the job."""
    home.engine.faults.add("view", "delay", seconds=1.0)
    asked = await home.ask(1)
    await status(home, asked[0], "processing")
    with psycopg.connect(database_server.server.superuser_url(DATABASE)) as other:
        other.execute("SELECT FROM works WHERE id = %s FOR NO KEY UPDATE", (asked[0].id,))
        await running(database_server, "%object_key text%")
        # Waits until the step, which has waited for longer, is the one that is given up.
        await asyncio.to_thread(
            other.execute,
            "SELECT FROM generation_jobs WHERE work_id = %s FOR UPDATE",
            (asked[0].id,),
        )
    await home.check_delivered(asked)


async def status(home: House, work: works.Work, wanted: str) -> None:
    async with asyncio.timeout(30):
        while (await works.get(home.studio, home.alice, work.id)).status != wanted:
            await asyncio.sleep(0.02)


async def test_transactions_that_cannot_be_put_in_an_order(
    database_server: Breakable, tmp_path: Path
) -> None:
    """With a database whose transactions are stricter by default, many fail with 40001."""
    database_server.run("ALTER DATABASE affiche SET default_transaction_isolation = serializable")
    try:
        async with house(database_server.address, tmp_path) as home:
            asked: list[works.Work] = []
            while len(asked) < WORKS:
                # Whoever asks is told to ask again, like a client of the API.
                with suppress(DatabaseUnavailable):
                    asked += await home.ask(1)
            await home.check_delivered(asked)
    finally:
        database_server.run("ALTER DATABASE affiche RESET default_transaction_isolation")


@contextmanager
def full_disk(server: Breakable, table: str) -> Iterator[None]:
    """`table`, which must be empty, lies on a device that is full: its file leads to /dev/full,
    where every write ends with ENOSPC, as PostgreSQL reports it (53100)."""
    ((place,),) = server.run("SELECT pg_relation_filepath(%s::regclass)", table)
    server.run("CHECKPOINT")
    path = server.folder / "postgres" / str(place)
    with server.down():
        path.rename(path.with_name("kept"))
        path.symlink_to("/dev/full")
    try:
        yield
    finally:
        with server.down():
            path.unlink()
            path.with_name("kept").rename(path)


async def test_the_database_s_disk_is_full(database_server: Breakable, tmp_path: Path) -> None:
    async with house(database_server.address, tmp_path) as home:
        database_server.run("TRUNCATE events")
        before = len(await works.page(home.studio, home.alice, limit=200))
        with full_disk(database_server, "events"):
            await again(home.client, "/v1/works")
            body = {"template": "klein-i2i", "inputs": {"image": str(home.picture.id),
                                                        "prompt": "x"}}  # fmt: skip
            refused = await home.client.post("/v1/works", json=body)
            check_refused(refused, refused.json["code"])
            assert refused.json["code"] in ("database_full", "database_unavailable")
        await again(home.client, "/v1/works")
        assert len(await works.page(home.studio, home.alice, limit=200)) == before
        await home.check_delivered(await home.ask(2))
