"""observe: ask the engine's own record how the run stands, and do what the rules say."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

from affiche.domain.jobs import Again, Collect, GiveUp, Job, Wait, decide
from affiche.domain.observations import Observation, Unheard
from affiche.domain.pace import adoption
from affiche.pipeline.endings import settle
from affiche.pipeline.line import Begun, Line, moved, template_of, write

KEPT: Final = timedelta(minutes=25)
"""For how long what was paid for is tried to be fetched; RunPod keeps it for 30 minutes."""


async def observe(line: Line, begun: Begun) -> Begun | None:
    engine = await line.engines.get(begun.endpoint_id)
    run_within = timedelta(seconds=(await template_of(line, begun)).time_outs.run * begun.stages)
    submitted_at = begun.started_at or begun.asked_at
    job = Job(begun.takes, submitted_at, begun.running_at, begun.deadline_at, run_within)
    pace = None
    if engine.names_runs:
        pace = await line.times.pace(begun.endpoint_id, begun.workflow_id)
    observation: Observation
    if pace is not None and begun.external_id is None:
        observation = Unheard(submitted_at + adoption(pace, run_within))
    else:
        observation = await engine.look(begun.external_id or str(begun.id))
    decision = decide(job, observation, line.studio.now(), line.pause, pace)
    match decision:
        case Wait():
            await write(line.writes.observed, begun, **put_off(decision))
        case Collect():
            outputs = [_stored(asdict(o)) for o in decision.outputs]
            # Only once: what cannot be fetched in that time never will be.
            begins = engine.names_runs and begun.outputs is None
            until = line.studio.now() + KEPT if begins else begun.deadline_at
            await write(
                line.writes.ended_well,
                begun,
                fresh=begun.fresh,
                outputs=outputs,
                seconds=decision.seconds,
                waited=decision.waited,
                deadline_at=until,
            )
            return moved(begun, "collect", outputs=outputs, deadline_at=until)
        case Again() | GiveUp():
            await settle(line, begun, decision)
    return None


def put_off(wait: Wait) -> dict[str, Any]:
    """What the row of a job that waits is told: when it is due again, and what it may take."""
    return {
        "observe_at": wait.until,
        "running_at": wait.running_since,
        "deadline_at": wait.deadline_at,
        "woke": wait.waking,
    }


def _stored(output: dict[str, Any]) -> dict[str, Any]:
    ref = output["ref"]
    return {**output, "ref": dict(ref) if isinstance(ref, dict) else ref}
