"""Every fault of a ComfyUI server, met by a whole work: what its owner gets in the end.

One studio, one server and one pipeline for all; each case plans its faults and asks for a picture.
"""

import asyncio
import re
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from tests.support.databases import TEMPLATE, Cluster
from tests.support.studios import at_work, ended, engine, photograph, reached

from affiche import app, settings
from affiche.catalog import catalog
from affiche.comfy.transport import Limits
from affiche.db.database import Database
from affiche.emulators.comfyui import Server
from affiche.emulators.comfyui.faults import POINTS, Fault, parse
from affiche.emulators.comfyui.faults.refusals import TYPES
from affiche.engines.registry import make
from affiche.pipeline import engines
from affiche.storage.objects import Objects
from affiche.studio import people, uploads, works
from affiche.studio.failures import recalled
from affiche.studio.studio import Caller, Studio

# As in production, only sooner: nothing here answers late but on request.
LIMITS = Limits(connect=2, ask=1.5, prompt=1.5, upload=1.5, read=2, stall=1.5)
SMALL = "small-i2i"
INTERNAL = re.compile(r"/srv|/work|/usr|\.py|Traceback|File \"|line \d|torch\.|\{|\}")


@dataclass(frozen=True)
class Case:
    """`faults` as the command line writes them; a work then completes, or fails with `code`."""

    faults: str
    code: str | None = None
    takes: int = 0
    # Once it runs its deadline is over.
    late: bool = False
    # What hangs goes on once every fault was met.
    held: bool = False

    @property
    def planned(self) -> list[Fault]:
        return [parse(fault) for fault in self.faults.split()]


FRAMES = ("status", "execution_start", "execution_cached", "progress_state", "executing",
          "progress", "executed", "execution_success")  # fmt: skip

HELD = "node:hang:node=VAEDecode"

