"""What a request says of itself beside who its caller is, in every transaction that is theirs.

The database reads it: `affiche_project` bounds a key to one project, `affiche_trace` is written on
the works that are asked for.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Final

PROJECT: Final = "affiche_project"
TRACE: Final = "affiche_trace"
_NONE: Final[Mapping[str, str]] = {}
_told: Final[ContextVar[Mapping[str, str]]] = ContextVar("claims", default=_NONE)


def tell(name: str, value: str) -> None:
    """From here on, in this task and what it starts."""
    _told.set({**_told.get(), name: value})


def told() -> Mapping[str, str]:
    return _told.get()
