"""What operators did, written down in the transaction in which they did it; and read again.

Every action of an operator goes through `record`, whichever way it came. Who looks is written down
too, once an hour for one person and one thing.
"""

import json
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.db.database import Transaction
from affiche.errors import FieldProblem, Forbidden, InvalidInputs
from affiche.studio import marks
from affiche.studio.studio import Caller, Studio

LONGEST_REASON: Final = 500
LONGEST_SUBJECT: Final = 200
LOOK: Final = timedelta(hours=1)
LAST: Final = UUID(int=2**128 - 1)
command: Final[ContextVar[str]] = ContextVar("command", default="")
"""Whose command it is that runs, where it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """`actor_name` is what the actor is called now. `origin`: a request's id, or whose command it
    was. `action`: the noun, a point, the verb. `subject`: an id or a name. `before` and `after`:
    of the subject, what the action is about."""

    id: UUID
    at: datetime
    actor: UUID | None
    actor_name: str | None
    origin: str
    action: str
    subject: str
    reason: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def require_operator(caller: Caller) -> None:
    """Raises Forbidden."""
    if not caller.is_operator:
        raise Forbidden(detail="operators only")


def checked_reason(reason: str) -> str:
    """Without the space around it; raises InvalidInputs where there is none, or too much."""
    found = reason.strip()
    if not found:
        raise InvalidInputs([FieldProblem("reason", "required")])
    if len(found) > LONGEST_REASON:
        limits = (("limit", LONGEST_REASON), ("length", len(found)))
        raise InvalidInputs([FieldProblem("reason", "too_long", limits)])
    return found


async def record(
    service: Transaction,
    studio: Studio,
    operator: Caller,
    action: str,
    subject: object,
    *,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write it down within the caller's transaction; raises Forbidden for whoever is none."""
    require_operator(operator)
    await service.run(
        "audit.add",
        id=studio.new_id(),
        actor=operator.id,
        origin=_origin(),
        action=action,
        subject=str(subject)[:LONGEST_SUBJECT],
        reason=reason[:LONGEST_REASON],
        before=_json(before),
        after=_json(after),
    )


async def looked(studio: Studio, operator: Caller, action: str, subject: object = "") -> None:
    """Write down that somebody looks at it, unless that stands there already from the last hour.

    Raises Forbidden.
    """
    require_operator(operator)
    async with studio.database.singly() as service:
        await service.run(
            "audit.add_look",
            id=studio.new_id(),
            actor=operator.id,
            origin=_origin(),
            action=action,
            subject=str(subject)[:LONGEST_SUBJECT],
            within=LOOK,
        )


async def page(
    studio: Studio,
    operator: Caller,
    *,
    actor: UUID | None = None,
    action: str | None = None,
    subject: str | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Newest first; the next page begins `before` the last id. `action`: whole, or its noun.

    Raises Forbidden.
    """
    require_operator(operator)
    asked: dict[str, Any] = {
        "actor": actor,
        "action": action,
        "subject": subject,
        "before": before or LAST,
        "limit": max(1, min(limit, 200)),
    }
    async with studio.database.singly() as service:
        if subject is not None:
            return await service.all(Entry, "audit.of_subject", **asked)
        return await service.all(Entry, "audit.page", **asked)


def _origin() -> str:
    request = marks.request.get()
    return f"request {request}" if request else command.get()


def _json(found: Mapping[str, Any] | None) -> Jsonb | None:
    return None if found is None else Jsonb(json.loads(json.dumps(dict(found), default=str)))
