"""What `affiche doctor` says: one thing that was looked at, and how it was found."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from affiche.errors import GraphProblem

State = Literal["ok", "note", "broken"]
SECONDS: Final = 4.0
"""For each thing that is looked at; all are looked at side by side."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is what was looked at, `code` what was found there, with the sentence's
    `params`; `details` are single things in their own words."""

    state: State
    subject: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    details: tuple[str | GraphProblem, ...] = ()


async def within(
    look: Coroutine[Any, Any, Sequence[Finding]], late: Finding, seconds: float = SECONDS
) -> list[Finding]:
    """What `look` finds, or `late` when it takes longer."""
    task = asyncio.create_task(look)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if done:
        return list(task.result())
    # Not waited for: what hangs may take as long to be given up.
    task.cancel()
    return [late]


def line(detail: str | None) -> str:
    """In one line, and not endless."""
    return " ".join((detail or "").split())[:300]
