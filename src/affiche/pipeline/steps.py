"""Carrying a job on: begin its step under a fresh token, do it, settle what went wrong.

One queue entry carries a job through its steps until its row waits for the engine or has ended.
Each step commits its effect together with the next state, under a token of its own; if the process
dies, the queue hands the same entry to another, which goes on at the step where the row stands. If
the database goes, the job is carried on once it is back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid4

from affiche.domain.jobs import MOST_TAKES, GiveUp, Wait, after_error, after_refusal
from affiche.errors import (
    AfficheError,
    DatabaseUnavailable,
    EngineBusy,
    EngineUnreachable,
    StorageFailed,
    TakenTooOften,
)
from affiche.pipeline.collect import collect
from affiche.pipeline.endings import settle
from affiche.pipeline.line import (
    Begun,
    Due,
    Line,
    Superseded,
    enqueue,
    template_of,
    write,
)
from affiche.pipeline.observe import observe, put_off
from affiche.pipeline.prepare import prepare
from affiche.pipeline.submit import submit
from affiche.studio import traces

log = logging.getLogger(__name__)
Step = Callable[[Line, Begun], Awaitable[Begun | None]]
STEPS: Final[dict[str, Step]] = {
    "prepare": prepare,
    "submit": submit,
    "observe": observe,
    "collect": collect,
}
SECONDS: Final = {"prepare": 90, "submit": 120, "observe": 60, "collect": 120}
DATABASE_PAUSE: Final = 1.0


class Unexpected(AfficheError):
    """A fault of ours; worth two more tries, since the next may meet other circumstances."""

    retryable = True


async def run(line: Line, job_id: UUID, key: UUID) -> None:
    """Carry the job on if `key` is its token, or was that of the process that died over it.

    Never raises but when the process stops: then the job is given back.
    """
    resumed = False
    while True:
        try:
            begun = await line.writes.begin(job_id=job_id, key=key, token=uuid4(), resumed=resumed)
            while begun is not None:
                begun = await _step(line, begun)
        except DatabaseUnavailable as error:
            # What the step did outside stands; its row knows where to go on, under this key.
            log.warning("job %s waits for the database: %s", job_id, error)
            resumed = True
            await asyncio.sleep(DATABASE_PAUSE)
        else:
            return


async def _step(line: Line, begun: Begun) -> Begun | None:
    with traces.of_step(
        begun.trace,
        begun.step,
        work_id=begun.work_id,
        job_id=begun.id,
        output=begun.output_index,
        stage=begun.stage,
        take=begun.takes,
    ):
        return await _stepped(line, begun)


async def _stepped(line: Line, begun: Begun) -> Begun | None:
    try:
        if begun.takes >= MOST_TAKES:
            await settle(line, begun, GiveUp(TakenTooOften(takes=begun.takes)))
            return None
        async with asyncio.timeout(SECONDS[begun.step]):
            return await STEPS[begun.step](line, begun)
    except Superseded:
        log.info("work %s: %s was taken over", begun.work_id, begun.step)
    except DatabaseUnavailable:
        raise
    except asyncio.CancelledError:
        with suppress(DatabaseUnavailable):
            await asyncio.shield(_give_back(line, begun))
        raise
    except AfficheError as error:
        await _settle(line, begun, error)
    except TimeoutError as error:
        await _settle(line, begun, EngineUnreachable(detail=f"{begun.step} took too long: {error}"))
    except Exception as error:
        log.exception("work %s: %s", begun.work_id, begun.step)
        await _settle(line, begun, Unexpected(detail=f"{type(error).__name__}: {error}"))
    return None


async def _settle(line: Line, begun: Begun, error: AfficheError) -> None:
    now = line.studio.now()
    traces.failed(error.code)
    try:
        if await _passes(line, begun, error) and now < begun.deadline_at:
            # The run is there whether or not we can see it or keep it: look again, count nothing.
            log.warning("work %s: %s waits: %s", begun.work_id, begun.step, error)
            wait = Wait(now + line.pause, begun.running_at, begun.deadline_at)
            await write(line.writes.observed, begun, **put_off(wait))
            return
        if begun.step == "submit" and isinstance(error, EngineBusy):
            patience = timedelta(seconds=(await template_of(line, begun)).time_outs.queue)
            decision = after_refusal(begun.busy_since or now, patience, now, line.pause)
        else:
            decision = after_error(begun.takes, error, now, line.pause)
        await settle(line, begun, decision)
    except Superseded:
        log.info("work %s: %s was taken over", begun.work_id, begun.step)


async def _passes(line: Line, begun: Begun, error: AfficheError) -> bool:
    """Whether it is the way to the run or to the store that fails, and not the run. What a run
    elsewhere gave was paid for, so it is fetched again where another engine would run again.
    """
    if begun.step != "collect":
        return begun.step == "observe" and error.retryable
    if isinstance(error, StorageFailed):
        return True
    elsewhere = await line.engines.names_runs(begun.endpoint_id)
    return elsewhere and isinstance(error, EngineUnreachable | EngineBusy)


async def _give_back(line: Line, begun: Begun) -> None:
    """The process stops in the middle of a step: whoever is next begins it anew."""
    token = uuid4()
    async with line.studio.database.as_service() as transaction:
        step = await transaction.value(
            "steps.given_back", job_id=begun.id, tokens=[begun.token, begun.fresh], token=token
        )
        if step is not None:
            await enqueue(transaction, [Due(begun.id, step, token)])
