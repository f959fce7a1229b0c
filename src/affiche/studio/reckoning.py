"""Whether every balance is what the ledger says, and every work has its lines."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from affiche.db.database import Database
from affiche.settings import Settings
from affiche.studio.findings import Finding

PEOPLE: Final = 200
"""Whose lines are added up in one statement."""
MOST: Final = 100
FOR_DOCTOR: Final = 2.0
"""Seconds after which no further people are looked at."""
NOBODY: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Difference:
    """`what`: "balance", "line" or "work"; `name`: the user's e-mail, the line's number or the
    work's id. `expected` and `found` are credits, both pools together."""

    user_id: UUID
    what: str
    name: str
    expected: int
    found: int


async def reconcile(database: Database) -> AsyncIterator[tuple[int, list[Difference]]]:
    """Everybody's, some people at a time: how many they were, and what does not agree."""
    after = NOBODY
    while True:
        async with database.as_service() as service:
            rows = await service.rows("credits.people", after=after, most=PEOPLE)
            ids = [row["id"] for row in rows]
            if not ids:
                return
            # In one statement each, so that each sees one moment.
            found = [
                *await service.all(Difference, "credits.differences", ids=ids, most=MOST),
                *await service.all(Difference, "credits.work_differences", ids=ids, most=MOST),
            ]
        yield len(ids), found
        after = ids[-1]


async def findings(
    database: Database, settings: Settings, *, thorough: bool = False
) -> list[Finding]:
    """For `affiche doctor`: of as many people as there is time for, or `thorough`ly of all. Nothing
    where works cost nothing and never did."""
    async with database.as_service() as service:
        charging = bool(await service.value("credits.charging"))
        used = bool(await service.value("credits.used"))
    found = []
    if charging != settings.credits:
        params = {"setting": settings.credits, "database": charging}
        found.append(Finding("note", "credits", "credits_setting", params))
    if not charging and not used:
        return found
    people = differing = 0
    clock = asyncio.get_running_loop().time
    begun, code = clock(), "balances"
    async for count, differences in reconcile(database):
        people += count
        differing += len(differences)
        if count == PEOPLE and not thorough and clock() - begun > FOR_DOCTOR:
            code = "balances_partly"
            break
    if differing:
        return [*found, Finding("broken", "credits", "balances_differ", {"n": differing})]
    return [
        *found,
        Finding("ok" if code == "balances" else "note", "credits", code, {"people": people}),
    ]
