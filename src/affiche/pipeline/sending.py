"""Submitting to an engine that names runs itself: what was sent cannot be looked for by our name.

So it is written down first, under a key that the engine's own word will carry. When the answer is
lost, or this process dies before it is written down, word of the run is waited for; only then is
the job sent once more, and a twin that comes to light later is withdrawn.
"""

import logging
from dataclasses import dataclass
from uuid import UUID, uuid4

from affiche.engines.engine import Engine, Run
from affiche.errors import EngineError, SubmissionUnknown
from affiche.pipeline.line import Begun, Line, hold

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """A sending, under its key; `external_id` is None while the engine's name is not known."""

    key: UUID
    external_id: str | None


async def begun_before(line: Line, begun: Begun) -> Sent | None:
    """What was sent in this take of the job already, by a process that is gone."""
    if begun.unsent:
        return None
    async with line.studio.database.singly() as service:
        return await service.maybe(Sent, "runs.sent", job_id=begun.id)


async def begin(line: Line, begun: Begun) -> UUID:
    """Write down that the job is about to be sent; raises Superseded."""
    key = uuid4()
    async with line.studio.database.singly() as service:
        hold(await service.run("runs.sending", key=key, job_id=begun.id, token=begun.token))
    return key


async def send(line: Line, begun: Begun, engine: Engine, run: Run, key: UUID) -> Sent:
    """Raises what the engine says when it surely took nothing."""
    try:
        return Sent(key, await engine.submit(run))
    except SubmissionUnknown as error:
        log.warning("work %s: word of its run is waited for: %s", begun.work_id, error)
        return Sent(key, None)
    except EngineError:
        async with line.studio.database.singly() as service:
            await service.run("runs.never_sent", key=key)
        raise


def webhook(line: Line, key: UUID) -> str | None:
    """Where the engine may tell the run's end, if it can reach us."""
    base = line.studio.settings.public_url
    return f"{base.rstrip('/')}/v1/hooks/runs/{key}" if base else None
