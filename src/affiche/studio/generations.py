"""Seed 003's view of the studio: one job at a time, made with one character over one picture."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from affiche.domain.fields import Field
from affiche.domain.templates import Template
from affiche.errors import FieldProblem, InvalidInputs, NotFound
from affiche.studio import characters, templates, uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.templates import Versioned
from affiche.studio.works import LAST_ID, Ask

PAGE: Final = 50
LARGEST: Final = 2**63 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A job, with its number for an id; `subject` is its work's, with the character as it was.
    `external_id` is the run's on its engine, None before there is one."""

    id: UUID
    number: int
    work_id: UUID
    user_id: UUID
    project_id: UUID | None
    status: str
    external_id: str | None
    parameters: dict[str, Any]
    prompt_used: str | None
    negative_prompt_used: str | None
    error_code: str | None
    error_params: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    workflow_slug: str
    subject: dict[str, Any] | None
    bucket_id: str | None
    object_key: str | None

    @property
    def run_id(self) -> str:
        """What the engine calls it; where the id is ours to choose, it is the job's own."""
        return self.external_id or str(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: a character by its number, a picture by what its upload was called."""

    workflow: str
    character: int
    picture: str
    parameters: Mapping[str, Any]
    idempotency_key: str | None = None


async def ask(studio: Studio, caller: Caller, wish: Wish) -> Generation:
    """A work of one output, and its job.

    Raises InvalidInputs, NotFound for an unknown character or workflow, and whatever `works.ask`
    does.
    """
    template = (await templates.find(studio, caller, wish.workflow)).template
    asking = _fields(template)
    if asking is None:
        raise NotFound(what="template")
    who, picture = asking
    character = await characters.get(studio, caller, wish.character)
    inputs = {
        **wish.parameters,
        who.request_key: str(character.id),
        picture.request_key: await _picture(studio, caller, wish.picture, character.project_id),
    }
    request = Ask(
        template=str(template.id),
        inputs=inputs,
        project_id=character.project_id,
        idempotency_key=wish.idempotency_key,
    )
    work = await works.ask(studio, caller, request)
    async with studio.database.as_user(caller.id) as transaction:
        made = await transaction.maybe(Generation, "generations.of_work", work_id=work.id)
    if made is None:
        raise NotFound(what="job")
    return made


async def page(
    studio: Studio, caller: Caller, *, before: int | None = None, limit: int = PAGE
) -> list[Generation]:
    """The caller's, newest first; the next page begins `before` the last number of this one.
    Raises NotFound for a number that is none."""
    behind = (await get(studio, caller, before)).id if before is not None else LAST_ID
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(
            Generation, "generations.page", user_id=caller.id, before=behind, limit=limit
        )


async def get(studio: Studio, caller: Caller, number: int) -> Generation:
    """Raises NotFound for one that is unknown or not the caller's to see."""
    found = None
    if 0 < number <= LARGEST:
        async with studio.database.as_user(caller.id) as transaction:
            found = await transaction.maybe(Generation, "generations.by_number", number=number)
    if found is None:
        raise NotFound(what="job")
    return found


async def check(studio: Studio, caller: Caller, number: int) -> Generation:
    """The job as it is; if it runs, its engine is asked at once, and not when it would have been
    its turn. Raises NotFound."""
    found = await get(studio, caller, number)
    async with studio.database.as_user(caller.id) as transaction:
        await transaction.value("generations.check", job_id=found.id)
    return found


async def link(studio: Studio, generation: Generation) -> str | None:
    """Where anybody may see its picture for a day; None before there is one."""
    if generation.bucket_id is None or generation.object_key is None:
        return None
    return await studio.link(generation.bucket_id, generation.object_key)


async def workflows(studio: Studio, caller: Caller) -> list[Versioned]:
    """The templates that are about a character and one picture."""
    return [found for found in await templates.gallery(studio, caller) if _fields(found.template)]


async def upload(studio: Studio, caller: Caller, data: bytes, *, name: str = "") -> str:
    """What the picture is called in a wish. One that the caller has among their references is that
    reference, with its caption, and is not kept twice. Raises as `uploads.upload` does."""
    digest = hashlib.sha256(data).digest()
    async with studio.database.as_user(caller.id) as transaction:
        known = await transaction.value("generations.reference", sha256=digest)
    if known:
        return str(known)
    file = await uploads.upload(studio, caller, data, name=name)
    return file.path.rpartition("/")[2]


async def _picture(studio: Studio, caller: Caller, filename: str, project_id: UUID) -> str:
    """The id of a file or of a reference in the project, from what an upload was called."""
    try:
        named = UUID(filename.strip().partition(".")[0])
    except ValueError:
        problem = FieldProblem("uploadedImageFilename", "file_unknown")
        raise InvalidInputs([problem]) from None
    async with studio.database.as_user(caller.id) as transaction:
        return str(await transaction.value("generations.picture", id=named, project_id=project_id))


def _fields(template: Template) -> tuple[Field, Field] | None:
    """The one for the character and the one for the picture, if it asks for one of each."""
    who = [f for f in template.fields if f.type == "character"]
    pictures = [f for f in template.fields if f.type in ("file", "reference", "mask")]
    return (who[0], pictures[0]) if len(who) == len(pictures) == 1 else None
