"""One process that serves and does nothing else: `python -m bench.serving`; prints its address."""

import asyncio
import logging
import signal

import uvloop

from affiche import app, settings
from affiche.serving import Server, application
from affiche.studio.feed import Feed


async def serve() -> None:
    logging.basicConfig(level=logging.WARNING)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    chosen, _ = settings.read()
    async with (
        app.opened(chosen) as studio,
        Feed(studio).running() as feed,
        Server(application(studio, feed), "127.0.0.1", 0, fixed=True) as server,
    ):
        print(server.url, flush=True)
        await ended.wait()


if __name__ == "__main__":
    uvloop.run(serve())
