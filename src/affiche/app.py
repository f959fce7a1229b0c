"""The composition root: from settings to a studio that runs."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from affiche.catalog.catalog import load_all
from affiche.db import embedded, migrate
from affiche.db.address import Address, parse
from affiche.db.database import Database
from affiche.llm.client import Model, Place
from affiche.pipeline import rates
from affiche.settings import Settings
from affiche.storage.objects import Objects
from affiche.studio import furniture, issuers, language, moves, oidc, templates, traces
from affiche.studio.studio import Studio


@asynccontextmanager
async def addresses(settings: Settings) -> AsyncIterator[tuple[Address, Address]]:
    """Where the database is, and where it is past a pooler; the embedded one if none is set."""
    if settings.database_url:
        address = parse(settings.database_url)
        yield address, parse(settings.direct_url) if settings.direct_url else address
        return
    async with embedded.running(settings.data) as server:
        yield parse(server.url), parse(server.url)


@asynccontextmanager
async def opened(settings: Settings, *, migrating: bool = False) -> AsyncIterator[Studio]:
    """The studio of `settings`; with `migrating` its database is first brought to this version.

    Raises DatabaseUnavailable, SchemaOutdated, StorageFailed, TemplateInvalid, SettingInvalid.
    """
    place = language.place(settings)
    issuers.configured(settings)
    oidc.configured(settings)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with traces.running(), addresses(settings) as (address, direct):
        if migrating:
            await migrate.migrate(direct)
        else:
            await migrate.check(direct)
        async with Database(address, direct=direct, size=settings.database_pool) as database:
            if migrating:
                await furnish(settings, database)
            objects = Objects(object_store(settings))
            model = language_model(place, settings, database) if place else None
            studio = Studio(settings, database, objects, signing_secret(settings.data), model=model)
            async with database.as_service() as service:
                studio.vault.in_use = bool(await service.value("people.any_password"))
            try:
                yield studio
            finally:
                if model is not None:
                    await model.close()


def language_model(place: Place, settings: Settings, database: Database) -> Model:
    """The model at `place`, within the one limit of all processes."""
    return Model(
        place,
        rates.language_model(database, settings.llm_rate, patient=False),
        rates.language_model(database, settings.llm_rate, patient=True),
        language.Ledger(database),
    )


def object_store(settings: Settings) -> str | Path:
    """Where the objects are: a URL, or the folder in the data folder."""
    return settings.storage_url or settings.data / "objects"


async def migrated(settings: Settings) -> tuple[list[str], list[str]]:
    """Bring the database to this version; the migrations applied and the templates changed.

    Raises DatabaseUnavailable, SchemaOutdated, TemplateInvalid.
    """
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with addresses(settings) as (address, direct):
        applied = await migrate.migrate(direct)
        async with Database(address, direct=direct, size=settings.database_pool) as database:
            changed = await furnish(settings, database)
    return [f"{m.number:04} {m.name}" for m in applied], changed


async def furnish(settings: Settings, database: Database) -> list[str]:
    """Put the catalog and the configured endpoints into the database; what changed."""
    folders = [settings.catalog] if settings.catalog else []
    changed = await templates.install(database, load_all(folders))
    async with database.as_service() as transaction:
        await furniture.furnish(transaction, settings)
        await moves.rehome(transaction)
    return changed


def signing_secret(data: Path) -> bytes:
    """The key that signs links, made on first use and kept in the data folder."""
    path = data / "secret"
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        found = path.read_bytes()
        if len(found) >= 32:
            return found
    made = secrets.token_bytes(32)
    path.write_bytes(made)
    return made
