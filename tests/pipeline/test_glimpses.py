"""Pictures that an engine shows of a work under way: kept small, told of, and gone with its end."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pyvips
from tests.support.studios import ask, at_work, ended, photograph, reached

from affiche.emulators.comfyui import Server, serving
from affiche.errors import NotFound
from affiche.pipeline.glimpses import LARGEST, SIZE, Glimpses
from affiche.studio import queue, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


@pytest.fixture
async def showing(studio: Studio, tmp_path: Path) -> AsyncIterator[Server]:
    """A preview engine that shows what it is at."""
    async with serving(
        tmp_path / "preview", metadata=False, any_model=True, previews=True
    ) as engine:
        async with studio.database.as_service() as service:
            await service.run("endpoints.moved", name="preview", url=engine.url)
        yield engine
        engine.faults.clear()


async def test_the_last_picture_is_there_while_it_runs_and_gone_afterwards(
    studio: Studio, alice: Caller, picture: File, showing: Server
) -> None:
    showing.faults.add("node", "hang", node="9")
    work = await ask(studio, alice, picture)
    async with at_work(studio):
        running = await reached(studio, alice, work.id, "processing")
        while not (running.progress or {}).get("look"):
            running = await works.get(studio, alice, work.id)
        seen = await queue.glimpse(studio, alice, work.id)
        assert seen.number == (running.progress or {})["look"]
        image = pyvips.Image.new_from_buffer(seen.picture, "")
        assert max(image.width, image.height) <= SIZE
        # Progress that is written after it tells of it still.
        assert (running.progress or {})["percent"] > 0
        showing.faults.clear()
        assert (await ended(studio, alice, work.id)).status == "completed"
    with pytest.raises(NotFound):
        await queue.glimpse(studio, alice, work.id)


@pytest.mark.parametrize(
    "data", [b"", b"no picture", photograph()[:2000], b"\xff\xd8\xff" + bytes(3_000_000)]
)
async def test_what_is_no_picture_is_dropped(
    studio: Studio, alice: Caller, picture: File, data: bytes
) -> None:
    work = await ask(studio, alice, picture)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE generation_jobs SET status = 'taken' WHERE work_id = %s", (work.id,)
        )
        await service.connection.execute(
            "UPDATE generation_jobs SET status = 'processing', external_id = 'r'"
            " WHERE work_id = %s",
            (work.id,),
        )
    glimpses = Glimpses(studio.database)
    glimpses.take("r", data)
    await glimpses.told()
    with pytest.raises(NotFound):
        await queue.glimpse(studio, alice, work.id)
    # A good one after it is kept, and of those that come close upon it none.
    glimpses = Glimpses(studio.database)
    glimpses.take("r", photograph(1200, 900))
    glimpses.take("r", photograph(64, 64))
    await glimpses.told()
    seen = await queue.glimpse(studio, alice, work.id)
    assert (seen.number, seen.media_type) == (1, "image/jpeg")
    assert len(seen.picture) <= LARGEST
