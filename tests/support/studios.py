"""A studio on a database of its own, people in it, an engine beside it, a crew at work."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
import pyvips

from affiche import app, settings
from affiche.db.address import Address
from affiche.db.database import Database
from affiche.emulators.comfyui import Server, serving
from affiche.pipeline.crew import Crew
from affiche.storage.objects import Objects
from affiche.studio import people, uploads, works
from affiche.studio.studio import Caller, Studio


@pytest.fixture
async def studio(database: Database, database_address: Address, tmp_path: Path) -> Studio:
    """Retries come soon and pictures may be fetched from loopback; else as a user's."""
    chosen, _ = settings.read(
        {
            "AFFICHE_DATA": str(tmp_path),
            "DATABASE_URL": database_address.url,
            "AFFICHE_PREVIEW_PACE": "0",
            "AFFICHE_RETRY_SECONDS": "0.2",
            "AFFICHE_FETCH_PRIVATE": "127.0.0.1",
        }
    )
    return Studio(chosen, database, Objects(tmp_path / "objects"), app.signing_secret(tmp_path))


@pytest.fixture
async def alice(studio: Studio) -> Caller:
    """The studio's first user, its operator."""
    return await people.first_user(studio)


@pytest.fixture
async def comfyui(studio: Studio, tmp_path: Path) -> AsyncIterator[Server]:
    """A ComfyUI server that answers at once, as the studio's only endpoint."""
    async with engine(studio, tmp_path / "comfyui", pace=0.0) as server:
        yield server


@pytest.fixture
async def slow_comfyui(studio: Studio, tmp_path: Path) -> AsyncIterator[Server]:
    """The same, taking a second for each sampler step: time enough to do something about it."""
    async with engine(studio, tmp_path / "comfyui", pace=1.0) as server:
        yield server


@asynccontextmanager
async def engine(studio: Studio, folder: Path, *, pace: float) -> AsyncIterator[Server]:
    async with serving(folder, pace=pace) as server:
        async with studio.database.as_service() as service:
            await service.run("endpoints.retire", name="preview")
            await service.run(
                "endpoints.put",
                name="comfyui",
                kind="comfyui",
                url=server.url,
                works_at_once=4,
                position=100,
            )
        yield server


@asynccontextmanager
async def at_work(studio: Studio, *, host_preview: bool = False) -> AsyncIterator[Crew]:
    """A pipeline in this process that notices a dead one within three seconds."""
    crew = Crew(
        studio,
        heartbeat=timedelta(seconds=3),
        dequeue=timedelta(seconds=1),
        host_preview=host_preview,
    )
    async with crew.working():
        yield crew


@pytest.fixture
async def crew(studio: Studio, comfyui: Server) -> AsyncIterator[Crew]:
    async with at_work(studio) as working:
        yield working


def photograph(width: int = 256, height: int = 256, suffix: str = ".jpg") -> bytes:
    """A picture with enough in it to tell which way is up."""
    ramp = pyvips.Image.xyz(width, height)
    image = (ramp[0] * (255 / width)).bandjoin([ramp[1] * (255 / height), ramp[0] * 0 + 90])
    return bytes(image.cast("uchar").copy(interpretation="srgb").write_to_buffer(suffix))


@pytest.fixture
async def picture(studio: Studio, alice: Caller) -> uploads.File:
    return await uploads.upload(studio, alice, photograph(), name="ramp.jpg")


async def ask(
    studio: Studio,
    caller: Caller,
    picture: uploads.File,
    prompt: str = "a quiet beach",
    **more: object,
) -> works.Work:
    inputs = {"image": str(picture.id), "prompt": prompt, "megapixels": 0.5, **more}
    return await works.ask(studio, caller, works.Ask(template="klein-i2i", inputs=inputs))


async def ended(studio: Studio, caller: Caller, work_id: UUID, within: float = 30.0) -> works.Work:
    """The work once it has ended; fails the test past `within` seconds."""
    return await reached(studio, caller, work_id, *works.ENDED, within=within)


async def reached(
    studio: Studio, caller: Caller, work_id: UUID, *statuses: str, within: float = 30.0
) -> works.Work:
    for _ in range(int(within / 0.02)):
        work = await works.get(studio, caller, work_id)
        if work.status in statuses:
            return work
        await asyncio.sleep(0.02)
    raise AssertionError(f"the work is {work.status} after {within} s, not {statuses}")
