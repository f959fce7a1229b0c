"""observe: ask the engine's own record how the run stands, and do what the rules say."""

from dataclasses import asdict

from psycopg.types.json import Jsonb

from affiche.domain.jobs import Again, Collect, GiveUp, Job, Wait, decide
from affiche.pipeline.endings import settle
from affiche.pipeline.line import Begun, Line, enqueue_next, hold


async def observe(line: Line, begun: Begun) -> None:
    engine = await line.engines.get(begun.endpoint_id)
    observation = await engine.look(begun.external_id or str(begun.id))
    job = Job(begun.takes, begun.started_at or begun.asked_at, begun.deadline_at)
    decision = decide(job, observation, line.studio.now(), line.pause)
    match decision:
        case Wait():
            async with line.studio.database.as_service() as transaction:
                hold(
                    await transaction.run(
                        "steps.observed",
                        job_id=begun.id,
                        token=begun.token,
                        observe_at=decision.until,
                    )
                )
        case Collect():
            async with line.studio.database.as_service() as transaction:
                hold(
                    await transaction.run(
                        "steps.ended_well",
                        job_id=begun.id,
                        token=begun.token,
                        outputs=Jsonb([_stored(asdict(o)) for o in decision.outputs]),
                        seconds=decision.seconds,
                    )
                )
                await enqueue_next(transaction, begun, "collect")
        case Again() | GiveUp():
            await settle(line, begun, decision)


def _stored(output: dict[str, object]) -> dict[str, object]:
    ref = output["ref"]
    return {**output, "ref": dict(ref) if isinstance(ref, dict) else ref}
