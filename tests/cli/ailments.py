"""Faults of a studio, produced for real, each with the code of what the doctor says of it."""

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from aiohttp import web
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict
from tests.storage.s3 import serving as store
from tests.support.databases import TEMPLATE, Cluster
from tests.support.outages import Proxy
from tests.support.studios import ask

from affiche.db.address import Address
from affiche.studio import affairs, checkup, connections
from affiche.studio.findings import Finding
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


@dataclass
class Patient:
    """A studio that is well but for one thing; a fault may change where the doctor looks."""

    studio: Studio
    cluster: Cluster
    alice: Caller
    picture: File
    patch: pytest.MonkeyPatch
    address: Address
    direct: Address
    running: bool = True
    thorough: bool = False
    where: str = ""

    async def run(self, statement: str, *params: Any) -> None:
        """As the service."""
        async with self.studio.database.as_service() as service:
            await service.connection.execute(statement, params)

    def own(self, statement: str) -> None:
        """As the schema's owner."""
        with psycopg.connect(self.direct.url, autocommit=True) as connection:
            connection.execute(statement)

    @property
    def name(self) -> str:
        return str(conninfo_to_dict(self.direct.url)["dbname"])

    async def examined(self) -> list[Finding]:
        found = await checkup.database(
            self.address,
            self.direct,
            self.studio.settings,
            running=self.running,
            thorough=self.thorough,
        )
        where = self.where or self.studio.settings.data / "objects"
        return [*found, await checkup.storage(where, used=True)]


Fault = Callable[[Patient], AbstractAsyncContextManager[None]]
FAULTS: dict[str, tuple[str, Fault]] = {}


def fault(code: str) -> Callable[[Callable[[Patient], AsyncIterator[None]]], None]:
    def keep(made: Callable[[Patient], AsyncIterator[None]]) -> None:
        FAULTS[made.__name__] = code, asynccontextmanager(made)

    return keep


@fault("unreachable")
async def nothing_listens(p: Patient) -> AsyncIterator[None]:
    p.address = p.direct = Address("postgresql://a:secret@127.0.0.1:9/affiche")
    yield


@fault("password")
async def a_wrong_password(p: Patient) -> AsyncIterator[None]:
    url = p.address.url
    p.address = p.direct = Address(url.replace(p.cluster.server.owner_password, "wrong"))
    yield


@fault("no_database")
async def a_database_that_is_none(p: Patient) -> AsyncIterator[None]:
    p.address = p.direct = Address(p.direct.url.replace(f"/{p.name}", "/nowhere"))
    yield


@fault("crowded")
async def a_limit_that_is_reached(p: Patient) -> AsyncIterator[None]:
    limit = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")
    p.cluster.execute(limit.format(sql.Identifier(p.name), sql.Literal(1)))
    yield
    p.cluster.execute(limit.format(sql.Identifier(p.name), sql.Literal(-1)))


@fault("few_connections")
async def a_pool_that_is_larger_than_the_server(p: Patient) -> AsyncIterator[None]:
    p.studio = replace(p.studio, settings=replace(p.studio.settings, database_pool=500))
    yield


@fault("silent")
async def a_network_that_swallows_everything(p: Patient) -> AsyncIterator[None]:
    async with Proxy(p.cluster.server.sockets / ".s.PGSQL.5432").running() as proxy:
        proxy.fall_silent()
        p.address = p.direct = Address(f"postgresql://a:secret@127.0.0.1:{proxy.port}/affiche")
        yield


@fault("schema")
async def a_database_of_an_older_version(p: Patient) -> AsyncIterator[None]:
    p.own("DELETE FROM affiche_migrations WHERE number > 3")
    yield


@fault("schema_newer")
async def a_database_of_a_newer_version(p: Patient) -> AsyncIterator[None]:
    p.own("INSERT INTO affiche_migrations VALUES (9999, 'later', '')")
    yield


@fault("migration_changed")
async def a_migration_that_was_edited(p: Patient) -> AsyncIterator[None]:
    p.own("UPDATE affiche_migrations SET digest = 'other' WHERE number = 2")
    yield


@fault("unwritable")
async def a_standby(p: Patient) -> AsyncIterator[None]:
    p.own(f"ALTER DATABASE {p.name} SET default_transaction_read_only = on")
    yield


@fault("horizon")
async def a_transaction_that_somebody_left_open(p: Patient) -> AsyncIterator[None]:
    p.patch.setattr(connections, "HELD_SECONDS", 0)
    with psycopg.connect(p.direct.url) as connection:
        connection.execute("SELECT pg_current_xact_id()")
        yield


@fault("deaf")
async def listening_to_another_database(p: Patient) -> AsyncIterator[None]:
    other = p.cluster.create(TEMPLATE)
    p.direct = p.cluster.address(other)
    yield
    p.cluster.drop(other)


@fault("skew")
async def a_clock_that_goes_wrong(p: Patient) -> AsyncIterator[None]:
    real = time.time
    p.patch.setattr(time, "time", lambda: real() - 300)
    yield


@fault("no_workers")
async def works_that_nobody_makes(p: Patient) -> AsyncIterator[None]:
    await ask(p.studio, p.alice, p.picture)
    yield


@fault("idle_workers")
async def nobody_at_work_and_nothing_to_do(p: Patient) -> AsyncIterator[None]:
    yield


