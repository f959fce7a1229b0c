"""A studio that listens: claimed, announced, greeted, and stopped in the right order."""

import os
from collections.abc import Iterable
from contextlib import AsyncExitStack
from typing import Final
from uuid import UUID

from affiche import app
from affiche.cli import greeting, link, loop
from affiche.cli.endings import CommandError, Exit, Interrupted
from affiche.cli.language import words
from affiche.cli.running import PAGE, Running, announce, claimed, running, write_private
from affiche.cli.talkers import with_words
from affiche.cli.terminal import err, out
from affiche.errors import NotSignedIn, SettingInvalid
from affiche.pipeline.crew import Crew
from affiche.serving import Server, application
from affiche.settings import Settings, Source
from affiche.studio import people
from affiche.studio.demo import furnishing
from affiche.studio.feed import Feed
from affiche.studio.studio import Studio

LAST_PORT: Final = 65535
KEY: Final = "command-key"
KEY_NAME: Final = "affiche on the command line"


def is_fixed(sources: Iterable[Source]) -> bool:
    """Whether somebody chose the port, so that no other will do."""
    return any(source.name == "port" and source.origin != "default" for source in sources)


def host(settings: Settings, *, fixed: bool, working: bool) -> int:
    """Until a signal; the exit code. `working`: the steps as well, on a database kept current."""
    if settings.port > LAST_PORT:
        raise SettingInvalid(name="port", reason=f"{LAST_PORT} at most")
    try:
        with claimed(settings.data):
            loop.run(lambda stop: _host(stop, settings, fixed, working), fast=True)
    except Interrupted:
        err().print(words("stopped"), style="dim")
    except CommandError as error:
        there = running(settings.data)
        if error.code != "already_running" or there is None:
            raise
        out().print(words("up.already", data=settings.data, pid=there.pid))
        address = loop.run(lambda _: link.fresh(settings, there.url))
        out().print(f"  {address}")
    return Exit.OK


async def _host(stop: loop.Stop, settings: Settings, fixed: bool, working: bool) -> None:
    if not (settings.database_url or (settings.data / "postgres").exists()):
        err().print(words("up.first", data=settings.data), style="dim")
    stop.explain(lambda: (settings.data / PAGE).unlink(missing_ok=True))
    # Left in the opposite order: streams, then steps, then PostgreSQL.
    async with AsyncExitStack() as stack:
        if working:
            settings = await stack.enter_async_context(with_words(settings))
        studio = await stack.enter_async_context(app.opened(settings, migrating=working))
        user = await people.first_user(studio)
        if working:
            await furnishing.at_first_start(studio, user)
            await stack.enter_async_context(Crew(studio).working())
        feed = await stack.enter_async_context(Feed(studio).running())
        server = await stack.enter_async_context(
            Server(application(studio, feed), settings.host, settings.port, fixed)
        )
        key = await _command_key(studio, user.id)
        announce(settings.data, Running(server.url, os.getpid(), key))
        token = await people.make_link(studio, user.id)
        public = settings.url or server.url
        greeting.greet(settings, public, greeting.address(public, token), working=working)
        await server.wait()
        raise CommandError("server_ended", Exit.FAILED)


async def _command_key(studio: Studio, user_id: UUID) -> str:
    """The API key of this machine's commands: the one from before, as long as it is good."""
    path = studio.settings.data / KEY
    try:
        kept = path.read_text(encoding="utf-8").strip()
        await people.of_key(studio, kept)
    except (OSError, NotSignedIn):
        kept = await people.make_key(studio, user_id, KEY_NAME)
        write_private(path, kept + "\n")
    return kept
