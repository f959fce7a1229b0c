"""What a work is called and tagged with, changed by people."""

from collections.abc import Sequence
from uuid import UUID

from affiche.domain import tags as rules
from affiche.domain.titles import LONGEST_OWN, MOST_SIGNS_OWN, length, plain
from affiche.errors import FieldProblem, InvalidInputs, NotFound
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.works import Work


async def edit(
    studio: Studio,
    caller: Caller,
    work_id: UUID,
    *,
    title: str | None = None,
    tags: Sequence[str] | None = None,
) -> Work:
    """The work with another title, other tags, or both; what is None stays. From then on no model
    gives it a title.

    By whoever asked for it and every member of its project. Raises InvalidInputs with every
    problem, NotFound for a work that is unknown or somebody else's.
    """
    named = None if title is None else plain(title)
    tagged = None if tags is None else rules.normalised(tags)
    problems = _of_title(named) if named is not None else []
    problems += rules.problems(tagged) if tagged is not None else []
    if problems:
        raise InvalidInputs(problems)
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.value(
            "titles.edit",
            work_id=work_id,
            title=named,
            tags=None if tagged is None else list(tagged),
        )
    if not found:
        raise NotFound(what="work")
    return await works.get(studio, caller, work_id)


def _of_title(title: str) -> list[FieldProblem]:
    if not title:
        return [FieldProblem("title", "required")]
    size = length(title)
    if size > LONGEST_OWN or len(title) > MOST_SIGNS_OWN:
        return [FieldProblem("title", "too_long", (("limit", LONGEST_OWN), ("length", size)))]
    return []
