"""The mark that a restore leaves in the data folder until it is done, even when it is killed."""

import os
from pathlib import Path
from typing import Final

NAME: Final = "restoring"


def digest(data: Path) -> str | None:
    """Of the archive whose restore into the folder has not ended; None if there is none such."""
    try:
        return (data / NAME).read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return None


def begin(data: Path, digest: str) -> None:
    """Raises OSError."""
    with (data / NAME).open("w", encoding="ascii") as file:
        file.write(digest + "\n")
        file.flush()
        os.fsync(file.fileno())


def end(data: Path) -> None:
    (data / NAME).unlink(missing_ok=True)
