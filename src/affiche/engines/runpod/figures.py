"""JSON that others wrote: its names, numbers and words, as far as they can be taken over."""

import json
import math
import re
from contextlib import suppress
from typing import Any, Final

from affiche.errors import EngineUnreachable

_NODE: Final = re.compile(r"[\w.:-]{1,64}", re.ASCII)


def parsed(body: bytes) -> Any:
    """Raises EngineUnreachable for what is no JSON."""
    with suppress(ValueError, RecursionError):
        return json.loads(body)
    # Not from within: the error of `json` holds the whole text.
    raise EngineUnreachable(detail="not JSON")


def number(value: Any) -> float | None:
    """A finite number, and no boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, int):
        return float(value) if abs(value) < 1e15 else None
    return value if math.isfinite(value) else None


def seconds(milliseconds: Any) -> float | None:
    """RunPod's durations, which are never below zero."""
    known = number(milliseconds)
    return known / 1000 if known is not None and known >= 0 else None


def name(value: Any) -> str:
    """The id of a node or a stage; "" for anything else."""
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return text if _NODE.fullmatch(text) else ""


def line(value: Any, most: int) -> str:
    """A string, or JSON: `most` characters of it for the log, without control characters."""
    try:
        text = value if isinstance(value, str) else json.dumps(value)
    except RecursionError:
        text = "nested too deeply"
    return "".join(c if c.isprintable() else " " for c in text[:most])
