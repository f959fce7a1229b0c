"""Batches without an engine: their works end by hand, with a small picture each."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tests.support.studios import photograph

from affiche.studio import batches, uploads
from affiche.studio.batches import Batch
from affiche.studio.planning import BatchAsk
from affiche.studio.studio import Caller, Studio
from affiche.studio.works import Work

TEMPLATE = "klein-i2i"


async def pictures(studio: Studio, caller: Caller, count: int) -> list[str]:
    """Ids of as many uploads, each with its own name."""
    found = []
    for n in range(count):
        data = photograph(64, 48 + n)
        found.append(str((await uploads.upload(studio, caller, data, name=f"참조 {n}.jpg")).id))
    return found


def wanted(references: Sequence[str], **more: Any) -> BatchAsk:
    inputs = {"prompt": "a quiet beach", "megapixels": 0.5} | more.pop("inputs", {})
    return BatchAsk(template=TEMPLATE, inputs=inputs, references=references, **more)


async def asked(studio: Studio, caller: Caller, count: int = 2, **more: Any) -> Batch:
    references = await pictures(studio, caller, count)
    return await batches.ask(studio, caller, wanted(references, **more))


async def all_works(studio: Studio, caller: Caller, batch: Batch) -> list[Work]:
    return await batches.works_of(studio, caller, batch.id, limit=500)


async def finish(studio: Studio, work_ids: Sequence[UUID], status: str) -> None:
    """As their steps would leave them; a completed one has a picture of its own in the store."""
    async with studio.database.as_service() as service:
        run = service.connection.execute
        for work_id in work_ids:
            if status == "completed":
                await _deliver(studio, work_id)
            await run("UPDATE works SET status = 'taken' WHERE id = %s", (work_id,))
            await run("UPDATE works SET status = 'processing' WHERE id = %s", (work_id,))
            await run("UPDATE works SET status = %s WHERE id = %s", (status, work_id))


async def _deliver(studio: Studio, work_id: UUID) -> None:
    data = photograph(64, 64, ".png")
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT user_id FROM works WHERE id = %s", (work_id,)
        )
        row = await cursor.fetchone()
        assert row
        file_id = studio.new_id()
        key = f"{row[0]}/{work_id}/{file_id}.png"
        await studio.objects.put("works", key, data, "image/png")
        await studio.objects.put("thumbs", key, data, "image/png")
        await service.connection.execute(
            "INSERT INTO files (id, user_id, work_id, bucket_id, path, object_key, thumbnail_key,"
            " name, width, height, file_size, mime_type, sha256)"
            " VALUES (%s, %s, %s, 'works', %s, %s, %s, 'output.png', 64, 64, %s, 'image/png', '')",
            (file_id, row[0], work_id, key, key, key, len(data)),
        )
        await service.connection.execute(
            "UPDATE works SET output_file_id = %s WHERE id = %s", (file_id, work_id)
        )
