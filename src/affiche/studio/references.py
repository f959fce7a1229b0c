"""Reference pictures of a project, with captions: looked at, searched, changed, let go of.

Every member of the project sees, brings and changes them; one is deleted by whoever brought it or
by an admin. How they come in is in `affiche.studio.imports`.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from affiche.domain import collections, names, selections
from affiche.errors import FieldProblem, Forbidden, InvalidInputs, NotFound
from affiche.studio.characters import read_name
from affiche.studio.projects import Place, project_of
from affiche.studio.studio import Caller, Studio

LAST_ID: Final = UUID(int=2**128 - 1)
LONGEST_SEARCH: Final = 200
LONGEST_NAME: Final = 200
CaptionState = Literal["none", "waiting", "written", "edited", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Seed 003's reference image. `vision_description` is the caption in English, which becomes
    part of prompts, `caption_ko` the same for readers; `edited` is somebody's own words."""

    id: UUID
    number: int
    project_id: UUID
    user_id: UUID | None
    filename: str
    category: str
    storage_path: str
    file_id: UUID
    vision_description: str | None
    caption_ko: str | None
    caption_state: CaptionState
    analyzed_at: datetime | None
    is_demo: bool
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Category:
    category: str
    pictures: int


async def page(
    studio: Studio,
    caller: Caller,
    *,
    project_id: UUID | None = None,
    category: str | None = None,
    words: str = "",
    before: UUID | None = None,
    limit: int = 50,
) -> list[Reference]:
    """One page of the project's, or of the caller's own, newest first. `words`: all of them must be
    in the name, the category or a caption, in whatever part of a word. Raises NotFound."""
    project = await project_of(studio, caller, project_id)
    asked = " ".join(unicodedata.normalize("NFC", words).split())[:LONGEST_SEARCH]
    bounds = {"project_id": project.id, "before": before or LAST_ID, "limit": limit}
    if asked:
        async with studio.database.as_service() as service:
            return await service.all(
                Reference,
                "references.found",
                **bounds,
                words=asked,
                category=category,
                user_id=caller.id,
            )
    async with studio.database.as_user(caller.id) as transaction:
        if category is None:
            return await transaction.all(Reference, "references.page", **bounds)
        return await transaction.all(
            Reference, "references.page_of_category", **bounds, category=category
        )


async def categories(
    studio: Studio, caller: Caller, project_id: UUID | None = None
) -> list[Category]:
    """Those that there are, each with how many pictures; "" is none. Raises NotFound."""
    project = await project_of(studio, caller, project_id)
    async with studio.database.as_service() as service:
        return await service.all(Category, "references.categories", project_id=project.id)


async def get(
    studio: Studio, caller: Caller, name: str | int | UUID, project_id: UUID | None = None
) -> Reference:
    """By id or number. Raises NotFound for one that is not the caller's to see."""
    if (found := await find(studio, caller, name, project_id)) is None:
        raise NotFound(what="reference")
    return found


async def find(
    studio: Studio, caller: Caller, name: str | int | UUID, project_id: UUID | None = None
) -> Reference | None:
    as_id, number, _ = read_name(name)
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.maybe(
            Reference, "references.named", id=as_id, number=number, project_id=project_id
        )


async def change(
    studio: Studio,
    caller: Caller,
    name: str | UUID,
    *,
    filename: str | None = None,
    category: str | None = None,
    caption: str | None = None,
    caption_ko: str | None = None,
) -> Reference:
    """What is given anew; an empty caption takes it away. Works that wait are made as they were
    asked for. Raises NotFound, InvalidInputs."""
    before = await get(studio, caller, name)
    problems = []
    for field, text, limit in (
        ("filename", filename, LONGEST_NAME),
        ("category", category, collections.LONGEST_CATEGORY),
        ("caption", caption, collections.LONGEST_CAPTION),
        ("caption_ko", caption_ko, collections.LONGEST_CAPTION),
    ):
        if text is not None and len(text) > limit:
            params = (("limit", limit), ("length", len(text)))
            problems.append(FieldProblem(field, "too_long", params))
    if filename is not None and not names.bare(filename):
        problems.append(FieldProblem("filename", "required"))
    if problems:
        raise InvalidInputs(problems)
    async with studio.database.as_service() as service:
        await service.run(
            "references.change",
            id=before.id,
            filename=before.filename if filename is None else names.bare(filename),
            category=before.category
            if category is None
            else collections.checked_category(category),
            caption=before.vision_description if caption is None else collections.caption(caption),
            caption_ko=before.caption_ko if caption_ko is None else collections.caption(caption_ko),
        )
    return await get(studio, caller, before.id)


async def remove(studio: Studio, caller: Caller, name: str | UUID) -> None:
    """Works that were made after it stay as they are, those that wait are still made, and its
    picture is kept as long as one of them names it. By whoever brought it, or an admin of the
    project. Raises NotFound, Forbidden."""
    found = await get(studio, caller, name)
    project = await project_of(studio, caller, found.project_id)
    if found.user_id != caller.id and not project.is_admin:
        raise Forbidden(detail="another member's reference")
    await _removed(studio, [found.id], found.project_id)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A selection: so many `references` that are there, of which the caller may delete some."""

    references: int
    deletable: int


async def chosen(
    studio: Studio, caller: Caller, ids: Sequence[UUID], project_id: UUID | None = None
) -> Chosen:
    """Raises NotFound, InvalidInputs."""
    project = await _project_of(studio, caller, ids, project_id)
    async with studio.database.as_service() as service:
        (found,) = await service.rows(
            "references.chosen", ids=list(ids), project_id=project.id, user_id=caller.id
        )
    return Chosen(found["references"], found["references" if project.is_admin else "own"])


async def place(
    studio: Studio,
    caller: Caller,
    ids: Sequence[UUID],
    category: str,
    project_id: UUID | None = None,
) -> list[UUID]:
    """Put those that are there into a category, "" for none. Raises NotFound, InvalidInputs."""
    project = await _project_of(studio, caller, ids, project_id)
    if len(category) > collections.LONGEST_CATEGORY:
        params = (("limit", collections.LONGEST_CATEGORY), ("length", len(category)))
        raise InvalidInputs([FieldProblem("category", "too_long", params)])
    async with studio.database.as_service() as service:
        rows = await service.rows(
            "references.place",
            ids=list(ids),
            project_id=project.id,
            category=collections.checked_category(category),
        )
    return [row["id"] for row in rows]


async def throw(
    studio: Studio, caller: Caller, ids: Sequence[UUID], project_id: UUID | None = None
) -> list[UUID]:
    """As `remove`, those of them that the caller may delete; which those were. Raises NotFound,
    InvalidInputs."""
    project = await _project_of(studio, caller, ids, project_id)
    return await _removed(studio, ids, project.id, None if project.is_admin else caller.id)


async def _project_of(
    studio: Studio, caller: Caller, ids: Sequence[UUID], project_id: UUID | None
) -> Place:
    if problems := selections.problems(ids, "references"):
        raise InvalidInputs(problems)
    return await project_of(studio, caller, project_id)


async def _removed(
    studio: Studio, ids: Sequence[UUID], project_id: UUID, whose: UUID | None = None
) -> list[UUID]:
    async with studio.database.as_service() as service:
        rows = await service.rows(
            "references.remove", ids=list(ids), project_id=project_id, whose=whose
        )
        if rows:
            await service.run("references.leave", file_ids=[row["file_id"] for row in rows])
    return [row["id"] for row in rows]
