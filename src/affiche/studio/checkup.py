"""Whether what a studio rests on is there: database, file store, engines. For `affiche doctor`.

Each check gives findings and raises nothing that an operator's mistake can cause.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal
from uuid import uuid4

from affiche.catalog import checks
from affiche.db import migrate
from affiche.db.address import Address
from affiche.db.database import Database
from affiche.domain.templates import Template
from affiche.engines.engine import Engine
from affiche.engines.registry import make
from affiche.errors import (
    AfficheError,
    DatabaseUnavailable,
    EngineError,
    GraphProblem,
    MigrationChanged,
    SchemaNewer,
    SchemaOutdated,
    StorageFailed,
)
from affiche.storage.objects import Objects
from affiche.studio.templates import Row
from affiche.studio.versions import Versions

State = Literal["ok", "note", "broken"]
PROBE: Final = b"affiche doctor"
OLDEST: Final = 150_000


@dataclass(frozen=True, slots=True)
class Finding:
    """`subject` is what was looked at, `code` what was found there, with the sentence's
    `params`; `details` are single things in their own words."""

    state: State
    subject: str
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)
    details: tuple[str | GraphProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class _Endpoint:
    id: Any
    name: str
    kind: str
    url: str | None
    works_at_once: int


async def database(address: Address, direct: Address, *, running: bool) -> list[Finding]:
    """The database, and when it is well, every active endpoint with what the templates on offer
    need of it.

    `running`: a studio runs, so that the preview engine should have an address.
    """
    try:
        await migrate.check(direct)
        async with Database(address, direct=direct, size=2) as opened:
            return [await _server(opened), *[found async for found in _engines(opened, running)]]
    except (SchemaNewer, MigrationChanged) as error:
        return [Finding("broken", "database", error.code, error.params)]
    except SchemaOutdated as error:
        return [Finding("broken", "database", "schema", error.params)]
    except DatabaseUnavailable as error:
        reason = {"reason": _line(error.detail)}
        return [Finding("broken", "database", "unreachable", reason)]


async def storage(where: str | Path) -> Finding:
    """Written, read and deleted."""
    kind = "bucket" if "://" in str(where) else "folder"
    stage = "write"
    try:
        objects, key = Objects(where), f"doctor/{uuid4()}.bin"
        await objects.put("uploads", key, PROBE, "application/octet-stream")
        stage = "read"
        if await objects.read("uploads", key, limit=1024) != PROBE:
            raise StorageFailed(detail="what was read is not what was written")
        stage = "delete"
        await objects.delete("uploads", key)
    except AfficheError as error:
        params = {"where": where, "reason": _line(error.detail or error.message("en"))}
        return Finding("broken", "storage", f"{kind}_{stage}", params)
    return Finding("ok", "storage", kind, {"where": where})


async def server(name: str, kind: str, url: str) -> Finding:
    """An engine that is configured, while there is no database to ask about templates."""
    return await _checked(_Endpoint(None, name, kind, url, 0), [])


async def _server(database: Database) -> Finding:
    async with database.as_service() as transaction:
        version = transaction.connection.info.server_version
    about = {"version": f"{version // 10000}.{version % 10000}"}
    about["migration"] = f"{migrate.migrations()[-1].number:04}"
    if version < OLDEST:
        return Finding("broken", "database", "old", about)
    return Finding("ok", "database", "database", about)


async def _engines(database: Database, running: bool) -> AsyncIterator[Finding]:
    versions = Versions()
    async with database.as_service() as transaction:
        rows = await transaction.all(_Endpoint, "endpoints.active")
        offered = await transaction.all(Row, "templates.gallery")
    templates = [await versions.read(database, row.id, row.version) for row in offered]
    for row in rows:
        found = Finding("broken", row.name, "homeless")
        if row.url is not None:
            found = await _checked(row, [t for t in templates if row.kind in t.engines])
        # Where no studio runs, an address may be one that a killed process left behind.
        if row.kind == "preview" and not running and found.code in ("homeless", "unwell"):
            found = Finding("note", row.name, "resting")
        yield found


async def _checked(row: _Endpoint, templates: Sequence[Template]) -> Finding:
    assert row.url is not None
    engine = make(row.kind, row.url)
    try:
        return await _engine(row, engine, templates)
    finally:
        await engine.close()


async def _engine(row: _Endpoint, engine: Engine, templates: Sequence[Template]) -> Finding:
    about: dict[str, Any] = {"url": row.url, "kind": row.kind, "templates": len(templates)}
    health = await engine.health()
    if not health.ok:
        return Finding("broken", row.name, "unwell", about | {"reason": health.reason or ""})
    try:
        schemas = await engine.schemas()
    except EngineError as error:
        return Finding("broken", row.name, "unwell", about | {"reason": _line(error.detail)})
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


def _line(detail: str | None) -> str:
    return " ".join((detail or "").split())[:300]
