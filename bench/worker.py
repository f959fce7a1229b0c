"""A process that only runs steps, on the studio of the environment."""

import asyncio
import signal

import uvloop

from affiche import app, settings
from affiche.pipeline.crew import Crew


async def main() -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    chosen, _ = settings.read()
    async with app.opened(chosen) as opened, Crew(opened, host_preview=False).working():
        await stop.wait()


if __name__ == "__main__":
    uvloop.run(main())
