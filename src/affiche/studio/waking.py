"""A job that another program names, because it put it there."""

from dataclasses import dataclass
from uuid import UUID

from affiche.errors import NotFound
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True, slots=True)
class Named:
    """A job as it stands; `status` is one of works.STATUSES."""

    id: UUID
    work_id: UUID
    status: str


async def wake(studio: Studio, caller: Caller, job_id: UUID) -> Named:
    """Let admission look at once, if the job waits; repeatable, and nothing else changes.

    Operators name everybody's jobs, others their own and their projects'. Raises NotFound for any
    other, and for none.
    """
    database = studio.database
    everywhere = caller.is_operator and caller.project_id is None
    opened = database.singly() if everywhere else database.as_user(caller.id)
    async with opened as transaction:
        found = await transaction.maybe(Named, "titles.wake_job", job_id=job_id)
    if found is None:
        raise NotFound(what="job")
    return found
