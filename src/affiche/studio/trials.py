"""Trying a draft: one work on one engine, at no price, which publishes nothing.

A trial is a work like any other, so that what one sees is what people will get: the same steps, the
same record, the same words where it fails. Its template is the draft itself, under the draft's id,
which is on nobody's page (docs/decisions/0039).
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.catalog import drafts as making
from affiche.db.database import Transaction
from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.templates import Template
from affiche.errors import DraftUnfinished, FieldProblem, InvalidInputs
from affiche.studio import asking, audit, endpoints, templates, works
from affiche.studio.drafts import Draft
from affiche.studio.studio import Caller, Studio
from affiche.studio.works import Work

SHOWN: Final = 6


async def start(
    studio: Studio, caller: Caller, draft: Draft, engine: str, inputs: Mapping[str, Any]
) -> UUID:
    """A work of the draft as it is, on the endpoint of that name; its id.

    Raises Forbidden, DraftUnfinished for a draft that cannot be run at all, InvalidInputs with
    every problem of the answers, among them an engine that there is not.
    """
    audit.require_operator(caller)
    known = {each.endpoint.name: each.endpoint for each in await endpoints.listed(studio, caller)}
    if engine not in known:
        raise InvalidInputs([FieldProblem("engine", "no_endpoint")])
    try:
        template = tried(draft, known[engine].kind)
    except DefinitionInvalid as error:
        raise DraftUnfinished(n=1, detail=str(error)) from error
    looked = await asking.looked_at(studio, caller, template, inputs, lenient=True)
    data, seed = await asking.settled(studio, caller, template, looked)
    work_id = studio.new_id()
    async with studio.database.as_service() as service:
        version = await _stored(service, template)
        route = [known[engine].id]
        await service.run("endpoints.forget_route", template_id=template.id, ids=route)
        await service.run("endpoints.put_route", template_id=template.id, ids=route)
        await service.run(
            "workshop.ask_trial",
            id=work_id,
            user_id=caller.id,
            template_id=template.id,
            version=version,
            input_data=Jsonb(data),
            seed=seed,
        )
        await service.run("workshop.start_trial", id=work_id)
        subject = str(draft.content.get("slug") or draft.template_id)
        after = {"work": str(work_id), "engine": engine}
        await audit.record(service, studio, caller, "templates.try", subject, after=after)
    return work_id


def tried(draft: Draft, engine: str) -> Template:
    """Raises DefinitionInvalid."""
    slug = f"trial-{draft.id.hex[-12:]}"
    return making.stand_in(draft.id, slug, draft.content, draft.graphs, engine)


async def listed(studio: Studio, caller: Caller, draft: Draft) -> list[Work]:
    """The operator's last ones, newest first."""
    async with studio.database.as_service() as service:
        if not await service.rows("templates.present", id=draft.id):
            return []
    return await works.page(studio, caller, template=str(draft.id), limit=SHOWN)


async def came_out_well(studio: Studio, draft: Draft) -> bool:
    """Whether the draft as it is now has been completed on some engine."""
    async with studio.database.as_service() as service:
        for kind in ("runpod", "comfyui", "preview"):
            digest = tried(draft, kind).version
            if await service.value("workshop.ran", template_id=draft.id, digest=digest):
                return True
    return False


async def _stored(service: Transaction, template: Template) -> int:
    await templates.hold(service)
    rows = await service.rows("templates.present", id=template.id)
    if rows and rows[0]["digest"] == template.version:
        return int(rows[0]["version"])
    version = int(rows[0]["version"]) + 1 if rows else 1
    await templates.store(service, template, version, origin="trial")
    return version
