"""A process that runs steps and, if armed, dies or freezes on the way.

`python -m tests.pipeline.worker FAULT STEP WHEN`: FAULT is none, kill or stop; WHEN is before or
after the step's own work. Each step that is begun is written to WORKER_LOG with the process's id.
"""

import asyncio
import os
import signal
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from affiche import settings
from affiche.app import signing_secret
from affiche.db.address import parse
from affiche.db.database import Database
from affiche.pipeline import steps
from affiche.pipeline.crew import Crew
from affiche.pipeline.line import Begun, Line
from affiche.storage.objects import Objects
from affiche.studio.studio import Studio

FAULTS = {"kill": signal.SIGKILL, "stop": signal.SIGSTOP}


def arm(step: str, fault: str, when: str) -> None:
    real = steps.STEPS[step]

    async def armed(line: Line, begun: Begun) -> Begun | None:
        if when == "before":
            os.kill(os.getpid(), FAULTS[fault])
        following = await real(line, begun)
        if when == "after":
            os.kill(os.getpid(), FAULTS[fault])
        return following

    steps.STEPS[step] = armed


def record(step: str, log: Path) -> None:
    real = steps.STEPS[step]

    async def recorded(line: Line, begun: Begun) -> Begun | None:
        with log.open("a") as page:
            page.write(f"{os.getpid()} {step} {begun.work_id}\n")
        return await real(line, begun)

    steps.STEPS[step] = recorded


async def main(fault: str, step: str, when: str) -> None:
    if fault in FAULTS:
        arm(step, fault, when)
    for each in steps.STEPS:
        record(each, Path(os.environ["WORKER_LOG"]))
    chosen, _ = settings.read()
    address = parse(chosen.database_url or "")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with Database(address, size=6) as database:
        objects = Objects(chosen.data / "objects")
        studio = Studio(replace(chosen), database, objects, signing_secret(chosen.data))
        crew = Crew(
            studio,
            heartbeat=timedelta(seconds=2),
            dequeue=timedelta(seconds=1),
            host_preview=False,
        )
        async with crew.working():
            print("working", flush=True)
            await stop.wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
