"""observe: ask the engine's own record how the run stands, and do what the rules say."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from affiche.domain.jobs import Again, Collect, GiveUp, Job, Wait, decide
from affiche.pipeline.endings import settle
from affiche.pipeline.line import Begun, Line, hold, moved, template_of


async def observe(line: Line, begun: Begun) -> Begun | None:
    engine = await line.engines.get(begun.endpoint_id)
    observation = await engine.look(begun.external_id or str(begun.id))
    run_within = timedelta(seconds=(await template_of(line, begun)).time_outs.run)
    submitted_at = begun.started_at or begun.asked_at
    job = Job(begun.takes, submitted_at, begun.running_at, begun.deadline_at, run_within)
    decision = decide(job, observation, line.studio.now(), line.pause)
    match decision:
        case Wait():
            hold(
                await line.writes.observed(
                    job_id=begun.id,
                    token=begun.token,
                    observe_at=decision.until,
                    running_at=decision.running_since,
                    deadline_at=decision.deadline_at,
                )
            )
        case Collect():
            outputs = [_stored(asdict(o)) for o in decision.outputs]
            hold(
                await line.writes.ended_well(
                    job_id=begun.id,
                    token=begun.token,
                    fresh=begun.fresh,
                    outputs=outputs,
                    seconds=decision.seconds,
                )
            )
            return moved(begun, "collect", outputs=outputs)
        case Again() | GiveUp():
            await settle(line, begun, decision)
    return None


def _stored(output: dict[str, Any]) -> dict[str, Any]:
    ref = output["ref"]
    return {**output, "ref": dict(ref) if isinstance(ref, dict) else ref}
