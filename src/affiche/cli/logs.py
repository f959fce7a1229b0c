"""What the long-running commands write to standard error: few lines, for people."""

import asyncio
import logging
import os

from rich.text import Text

from affiche.cli.endings import DEBUGGING
from affiche.cli.lines import JsonLines
from affiche.cli.rationing import Ration
from affiche.cli.terminal import err

# What is worth a line of its own though nothing is wrong: a work that is done.
SPOKEN = "affiche.pipeline.collect"
# For programs a line for each request is worth having.
REQUESTS = "affiche.requests"
CHATTER = ("pyvips", "uvicorn", "uvicorn.error", "pgqueuer", "asyncio", "psycopg.pool", "aiohttp")
_CLOCK = logging.Formatter()
_STYLES = {logging.WARNING: "yellow", logging.ERROR: "red", logging.CRITICAL: "bold red"}


class Lines(logging.Handler):
    """`14:05:31 sentence`, above whatever is being drawn; tracebacks only when asked for."""

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__()
        self.tracebacks = tracebacks

    def emit(self, record: logging.LogRecord) -> None:
        try:
            error = record.exc_info[1] if record.exc_info else None
            if isinstance(error, asyncio.CancelledError):
                # A request that ends with the server that answered it.
                return
            said = record.getMessage()
            if error is not None:
                said = f"{said}: {type(error).__name__}: {error}"
            if not self.tracebacks:
                said = said.partition("\n")[0]
            clock = _CLOCK.formatTime(record, "%H:%M:%S")
            style = _STYLES.get(record.levelno, "")
            err().print(Text.assemble((f"{clock} ", "dim"), (said, style)))
            if record.exc_info and self.tracebacks:
                err().print(_CLOCK.formatException(record.exc_info), style="dim")
        except Exception:
            self.handleError(record)


def set_up(*, verbose: bool = False, json: bool = False) -> None:
    """Warnings and the ends of works; all that is told with `verbose`, and the requests in JSON."""
    tracebacks = verbose or bool(os.environ.get(DEBUGGING))
    handler: logging.Handler = JsonLines() if json else Lines(tracebacks=tracebacks)
    if not verbose:
        handler.addFilter(Ration())
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])
    logging.getLogger(SPOKEN).setLevel(logging.INFO)
    if json:
        logging.getLogger(REQUESTS).setLevel(logging.INFO)
    for name in CHATTER:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It tells of every loader it finds, and warns of pictures that we refuse in words of our own.
    logging.getLogger("pyvips").setLevel(logging.ERROR)


def silence() -> None:
    """For commands that say everything themselves; whoever debugs sees all the same."""
    if os.environ.get(DEBUGGING):
        set_up(verbose=True)
        return
    logging.basicConfig(handlers=[logging.NullHandler()])
