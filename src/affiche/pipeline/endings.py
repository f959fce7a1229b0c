"""How a step that went wrong ends: the job is tried again, or it fails with its reason."""

import logging

from psycopg.types.json import Jsonb

from affiche.domain.jobs import Again, GiveUp
from affiche.errors import AfficheError, InvalidInputs
from affiche.pipeline.line import Begun, Line, hold

log = logging.getLogger(__name__)


async def settle(line: Line, begun: Begun, decision: Again | GiveUp) -> None:
    """Write what was decided; the database withdraws a run that was left on an engine."""
    error = decision.error
    params = {
        "job_id": begun.id,
        "token": begun.token,
        "error_code": error.code,
        "error_params": Jsonb(_safe(error)),
        "error_message": message(error, begun),
    }
    log.warning(
        "work %s: %s in %s, take %d: %s",
        begun.work_id,
        "tried again" if isinstance(decision, Again) else "failed",
        begun.step,
        begun.takes + 1,
        error,
    )
    async with line.studio.database.as_service() as transaction:
        if isinstance(decision, Again):
            busy_since = None if decision.counts else begun.busy_since or line.studio.now()
            params |= {"run_at": decision.run_at, "busy_since": busy_since}
            hold(await transaction.run("steps.again", **params))
        else:
            hold(await transaction.run("steps.failed", **params))


def message(error: AfficheError, begun: Begun) -> str:
    """What the work's owner reads, in their language."""
    if isinstance(error, InvalidInputs):
        named = (f"{p.field}: {p.message(begun.language)}" for p in error.problems)
        return f"{error.message(begun.language)} {' '.join(named)}"
    return error.message(begun.language)


def _safe(error: AfficheError) -> dict[str, object]:
    return {k: v for k, v in error.params.items() if isinstance(v, str | int | float | bool)}
