"""A whole studio that may be broken: an embedded PostgreSQL, `affiche work` processes, an engine,
pictures to fetch. Everything is ended by its id when the block is left."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import psycopg
from tests.support import small
from tests.support.servers import add_person
from tests.support.studios import photograph

from affiche import app, settings
from affiche.db import embedded, keeper
from affiche.emulators.comfyui import Server, serving
from affiche.errors import AfficheError
from affiche.studio import people, uploads
from affiche.studio.studio import Caller, Studio

PICTURE = "ramp.jpg"
# What an operator's hand, a fault of the network or a restart does to our own questions.
TROUBLE = (AfficheError, psycopg.Error, OSError, TimeoutError)


@dataclass(slots=True)
class Worker:
    """An `affiche work`; `frozen` between SIGSTOP and SIGCONT."""

    process: asyncio.subprocess.Process
    frozen: bool = False

    @property
    def alive(self) -> bool:
        return self.process.returncode is None

    def send(self, number: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            self.process.send_signal(number)
        self.frozen = number == signal.SIGSTOP


@dataclass(slots=True)
class World:
    """`done` counts what was done to it; `log` is where its processes write."""

    data: Path
    studio: Studio
    people: list[Caller]
    pictures: dict[Caller, uploads.File]
    engine: Server
    environment: dict[str, str]
    superuser_url: str
    owner_url: str
    random: Random
    log: Path
    workers: list[Worker] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    @property
    def picture_url(self) -> str:
        return f"{self.engine.url}/view?filename={PICTURE}&type=input"

    async def start_worker(self) -> Worker:
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", "from affiche.cli.main import main; main()", "work"),
                env=self.environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        worker = Worker(process)
        self.workers.append(worker)
        return worker

    async def end_workers(self) -> None:
        for worker in self.workers:
            worker.send(signal.SIGCONT)
            worker.send(signal.SIGKILL)
            await worker.process.wait()

    def postmaster(self) -> int | None:
        """The id of the database server's process, while there is one."""
        return keeper.left_running(self.data)


@asynccontextmanager
async def world(folder: Path, seed: int) -> AsyncIterator[World]:
    data, log = folder / "data", folder / "work.log"
    small.write_template(folder / "catalog")
    told = {
        "AFFICHE_CATALOG": str(folder / "catalog"),
        "AFFICHE_DATA": str(data),
        "AFFICHE_FETCH_PRIVATE": "127.0.0.1",
        "AFFICHE_RETRY_SECONDS": "1",
        "AFFICHE_COMFYUI_WORKS": "6",
        "AFFICHE_DATABASE_POOL": "8",
    }
    async with embedded.running(data) as server, serving(folder / "comfyui") as engine:
        (engine.folder / "input" / PICTURE).write_bytes(photograph(96, 64))
        told["COMFYUI_URL"] = engine.url
        chosen, _ = settings.read(told)
        async with app.opened(chosen, migrating=True) as studio:
            callers = await _people(studio)
            made = World(
                data=data,
                studio=studio,
                people=callers,
                pictures={c: await _upload(studio, c) for c in callers},
                engine=engine,
                environment=_environment() | told,
                superuser_url=server.superuser_url(embedded.DATABASE),
                owner_url=server.url,
                random=Random(seed),
                log=log,
            )
            try:
                yield made
            finally:
                await made.end_workers()


def _environment() -> dict[str, str]:
    """Ours, without settings that would lead the processes elsewhere."""
    outside = {"DATABASE_URL", "DIRECT_URL", "COMFYUI_URL", "COMFYUI_API_URL"}
    return {k: v for k, v in os.environ.items() if k not in outside and k[:8] != "AFFICHE_"}


async def _people(studio: Studio) -> list[Caller]:
    callers = [await people.first_user(studio)]
    for name in ("bob", "charlie"):
        callers.append(await add_person(studio, name))
    return callers


async def _upload(studio: Studio, caller: Caller) -> uploads.File:
    return await uploads.upload(studio, caller, photograph(96, 64), name=PICTURE)