CASES = [
    # --- the prompt
    Case("prompt:refuse:status=500", takes=1),
    Case("prompt:refuse:status=503", takes=1),
    Case("prompt:refuse:status=429"),
    Case("prompt:refuse:status=500,times=0", "engine_unreachable", takes=2),
    Case("prompt:refuse:status=403,times=0", "engine_unreachable", takes=2),
    *(Case(f"prompt:refuse:type={kind}", "engine_refused") for kind in TYPES),
    Case("prompt:delay:seconds=0.5"),
    Case("prompt:hang", takes=1),
    Case("prompt:drop"),
    Case("prompt:junk"),
    Case("prompt:truncate"),
    Case("prompt:lie"),
    Case("prompt:vanish", takes=1),
    Case("prompt:vanish:times=0", "run_lost", takes=2),
    # The schemas are asked for when a record looks partial, and then known for a minute.
    Case(
        "prompt:partial prompt:drop object_info:delay:seconds=0.3 object_info:refuse"
        " object_info:junk object_info:truncate object_info:lie object_info:drop object_info:hang",
        "engine_refused",
    ),
    Case("prompt:partial", "engine_refused"),
    Case("prompt:partial prompt:drop", "engine_refused"),
    *(
        Case(f"prompt:partial jobs:{kind}", "engine_refused")
        for kind in ("refuse", "junk", "truncate", "lie", "drop", "hang")
    ),
    Case("prompt:partial jobs:delay:seconds=0.3", "engine_refused"),
    # --- the queue and the history
    Case(f"{HELD} queue:junk queue:truncate queue:lie queue:drop queue:refuse", held=True),
    Case(f"{HELD} queue:delay:seconds=0.5", held=True),
    Case(f"{HELD} queue:hang", held=True),
    Case("history:junk history:truncate history:lie history:drop history:refuse"),
    Case("history:delay:seconds=0.5"),
    Case("history:hang"),
    Case("prompt:drop queue:hang", takes=1),
    # --- pictures in
    Case("upload:refuse:status=500", takes=1),
    Case("upload:refuse:status=413", "engine_refused"),
    Case("upload:refuse:status=403,times=0", "engine_unreachable", takes=2),
    Case("upload:hang", takes=1),
    Case("upload:drop", takes=1),
    Case("upload:junk", takes=1),
    Case("upload:truncate", takes=1),
    Case("upload:lie", takes=1),
    Case("upload:rename"),
    Case("upload:delay:seconds=0.5"),
    # --- the run
    Case("start:lose", takes=1),
    Case("start:delay:seconds=0.5"),
    Case("start:hang:times=9", "run_timed_out", late=True),
    Case("node:fail:node=VAEDecode", takes=1),
    Case("node:fail:node=VAEDecode,times=0", "out_of_memory", takes=2),
    Case("node:fail:exception=ValueError,message=/srv/models/x.py", "run_failed"),
    Case("node:fail:node=SaveImage,exception=PermissionError", "run_failed"),
    Case("node:interrupt:node=VAEDecode", takes=1),
    Case("node:delay:seconds=0.5"),
    Case("node:hang:times=9", "run_timed_out", late=True),
    Case("end:lose", takes=1),
    Case("end:wipe", takes=1),
    Case("end:delay:seconds=0.7"),
    Case("end:hang:times=9", "run_timed_out", late=True),
    Case("end:empty", "output_missing"),
    Case("end:gone", "output_missing"),
    # --- pictures out
    Case("view:refuse:status=500", takes=1),
    Case("view:refuse:status=404", "output_missing"),
    Case("view:refuse:status=403", "output_missing"),
    Case("view:hang", takes=1),
    Case("view:delay:seconds=0.5"),
    Case("view:drop"),
    Case("view:junk", takes=1),
    Case("view:truncate", takes=1),
    Case("view:truncate:keep=0", takes=1),
    Case("view:truncate:times=0", "output_broken", takes=2),
    Case("view:lie", takes=1),
    Case("view:lie:keep=0", takes=1),
    Case("view:resize"),
    Case("view:flood", "picture_too_large"),
    # --- the socket, which only hints
    *(Case(f"socket:{kind}:frame=execution_success") for kind in ("lose", "junk", "repeat")),
    Case(f"{HELD} socket:drop ws:refuse ws:hang ws:delay:seconds=0.2", held=True),
    Case("socket:deafen"),
    Case("socket:lose:times=0"),
    *(Case(f"socket:drop:frame={frame}") for frame in FRAMES),
    Case("socket:drop:nth=7"),
    Case("node:drop:node=VAEDecode"),
    Case("end:drop"),
    # --- the server
    Case("start:restart", takes=1),
    Case("node:restart:node=VAEDecode,seconds=0.3", takes=1),
    Case("end:restart", takes=1),
    Case("node:restart:times=0", "run_lost", takes=2),
]


@dataclass
class Stage:
    studio: Studio
    server: Server
    alice: Caller
    picture: uploads.File
    told: list[str] = field(default_factory=list)

    async def play(self, case: Case) -> works.Work:
        service = self.server.service
        service.faults.clear()
        async with asyncio.timeout(20):
            while service.prompts.remaining or self.server.asked or not service.hub.listening:
                await asyncio.sleep(0.01)
        service.faults.struck.clear()
        for fault in case.planned:
            self.server.faults.put(fault)
        inputs = {"image": str(self.picture.id), "prompt": "a beach", "megapixels": 0.05}
        wanted = works.Ask(template=SMALL, inputs=inputs | {"steps": 1})
        work = await works.ask(self.studio, self.alice, wanted)
        if case.late:
            await reached(self.studio, self.alice, work.id, "processing")
            async with asyncio.timeout(20):
                while not service.faults.struck:
                    await asyncio.sleep(0.01)
            await self.late(work)
        if case.held:
            async with asyncio.timeout(20):
                while service.faults.planned:
                    await asyncio.sleep(0.01)
            service.faults.clear()
        return await ended(self.studio, self.alice, work.id)

    async def late(self, work: works.Work) -> None:
        """Time is up. Said until it is heard: a look under way writes the deadline it had read."""
        async with asyncio.timeout(20):
            while await self.one(
                "UPDATE generation_jobs SET running_at = now(), deadline_at = now()"
                " WHERE work_id = %s AND status = 'processing' RETURNING id",
                work.id,
            ):
                await asyncio.sleep(0.05)

    async def one(self, statement: str, *values: object) -> Any:
        async with self.studio.database.as_service() as service:
            found = await service.connection.execute(statement, values)
            row = await found.fetchone()
            return row and row[0]


