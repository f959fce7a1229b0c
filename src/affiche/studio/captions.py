"""Captions of a project's references, asked of the language model: wanted, counted, stopped."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from affiche.errors import LanguageModelOff
from affiche.studio.projects import project_of
from affiche.studio.studio import Caller, Studio

FRESH: Final = ("none",)
AGAIN: Final = ("none", "failed")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why `references` of them have none: an error's code."""

    code: str
    references: int


@dataclass(frozen=True, slots=True)
class Progress:
    """A project's references by how their captions stand: `none` and nobody asked for one,
    `waiting` for the model, `written` by it, `edited` by somebody, `failed` for `reasons`."""

    none: int
    waiting: int
    written: int
    edited: int
    failed: int
    reasons: Sequence[Reason] = ()


async def want(
    studio: Studio,
    caller: Caller,
    project_id: UUID | None = None,
    *,
    category: str | None = None,
    again: bool = False,
) -> int:
    """Let the model caption the references that have none, also those it failed at if `again`; how
    many those are. Repeatable: what waits already is not asked for twice, and what has a caption
    keeps it. By every member of the project. Raises NotFound, LanguageModelOff."""
    project = await project_of(studio, caller, project_id)
    if studio.model is None:
        raise LanguageModelOff
    async with studio.database.as_service() as service:
        found = await service.value(
            "captions.want",
            project_id=project.id,
            category=category,
            states=list(AGAIN if again else FRESH),
        )
    return int(found)


async def stop(studio: Studio, caller: Caller, project_id: UUID | None = None) -> int:
    """Let those that wait have none; how many. Raises NotFound."""
    project = await project_of(studio, caller, project_id)
    async with studio.database.as_service() as service:
        return int(await service.value("captions.stop", project_id=project.id))


async def progress(studio: Studio, caller: Caller, project_id: UUID | None = None) -> Progress:
    """Raises NotFound."""
    project = await project_of(studio, caller, project_id)
    async with studio.database.as_service() as service:
        (counts,) = await service.rows("captions.progress", project_id=project.id)
        reasons = []
        if counts["failed"]:
            reasons = await service.all(Reason, "captions.reasons", project_id=project.id)
    return Progress(**counts, reasons=tuple(reasons))
