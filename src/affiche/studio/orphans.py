"""Stored objects that no row names."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from affiche.db.database import Database
from affiche.settings import Settings
from affiche.storage import pages
from affiche.storage.keys import BUCKETS
from affiche.storage.objects import Objects
from affiche.storage.pages import Found
from affiche.studio.findings import Finding

SHOWN = 5


async def among(database: Database, bucket: str, found: Sequence[Found]) -> list[Found]:
    """Those of `found` that no row names; a half is always one."""
    keys = [each.path for each in found if not each.half]
    if not keys:
        return list(found)
    async with database.singly() as service:
        if bucket == "thumbs":
            rows = await service.rows("sweep.known_thumbnails", keys=keys)
        else:
            rows = await service.rows("sweep.known", keys=keys, bucket=bucket)
    known = {value for row in rows for value in row.values()}
    return [each for each in found if each.half or each.path not in known]


async def waiting(database: Database, objects: Objects, settings: Settings) -> list[Finding]:
    """Those that are old enough for the next sweep; the whole store is looked through."""
    oldest = datetime.now(UTC) - timedelta(hours=settings.orphan_hours)
    counted, size, shown = 0, 0, list[str]()
    for bucket in BUCKETS:
        async for page in pages.pages(objects, bucket):
            old = [each for each in page.found if each.modified <= oldest]
            for each in await among(database, bucket, old):
                counted, size = counted + 1, size + each.size
                if len(shown) < SHOWN:
                    shown.append(f"{bucket}/{each.path}")
    if not counted:
        return []
    params = {"orphans": counted, "mb": f"{size / 1024 / 1024:.1f}"}
    return [Finding("note", "leftovers", "orphans", params, tuple(shown))]
