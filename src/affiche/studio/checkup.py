"""Whether what a studio rests on is there: database, file store, engines. For `affiche doctor`.

Each check gives findings and raises nothing that an operator's mistake can cause.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psycopg

from affiche.catalog import checks
from affiche.db import migrate
from affiche.db.address import Address
from affiche.db.database import Database
from affiche.domain.endpoints import Endpoint
from affiche.domain.templates import Template
from affiche.engines.engine import Engine
from affiche.engines.registry import make
from affiche.errors import (
    AfficheError,
    DatabaseUnavailable,
    EngineError,
    MigrationChanged,
    SchemaNewer,
    SchemaOutdated,
    StorageFailed,
)
from affiche.settings import Settings
from affiche.storage.objects import Objects
from affiche.studio import (
    affairs,
    alerts,
    connections,
    language,
    orphans,
    reckoning,
    secret_ages,
    serverless,
)
from affiche.studio import storage as counts
from affiche.studio.findings import SECONDS, Finding, line, within
from affiche.studio.templates import Row
from affiche.studio.versions import Versions

PROBE: Final = b"affiche doctor"
OLDEST: Final = 150_000
THOROUGH_SECONDS: Final = 3600.0
LATE: Final = "it does not answer in time"
# What the system and the stores say; their errors have no codes of their own here.
SAID: Final = {
    "folder": (
        ("folder_full", ("No space left", "quota exceeded", "File too large")),
        ("folder_closed", ("Permission denied", "Read-only file system", "not permitted")),
    ),
    "bucket": (
        (
            "bucket_refused",
            ("PermissionDenied", "Unauthenticated", "401 Unauthorized", "403 Forbidden"),
        ),
        ("bucket_silent", ("Timeout", "timed out", "error sending request", "Connect")),
    ),
}
Look = tuple[str, Coroutine[Any, Any, Sequence[Finding]]]


async def database(
    address: Address, direct: Address, settings: Settings, *, running: bool, thorough: bool = False
) -> list[Finding]:
    """The database, and when it lets us in, how things stand in it, and every active endpoint with
    what the templates on offer need of it. Each within four seconds, side by side.

    `running`: a studio runs, so that the preview engine should have an address. `thorough`: every
    picture and object is looked for, however long that takes.
    """
    late = Finding("broken", "database", "silent", {"seconds": round(SECONDS)})
    refused = await within(_refused(address, direct), late)
    if refused:
        return refused
    opened = Database(address, direct=direct, size=2)
    try:
        async with opened:
            return await _all(opened, settings, running, thorough)
    except DatabaseUnavailable as error:
        return [Finding("broken", "database", "unreachable", {"reason": line(error.detail)})]


async def _refused(address: Address, direct: Address) -> list[Finding]:
    """Why the database is none that we could look into."""
    for each in dict.fromkeys((direct, address)):
        if shut := await connections.knock(each):
            return [shut]
    try:
        await migrate.check(direct)
    except SchemaNewer as error:
        return [Finding("broken", "database", "schema_newer", error.params)]
    except SchemaOutdated as error:
        return [Finding("broken", "database", "schema", error.params)]
    except MigrationChanged as error:
        return [Finding("broken", "database", "migration_changed", error.params)]
    except DatabaseUnavailable as error:
        return [Finding("broken", "database", "unreachable", {"reason": line(error.detail)})]
    return []


async def _all(
    database: Database, settings: Settings, running: bool, thorough: bool
) -> list[Finding]:
    address, direct, stores = database.address, database.direct, list[Look]()
    with suppress(AfficheError):
        objects = Objects(settings.storage_url or settings.data / "objects", seconds=3.0)
        stores = [
            ("pictures", affairs.pictures(database, objects, thorough=thorough)),
            *([("leftovers", orphans.waiting(database, objects, settings))] if thorough else []),
        ]
    looks: list[Look] = [
        ("database", _server(database)),
        ("database", affairs.space(database)),
        ("connections", connections.room(direct, settings.database_pool)),
        ("events", connections.ears(address, direct)),
        ("workers", affairs.works(database)),
        ("queue", affairs.queue(database)),
        ("withdrawals", affairs.withdrawals(database)),
        ("messages", affairs.messages(database)),
        ("webhooks", affairs.webhooks(database)),
        ("language_model", language.lately(database)),
        ("alerts", alerts.findings(database)),
        ("secrets", secret_ages.findings(database, settings)),
        ("leftovers", affairs.leftovers(database, settings)),
        ("credits", reckoning.findings(database, settings, thorough=thorough)),
        ("storage_counts", counts.findings(database, thorough=thorough)),
        *stores,
        ("engines", _engines(database, settings, running)),
    ]
    seconds = THOROUGH_SECONDS if thorough else SECONDS
    found = await asyncio.gather(
        *(
            within(
                _kept(look), Finding("broken", name, "silent", {"seconds": round(SECONDS)}), seconds
            )
            for name, look in looks
        )
    )
    return [finding for each in found for finding in each]


async def _kept(look: Coroutine[Any, Any, Sequence[Finding]]) -> Sequence[Finding]:
    """What goes away in the middle is told like what was not there."""
    try:
        return await look
    except DatabaseUnavailable as error:
        return [Finding("broken", "database", "unreachable", {"reason": line(error.detail)})]
    except psycopg.Error as error:
        return [Finding("broken", "database", "unreachable", {"reason": line(str(error))})]


async def storage(where: str | Path, *, used: bool = False) -> Finding:
    """Written, read and deleted. `used`: a studio has been here, so that a folder is expected."""
    kind = "bucket" if "://" in str(where) else "folder"
    if used and kind == "folder" and not await asyncio.to_thread(Path(where).exists):
        return Finding("broken", "storage", "folder_gone", {"where": where})
    stage = "write"
    try:
        objects, key = Objects(where, seconds=SECONDS - 1), f"doctor/{uuid4()}.bin"
        await objects.put("uploads", key, PROBE, "application/octet-stream")
        stage = "read"
        if await objects.read("uploads", key, limit=1024) != PROBE:
            raise StorageFailed(detail="what was read is not what was written")
        stage = "delete"
        await objects.delete("uploads", key)
    except AfficheError as error:
        said = error.detail or error.message("en")
        code = next((c for c, words in SAID[kind] if any(w in said for w in words)), "")
        params = {"where": where, "reason": line(said)}
        return Finding("broken", "storage", code or f"{kind}_{stage}", params)
    return Finding("ok", "storage", kind, {"where": where})


async def server(name: str, kind: str, url: str) -> Finding:
    """An engine that is configured, while there is no database to ask about templates."""
    late = Finding("broken", name, "unwell", {"url": url, "reason": LATE})
    row = Endpoint(id=uuid4(), name=name, kind=kind, url=url, works_at_once=1)
    return (await within(_alone(row), late))[0]


async def _alone(row: Endpoint) -> list[Finding]:
    return [await _checked(row, [])]


async def _server(database: Database) -> list[Finding]:
    async with database.as_service() as transaction:
        version = transaction.connection.info.server_version
    about = {"version": f"{version // 10000}.{version % 10000}"}
    about["migration"] = f"{migrate.migrations()[-1].number:04}"
    if version < OLDEST:
        return [Finding("broken", "database", "old", about)]
    return [Finding("ok", "database", "database", about)]


async def _engines(database: Database, settings: Settings, running: bool) -> list[Finding]:
    versions = Versions()
    async with database.as_service() as transaction:
        rows = await transaction.all(Endpoint, "endpoints.active")
        offered = await transaction.all(Row, "templates.gallery")
        nowhere = await transaction.rows("endpoints.nowhere")
    templates = [await versions.read(database, row.id, row.version) for row in offered]
    # A little less than what all of this may take, so that one that hangs hides no other.
    found = await asyncio.gather(
        *(
            within(
                _endpoint(row, [t for t in templates if row.kind in t.engines], settings, running),
                Finding("broken", row.name, "unwell", {"url": row.url, "reason": LATE}),
                SECONDS - 1,
            )
            for row in rows
        )
    )
    lost = [Finding("broken", row["slug"], "nowhere", {"template": row["slug"]}) for row in nowhere]
    return [*(f for each in found for f in each), *lost, *serverless.webhooks(rows, settings)]


async def _endpoint(
    row: Endpoint, templates: Sequence[Template], settings: Settings, running: bool
) -> Sequence[Finding]:
    if row.kind == "runpod":
        return [await serverless.endpoint(row, settings, len(templates))]
    found = Finding("broken", row.name, "homeless")
    if row.url is not None:
        found = await _checked(row, templates)
    # Where no studio runs, an address may be one that a killed process left behind.
    if row.kind == "preview" and not running and found.code in ("homeless", "unwell"):
        found = Finding("note", row.name, "resting")
    return [found]


async def _checked(row: Endpoint, templates: Sequence[Template]) -> Finding:
    assert row.url is not None
    engine = make(row.kind, row.url)
    try:
        return await _engine(row, engine, templates)
    finally:
        await engine.close()


async def _engine(row: Endpoint, engine: Engine, templates: Sequence[Template]) -> Finding:
    about: dict[str, Any] = {"url": row.url, "kind": row.kind, "templates": len(templates)}
    health = await engine.health()
    if not health.ok:
        return Finding("broken", row.name, "unwell", about | {"reason": health.reason or ""})
    try:
        schemas = await engine.schemas()
    except EngineError as error:
        return Finding("broken", row.name, "unwell", about | {"reason": line(error.detail)})
    about |= {"version": health.version or "?", "queued": health.queued or 0}
    missing = [
        problem
        for template in templates
        for problem in checks.check(template, schemas)
        # The preview engine paints under whatever name a model has.
        if row.kind != "preview" or problem.code != "model_missing"
    ]
    if missing:
        return Finding("broken", row.name, "drift", about, tuple(dict.fromkeys(missing)))
    return Finding("ok", row.name, "engine", about)
