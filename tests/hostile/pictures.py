"""The corpus: pictures made by code to break, mislead or outgrow, each with what comes of it.

The same table goes through the functions, through the server's two doors, and through a process
whose memory is watched.
"""

from functools import cache
from typing import Final

from . import (
    pictures_bombs,
    pictures_damage,
    pictures_disguises,
    pictures_metadata,
    pictures_spaces,
)
from .pictures_cases import Case

FAMILIES: Final = {
    "bombs": pictures_bombs.cases(),
    "damage": pictures_damage.cases(),
    "disguises": pictures_disguises.cases(),
    "metadata": pictures_metadata.cases(),
    "spaces": pictures_spaces.cases(),
}
CASES: Final[dict[str, Case]] = {
    f"{family}: {name}": case for family, cases in FAMILIES.items() for name, case in cases.items()
}


@cache
def data(name: str) -> bytes:
    """Made once in a run."""
    return CASES[name].make()
