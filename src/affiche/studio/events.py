"""What changed, in commit order, for one user; nothing lost, nothing twice.

A place among events is an era, the transaction that wrote the event, and its number; a cursor
spells it "era.txid-id", and 0.1.0 without the era, which is 0. Events of transactions that have
not yet ended, or that older ones overlap, are held back until they have (docs/decisions/0016).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from affiche.db.database import Transaction
from affiche.studio.studio import Caller, Studio

_CURSOR = re.compile(r"(?:(\d{1,19})\.)?(\d{1,20})-(\d{1,19})", re.ASCII)
MOST = 200


class Place(NamedTuple):
    """Compares as events are ordered."""

    era: int
    txid: int
    id: int

    def __str__(self) -> str:
        return f"{self.era}.{self.txid}-{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    id: int
    era: int
    txid: str
    work_id: UUID | None
    type: str
    data: dict[str, Any]
    created_at: datetime

    @property
    def place(self) -> Place:
        return Place(self.era, int(self.txid), self.id)

    @property
    def cursor(self) -> str:
        return str(self.place)


@dataclass(frozen=True, slots=True)
class Horizon:
    """Transactions below `oldest` have all ended, and those from `next` on have not begun."""

    oldest: int
    next: int


async def after(studio: Studio, caller: Caller, cursor: str) -> list[Event]:
    """At most 200 events behind `cursor`, oldest first; none for a cursor that is none."""
    place = read(cursor)
    if place is None:
        return []
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(
            Event,
            "events.after",
            user_id=caller.id,
            era=place.era,
            txid=str(place.txid),
            id=place.id,
            limit=MOST,
        )


async def of_many(
    studio: Studio, wanted: Sequence[tuple[UUID, Place]]
) -> tuple[Horizon, list[list[Event]]]:
    """What `after` gives each of these users behind their place, with the rights of each; and how
    far one could see just before. One at least."""
    people, places = zip(*wanted, strict=True)
    many: list[list[Event]] = [[] for _ in wanted]
    async with studio.database.singly() as service:
        seen = await horizon(service)
        rows = await service.rows(
            "events.of_many",
            people=list(people),
            eras=[place.era for place in places],
            txids=[str(place.txid) for place in places],
            ids=[place.id for place in places],
            most=MOST,
        )
    for row in rows:
        many[row.pop("n") - 1].append(Event(**row))
    return seen, many


async def horizon(transaction: Transaction) -> Horizon:
    found = await transaction.rows("events.horizon")
    return Horizon(int(found[0]["oldest"]), int(found[0]["next"]))


async def now(studio: Studio) -> Place:
    """Behind everything that can be seen at present."""
    async with studio.database.as_service() as transaction:
        era, _, txid = str(await transaction.value("events.now")).partition(".")
    return Place(int(era), int(txid), 2**63 - 1)


def read(cursor: str) -> Place | None:
    """The place that a cursor spells, if it is one. Pure."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        return None
    place = Place(int(found[1] or 0), int(found[2]), int(found[3]))
    fits = place.era < 2**63 and place.txid < 2**64 and place.id < 2**63
    return place if fits else None
