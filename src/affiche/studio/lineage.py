"""Where a work comes from and what came of it, as far as whoever asks may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File
from affiche.studio.works import Work

MOST: Final = 12
# More than are shown: those that the caller may not see are among them.
_READ: Final = 100


@dataclass(frozen=True, slots=True)
class Lineage:
    """`pictures`: uploads that the work was made from; `before`: works that it was made from, or
    again after; `after`: the newest works that were made from it. Each of `before` and `after` at
    most MOST, the newest first."""

    pictures: Sequence[File]
    before: Sequence[Work]
    after: Sequence[Work]


async def of_work(
    studio: Studio, caller: Caller, work: Work, outputs: Sequence[UUID] = ()
) -> Lineage:
    """`outputs`: ids of the work's own pictures."""
    async with studio.database.as_service() as service:
        rows = await service.rows("lineage.files", work_id=work.id)
        heirs = await service.rows(
            "lineage.heirs", work_id=work.id, file_ids=list(outputs), limit=_READ
        )
    used, after = [row["file_id"] for row in rows], [row["id"] for row in heirs]
    async with studio.database.as_user(caller.id) as transaction:
        files = await transaction.all(File, "lineage.pictures", file_ids=used) if used else []
        before = {file.work_id for file in files if file.work_id} | {work.retry_of} - {None}
        wanted = [*before, *after]
        found = await transaction.all(Work, "lineage.works", work_ids=wanted) if wanted else []
    return Lineage(
        [file for file in files if file.work_id is None],
        [one for one in found if one.id in before][:MOST],
        [one for one in found if one.id in after and one.id != work.id][:MOST],
    )
