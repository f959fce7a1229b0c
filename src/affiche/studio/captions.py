"""Captions of a project's references, asked of the language model: wanted, counted, stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from affiche.domain import selections
from affiche.errors import InvalidInputs, LanguageModelOff
from affiche.studio.projects import project_of
from affiche.studio.studio import Caller, Studio

FRESH: Final = ("none",)
AGAIN: Final = ("none", "failed")
Whose = Literal["none", "written", "edited"]
STATES: Final[Mapping[Whose, tuple[str, ...]]] = {
    "none": AGAIN,
    "written": (*AGAIN, "written"),
    "edited": (*AGAIN, "written", "edited"),
}
"""Which references are captioned anew: those without a caption; those as well whose caption is the
model's own; all, what somebody wrote by hand among them."""
USUAL: Final = 1.5
"""Seconds for each of many, where the project has not seen the model at work yet: about six for an
answer, four at once."""


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


@dataclass(frozen=True, slots=True)
class Sum:
    """What would be asked of the model: so many `references`, about so many `seconds`."""

    references: int
    seconds: float


async def reckon(
    studio: Studio,
    caller: Caller,
    project_id: UUID | None = None,
    *,
    category: str | None = None,
    chosen: Sequence[UUID] | None = None,
    over: Whose = "none",
) -> Sum:
    """What `want` would come to, with nothing done. Raises NotFound."""
    project = await project_of(studio, caller, project_id)
    async with studio.database.as_service() as service:
        found = await service.value(
            "captions.reckon",
            project_id=project.id,
            category=category,
            chosen=None if chosen is None else list(chosen),
            states=list(STATES[over]),
        )
        pace = await service.value("captions.pace", project_id=project.id)
    return Sum(int(found), int(found) * float(pace or max(USUAL, 60 / studio.settings.llm_rate)))


async def want(
    studio: Studio,
    caller: Caller,
    project_id: UUID | None = None,
    *,
    category: str | None = None,
    chosen: Sequence[UUID] | None = None,
    again: bool = False,
    over: Whose = "none",
) -> int:
    """Let the model caption the references that have none, also those it failed at if `again`; how
    many those are. Of a `category`, or of those that were `chosen`, where one is given. Repeatable:
    what waits already is not asked for twice, and what has a caption keeps it, unless `over` says
    whose captions are written over. By every member of the project. Raises NotFound, InvalidInputs,
    LanguageModelOff."""
    project = await project_of(studio, caller, project_id)
    if chosen is not None and (found := selections.problems(chosen, "references")):
        raise InvalidInputs(found)
    if studio.model is None:
        raise LanguageModelOff
    async with studio.database.as_service() as service:
        count = await service.value(
            "captions.want",
            project_id=project.id,
            category=category,
            chosen=None if chosen is None else list(chosen),
            states=list(STATES[over] if over != "none" else AGAIN if again else FRESH),
        )
    return int(count)


async def stop(studio: Studio, caller: Caller, project_id: UUID | None = None) -> int:
    """Let those that wait stay as they are: what has words keeps them, as somebody's own, so that
    the model does not write over them by mistake. How many. Raises NotFound."""
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
