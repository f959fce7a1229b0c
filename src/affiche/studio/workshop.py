"""Templates as operators keep them: listed, offered, published, brought back, given back."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from affiche.catalog import drafts as making
from affiche.catalog.catalog import load_all
from affiche.catalog.checks import check
from affiche.catalog.drafts import Finding
from affiche.db.database import Transaction
from affiche.domain.changes import Change, changes
from affiche.domain.templates import Template
from affiche.errors import (
    DraftUnfinished,
    GraphProblem,
    NotFound,
    TemplateInvalid,
    TemplateMoved,
    TemplateNameTaken,
    VersionCurrent,
)
from affiche.studio import audit, drafts, equipment, templates, trials
from affiche.studio.drafts import Draft
from affiche.studio.studio import Caller, Studio

DAYS: Final = 30
PAGE: Final = 50
LAST: Final = 2**31 - 1
FEW: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """A template, and of the works asked for in the last DAYS how many `ended` and `failed`."""

    id: UUID
    slug: str
    version: int
    is_active: bool
    origin: templates.Origin
    placed: bool
    updated_at: datetime
    ended: int
    failed: int


@dataclass(frozen=True, slots=True)
class Listed:
    row: Row
    template: Template


@dataclass(frozen=True, slots=True)
class Version:
    """`again`: the earlier version that it is; `by_hand`: it came from no folder, and
    `published_by` tells whose hand it was, unless they are gone or have no name."""

    version: int
    digest: str
    note: str
    again: int | None
    created_at: datetime
    by_hand: bool
    published_by: str | None


async def listed(studio: Studio, caller: Caller) -> list[Listed]:
    """All templates, on offer or retired, in their order. Raises Forbidden."""
    audit.require_operator(caller)
    since = studio.now() - timedelta(days=DAYS)
    async with studio.database.as_service() as service:
        rows = await service.all(Row, "workshop.listed", since=since)
    read = studio.versions.read
    return [Listed(row, await read(studio.database, row.id, row.version)) for row in rows]


async def get(studio: Studio, caller: Caller, slug: str) -> Listed:
    """Raises Forbidden, NotFound."""
    for each in await listed(studio, caller):
        if each.row.slug == slug:
            return each
    raise NotFound(what="template")


async def versions(
    studio: Studio, caller: Caller, template_id: UUID, before: int = LAST
) -> list[Version]:
    """The latest first, before that one. Raises Forbidden."""
    audit.require_operator(caller)
    async with studio.database.as_service() as service:
        return await service.all(
            Version, "workshop.versions", template_id=template_id, before=before, limit=PAGE
        )


@dataclass(frozen=True, slots=True)
class Fit:
    """How a template stands with one ComfyUI server: what it lacks of the template's nodes, choices
    and files. `at`: when it was looked at, None if it was not; `answered`: it said what it has."""

    endpoint: str
    at: datetime | None
    answered: bool
    problems: Sequence[GraphProblem]


async def fits(
    studio: Studio, caller: Caller, template: Template, *, look: bool = False
) -> list[Fit]:
    """One for each server that it may run on, as last seen; with `look` they are asked, which
    takes up to five seconds. Raises Forbidden."""
    audit.require_operator(caller)
    if "comfyui" not in template.engines:
        return []
    found = []
    for each in await equipment.seen(studio, look=look):
        said = each.schemas
        problems = await asyncio.to_thread(check, template, said) if said is not None else ()
        found.append(Fit(each.endpoint, each.at, said is not None, problems))
    return found


async def offer(studio: Studio, caller: Caller, slug: str, *, offered: bool) -> None:
    """Let people ask for it, or no longer; what waits of a retired one is parked meanwhile.

    Raises Forbidden, NotFound."""
    found = await get(studio, caller, slug)
    async with studio.database.as_service() as service:
        if await service.run("workshop.offer", id=found.row.id, offered=offered):
            action = "templates.offer" if offered else "templates.retire"
            await audit.record(service, studio, caller, action, slug)


async def place(studio: Studio, caller: Caller, slug: str, by: int) -> None:
    """`by` places further on, or back where it is negative. Raises Forbidden, NotFound."""
    rows = [each.row for each in await listed(studio, caller)]
    at = next((n for n, row in enumerate(rows) if row.slug == slug), None)
    if at is None:
        raise NotFound(what="template")
    to = min(max(at + by, 0), len(rows) - 1)
    if to == at:
        return
    rows.insert(to, rows.pop(at))
    async with studio.database.as_service() as service:
        await service.run("workshop.place", ids=[row.id for row in rows])
        await audit.record(
            service, studio, caller, "templates.place", slug, before={"at": at}, after={"at": to}
        )


# --- versions ---------------------------------------------------------------------------------


async def present(studio: Studio, draft: Draft) -> tuple[int, Template | None]:
    """The version that the draft's template has now, 0 with none where it is new."""
    async with studio.database.as_service() as service:
        version = await _version(service, draft.template_id)
    if not version:
        return 0, None
    return version, await studio.versions.read(studio.database, draft.template_id, version)


