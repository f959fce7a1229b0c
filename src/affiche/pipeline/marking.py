"""Jobs that begin a step, which lets the lines of the log know whose work it is."""

from typing import Any

from affiche.db.rows import Rows
from affiche.pipeline.line import Begun
from affiche.studio import marks


class MarkedBegin(Rows[Begun]):
    """As `Rows`; what the step then logs is about the work that it was begun for."""

    async def __call__(self, **row: Any) -> Begun | None:
        found = await super().__call__(**row)
        if found is not None:
            marks.work.set(found.work_id)
        return found
