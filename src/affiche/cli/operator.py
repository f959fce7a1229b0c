"""What a command asks of a studio's database as its operator, whether the studio runs or not."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from affiche.cli import logs, loop
from affiche.settings import read
from affiche.studio.studio import Caller, Studio

T = TypeVar("T")


def as_operator(asked: Callable[[Studio, Caller], Awaitable[T]]) -> T:
    """What `asked` gives; raises what it raises, and all that `app.opened` does."""
    logs.silence()
    settings, _ = read()

    async def run() -> T:
        from affiche import app
        from affiche.studio import people

        async with app.opened(settings) as studio:
            return await asked(studio, await people.first_user(studio))

    return loop.run(lambda _: run())
