"""Drafts of templates, kept on the server: each change is saved as it is made."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.db.database import Transaction
from affiche.domain import drafts
from affiche.domain.drafts import Content
from affiche.domain.workflows import Graph
from affiche.errors import DraftChanged, NotFound
from affiche.graphs.models import models
from affiche.graphs.schemas import known
from affiche.studio import audit, templates
from affiche.studio.studio import Caller, Studio

MOST: Final = 100
_MAIN_MODELS: Final = ("diffusion_models", "checkpoints")


@dataclass(frozen=True, slots=True)
class Draft:
    """`template_id`: of which template it is to be a version; `base_version`: the one that it was
    begun from, None for a template that is new. `changed_name`: None for whoever is gone."""

    id: UUID
    template_id: UUID
    base_version: int | None
    graphs: list[dict[str, Any]]
    content: Content
    changed_by: UUID
    changed_at: datetime
    changed_name: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A draft in a list: without what it holds."""

    id: UUID
    template_id: UUID
    base_version: int | None
    title: Any
    slug: str
    changed_at: datetime
    changed_name: str | None
    changed_by: UUID


async def listed(studio: Studio, caller: Caller, template_id: UUID | None = None) -> list[Listed]:
    """Those that were changed last, of all templates or of one. Raises Forbidden."""
    audit.require_operator(caller)
    async with studio.database.as_service() as service:
        return await service.all(Listed, "workshop.drafts", template_id=template_id, limit=MOST)


async def get(studio: Studio, caller: Caller, draft_id: UUID) -> Draft:
    """Raises Forbidden, NotFound."""
    audit.require_operator(caller)
    async with studio.database.as_service() as service:
        return await _get(service, draft_id)


async def begin(studio: Studio, caller: Caller, graph: Graph) -> UUID:
    """A draft of a new template over that graph, with what the graph itself tells: what it makes,
    with which model, and where its pictures come out. Raises Forbidden."""
    audit.require_operator(caller)
    schemas = known()
    outputs = [
        node.id
        for node in graph.nodes.values()
        if (schemas.get(node.class_type) or {}).get("output_node")
        or node.class_type.startswith("Save")
    ]
    found = [model for model in models(graph) if model.folder in _MAIN_MODELS]
    pictured = any(node.class_type.startswith("LoadImage") for node in graph.nodes.values())
    content = drafts.fresh(
        "image_to_image" if pictured else "text_to_image",
        found[0].name.rpartition(".")[0] if found else "",
        outputs[:1],
    )
    return await _put(studio, caller, studio.new_id(), None, content, [graph.api()])


async def begin_from(studio: Studio, caller: Caller, name: str) -> UUID:
    """The draft that there is of that template, or else one that says what its version does.

    Raises Forbidden, NotFound."""
    audit.require_operator(caller)
    async with studio.database.as_service() as service:
        row = await service.maybe(templates.Row, "templates.find", name=name[:200])
    if row is None:
        raise NotFound(what="template")
    there = await listed(studio, caller, row.id)
    if there:
        return there[0].id
    template = await studio.versions.read(studio.database, row.id, row.version)
    content, graphs = drafts.of_template(template)
    return await _put(studio, caller, row.id, row.version, content, graphs)


async def change(
    studio: Studio,
    caller: Caller,
    draft_id: UUID,
    do: Callable[[Content], Content],
    *,
    part: Callable[[Content], object] = lambda content: None,
    seen: str | None = None,
) -> Draft:
    """The draft after `do`, which is told what it holds at that moment, whoever changed it last.

    `part` is what of it the caller wants to change, and `seen` its seal when the caller saw it:
    where somebody changed that very part meanwhile nothing is saved. Raises Forbidden, NotFound,
    DraftChanged.
    """
    audit.require_operator(caller)
    async with studio.database.as_service() as service:
        await service.run("workshop.lock_draft", id=draft_id)
        draft = await _get(service, draft_id)
        if seen is not None and drafts.seal(part(draft.content)) != seen:
            raise DraftChanged(name=draft.changed_name or "–")
        content = await asyncio.to_thread(do, draft.content)
        if content != draft.content:
            await service.run(
                "workshop.change_draft", id=draft_id, content=Jsonb(content), by=caller.id
            )
        return await _get(service, draft_id)


async def exchange(
    studio: Studio, caller: Caller, draft_id: UUID, stage: int, graph: Graph
) -> Draft:
    """Another graph for a stage; what is bound stays bound, and where it has no place any more the
    checks say so. Raises Forbidden, NotFound."""
    audit.require_operator(caller)
    async with studio.database.as_service() as service:
        await service.run("workshop.lock_draft", id=draft_id)
        draft = await _get(service, draft_id)
        if not 0 <= stage < len(draft.graphs):
            raise NotFound(what="page")
        graphs = [graph.api() if at == stage else old for at, old in enumerate(draft.graphs)]
        await service.run("workshop.change_graphs", id=draft_id, graphs=Jsonb(graphs))
        await service.run(
            "workshop.change_draft", id=draft_id, content=Jsonb(draft.content), by=caller.id
        )
        return await _get(service, draft_id)


async def discard(studio: Studio, caller: Caller, draft_id: UUID) -> None:
    """Raises Forbidden, NotFound."""
    audit.require_operator(caller)
    async with studio.database.as_service() as service:
        draft = await _get(service, draft_id)
        await service.run("workshop.drop_draft", id=draft_id)
        await audit.record(
            service, studio, caller, "templates.discard_draft", _subject(draft.content, draft_id)
        )


async def _put(
    studio: Studio,
    caller: Caller,
    template_id: UUID,
    base_version: int | None,
    content: Mapping[str, Any],
    graphs: Sequence[Mapping[str, Any]],
) -> UUID:
    draft_id = studio.new_id()
    async with studio.database.as_service() as service:
        await service.run(
            "workshop.put_draft",
            id=draft_id,
            template_id=template_id,
            base_version=base_version,
            graphs=Jsonb(list(graphs)),
            content=Jsonb(dict(content)),
            by=caller.id,
        )
        await audit.record(
            service, studio, caller, "templates.draft", _subject(content, template_id)
        )
    return draft_id


async def _get(service: Transaction, draft_id: UUID) -> Draft:
    found = await service.maybe(Draft, "workshop.draft", id=draft_id)
    if found is None:
        raise NotFound(what="draft")
    return found


def _subject(content: Mapping[str, Any], otherwise: UUID) -> str:
    return str(content.get("slug") or otherwise)
