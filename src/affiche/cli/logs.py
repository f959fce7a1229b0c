"""What the long-running commands write to standard error: few lines, for people."""

import logging

from rich.text import Text

from affiche.cli.terminal import err

# What is worth a line of its own though nothing is wrong: a work that is done.
SPOKEN = "affiche.pipeline.finish"
CHATTER = ("pyvips", "uvicorn", "uvicorn.error", "pgqueuer", "asyncio", "psycopg.pool", "aiohttp")
_STYLES = {logging.WARNING: "yellow", logging.ERROR: "red", logging.CRITICAL: "bold red"}


class Lines(logging.Handler):
    """`14:05:31 sentence`, above whatever is being drawn; tracebacks only when asked for."""

    def __init__(self, *, tracebacks: bool) -> None:
        super().__init__()
        self.tracebacks = tracebacks

    def emit(self, record: logging.LogRecord) -> None:
        try:
            clock = self.formatter_time(record)
            line = Text.assemble(
                (f"{clock} ", "dim"), (record.getMessage(), _STYLES.get(record.levelno, ""))
            )
            if record.exc_info and record.exc_info[1] is not None:
                line.append(f": {type(record.exc_info[1]).__name__}: {record.exc_info[1]}")
            err().print(line)
            if record.exc_info and self.tracebacks:
                err().print(logging.Formatter().formatException(record.exc_info), style="dim")
        except Exception:
            self.handleError(record)

    @staticmethod
    def formatter_time(record: logging.LogRecord) -> str:
        return logging.Formatter("%(asctime)s", "%H:%M:%S").formatTime(record, "%H:%M:%S")


def set_up(*, verbose: bool = False, debugging: bool = False) -> None:
    """Warnings and the ends of works; all that is told with `verbose`."""
    handler = Lines(tracebacks=verbose or debugging)
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, handlers=[handler])
    logging.getLogger(SPOKEN).setLevel(logging.INFO)
    for name in CHATTER:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It tells of every loader it finds, and warns of pictures that we refuse in words of our own.
    logging.getLogger("pyvips").setLevel(logging.ERROR)


def silence() -> None:
    """For commands that say everything themselves."""
    logging.basicConfig(handlers=[logging.NullHandler()])
