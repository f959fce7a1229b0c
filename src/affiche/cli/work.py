"""`affiche work`: the steps of works, and nothing that listens."""

from contextlib import suppress
from typing import Annotated

from affiche.cli import logs, loop
from affiche.cli.endings import Interrupted
from affiche.cli.language import words
from affiche.cli.pages import flag
from affiche.cli.running import made
from affiche.cli.terminal import err
from affiche.settings import Settings, read


def work(
    *,
    verbose: Annotated[bool, flag("help.up.verbose")] = False,
) -> None:
    settings, _ = read()
    logs.set_up(verbose=verbose, json=settings.log == "json")
    made(settings.data)
    with suppress(Interrupted):
        loop.run(lambda stop: _work(stop, settings), fast=True)
    err().print(words("stopped"), style="dim")


async def _work(stop: loop.Stop, settings: Settings) -> None:
    from affiche import app
    from affiche.pipeline.crew import Crew

    stop.explain()
    async with app.opened(settings) as studio, Crew(studio).working():
        err().print(words("work.working", steps=settings.steps))
        await stop.waited()
