"""Templates as the database has them: each version of each, for good."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.db.database import Database, Transaction
from affiche.domain.fields import form_fields
from affiche.domain.templates import Template, definition
from affiche.errors import NotFound
from affiche.studio.studio import Caller, Studio

Origin = Literal["catalog", "here", "trial"]
"""Whose word counts: its folder's, the workshop's, or that of a draft that is tried."""
log: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Row:
    id: UUID
    number: int
    slug: str
    version: int
    is_active: bool
    display_order: int


@dataclass(frozen=True, slots=True)
class Versioned:
    """A template as it is at `version`."""

    version: int
    template: Template


async def gallery(studio: Studio, caller: Caller) -> list[Versioned]:
    """The templates on offer, in their order."""
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.all(Row, "templates.gallery")
    return [await _versioned(studio, row) for row in rows]


async def find(studio: Studio, caller: Caller, name: str) -> Versioned:
    """By id, slug or template name, active ones only; raises NotFound."""
    async with studio.database.alone(caller.id) as transaction:
        row = await transaction.maybe(Row, "templates.find", name=name[:200])
    if row is None or not row.is_active:
        raise NotFound(what="template")
    return await _versioned(studio, row)


async def is_offered(studio: Studio, caller: Caller, template_id: UUID) -> bool:
    """Whether it may be asked for: not of one that is retired, or was only tried."""
    async with studio.database.alone(caller.id) as transaction:
        row = await transaction.maybe(Row, "templates.find", name=str(template_id))
    return row is not None and row.is_active


async def known(studio: Studio, caller: Caller, name: str) -> UUID:
    """The id of the template of that name, on offer or retired: works outlive their template's
    being offered. Raises NotFound."""
    async with studio.database.as_user(caller.id) as transaction:
        row = await transaction.maybe(Row, "templates.find", name=name[:200])
    if row is None:
        raise NotFound(what="template")
    return row.id


async def at_version(studio: Studio, template_id: UUID, version: int | None) -> Template:
    """The template as it was when a work asked for it; raises NotFound."""
    return await studio.versions.read(studio.database, template_id, version or 0)


async def _versioned(studio: Studio, row: Row) -> Versioned:
    template = await studio.versions.read(studio.database, row.id, row.version)
    return Versioned(row.version, template)


async def install(database: Database, templates: Iterable[Template]) -> list[str]:
    """Bring the catalog into the database; the slugs of those that are new or changed.

    Whether a template is on offer is the operator's to say once it is there; and one that was
    published in the workshop is left as it is, until it is given back (`workshop.give_back`).
    """
    changed = []
    for template in templates:
        async with database.as_service() as transaction:
            if await _install(transaction, template):
                changed.append(template.slug)
    return changed


async def _install(transaction: Transaction, template: Template) -> bool:
    # Two that start at once would both bring in one that is new.
    await hold(transaction)
    rows = await transaction.rows("templates.present", id=template.id)
    if rows and (rows[0]["origin"] != "catalog" or rows[0]["digest"] == template.version):
        return False
    if owner := await name_taken(transaction, template):
        log.warning("the folder of “%s” is passed over: “%s” has its name", template.slug, owner)
        return False
    await store(transaction, template, rows[0]["version"] + 1 if rows else 1)
    return True


async def hold(transaction: Transaction) -> None:
    """Nobody else brings in a version until this transaction ends."""
    await transaction.run("templates.hold")


async def name_taken(transaction: Transaction, template: Template) -> str | None:
    """The slug of another template that is called as this one would be."""
    found = await transaction.value(
        "templates.taken",
        id=template.id,
        slug=template.slug,
        template_name=template.template_name,
    )
    return None if found is None else str(found)


async def store(
    transaction: Transaction,
    template: Template,
    version: int,
    *,
    origin: Origin = "catalog",
    note: str = "",
    by: UUID | None = None,
    again: int | None = None,
) -> None:
    """Keep that version for good, and let it be the template's from now on. Whether the template is
    on offer and where it stands is only said of a new one."""
    workflows = [await _put_workflow(transaction, template, n) for n in _stages(template)]
    await transaction.run(
        "templates.put",
        id=template.id,
        template_name=template.template_name,
        slug=template.slug,
        version=version,
        work_type=template.work_type,
        title=template.title.ko,
        description=template.description.ko,
        estimated_time=template.estimated_time,
        is_active=template.is_active,
        display_order=template.display_order,
        credits=template.credits,
        form_fields=Jsonb(form_fields(template.fields, "ko")),
        request_dto=Jsonb(template.request_dto),
        origin=origin,
    )
    await transaction.run(
        "templates.put_version",
        id=template.id,
        version=version,
        digest=template.version,
        definition=Jsonb(definition(template)),
        workflow_ids=workflows,
        note=note,
        published_by=by,
        again=again,
    )


def _stages(template: Template) -> Sequence[int]:
    return range(len(template.stages))


async def _put_workflow(transaction: Transaction, template: Template, stage: int) -> Any:
    workflow = template.stages[stage].workflow
    stored = definition(template)["stages"][stage]
    return await transaction.value(
        "templates.put_workflow",
        slug=workflow.slug,
        name=workflow.slug,
        description=template.description.en,
        graph=Jsonb(stored["graph"]),
        bindings=Jsonb(stored["bindings"]),
        outputs=list(workflow.outputs),
        digest=template.version,
    )