async def findings(studio: Studio, draft: Draft) -> list[Finding]:
    """What keeps it from being published. A node that Affiche does not know does not where the very
    same draft has come out well on an engine."""
    parts = (draft.template_id, draft.content, draft.graphs)
    found = await asyncio.to_thread(making.findings, *parts)
    if found and all(each.minor for each in found) and await trials.came_out_well(studio, draft):
        return []
    return found


def differences(draft: Draft, before: Template | None) -> list[Change]:
    """Against that version, of a draft without findings. Raises DefinitionInvalid."""
    after = making.template(draft.template_id, draft.content, draft.graphs)
    return changes(before, after) if before else []


async def publish(
    studio: Studio, caller: Caller, draft_id: UUID, *, over: int, note: str = ""
) -> tuple[str, int]:
    """A new version from the draft, for all works that are asked for from now on; its template's
    slug and number. `over`: the version that the operator held it against. The draft is done with.

    Raises Forbidden, NotFound, DraftUnfinished, TemplateMoved, TemplateNameTaken, VersionCurrent.
    """
    draft = await drafts.get(studio, caller, draft_id)
    if found := await findings(studio, draft):
        raise DraftUnfinished(n=len(found))
    template = making.template(draft.template_id, draft.content, draft.graphs)
    async with studio.database.as_service() as service:
        await templates.hold(service)
        version = await _version(service, template.id)
        if version != over:
            raise TemplateMoved(version=version)
        await _store(service, studio, caller, template, version, note=note)
        await service.run("workshop.drop_draft", id=draft_id)
    return template.slug, version + 1


async def publish_made(
    studio: Studio, caller: Caller, template: Template, *, note: str = ""
) -> int:
    """A new version from a template that was made elsewhere, as a folder on somebody's own machine;
    its number. What belongs to a folder of this studio is the workshop's from then on.

    Raises Forbidden, TemplateInvalid, TemplateNameTaken, VersionCurrent.
    """
    audit.require_operator(caller)
    problems = [p for p in check(template) if p.code != "missing_node_type"]
    if problems:
        reason = "; ".join(problem.message("en") for problem in problems[:FEW])
        raise TemplateInvalid(name=template.slug, reason=reason)
    async with studio.database.as_service() as service:
        await templates.hold(service)
        version = await _version(service, template.id)
        await _store(service, studio, caller, template, version, note=note)
    return version + 1


async def restore(
    studio: Studio, caller: Caller, slug: str, version: int, *, note: str = ""
) -> int:
    """What `version` said, as a new version: history is added to and never rewritten. Its number.

    Raises Forbidden, NotFound, VersionCurrent.
    """
    row = (await get(studio, caller, slug)).row
    template = await studio.versions.read(studio.database, row.id, version)
    async with studio.database.as_service() as service:
        await templates.hold(service)
        now = await _version(service, row.id)
        await _store(service, studio, caller, template, now, note=note, again=version)
    return now + 1


async def give_back(studio: Studio, caller: Caller, slug: str) -> bool:
    """Let the folder on disk have its word again, at once where there is one: whether there is.

    Raises Forbidden, NotFound, TemplateInvalid.
    """
    row = (await get(studio, caller, slug)).row
    folder = await on_disk(studio, row.id)
    async with studio.database.as_service() as service:
        if await service.run("workshop.give_back", id=row.id):
            await audit.record(service, studio, caller, "templates.give_back", slug)
    if folder is not None:
        await templates.install(studio.database, [folder])
    return folder is not None


async def on_disk(studio: Studio, template_id: UUID) -> Template | None:
    """What the template's folder says, if it has one. Raises TemplateInvalid."""
    folders = [studio.settings.catalog] if studio.settings.catalog else []
    found = await asyncio.to_thread(load_all, folders)
    return next((each for each in found if each.id == template_id), None)


async def _version(service: Transaction, template_id: UUID) -> int:
    rows = await service.rows("templates.present", id=template_id)
    return int(rows[0]["version"]) if rows else 0


async def _store(
    service: Transaction,
    studio: Studio,
    caller: Caller,
    template: Template,
    version: int,
    *,
    note: str,
    again: int | None = None,
) -> None:
    rows = await service.rows("templates.present", id=template.id)
    if rows and rows[0]["digest"] == template.version:
        raise VersionCurrent(version=version)
    if owner := await templates.name_taken(service, template):
        raise TemplateNameTaken(slug=owner)
    await templates.store(
        service,
        template,
        version + 1,
        origin="here",
        note=note[: audit.LONGEST_REASON],
        by=caller.id,
        again=again,
    )
    await audit.record(
        service,
        studio,
        caller,
        "templates.restore" if again else "templates.publish",
        template.slug,
        reason=note,
        before={"version": version} if version else None,
        after={"version": version + 1, "digest": template.version}
        | ({"again": again} if again else {}),
    )
