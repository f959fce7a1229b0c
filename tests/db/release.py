"""A database as a release leaves it, with work under way: what an upgrade test begins with.

`python -m tests.db.release FILE` makes one with the program of this tree and writes it as plain
text. Run once for each release, from that release's own tree; the pictures are not kept.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from uuid import UUID

from psycopg.conninfo import conninfo_to_dict
from tests.support.studios import ask, at_work, ended, engine, photograph, reached

from affiche import app, settings
from affiche.db import embedded, migrate
from affiche.db.address import parse
from affiche.db.database import Database
from affiche.db.listener import Listener
from affiche.pipeline.admission import Admission
from affiche.storage.objects import Objects
from affiche.studio import keys, people, uploads, works
from affiche.studio.studio import Caller, Studio

# What the tests sign in with.
KEY, SESSION = keys.PREFIX + "of-a-release", "session-of-a-release"
NOISE = re.compile(r"--|\\|SET (?!SESSION)|SELECT pg_catalog\.set_config")


async def furnish(studio: Studio, folder: Path) -> None:
    """Two people, and a work in every state, some of them in the hands of a process that died."""
    alice, bob = await people.first_user(studio), await second_user(studio)
    await sign_in(studio, alice)
    mine = await uploads.upload(studio, alice, photograph(64, 48), name="해변.jpg")
    theirs = await uploads.upload(studio, bob, photograph(48, 64), name="cup.jpg")
    async with engine(studio, folder / "comfyui", pace=0.0) as server:
        async with at_work(studio):
            await finished(studio, alice, mine)
            await finished(studio, bob, theirs)
            server.faults.add("node", "fail", node="VAEDecode", exception="ValueError")
            failed = await ask(studio, alice, mine, "노을 지는 산")
            assert (await ended(studio, alice, failed.id)).status == "failed"
        await works.cancel(studio, alice, (await ask(studio, alice, mine, "an empty street")).id)
        again = await wish(studio, alice, mine, "다시", retry_of=failed.id)
        await works.cancel(studio, alice, again.id)
        for step in ("prepare", "submit", "collect", "finish"):
            await dies(studio, alice, mine, folder, step)
    async with engine(studio, folder / "comfyui", pace=60.0):
        async with studio.database.as_service() as service:
            await service.connection.execute("UPDATE endpoints SET works_at_once = 20")
        worker = await start_worker(studio, folder)
        running = [(await ask(studio, alice, mine, f"running {n}")).id for n in range(3)]
        for work_id in running:
            await reached(studio, alice, work_id, "processing")
        worker.send_signal(signal.SIGKILL)
        await worker.wait()
        # Its run is still to be stopped on the engine.
        await works.cancel(studio, alice, running.pop())
        taken = (await ask(studio, bob, theirs, "taken")).id
        await asyncio.wait_for(admitted(studio, bob, taken), 20)
        await wish(studio, alice, mine, "두 장", output_count=2, idempotency_key="two-of-them")
        await ask(studio, bob, theirs, "waiting")
        await beat(studio, "0")


async def second_user(studio: Studio) -> Caller:
    bob = Caller(studio.new_id(), "bob@example.com", "Bob", "en", False)
    about = {"email": bob.email, "name": bob.name, "language": "en", "is_operator": False}
    async with studio.database.as_service() as service:
        await service.run("people.add", id=bob.id, **about)
        await service.run("people.add_default_project", user_id=bob.id, name="Studio")
    return bob


async def sign_in(studio: Studio, caller: Caller) -> None:
    await people.redeem_link(studio, await people.make_link(studio, caller.id))
    await people.make_link(studio, caller.id)
    until = studio.now() + people.SESSION_LIVES
    async with studio.database.as_service() as service:
        key, session = people.digest(KEY), people.digest(SESSION)
        await service.run(
            "people.add_key",
            id=studio.new_id(),
            hash=key,
            user_id=caller.id,
            name="release",
            scopes=["read", "ask", "admin"],
            hint="",
            expires_at=None,
        )
        await service.run(
            "people.add_session", hash=session, user_id=caller.id, expires_at=until, agent=""
        )


async def finished(studio: Studio, caller: Caller, picture: uploads.File) -> None:
    """A work of one picture and one of two."""
    for count in (1, 2):
        asked = await wish(studio, caller, picture, "a quiet beach", output_count=count)
        assert (await ended(studio, caller, asked.id)).status == "completed"


async def wish(
    studio: Studio, caller: Caller, picture: uploads.File, prompt: str, **more: Any
) -> works.Work:
    inputs = {"image": str(picture.id), "prompt": prompt, "megapixels": 0.5}
    request = works.Ask(template="klein-i2i", inputs=inputs, **more)
    return await works.ask(studio, caller, request)


async def admitted(studio: Studio, caller: Caller, work_id: UUID) -> None:
    admission = Admission(studio.database, Listener(studio.database.direct))
    while (await works.get(studio, caller, work_id)).status == "pending":
        await admission.admit()


async def dies(
    studio: Studio, caller: Caller, picture: uploads.File, folder: Path, step: str
) -> None:
    """A process that begins the step of a work and is gone."""
    worker = await start_worker(studio, folder, "kill", step, "before")
    await ask(studio, caller, picture, f"died in {step}")
    assert await asyncio.wait_for(worker.wait(), 30) == -signal.SIGKILL
    await beat(studio, "1 hour")


async def beat(studio: Studio, ahead: str) -> None:
    """With hearts that beat in the future, nobody takes over what the dead have left."""
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE pgqueuer.pgqueuer SET heartbeat = now() + %s::interval", (ahead,)
        )


async def start_worker(studio: Studio, folder: Path, *fault: str) -> asyncio.subprocess.Process:
    told = {
        "AFFICHE_DATA": str(folder),
        "DATABASE_URL": studio.settings.database_url or "",
        "WORKER_LOG": os.devnull,
    }
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.pipeline.worker", *(fault or ("none", "-", "-"))),
        env=os.environ | told,
        stdout=asyncio.subprocess.PIPE,
    )
    assert worker.stdout is not None
    await asyncio.wait_for(worker.stdout.readline(), 30)
    return worker


def dumped(url: str) -> str:
    """Schema and rows as statements that psycopg can run."""
    found = conninfo_to_dict(url)
    names = {"user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE", "host": "PGHOST"}
    done = subprocess.run(
        [embedded.BINARIES / "pg_dump", "--inserts", "--rows-per-insert=100"],
        env={**os.environ, **{names[k]: str(v) for k, v in found.items() if k in names}},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    kept = "\n".join(line for line in done.stdout.splitlines() if not NOISE.match(line))
    return re.sub(r"\n{3,}", "\n\n", kept).strip() + "\n"


async def made() -> str:
    with tempfile.TemporaryDirectory(prefix="affiche-") as name:
        folder = Path(name)
        async with embedded.running(folder / "server") as server:
            await migrate.migrate(parse(server.url))
            chosen, _ = settings.read(
                {
                    "AFFICHE_DATA": name,
                    "DATABASE_URL": server.url,
                    "AFFICHE_RETRY_SECONDS": "0.2",
                }
            )
            async with Database(parse(server.url), size=9) as database:
                await app.furnish(chosen, database)
                studio = Studio(chosen, database, Objects(folder / "objects"), b"x" * 32)
                await furnish(studio, folder)
            return await asyncio.to_thread(dumped, server.superuser_url(embedded.DATABASE))


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(asyncio.run(made()), encoding="utf-8")
