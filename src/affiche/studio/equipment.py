"""What engines have, by their own `/object_info`: kept for a minute, so that asking a thousand
times asks it once.

Only a ComfyUI server says what it has. Of one that does not answer nothing is known.
"""

import asyncio
import logging
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from affiche.domain.endpoints import Endpoint
from affiche.errors import AfficheError, EngineError
from affiche.graphs.schemas import Schemas, known
from affiche.studio import access
from affiche.studio.shelves import Shelf
from affiche.studio.studio import Studio

SECONDS: Final = 5.0
"""For one look at an engine."""
KEPT: Final = 60.0
KEPT_UNKNOWN: Final = 10.0
log = logging.getLogger(__name__)


async def schemas(studio: Studio, row: Endpoint) -> Mapping[str, Any] | None:
    """None for an engine that paints under any name, or that does not say what it has."""
    if row.kind != "comfyui":
        return None
    shelf = studio.shelves.seen.setdefault((row.id, row.url), Shelf())
    clock = asyncio.get_running_loop().time
    async with shelf.looking:
        if clock() > shelf.until:
            shelf.schemas, shelf.at = await _look(studio, row), studio.now()
            shelf.until = clock() + (KEPT if shelf.schemas is not None else KEPT_UNKNOWN)
    return shelf.schemas


@dataclass(frozen=True, slots=True)
class Seen:
    """One engine: what it said of its nodes and when; None for what it was not asked, or where it
    did not answer."""

    endpoint: str
    at: datetime | None
    schemas: Mapping[str, Any] | None


async def seen(studio: Studio, *, look: bool) -> list[Seen]:
    """All ComfyUI servers as they were seen last, or with `look` as they are now."""
    async with studio.database.as_service() as service:
        rows = await service.all(Endpoint, "endpoints.active")
    rows = [row for row in rows if row.kind == "comfyui"]
    if look:
        await asyncio.gather(*(schemas(studio, row) for row in rows))
    shelves = [studio.shelves.seen.get((row.id, row.url), Shelf()) for row in rows]
    return [Seen(r.name, s.at, s.schemas) for r, s in zip(rows, shelves, strict=True)]


async def everything(studio: Studio, classes: frozenset[str]) -> Schemas:
    """The schemas of all engines together, that engine's first which knows most of `classes`; those
    that Affiche knows itself come last."""
    async with studio.database.as_service() as service:
        rows = await service.all(Endpoint, "endpoints.active")
    found = await asyncio.gather(*(schemas(studio, row) for row in rows))
    said = sorted(
        (each for each in found if each is not None),
        key=lambda each: len(classes & each.keys()),
        reverse=True,
    )
    return ChainMap(*(dict(each) for each in said), dict(known()))


async def _look(studio: Studio, row: Endpoint) -> Mapping[str, Any] | None:
    try:
        engine = access.engine(row, studio.settings)
    except AfficheError as error:
        log.info("endpoint %s cannot be asked what it has: %s", row.name, error)
        return None
    try:
        async with asyncio.timeout(SECONDS):
            return await engine.schemas()
    except (EngineError, TimeoutError) as error:
        log.info("endpoint %s does not say what it has: %s", row.name, error)
        return None
    finally:
        await engine.close()
