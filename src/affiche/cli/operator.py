"""What a command asks of a studio's database as its operator, whether the studio runs or not."""

import getpass
import socket
from collections.abc import Awaitable, Callable
from typing import TypeVar

from affiche.cli import logs, loop
from affiche.settings import read
from affiche.studio.studio import Caller, Studio

T = TypeVar("T")


def as_operator(
    asked: Callable[[Studio, Caller], Awaitable[T]], *, look: str = "", on: object = ""
) -> T:
    """What `asked` gives; raises what it raises, and all that `app.opened` does.

    `look`: what the audit log calls looking at what it gives, and at what (`on`).
    """
    logs.silence()
    settings, _ = read()

    async def run() -> T:
        from affiche import app
        from affiche.studio import audit, people

        audit.command.set(f"command {_whose()}")
        async with app.opened(settings) as studio:
            operator = await people.first_user(studio)
            if look:
                await audit.looked(studio, operator, look, on)
            return await asked(studio, operator)

    return loop.run(lambda _: run())


def _whose() -> str:
    """Whoever runs the command, as the machine knows them: to the studio all are its operator."""
    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = "?"
    return f"{user}@{socket.gethostname()}"[:180]
