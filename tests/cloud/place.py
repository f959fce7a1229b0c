"""A studio whose works run on RunPod, all of it on the loopback: the studio with its door for
webhooks, the emulated platform, and a worker that is a function or the real SDK's process."""

import base64
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row
from tests.support.studios import photograph

from affiche.emulators.runpod import Progress, Server
from affiche.serving import Server as Api
from affiche.serving import application
from affiche.studio.feed import Feed
from affiche.studio.studio import Studio

ENDPOINT = "ep-test"
PUT = """
INSERT INTO endpoints (name, kind, url, works_at_once, position, remote_id, secret, pictures_by,
  does_stages, request_shape, images_as, workflow_as)
VALUES (%(name)s, 'runpod', %(url)s, %(works_at_once)s, %(position)s, %(remote_id)s,
  'RUNPOD_API_KEY', %(pictures_by)s, %(does_stages)s, %(request_shape)s,
  %(images_as)s, %(workflow_as)s)
RETURNING id
"""


async def paint(job: dict[str, Any], progress: Progress) -> Any:
    """A worker that answers at once with a picture."""
    if job.get("ping"):
        return {"pong": True}
    progress({"fraction": 0.5, "node": "3", "label": "KSampler"})
    picture = base64.b64encode(photograph(64, 64, ".png")).decode()
    return {"images": [{"filename": "a.png", "type": "base64", "data": picture}]}


@dataclass(slots=True)
class Cloud:
    """The studio, with its address as RunPod sees it, and its endpoint there."""

    studio: Studio
    emulator: Server
    endpoint_id: UUID

    async def rows(self, statement: str, **params: object) -> list[dict[str, Any]]:
        """As the service."""
        async with self.studio.database.as_service() as service:
            cursor = service.connection.cursor(row_factory=dict_row)
            await cursor.execute(statement, params)  # type: ignore[arg-type]
            return await cursor.fetchall() if cursor.description else []

    async def job(self, work_id: UUID) -> dict[str, Any]:
        (row,) = await self.rows("SELECT * FROM generation_jobs WHERE work_id = %(w)s", w=work_id)
        return row

    @property
    def ended(self) -> dict[str, int]:
        """How RunPod's own jobs ended."""
        return dict(self.emulator.counted()["ended"])

    @property
    def asked(self) -> dict[str, int]:
        return dict(self.emulator.counted()["requests"])


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@asynccontextmanager
async def connected(
    studio: Studio, emulator: Server, *, webhooks: bool = True, door: bool = True, **row: Any
) -> AsyncIterator[Cloud]:
    """`webhooks`: RunPod is told where to post; `door`: somebody listens there. `row` are columns
    of the endpoint's."""
    port = free_port()
    public = f"http://127.0.0.1:{port}" if webhooks else None
    studio = replace(studio, settings=replace(studio.settings, public_url=public))
    told = {
        "name": "runpod",
        "url": emulator.url,
        "works_at_once": 4,
        "position": 50,
        "remote_id": ENDPOINT,
        "pictures_by": "auto",
        "does_stages": False,
        "request_shape": "workflow",
        "images_as": "list",
        "workflow_as": "object",
        **row,
    }
    async with studio.database.as_service() as service:
        await service.run("endpoints.retire", name="preview")
        cursor = await service.connection.execute(PUT, told)
        found = await cursor.fetchone()
    assert found is not None
    cloud = Cloud(studio, emulator, found[0])
    if not door:
        yield cloud
        return
    async with (
        Feed(studio).running() as feed,
        Api(application(studio, feed), "127.0.0.1", port, fixed=True),
    ):
        yield cloud
