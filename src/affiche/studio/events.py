"""What changed, in commit order, for one user; nothing lost, nothing twice.

The cursor is "txid-id": the transaction that wrote the event and its number. Events of
transactions that have not yet ended, or that older ones overlap, are held back until they have.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from affiche.studio.studio import Caller, Studio

_CURSOR = re.compile(r"(\d{1,20})-(\d{1,19})", re.ASCII)
MOST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    id: int
    txid: str
    work_id: UUID | None
    type: str
    data: dict[str, Any]
    created_at: datetime

    @property
    def cursor(self) -> str:
        return f"{self.txid}-{self.id}"


async def after(studio: Studio, caller: Caller, cursor: str) -> list[Event]:
    """At most 200 events behind `cursor`, oldest first; a cursor that is none starts at now."""
    found = _CURSOR.fullmatch(cursor)
    if found is None or int(found[1]) >= 2**64 or int(found[2]) >= 2**63:
        return []
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(
            Event,
            "events.after",
            user_id=caller.id,
            txid=found[1],
            id=int(found[2]),
            limit=MOST,
        )


async def now(studio: Studio) -> str:
    """The cursor behind everything that can be seen at present."""
    async with studio.database.as_service() as transaction:
        return f"{await transaction.value('events.now')}-{2**63 - 1}"


def is_cursor(text: str) -> bool:
    return _CURSOR.fullmatch(text) is not None