@fault("other_versions")
async def a_worker_of_another_version(p: Patient) -> AsyncIterator[None]:
    await p.run("INSERT INTO workers (id, host, process, version) VALUES (%s, 'gpu', 7, '0.0.9')",
                uuid4())  # fmt: skip
    yield


@fault("waiting")
async def works_that_wait_for_an_hour(p: Patient) -> AsyncIterator[None]:
    await ask(p.studio, p.alice, p.picture)
    await p.run("UPDATE generation_jobs SET run_at = now() - interval '1 hour'")
    yield


@fault("stranded")
async def a_step_that_nobody_carries_on(p: Patient) -> AsyncIterator[None]:
    p.patch.setattr(affairs, "STRANDED_SECONDS", 0.0)
    await ask(p.studio, p.alice, p.picture)
    await p.run("UPDATE generation_jobs SET status = 'taken'")
    yield


@fault("overdue")
async def a_deadline_that_passed(p: Patient) -> AsyncIterator[None]:
    await ask(p.studio, p.alice, p.picture)
    await p.run("UPDATE generation_jobs SET status = 'taken'")
    await p.run("UPDATE generation_jobs SET deadline_at = now() - interval '1 hour'")
    yield


@fault("entries_without_job")
async def an_entry_about_nothing(p: Patient) -> AsyncIterator[None]:
    await p.run(
        "INSERT INTO pgqueuer.pgqueuer (priority, status, entrypoint, payload, created)"
        " VALUES (0, 'queued', 'carry_on', convert_to(%s, 'UTF8'), now() - interval '1 hour')",
        f"{uuid4()}:{uuid4()}",
    )
    yield


@fault("unstopped")
async def a_run_that_cannot_be_stopped(p: Patient) -> AsyncIterator[None]:
    await p.run("INSERT INTO withdrawals (endpoint_id, external_id, tries)"
                " SELECT id, 'run', 5 FROM endpoints LIMIT 1")  # fmt: skip
    yield


@fault("undelivered")
async def a_message_that_was_given_up(p: Patient) -> AsyncIterator[None]:
    await p.run(
        "INSERT INTO messages (user_id, channel, status, ended_at)"
        " SELECT id, 'email', 'dead', now() - interval '1 hour' FROM users LIMIT 1"
    )
    yield


@fault("long_unswept")
async def a_store_that_nobody_looks_through(p: Patient) -> AsyncIterator[None]:
    await p.run("INSERT INTO sweeps (bucket, ended_at) VALUES ('works', now() - interval '3 days')")
    yield


@fault("orphans")
async def an_object_that_no_row_names(p: Patient) -> AsyncIterator[None]:
    await p.studio.objects.put("works", "a/b/c.png", b"x", "image/png")
    os.utime(p.studio.settings.data / "objects/works/a/b/c.png", (1, 1))
    p.thorough = True
    yield


@fault("missing")
async def an_output_whose_object_is_gone(p: Patient) -> AsyncIterator[None]:
    await p.run(
        "INSERT INTO files (user_id, bucket_id, path, object_key, width, height, file_size,"
        " mime_type, sha256) VALUES (%s, 'works', 'p', 'a/b/gone.png', 1, 1, 1, 'image/png', '')",
        p.alice.id,
    )
    yield


@fault("counts_differ")
async def a_count_that_no_file_accounts_for(p: Patient) -> AsyncIterator[None]:
    await p.run(
        "INSERT INTO storage_counts (project_id, bytes, files) SELECT id, 5, 1 FROM projects"
        " WHERE user_id = %s",
        p.alice.id,
    )
    yield


@fault("folder_gone")
async def a_disk_that_is_not_mounted(p: Patient) -> AsyncIterator[None]:
    p.where = str(p.studio.settings.data / "unmounted" / "objects")
    yield


@fault("folder_closed")
async def a_folder_that_cannot_be_written(p: Patient) -> AsyncIterator[None]:
    # Not even root makes a folder there.
    p.where = "/sys/kernel"
    yield


@fault("bucket_refused")
async def a_store_that_does_not_know_our_key(p: Patient) -> AsyncIterator[None]:
    async with store() as refusing:
        refusing.status = 403
        _point(p, refusing.url)
        yield


@fault("bucket_silent")
async def a_store_that_is_not_there(p: Patient) -> AsyncIterator[None]:
    _point(p, "http://127.0.0.1:9")
    yield


def _point(p: Patient, url: str) -> None:
    p.where = "s3://bucket/studio"
    for name, value in (("ENDPOINT_URL", url), ("ALLOW_HTTP", "true"), ("REGION", "nowhere"),
                        ("ACCESS_KEY_ID", "x"), ("SECRET_ACCESS_KEY", "x")):  # fmt: skip
        p.patch.setenv(f"AWS_{name}", value)


@fault("homeless")
async def a_preview_engine_without_a_host(p: Patient) -> AsyncIterator[None]:
    yield


async def _engine(p: Patient, url: str) -> None:
    async with p.studio.database.as_service() as service:
        about = {"name": "comfyui", "kind": "comfyui", "works_at_once": 1, "position": 1}
        await service.run("endpoints.put", url=url, **about)


@fault("unwell")
async def an_engine_that_is_not_there(p: Patient) -> AsyncIterator[None]:
    await _engine(p, "http://127.0.0.1:9")
    yield


@fault("unwell")
async def an_engine_that_answers_500(p: Patient) -> AsyncIterator[None]:
    async def answer(_: web.Request) -> web.Response:
        return web.Response(status=500, text="500 Internal Server Error")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await _engine(p, f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield
    await runner.cleanup()
