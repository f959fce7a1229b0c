"""Works asked for at random, in template, picture and number of outputs; and cancelled again."""

import base64
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb
from tests.chaos.world import TROUBLE, World
from tests.support import small
from tests.support.studios import photograph

from affiche.errors import TransitionRefused
from affiche.studio import works
from affiche.studio.studio import Caller

MOST_WAITING = 16
POSTER = "reference_image"
# Small pictures mostly: what is tried here is not the painter.
TEMPLATES = (*((small.SLUG, "image"),) * 6, ("klein-i2i", "image"), ("klein-poster", POSTER))
WAYS = ("uploaded", "fetched", "inline", "by hand", "not there")


async def ask(world: World) -> None:
    """One work, unless enough are waiting; a database that is away just now asks for patience."""
    random = world.random
    caller, (template, field) = random.choice(world.people), random.choice(TEMPLATES)
    way, count = random.choice(WAYS), random.choice((1, 1, 1, 2, 3))
    inputs: dict[str, Any] = {"prompt": f"beach {random.randrange(10**6)}"}
    if template != "klein-poster":
        pixels = 0.5 if template == "klein-i2i" else small.MEGAPIXELS
        inputs |= {"megapixels": pixels, "steps": random.randint(1, 6)}
    inputs[field] = _picture(world, caller, way)
    try:
        if await _waiting(world) >= MOST_WAITING:
            return
        if way == "by hand":
            await _insert(world, caller, inputs, count)
        else:
            request = works.Ask(
                template=template,
                inputs=inputs,
                output_count=count,
                priority=random.choice((0, 0, 0, 5)),
            )
            await works.ask(world.studio, caller, request)
        world.done[f"asked for, picture {way}"] += 1
    except TROUBLE:
        world.done["could not be asked for"] += 1


async def cancel(world: World) -> None:
    """Any work that is under way, by its owner."""
    caller = world.random.choice(world.people)
    try:
        under_way = await works.page(world.studio, caller, statuses=works.UNDER_WAY)
        if under_way:
            await works.cancel(world.studio, caller, world.random.choice(under_way).id)
            world.done["cancelled"] += 1
    except TransitionRefused:
        world.done["cancelled too late"] += 1
    except TROUBLE:
        world.done["could not be cancelled"] += 1


def _picture(world: World, caller: Caller, way: str) -> str:
    match way:
        case "uploaded":
            return str(world.pictures[caller].id)
        case "fetched":
            return world.picture_url
        case "not there":
            return f"{world.engine.url}/view?filename=nothing.jpg&type=input"
    return f"data:image/jpeg;base64,{base64.b64encode(photograph(64, 96)).decode()}"


async def _waiting(world: World) -> int:
    async with world.studio.database.singly() as service:
        found = await service.connection.execute(
            "SELECT count(*) FROM works WHERE status IN ('pending', 'taken', 'processing')"
        )
        row = await found.fetchone()
    assert row is not None
    return int(row[0])


async def _insert(world: World, caller: Caller, inputs: dict[str, Any], count: int) -> UUID:
    """As another program on the same database does."""
    work_id = world.studio.new_id()
    known = {"image": inputs.get("image") or inputs.get(POSTER)}
    data = {**known, "prompt": inputs["prompt"], "megapixels": small.MEGAPIXELS}
    async with world.studio.database.as_service() as transaction:
        await transaction.connection.execute(
            "INSERT INTO works (id, user_id, template_id, input_data, output_count)"
            " SELECT %s, %s, id, %s, %s FROM templates WHERE id = %s",
            (work_id, caller.id, Jsonb(data), count, small.ID),
        )
        await transaction.connection.execute(
            "INSERT INTO generation_jobs (work_id, output_index)"
            " SELECT %s, n FROM generate_series(0, %s - 1) AS n",
            (work_id, count),
        )
    return work_id
