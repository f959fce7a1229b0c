"""Which studio runs on a data folder: `studio.json`, and a lock that a killed studio lets go of."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from affiche.cli.endings import CommandError, Exit
from affiche.studio.backups import unfinished

PAGE, LOCK, KEY = "studio.json", "studio.lock", "command-key"


@dataclass(frozen=True, slots=True)
class Running:
    """Where the studio listens, its process, and the API key of this machine's commands."""

    url: str
    pid: int
    api_key: str


def running(data: Path) -> Running | None:
    """The studio that runs on `data` and has said where; what a killed one left is passed over."""
    try:
        found = json.loads((data / PAGE).read_text(encoding="utf-8"))
        told = Running(str(found["url"]), int(found["pid"]), str(found["api_key"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return told if _is_held(data) else None


def made(data: Path, *, restoring: bool = False) -> None:
    """Make sure of the data folder; raises CommandError when it cannot be used, or when a restore
    into it has not ended, which only `restoring` may go on with."""
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(13, os.strerror(13))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandError("no_data", Exit.FAILED, data=data, reason=reason) from error
    if not restoring and unfinished.digest(data) is not None:
        raise CommandError("unfinished", Exit.FAILED, data=data)


@contextmanager
def claimed(data: Path, *, restoring: bool = False) -> Iterator[None]:
    """Be the one studio of `data`; raises CommandError when another one is.

    On leaving, `studio.json` is gone.
    """
    made(data, restoring=restoring)
    with (data / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError("already_running", Exit.FAILED, data=data) from None
        (data / PAGE).unlink(missing_ok=True)
        try:
            yield
        finally:
            (data / PAGE).unlink(missing_ok=True)


def announce(data: Path, told: Running) -> None:
    """Write `studio.json`, for this machine's user alone, whole or not at all."""
    write_private(data / PAGE, json.dumps(asdict(told)) + "\n")


def write_private(path: Path, text: str) -> None:
    made = path.with_name(f"{path.name}.{os.getpid()}")
    made.unlink(missing_ok=True)
    made.touch(mode=0o600, exist_ok=False)
    made.write_text(text, encoding="utf-8")
    made.replace(path)


def _is_held(data: Path) -> bool:
    try:
        with (data / LOCK).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
