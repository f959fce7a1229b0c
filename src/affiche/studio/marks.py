"""Which work, job and request a line of the log is about: known wherever they are at hand, without
anybody's passing them on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from logging import LogRecord
from typing import Final
from uuid import UUID

work: Final[ContextVar[UUID | None]] = ContextVar("work", default=None)
job: Final[ContextVar[UUID | None]] = ContextVar("job", default=None)
request: Final[ContextVar[str | None]] = ContextVar("request", default=None)
_NAMED: Final = re.compile(r"\b(work|job|webhook|request) %s")


@contextmanager
def of_job(job_id: UUID) -> Iterator[None]:
    """Within, lines are about the job; and about its work, once that is known."""
    about_job, about_work = job.set(job_id), work.set(None)
    try:
        yield
    finally:
        job.reset(about_job)
        work.reset(about_work)


def of(record: LogRecord) -> dict[str, str]:
    """What a line is about: as it says itself, else what was at hand when it was written."""
    known = {"work_id": work.get(), "job_id": job.get(), "request_id": request.get()}
    found = {name: str(value) for name, value in known.items() if value is not None}
    named = _NAMED.search(record.msg) if isinstance(record.msg, str) else None
    if named and isinstance(record.args, tuple):
        place = record.msg[: named.start()].count("%")
        if place < len(record.args):
            found[f"{named[1]}_id"] = str(record.args[place])
    return found
