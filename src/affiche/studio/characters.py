"""Characters of a project: a LoRA with a look, which works are made with.

Every member of the project sees, makes and changes them, because they are tools that its people
share; one is deleted by whoever made it or by an admin, because that cannot be undone.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg

from affiche.domain import characters as rules
from affiche.errors import (
    CharactersFull,
    CharacterTaken,
    FieldProblem,
    Forbidden,
    InvalidInputs,
    NotFound,
)
from affiche.studio import uploads
from affiche.studio.projects import project_of
from affiche.studio.studio import Caller, Studio

MOST: Final = 500
"""Of a project: enough for a studio, and few enough to be chosen from."""
TEXTS: Final = tuple(rules.LONGEST)
NONE_ID: Final = UUID(int=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Character:
    """Seed 003's model. `lora_file` is empty where it has none yet; with `archived_at` it is no
    longer on offer, and its works are kept."""

    id: UUID
    number: int
    project_id: UUID
    user_id: UUID | None
    name: str
    slug: str
    skin_tone: str
    hair_color: str
    hair_style: str
    lora_file: str
    lora_strength: float
    trigger_word: str
    negative_prompt: str
    portrait_file_id: UUID | None
    is_demo: bool
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of a character's works: how many in each state; `success` is the share of those that ended
    well among those that completed or failed, None before the first."""

    works: Mapping[str, int]
    last_used_at: datetime | None

    @property
    def under_way(self) -> int:
        return sum(self.works[status] for status in ("pending", "taken", "processing"))

    @property
    def success(self) -> float | None:
        ended = self.works["completed"] + self.works["failed"]
        return round(self.works["completed"] / ended, 4) if ended else None


async def listed(
    studio: Studio,
    caller: Caller,
    *,
    project_id: UUID | None = None,
    archived: bool = False,
    after: UUID | None = None,
    limit: int = MOST,
) -> list[Character]:
    """Of the project, or else of the caller's own, oldest first. Raises NotFound."""
    project = await project_of(studio, caller, project_id)
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(
            Character,
            "characters.listed",
            project_id=project.id,
            archived=archived,
            after=after or NONE_ID,
            limit=limit,
        )


async def get(
    studio: Studio, caller: Caller, name: str | int | UUID, project_id: UUID | None = None
) -> Character:
    """By id, number or slug. Raises NotFound for one that is not the caller's to see."""
    if (found := await find(studio, caller, name, project_id)) is None:
        raise NotFound(what="character")
    return found


async def find(
    studio: Studio, caller: Caller, name: str | int | UUID, project_id: UUID | None = None
) -> Character | None:
    """The same, or None. A slug that several projects have is the caller's own project's."""
    as_id, number, slug = read_name(name)
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.maybe(
            Character,
            "characters.named",
            id=as_id,
            number=number,
            slug=slug,
            project_id=project_id or caller.project_id,
        )


async def make(
    studio: Studio,
    caller: Caller,
    values: Mapping[str, Any],
    *,
    project_id: UUID | None = None,
    is_demo: bool = False,
) -> Character:
    """A new one. `values`: the columns by name; without a slug it is made from the name.

    Raises InvalidInputs, NotFound, CharacterTaken, CharactersFull.
    """
    character_id, given = studio.new_id(), rules.cleaned(values)
    # A name in Hangul has no Latin letters to make one of.
    given["slug"] = (
        given.get("slug")
        or rules.slug_of(given.get("name", ""))
        or f"character-{character_id.hex[-6:]}"
    )
    whole = {**dict.fromkeys(TEXTS, ""), "lora_strength": rules.STRENGTH, **given}
    project = await project_of(studio, caller, project_id)
    portrait = await _portrait(studio, caller, whole)
    try:
        async with studio.database.as_service() as service:
            added = await service.value(
                "characters.add",
                **whole | {"portrait_file_id": portrait},
                id=character_id,
                project_id=project.id,
                user_id=caller.id,
                is_demo=is_demo,
                most=MOST,
            )
            if portrait is not None:
                await service.run(
                    "characters.show_portrait", file_id=portrait, project_id=project.id
                )
    except psycopg.errors.UniqueViolation as error:
        raise CharacterTaken(slug=whole["slug"]) from error
    if added is None:
        raise CharactersFull(limit=MOST)
    return await get(studio, caller, character_id)


async def change(
    studio: Studio, caller: Caller, name: str | UUID, values: Mapping[str, Any]
) -> Character:
    """What is given anew; `archived` puts it away or brings it back. Works that wait are made as
    they were asked for. Raises NotFound, InvalidInputs, CharacterTaken."""
    before = await get(studio, caller, name)
    given = rules.cleaned(values)
    archived = given.pop("archived", before.archived_at is not None)
    whole = {**asdict(before), **given}
    portrait = await _portrait(studio, caller, whole, before)
    try:
        async with studio.database.as_service() as service:
            columns = {key: whole[key] for key in (*TEXTS, "slug", "lora_strength")}
            await service.run(
                "characters.change",
                **columns,
                id=before.id,
                portrait_file_id=portrait,
                archived=archived,
            )
            if portrait not in (None, before.portrait_file_id):
                await service.run(
                    "characters.show_portrait", file_id=portrait, project_id=before.project_id
                )
    except psycopg.errors.UniqueViolation as error:
        raise CharacterTaken(slug=whole["slug"]) from error
    return await get(studio, caller, before.id)


async def remove(studio: Studio, caller: Caller, name: str | UUID) -> Character | None:
    """None if it is gone for good; one that works were made with is archived instead, as it is
    returned. By whoever made it, or an admin of the project. Raises NotFound, Forbidden."""
    found = await get(studio, caller, name)
    project = await project_of(studio, caller, found.project_id)
    if found.user_id != caller.id and not project.is_admin:
        raise Forbidden(detail="another member's character")
    async with studio.database.as_service() as service:
        await service.run("characters.remove", id=found.id)
    return await find(studio, caller, found.id)


async def statistics(studio: Studio, caller: Caller, name: str | UUID) -> Statistics:
    """Of all works made with it, whoever asked for them. Raises NotFound."""
    found = await get(studio, caller, name)
    async with studio.database.singly() as service:
        rows = await service.rows("characters.statistics", id=found.id)
    newest = [row["newest"] for row in rows if row["newest"] is not None]
    return Statistics(
        {row["status"]: row["works"] for row in rows}, max(newest) if newest else None
    )


# --- projects and names -------------------------------------------------------------------------


def read_name(name: str | int | UUID) -> tuple[UUID | None, int | None, str | None]:
    """Id, number or slug: the one that `name` can be."""
    if isinstance(name, UUID):
        return name, None, None
    if isinstance(name, int):
        return None, name, None
    text = name.strip().lower()
    if text.isascii() and text.isdigit() and len(text) < 19:
        return None, int(text), text
    try:
        return UUID(text) if len(text) == 36 else None, None, text
    except ValueError:
        return None, None, text


async def _portrait(
    studio: Studio,
    caller: Caller,
    values: Mapping[str, Any],
    before: Character | None = None,
) -> UUID | None:
    """Raises InvalidInputs with all that is wrong with the values, a portrait that the caller
    cannot see among it."""
    problems = rules.problems(values)
    portrait: UUID | None = values.get("portrait_file_id")
    if portrait is not None and (before is None or portrait != before.portrait_file_id):
        try:
            await uploads.get(studio, caller, portrait)
        except NotFound:
            problems.append(FieldProblem("portrait_file_id", "file_unknown"))
    if problems:
        raise InvalidInputs(problems)
    return portrait
