"""Where a conformance suite runs an engine: what it asks for, and what can be made to happen."""

import asyncio
import uuid
from typing import Protocol

import pyvips

from affiche.comfy.transport import Limits
from affiche.domain.observations import (
    Cancelled,
    Failed,
    Lost,
    Observation,
    Output,
    Queued,
    Succeeded,
)
from affiche.engines.engine import Engine, Graph, Picture, Run

ENDS = (Succeeded, Failed, Cancelled, Lost)


class Place(Protocol):
    """A server of one kind that a test has for itself, which does one run at a time.

    `waiting`: what is said of a run that waits behind one other; `impatient`: limits under which
    nobody waits long for an answer to a submission.
    """

    waiting: Queued
    impatient: Limits

    def engine(self, limits: Limits | None = None) -> Engine:
        """Another engine on the same server, as another process has it; closed by the test."""

    def quick(self) -> Graph:
        """A graph that reads a picture at node "76" and gives one at node "9"."""

    def slow(self) -> Graph:
        """The same with a model between, which reports many steps and takes seconds."""

    def refused(self) -> Graph:
        """A graph that the server does not take at all."""

    def partly_refused(self) -> Graph:
        """A graph with one output that is sound and one that is not."""

    def hold(self, node: str) -> None:
        """Make the next run stop at `node` until `release`."""

    def release(self) -> None: ...

    def fail_at(self, node: str, exception: str, message: str) -> None: ...

    def drop_connections_at(self, node: str) -> None: ...

    def delay_record(self, seconds: float) -> None: ...

    def forget_next(self) -> None:
        """Make the server accept the next run and lose it."""

    def refuse_next(self, status: int) -> None: ...

    def hang_next_submission(self) -> None: ...

    def lose_next_answer(self) -> None:
        """Make the server take the next run without anybody hearing its answer."""

    def truncate_next_output(self, size: int) -> None: ...

    def delete_outputs(self) -> None: ...

    async def restart(self, away: float = 0.0) -> None: ...


def png(shade: int = 90, size: int = 64) -> bytes:
    image = pyvips.Image.black(size, size, bands=3).linear([1, 1, 1], [shade, 120, 200])
    return bytes(image.cast("uchar").pngsave_buffer())


def a_run(graph: Graph, data: bytes | None = None, *, fresh: bool = False) -> Run:
    """`graph` under an id of its own, with a picture at node "76"."""
    data = data or png()
    name = f"{uuid.uuid5(uuid.NAMESPACE_OID, data.hex())}.png"
    picture = Picture("76", "image", name, data, "image/png")
    return Run(str(uuid.uuid4()), graph, [picture], fresh=fresh)


async def until_end(engine: Engine, external_id: str) -> Observation:
    async with asyncio.timeout(30):
        while not isinstance(seen := await engine.look(external_id), ENDS):
            await asyncio.sleep(0.02)
    return seen


async def until_seen(engine: Engine, external_id: str, kind: type[Observation]) -> Observation:
    async with asyncio.timeout(20):
        while not isinstance(seen := await engine.look(external_id), kind):
            assert not isinstance(seen, ENDS), seen
            await asyncio.sleep(0.02)
    return seen


async def picture_of(engine: Engine, seen: Observation) -> bytes:
    """The one output, which has to be a picture that can be decoded."""
    data = await read(engine, the_output(seen))
    image = pyvips.Image.new_from_buffer(data, "", fail_on="error")
    assert image.avg() >= 0
    return data


def the_output(seen: Observation) -> Output:
    assert isinstance(seen, Succeeded), seen
    (output,) = seen.outputs
    assert (output.node, output.kind) == ("9", "images")
    return output


async def read(engine: Engine, output: Output) -> bytes:
    return b"".join([chunk async for chunk in engine.read(output)])
