"""Templates by version, read once: a version never changes."""

import asyncio
from uuid import UUID

from affiche.catalog.definitions import template_from
from affiche.db.database import Database
from affiche.domain.templates import Template
from affiche.errors import NotFound

MOST_CACHED = 500


class Versions:
    def __init__(self) -> None:
        self._known: dict[tuple[UUID, int], Template] = {}

    async def read(self, database: Database, template_id: UUID, version: int) -> Template:
        """Raises NotFound."""
        known = self._known.get((template_id, version))
        if known is None:
            async with database.singly() as service:
                found = await service.value(
                    "templates.definition", template_id=template_id, version=version
                )
            if found is None:
                raise NotFound(what="template")
            known = await asyncio.to_thread(template_from, found)
            if len(self._known) >= MOST_CACHED:
                self._known.pop(next(iter(self._known)))
            self._known[template_id, version] = known
        return known
