"""Looking through works: found by their words, given stars, thrown away and taken out again."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from affiche.domain import selections
from affiche.domain import tags as tag_rules
from affiche.domain.ids import floor
from affiche.domain.titles import plain
from affiche.errors import InvalidInputs
from affiche.studio import templates, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.works import FIRST_ID, LAST_ID, Work

MOST_TAGS: Final = 300
MOST_FOUND: Final = 5000
"""Works that are chosen at once by what they have in common."""
STRIDE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which works, of the caller's own or of all of a project, a character or a batch. `words`: all
    of them must be in what was written, in its English, the title or the tags, in whatever part of
    a word. `stars`: given by the caller, so many at least; `collection`: of the caller's. Asked
    for from `since` to before `until`; older than the work `before`, or else those next above the
    work `after`."""

    statuses: Sequence[str] = ()
    template: str | None = None
    project: UUID | None = None
    character: UUID | None = None
    batch: UUID | None = None
    tag: str | None = None
    words: str = ""
    stars: int | None = None
    collection: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    before: UUID | None = None
    after: UUID | None = None


async def page(studio: Studio, caller: Caller, wanted: Wanted, *, limit: int = 50) -> list[Work]:
    """One page of them, newest first; nothing of it is in the trash. Raises NotFound for a template
    that there is not."""
    words = " ".join(unicodedata.normalize("NFC", wanted.words).split())
    words = words[: selections.LONGEST_SEARCH]
    if not (words or wanted.stars or wanted.collection or wanted.after):
        return await works.page(
            studio,
            caller,
            statuses=wanted.statuses,
            template=wanted.template,
            project=wanted.project,
            character=wanted.character,
            batch=wanted.batch,
            tag=wanted.tag,
            since=wanted.since,
            until=wanted.until,
            before=wanted.before,
            limit=limit,
        )
    params = await _params(studio, caller, wanted) | {"limit": max(1, min(limit, 200))}
    if words:
        params |= {"words": words, "bound": caller.project_id}
        async with studio.database.as_service() as service:
            if wanted.after:
                return await service.fitted(Work, "gallery.found_up", **params)
            return await service.fitted(Work, "gallery.found", **params)
    async with studio.database.as_user(caller.id) as transaction:
        if wanted.after:
            return await transaction.fitted(Work, "gallery.page_up", **params)
        return await transaction.fitted(Work, "gallery.page", **params)


async def trash(
    studio: Studio, caller: Caller, *, before: UUID | None = None, limit: int = 50
) -> list[Work]:
    """What the caller has thrown away, the newest works first."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(
            Work, "gallery.trash", user_id=caller.id, before=before or LAST_ID, limit=limit
        )


async def throw(studio: Studio, caller: Caller, chosen: Sequence[UUID]) -> list[UUID]:
    """Into the trash, from which they can be taken for `trash_days`; which those are. Left out is
    what is not the caller's own, is there already, or has not ended. Raises InvalidInputs."""
    return await _move(studio, caller, chosen, gone=True)


async def put_back(studio: Studio, caller: Caller, chosen: Sequence[UUID]) -> list[UUID]:
    """Out of the trash; which of them were in it. Raises InvalidInputs."""
    return await _move(studio, caller, chosen, gone=False)


async def star(studio: Studio, caller: Caller, chosen: Sequence[UUID], stars: int) -> list[UUID]:
    """So many stars of the caller's, 0 for none, to those of the works that the caller sees; which
    those are. Raises InvalidInputs."""
    _check(chosen, selections.star_problems(stars))
    async with studio.database.as_user(caller.id) as transaction:
        found: list[UUID] = await transaction.value(
            "gallery.star", work_ids=list(chosen), stars=stars
        )
    return found


async def stars(studio: Studio, caller: Caller, work_ids: Sequence[UUID]) -> Mapping[UUID, int]:
    """How many the caller gave, by work; works without any are not in it."""
    if not work_ids:
        return {}
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("gallery.stars", work_ids=list(work_ids))
    return {row["work_id"]: row["stars"] for row in rows}


async def tag(
    studio: Studio,
    caller: Caller,
    chosen: Sequence[UUID],
    *,
    added: Sequence[str] = (),
    removed: Sequence[str] = (),
) -> list[UUID]:
    """More tags and fewer for works of the caller's and of their projects; which those are. Left
    out is what would have too many. Raises InvalidInputs."""
    more, fewer = tag_rules.normalised(added), tag_rules.normalised(removed)
    _check(chosen, tag_rules.problems(more))
    async with studio.database.as_user(caller.id) as transaction:
        found: list[UUID] = await transaction.value(
            "gallery.tag", work_ids=list(chosen), added=list(more), removed=list(fewer)
        )
    return found


async def tags(studio: Studio, caller: Caller) -> list[str]:
    """Those of the caller's works, at most MOST_TAGS, in the order of their letters."""
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("gallery.tags", user_id=caller.id, most=MOST_TAGS)
    return [row["tag"] for row in rows if row["tag"]]


async def found(studio: Studio, caller: Caller, wanted: Wanted) -> tuple[list[UUID], bool]:
    """The ids of all that is wanted, newest first, MOST_FOUND at most; whether that is all."""
    ids: list[UUID] = []
    while len(ids) < MOST_FOUND:
        part = await page(studio, caller, wanted, limit=STRIDE)
        ids += [work.id for work in part]
        if len(part) < STRIDE:
            return ids, True
        wanted = replace(wanted, before=part[-1].id)
    return ids[:MOST_FOUND], False


async def _params(studio: Studio, caller: Caller, wanted: Wanted) -> dict[str, Any]:
    whosever = wanted.project or wanted.character or wanted.batch or wanted.collection
    template = wanted.template
    lowest = [floor(wanted.since)] if wanted.since else [FIRST_ID]
    if wanted.after:
        lowest.append(UUID(int=min(wanted.after.int + 1, LAST_ID.int)))
    highest = [floor(wanted.until)] if wanted.until else [LAST_ID]
    if wanted.before:
        highest.append(wanted.before)
    return {
        "user_id": caller.id,
        "owner": None if whosever else caller.id,
        "project_id": wanted.project,
        "character_id": wanted.character,
        "batch_id": wanted.batch,
        "template_id": await templates.known(studio, caller, template) if template else None,
        "statuses": list(wanted.statuses) or None,
        "tag": None if wanted.tag is None else plain(wanted.tag),
        "stars": wanted.stars,
        "collection_id": wanted.collection,
        "since": max(lowest),
        "before": min(highest),
    }


async def _move(
    studio: Studio, caller: Caller, chosen: Sequence[UUID], *, gone: bool
) -> list[UUID]:
    _check(chosen, [])
    async with studio.database.as_user(caller.id) as transaction:
        found: list[UUID] = await transaction.value(
            "gallery.throw", work_ids=list(chosen), gone=gone
        )
    return found


def _check(chosen: Sequence[UUID], more: Sequence[Any]) -> None:
    if found := [*selections.problems(chosen), *more]:
        raise InvalidInputs(found)