def small_template(folder: Path) -> Path:
    """A folder with klein-i2i again, for pictures that cost nothing."""
    shipped = Path(catalog.__file__).parent / "klein-i2i"
    shutil.copytree(shipped, folder / SMALL)
    template = next(t for t in catalog.shipped() if t.slug == "klein-i2i")
    page = (shipped / "template.toml").read_text(encoding="utf-8")
    page = page.replace(str(template.id), "01a1fe6a-0000-7000-8000-000000000002")
    page = page.replace(template.template_name, "small_v1").replace("min = 0.5", "min = 0.05")
    (folder / SMALL / "template.toml").write_text(page, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def database_name(cluster: Cluster) -> Iterator[str]:
    name = cluster.create(TEMPLATE)
    yield name
    cluster.drop(name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(
    cluster: Cluster, database_name: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("faults")
    address = cluster.address(database_name)
    chosen, _ = settings.read(
        {
            "AFFICHE_DATA": str(folder),
            "DATABASE_URL": address.url,
            "AFFICHE_RETRY_SECONDS": "0.1",
            "AFFICHE_CATALOG": str(small_template(folder / "catalog")),
        }
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engines, "make", partial(make, limits=LIMITS))
        async with Database(address, size=9) as database:
            await app.furnish(chosen, database)
            secret = app.signing_secret(folder)
            studio = Studio(chosen, database, Objects(folder / "objects"), secret)
            alice = await people.first_user(studio)
            picture = await uploads.upload(studio, alice, photograph(64, 64), name="ramp.jpg")
            async with engine(studio, folder / "comfyui", pace=0.0) as server, at_work(studio):
                made = Stage(studio, server, alice, picture)
                yield made
                print("\n" + "\n".join(made.told))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.faults.replace(" ", "+"))
async def test_a_work_ends_as_its_owner_should_have_it(stage: Stage, case: Case) -> None:
    begun = time.monotonic()
    work = await stage.play(case)
    takes = await stage.one("SELECT takes FROM generation_jobs WHERE work_id = %s", work.id)
    outputs = await works.outputs(stage.studio, stage.alice, [work.id])
    seconds = time.monotonic() - begun
    ended = f"{work.status:10} {work.error_code or '':20} {takes + 1} {seconds:6.1f} s"
    stage.told.append(f"{case.faults:64} {ended}")
    assert (work.status, work.error_code) == ("failed" if case.code else "completed", case.code)
    assert len(outputs) == (0 if case.code else 1)
    assert takes == case.takes
    struck = {each.fault for each in stage.server.faults.struck}
    missed = [f"{fault.point}:{fault.kind}" for fault in case.planned if fault not in struck]
    assert not missed, "a fault that was never met proves nothing"
    if case.code:
        error = recalled(case.code, work.error_params)
        for language in ("ko", "en"):
            said = error.message(language) + (error.hint(language) or "")
            assert not INTERNAL.search(said), said
        said = await stage.one("SELECT error_message FROM works WHERE id = %s", work.id)
        assert said
        assert not INTERNAL.search(said), said


def test_every_kind_at_every_point_is_played() -> None:
    played = {(fault.point, fault.kind) for case in CASES for fault in case.planned}
    never = {(point, kind) for point, kinds in POINTS.items() for kind in kinds} - played
    # No work asks for these; they are for health, for templates, and for servers before 0.4.
    assert {point for point, _ in never} == {"system_stats", "models", "interrupt"}
