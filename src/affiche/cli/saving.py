"""Pictures into a folder: named after template and work, never over what is there."""

from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path
from typing import IO

from affiche.cli.endings import CommandError, Exit

MOST_TRIES = 1000


def ready(folder: Path) -> None:
    """Make the folder before anything is asked for; raises CommandError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CommandError("no_folder", folder=folder, reason=error.strerror) from error


async def save(folder: Path, stem: str, suffix: str, pieces: AsyncIterator[bytes]) -> Path:
    """`stem.png`, or with the next free number; raises CommandError when it cannot be written."""
    try:
        file, path = _new(folder, stem, suffix)
        with file:
            try:
                async for piece in pieces:
                    file.write(piece)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise CommandError("not_saved", Exit.FAILED, folder=folder, reason=reason) from error
    return path


def _new(folder: Path, stem: str, suffix: str) -> tuple[IO[bytes], Path]:
    for path in _names(folder, stem, suffix):
        try:
            return path.open("xb"), path
        except FileExistsError:
            continue
    raise FileExistsError(17, "all names are taken")


def _names(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    yield folder / f"{stem}{suffix}"
    for number in count(2):
        if number > MOST_TRIES:
            return
        yield folder / f"{stem}-{number}{suffix}"
