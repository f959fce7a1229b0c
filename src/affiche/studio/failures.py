"""The error that a row remembers, so that it can be said in anybody's language."""

from collections.abc import Mapping
from typing import Any

from affiche.errors import AfficheError


def recalled(code: str, params: Mapping[str, Any] | None) -> AfficheError:
    """The error of a row's `error_code` and `error_params`; pure.

    What cannot be said any more, because its code or its parameters are none of ours, comes back
    as an AfficheError as such.
    """
    kind = _kinds().get(code, AfficheError)
    error = kind.__new__(kind)
    given = {name: value for name, value in (params or {}).items() if name != "detail"}
    AfficheError.__init__(error, **given)
    try:
        error.message("ko"), error.hint("ko")
    except (KeyError, ValueError, IndexError, AttributeError):
        return AfficheError()
    return error


def _kinds() -> dict[str, type[AfficheError]]:
    """Every error by its code; where a code is inherited, the class that brought it."""
    found: dict[str, type[AfficheError]] = {}
    waiting: list[type[AfficheError]] = [AfficheError]
    for kind in waiting:
        found.setdefault(kind.code, kind)
        waiting += kind.__subclasses__()
    return found
