"""One run: chaos for a while, then rest, then what must hold."""

import asyncio
import signal
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from psycopg.rows import dict_row
from tests.chaos import acts
from tests.chaos.invariants import Violation, at_rest, history, violations
from tests.chaos.world import World, world

REST_WITHIN: Final = 300.0


@dataclass(frozen=True, slots=True)
class Report:
    """`found` are the violations, each with the lines of its work's history; `ends` how many
    works ended how."""

    seed: int
    done: Counter[str]
    ends: dict[str, int]
    found: list[tuple[Violation, list[str]]]
    seconds_to_rest: float

    def __str__(self) -> str:
        lines = [f"seed {self.seed}", "what was done:"]
        lines += [f"  {number:5}  {what}" for what, number in sorted(self.done.items())]
        lines.append("how works ended:")
        lines += [f"  {number:5}  {status}" for status, number in sorted(self.ends.items())]
        lines.append(f"at rest after {self.seconds_to_rest:.0f} s")
        lines.append(f"violations: {len(self.found)}")
        for violation, told in self.found:
            lines.append(f"* {violation.what} {violation.work_id or ''}")
            lines += [f"    {line}" for line in told]
        return "\n".join(lines)


async def run(folder: Path, *, seed: int, seconds: float) -> Report:
    """Everything that it starts has ended when this returns."""
    async with world(folder, seed) as made:
        for _ in range(acts.WORKERS):
            await made.start_worker()
        await acts.wreak(made, seconds)
        await acts.calm(made)
        loop = asyncio.get_running_loop()
        began = loop.time()
        found = await at_rest(made, REST_WITHIN)
        rested = loop.time() - began
        found += await _ended_in_peace(made)
        found += await violations(made)
        told = [(v, await history(made, v.work_id) if v.work_id else []) for v in found[:20]]
        report = Report(seed, made.done, await _ends(made), told, rested)
        postmaster = made.postmaster()
    left = _left_behind(made, postmaster)
    report.found.extend((violation, []) for violation in left)
    return report


async def _ended_in_peace(made: World) -> list[Violation]:
    """With nothing to do, every process ends soon when it is told to."""
    alive = [worker for worker in made.workers if worker.alive]
    for worker in alive:
        worker.send(signal.SIGTERM)
    found = []
    for worker in alive:
        try:
            async with asyncio.timeout(acts.TOLD_TO_STOP_WITHIN):
                await worker.process.wait()
        except TimeoutError:
            found.append(Violation(f"process {worker.process.pid} does not end when told to"))
    return found


async def _ends(made: World) -> dict[str, int]:
    async with (
        made.studio.database.singly() as service,
        service.connection.cursor(row_factory=dict_row) as cursor,
    ):
        await cursor.execute(
            "SELECT status || coalesce(' (' || error_code || ')', '') AS ended, count(*)"
            " FROM works GROUP BY 1"
        )
        return {row["ended"]: row["count"] for row in await cursor.fetchall()}


def _left_behind(made: World, postmaster: int | None) -> list[Violation]:
    found = [
        Violation(f"process {worker.process.pid} is still there")
        for worker in made.workers
        if worker.alive
    ]
    if postmaster is None:
        found.append(Violation("the database server was gone before the end"))
    if made.postmaster() is not None:
        found.append(Violation(f"the database server {made.postmaster()} is still there"))
    return found
