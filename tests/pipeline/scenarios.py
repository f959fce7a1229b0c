"""Works that go different ways, for the matrix: what is asked for and how it must end."""

import base64
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from psycopg.types.json import Jsonb
from tests.pipeline.lanes import Lane, Planting
from tests.pipeline.plants import Plant, on_comfyui, on_runpod
from tests.support import small, staged
from tests.support.studios import photograph

from affiche.studio import works
from affiche.studio.studio import Studio

PROMPT, SEED = "a quiet beach", 7
Asking = Callable[[Lane], Awaitable[UUID]]


@dataclass(frozen=True, slots=True)
class Scenario:
    """`faults` are planned on the engine for each work: (point, kind, details)."""

    name: str
    asking: Asking
    pictures: int = 1
    status: str = "completed"
    faults: tuple[tuple[str, str, dict[str, object]], ...] = field(default=())
    planting: Planting = on_comfyui

    async def ask(self, lane: Lane) -> UUID:
        lane.plant.calm()
        for point, kind, details in self.faults:
            lane.plant.fault(point, kind, **details)
        return await self.asking(lane)


async def _uploaded(lane: Lane) -> UUID:
    return await _asked(lane, outputs=1)


async def _two(lane: Lane) -> UUID:
    return await _asked(lane, outputs=2)


async def _staged(lane: Lane) -> UUID:
    return await _asked(lane, outputs=1, template=staged.SLUG)


async def _asked(lane: Lane, outputs: int, template: str = small.SLUG) -> UUID:
    inputs = _inputs(str(lane.picture.id))
    request = works.Ask(template=template, inputs=inputs, output_count=outputs)
    return (await works.ask(lane.studio, lane.alice, request)).id


async def _fetched(lane: Lane) -> UUID:
    return await _by_hand(lane, lane.plant.picture_url)


async def _inline(lane: Lane) -> UUID:
    data = base64.b64encode(photograph(64, 64)).decode()
    return await _by_hand(lane, f"data:image/jpeg;base64,{data}")


async def _by_hand(lane: Lane, image: str) -> UUID:
    """As an operator or another program inserts it: nothing was looked at before."""
    work_id = lane.studio.new_id()
    async with lane.studio.database.as_service() as transaction:
        await transaction.connection.execute(
            "INSERT INTO works (id, user_id, template_id, input_data, seed)"
            " VALUES (%s, %s, %s, %s, %s)",
            (work_id, lane.alice.id, small.ID, Jsonb(_inputs(image)), SEED),
        )
        await transaction.connection.execute(
            "INSERT INTO generation_jobs (work_id) VALUES (%s)", (work_id,)
        )
    return work_id


def _inputs(image: str) -> dict[str, object]:
    return {"image": image, "prompt": PROMPT, "megapixels": small.MEGAPIXELS, "seed": SEED}


PLAIN = Scenario("an uploaded picture", _uploaded)
FETCHED = Scenario("a picture by its address", _fetched)
INLINE = Scenario("a picture in the request", _inline)
TWO = Scenario("two outputs", _two, pictures=2)
STAGED = Scenario("two stages", _staged)
AGAIN = Scenario("a second take", _uploaded, faults=(("view", "truncate", {}),))
FAILS = Scenario(
    "a graph that fails",
    _uploaded,
    pictures=0,
    status="failed",
    faults=(("node", "fail", {"node": "VAEDecode", "exception": "ValueError", "times": 100}),),
)


def _runpod(told: bool) -> Planting:
    def planted(studio: Studio, _: Path) -> AbstractAsyncContextManager[Plant]:
        return on_runpod(studio, told=told)

    return planted


TOLD = Scenario("a picture from RunPod, told by webhook", _uploaded, planting=_runpod(True))
POLLED = Scenario("a picture from RunPod, polled", _uploaded, planting=_runpod(False))
