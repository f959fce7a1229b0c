"""Running one step of one job: begin it under a fresh token, do it, settle what went wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID, uuid4

from affiche.domain.jobs import MOST_TAKES, GiveUp, after_error
from affiche.errors import AfficheError, DatabaseUnavailable, EngineUnreachable, TakenTooOften
from affiche.pipeline.collect import collect
from affiche.pipeline.endings import settle
from affiche.pipeline.finish import finish
from affiche.pipeline.line import Begun, Line, Superseded, enqueue, entry
from affiche.pipeline.observe import observe
from affiche.pipeline.prepare import prepare
from affiche.pipeline.submit import submit

log = logging.getLogger(__name__)
Step = Callable[[Line, Begun], Awaitable[None]]
STEPS: Final[dict[str, Step]] = {
    "prepare": prepare,
    "submit": submit,
    "observe": observe,
    "collect": collect,
    "finish": finish,
}
SECONDS: Final = {"prepare": 90, "submit": 120, "observe": 60, "collect": 120, "finish": 30}


class Unexpected(AfficheError):
    """A fault of ours; worth two more tries, since the next may meet other circumstances."""

    retryable = True


async def run(line: Line, step: str, job_id: UUID) -> None:
    """Run `step` of the job if that is what it waits for. Never raises but when the process
    stops or the database is gone: then the queue or the sweep brings the step back."""
    async with line.studio.database.as_service() as transaction:
        begun = await transaction.maybe(
            Begun, "steps.begin", job_id=job_id, step=step, token=uuid4()
        )
    if begun is None:
        return
    try:
        if begun.takes >= MOST_TAKES:
            await settle(line, begun, GiveUp(TakenTooOften(takes=begun.takes)))
            return
        error = await _attempt(line, begun)
        if error:
            await _settle_error(line, begun, error)
    except Superseded:
        log.info("work %s: %s was taken over", begun.work_id, step)
    except asyncio.CancelledError:
        await asyncio.shield(_give_back(line, begun))
        raise


async def _attempt(line: Line, begun: Begun) -> AfficheError | None:
    try:
        async with asyncio.timeout(SECONDS[begun.step]):
            await STEPS[begun.step](line, begun)
    except (Superseded, DatabaseUnavailable):
        raise
    except AfficheError as error:
        return error
    except TimeoutError as error:
        return EngineUnreachable(detail=f"{begun.step} took too long: {error}")
    except Exception as error:
        log.exception("work %s: %s", begun.work_id, begun.step)
        return Unexpected(detail=f"{type(error).__name__}: {error}")
    return None


async def _settle_error(line: Line, begun: Begun, error: AfficheError) -> None:
    now = line.studio.now()
    if begun.step == "observe" and error.retryable and now < begun.deadline_at:
        # The run goes on whether or not we can see it: look again, and count nothing.
        async with line.studio.database.as_service() as transaction:
            await transaction.run(
                "steps.observed", job_id=begun.id, token=begun.token, observe_at=now + line.pause
            )
        log.warning("work %s cannot be observed: %s", begun.work_id, error)
        return
    decision = after_error(begun.takes, error, now, line.pause)
    assert not hasattr(decision, "until")
    await settle(line, begun, decision)  # type: ignore[arg-type]


async def _give_back(line: Line, begun: Begun) -> None:
    """The process stops in the middle of a step: whoever is next begins it anew."""
    token = uuid4()
    async with line.studio.database.as_service() as transaction:
        if await transaction.run(
            "steps.given_back", job_id=begun.id, token=begun.token, fresh=token
        ):
            await enqueue(transaction, [entry(begun.id, begun.step, token)])
