"""Running a command's coroutine, and ending it when somebody asks to."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from affiche.cli.endings import Exit, Interrupted
from affiche.cli.language import words
from affiche.cli.terminal import err

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """What Ctrl-C does to the command: at first it is asked to end, then to hurry, then it ends.

    `asked` hears of the first signal and `hurried` of the second, each before the coroutine is
    cancelled; both may print.
    """

    def __init__(self, task: "asyncio.Task[Any]") -> None:
        self.task, self.signals = task, 0
        self.asked: Callable[[], None] = lambda: None
        self.hurried: Callable[[], None] = lambda: None

    def explain(self, leave: Callable[[], None] = lambda: None) -> None:
        """Say at each signal what it does, as commands that run on should.

        The second one ends the process at once, after `leave`: what it was doing is taken over like
        that of any process that dies.
        """
        self.asked = lambda: err().print(words("stopping"), style="dim")
        self.hurried = partial(self._end, leave)

    async def waited(self) -> None:
        """Wait for the signal; it comes as a cancellation."""
        await asyncio.get_running_loop().create_future()

    @staticmethod
    def _end(leave: Callable[[], None]) -> None:
        err().print(words("hurrying"), style="dim")
        leave()
        os._exit(Exit.OK)

    def __call__(self) -> None:
        self.signals += 1
        if self.signals > 2:
            os._exit(Exit.INTERRUPTED)
        (self.asked if self.signals == 1 else self.hurried)()
        self.task.cancel()


def run(command: Callable[[Stop], Coroutine[Any, Any, T]], *, fast: bool = False) -> T:
    """Run `command` to its end; raises Interrupted when a signal ended it.

    `fast`: on uvloop, for processes that live long.
    """
    with asyncio.Runner(loop_factory=_uvloop() if fast else None) as runner:
        return runner.run(_run(command))


async def _run(command: Callable[[Stop], Coroutine[Any, Any, T]]) -> T:
    task = asyncio.current_task()
    assert task is not None
    stop, loop = Stop(task), asyncio.get_running_loop()
    for each in SIGNALS:
        loop.add_signal_handler(each, stop)
    try:
        return await command(stop)
    except asyncio.CancelledError:
        if not stop.signals:
            raise
        raise Interrupted from None
    finally:
        for each in SIGNALS:
            loop.remove_signal_handler(each)


def _uvloop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        # It has no wheel for every system; the standard loop does as well.
        return None
    return uvloop.new_event_loop
