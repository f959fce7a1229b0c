"""How things stand inside a studio: works that wait, steps that stand still, what is left over."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import psycopg

from affiche import __version__
from affiche.db.database import Database
from affiche.errors import DatabaseFull, DatabaseUnavailable, NotFound
from affiche.settings import Settings
from affiche.storage.objects import Objects
from affiche.studio.findings import Finding, State, line
from affiche.studio.readiness import SEEN_SECONDS

MOST: Final = 1000
STRANDED_SECONDS: Final = 60.0
OVERDUE_SECONDS: Final = 60.0
LONG_SECONDS: Final = 900.0
FAILED_TRIES: Final = 3
SKEW_SECONDS, MUCH_SKEW_SECONDS = 2.0, 60.0
SWEPT_WITHIN: Final = timedelta(days=2)
GIVEN_UP_WITHIN: Final = timedelta(days=1)
SAMPLE, AT_ONCE = 40, 10
SHOWN: Final = 5
LAST: Final = UUID(int=2**128 - 1)


async def works(database: Database) -> list[Finding]:
    """Those that wait and run, and the processes that should see to it."""
    before = time.time()
    async with database.as_service() as transaction:
        (row,) = await transaction.rows(
            "doctor.works",
            most=MOST,
            stranded=STRANDED_SECONDS,
            overdue=OVERDUE_SECONDS,
            seen=SEEN_SECONDS,
            version=__version__,
        )
    findings = list(_of_works(row))
    # Whatever the way takes is no skew: the other clock was read at some moment of it.
    skew = max(before - row["clock"], row["clock"] - time.time(), 0.0)
    if skew > SKEW_SECONDS:
        state: State = "broken" if skew > MUCH_SKEW_SECONDS else "note"
        findings.append(Finding(state, "clock", "skew", {"seconds": round(skew)}))
    return findings


def _of_works(row: dict[str, Any]) -> Sequence[Finding]:
    waiting, workers = row["waiting"], row["workers"]
    params = {"waiting": _counted(waiting), "running": _counted(row["running"])}
    findings = []
    if not workers and waiting + row["running"]:
        findings.append(Finding("broken", "workers", "no_workers", params))
    elif not workers:
        findings.append(Finding("note", "workers", "idle_workers"))
    elif row["others"]:
        others = {"others": row["others"], "version": __version__}
        findings.append(Finding("note", "workers", "other_versions", others))
    else:
        findings.append(Finding("ok", "workers", "workers", {"workers": workers}))
    if waiting and (row["waited"] or 0) > LONG_SECONDS:
        minutes = {"minutes": round(row["waited"] / 60)}
        findings.append(Finding("note", "works", "waiting", params | minutes))
    if row["stranded"]:
        findings.append(Finding("broken", "works", "stranded", {"jobs": _counted(row["stranded"])}))
    if row["overdue"]:
        findings.append(Finding("broken", "works", "overdue", {"jobs": _counted(row["overdue"])}))
    if not any(finding.subject == "works" for finding in findings):
        findings.append(Finding("ok", "works", "works", params))
    return findings


async def queue(database: Database) -> list[Finding]:
    """Entries of the queue that are about no job under way."""
    async with database.as_service() as transaction:
        rows = await transaction.rows("doctor.entries", most=MOST)
        ids = {row["job_id"] for row in rows}
        known = await transaction.rows("doctor.under_way", ids=list(ids))
    lost = ids - {row["id"] for row in known}
    if lost:
        return [Finding("note", "queue", "entries_without_job", {"entries": _counted(len(lost))})]
    return []


async def withdrawals(database: Database) -> list[Finding]:
    """Runs that should be stopped on an engine, and cannot be."""
    async with database.as_service() as transaction:
        (row,) = await transaction.rows("doctor.withdrawals", tries=FAILED_TRIES)
    if not row["open"]:
        return []
    params = {"runs": row["open"], "tries": row["tries"], "minutes": round(row["age"] / 60)}
    return [Finding("note", "withdrawals", "unstopped", params)]


async def messages(database: Database) -> list[Finding]:
    """What should have gone out by e-mail and Web Push, and was given up."""
    async with database.as_service() as transaction:
        dead = await transaction.value("messages.dead", since=datetime.now(UTC) - GIVEN_UP_WITHIN)
    return [Finding("note", "messages", "undelivered", {"messages": dead})] if dead else []


async def webhooks(database: Database) -> list[Finding]:
    """Receivers that nothing comes through to, and messages that were given up for them."""
    async with database.as_service() as transaction:
        rows = await transaction.rows("doctor.webhooks", since=datetime.now(UTC) - GIVEN_UP_WITHIN)
    off = [row for row in rows if row["off_because"]]
    failing = [row for row in rows if not row["off_because"] and row["failing_since"]]
    given_up = sum(row["given_up"] for row in rows)
    findings = []
    if off:
        named = tuple(f"{row['host']} ({row['id']})" for row in off[:SHOWN])
        findings.append(Finding("note", "webhooks", "webhooks_off", {"n": len(off)}, named))
    if failing:
        named = tuple(f"{row['host']} ({row['id']})" for row in failing[:SHOWN])
        findings.append(Finding("note", "webhooks", "webhooks_failing", {"n": len(failing)}, named))
    if given_up:
        findings.append(Finding("note", "webhooks", "webhooks_given_up", {"n": given_up}))
    return findings


async def space(database: Database) -> list[Finding]:
    """Whether anything can be written at all."""
    try:
        async with database.as_service() as transaction:
            await transaction.run("doctor.room")
            raise _Enough
    except _Enough:
        return []
    except DatabaseFull as error:
        return [Finding("broken", "database", "database_full", {"reason": line(error.detail)})]
    except psycopg.errors.ReadOnlySqlTransaction as error:
        return [Finding("broken", "database", "unwritable", {"reason": line(str(error))})]
    except DatabaseUnavailable as error:
        code = "database_full" if "No space left" in (error.detail or "") else "unwritable"
        return [Finding("broken", "database", code, {"reason": line(error.detail)})]


class _Enough(Exception):
    """Rolls the transaction back."""


async def leftovers(database: Database, settings: Settings) -> list[Finding]:
    """What waits to be swept, and when that was last done."""
    now = datetime.now(UTC)
    async with database.as_service() as transaction:
        (row,) = await transaction.rows(
            "doctor.leftovers",
            most=MOST,
            unused=now - timedelta(days=settings.upload_days),
            ended=now - timedelta(days=settings.job_days),
        )
    params = {
        "unused": _counted(row["unused"]),
        "ended": _counted(row["ended"]),
        "removed": row["removed"],
        "examined": row["examined"],
    }
    swept = row["swept_at"]
    if swept is None:
        return [Finding("ok", "leftovers", "unswept", params)]
    if now - swept > SWEPT_WITHIN:
        return [Finding("note", "leftovers", "long_unswept", params)]
    return [Finding("ok", "leftovers", "leftovers", params)]


async def pictures(database: Database, objects: Objects, *, thorough: bool) -> list[Finding]:
    """Outputs whose object is missing or of another size: the latest, or with `thorough` all."""
    missing, looked, before = list[str](), 0, LAST
    gate = asyncio.Semaphore(AT_ONCE)

    async def look(key: str, size: int) -> None:
        async with gate:
            try:
                if (await objects.head("works", key)).size != size:
                    missing.append(key)
            except NotFound:
                missing.append(key)

    while True:
        async with database.as_service() as transaction:
            rows = await transaction.rows("doctor.pictures", before=before, most=SAMPLE)
        looks = [look(row["object_key"], row["file_size"]) for row in rows]
        failed = [each for each in await asyncio.gather(*looks, return_exceptions=True) if each]
        if failed:
            # The store itself is looked at, and told of, elsewhere.
            return []
        looked += len(rows)
        if len(rows) < SAMPLE or not thorough:
            break
        before = rows[-1]["id"]
    if missing:
        params = {"missing": len(missing), "looked": looked}
        return [Finding("broken", "pictures", "missing", params, tuple(sorted(missing)[:SHOWN]))]
    return [Finding("ok", "pictures", "pictures", {"looked": looked})]


def _counted(number: int) -> str:
    return f"{MOST}+" if number >= MOST else str(number)
