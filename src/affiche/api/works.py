"""Asking for works, looking at them, cancelling them, asking again."""

import re
from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.files import ALONE, BINARY
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.shapes import Status, WorkShape, work_shape
from affiche.domain.numbers import without_point
from affiche.domain.selections import LONGEST_SEARCH, MOST_STARS
from affiche.errors import (
    AfficheError,
    BudgetSpent,
    Busy,
    CreditsShort,
    DatabaseUnavailable,
    EncodingRefused,
    Forbidden,
    IdempotencyMismatch,
    InvalidInputs,
    MediaTypeRefused,
    NotFound,
    NotSignedIn,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
    StorageFailed,
    StorageFull,
    TransitionRefused,
)
from affiche.pictures.thumbnails import MEDIA_TYPES
from affiche.studio import gallery, queue, templates, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.works import MOST_OUTPUTS, Ask, Work

router: Final = APIRouter(prefix="/v1/works", tags=["works"], route_class=StrictRoute)
REPLAYED: Final = "Idempotency-Replayed"
PAGE: Final = 50
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")

IdempotencyKey = Annotated[
    str | None,
    # Described here and checked by `checked_key`, whose refusal names no field.
    Header(
        description="The same key and request again give the first answer, for 24 hours.",
        json_schema_extra={"pattern": r"^[\x21-\x7e]{1,255}$"},
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Words = Annotated[str, Field(max_length=LONGEST_SEARCH, pattern=r"^[^\x00-\x1f\x7f]+$")]
FOUND_BY: Final = (
    "All of them in what was written, its English, the title or the tags; parts of words too."
)
# In this order: a bound behind a validator is not in the description.
Count = Annotated[int, Field(ge=1, le=MOST_OUTPUTS), BeforeValidator(without_point)]


def _spelt(value: object) -> object:
    if not isinstance(value, str) or not re.match(r"\d{4}-\d", value):
        raise ValueError("not an RFC 3339 date and time")
    return value


# Pydantic takes a number as well, for seconds since 1970.
Moment = Annotated[AwareDatetime, BeforeValidator(_spelt)]
PREVIEW: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The small picture.",
        "content": {kind: {"schema": BINARY} for kind in MEDIA_TYPES},
    }
}
ALL: Final = (NotSignedIn, DatabaseUnavailable)
BODY: Final[tuple[type[AfficheError], ...]] = (
    *(Forbidden, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
    *(EncodingRefused, Busy),
    *(InvalidInputs, NotFound, IdempotencyMismatch, StorageFailed, CreditsShort, BudgetSpent),
    StorageFull,
)
CREATED: Final[dict[int | str, dict[str, Any]]] = {
    201: {
        "headers": {
            REPLAYED: {
                "description": "`true` where the key had been used and this is the first answer.",
                "schema": {"type": "string"},
            }
        }
    }
}


class AskShape(BaseModel):
    """What is wanted. `inputs` are those that the template's `request_schema` describes."""

    model_config = ConfigDict(extra="forbid", strict=True)

    template: Name = Field(description="Id, slug or name.", examples=["klein-i2i"])
    inputs: dict[str, Any] = Field(
        examples=[{"image": "01a1fe6a-a666-737b-82bf-0123456789ab", "prompt": "노을 지는 해변"}]
    )
    output_count: Count = 1
    project_id: Annotated[UUID, Field(strict=False)] | None = None
    front: bool = Field(
        default=False,
        description="Before all of your own that wait with it; nobody else's turn moves.",
    )


class WorkPage(BaseModel):
    """Newest first; `next` is the address of the page behind, null on the last one."""

    works: list[WorkShape]
    next: str | None = Field(examples=["/v1/works?before=01a1fe6a-a666-737b-82bf-0123456789ab"])
    previous: str | None = Field(
        default=None,
        description="The address of the page above; null where nothing was asked to be above.",
    )


@router.post("", status_code=201, responses=CREATED | refusals(*ALL, *BODY))
async def create_work(
    request: Request,
    response: Response,
    asked: AskShape,
    caller: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> WorkShape:
    """Ask for a work. It waits for its turn; follow it at its address or in `/v1/events`."""
    work = await works.ask(
        studio_of(request),
        caller,
        Ask(
            template=asked.template,
            inputs=asked.inputs,
            output_count=asked.output_count,
            project_id=asked.project_id,
            idempotency_key=checked_key(idempotency_key),
            front=asked.front,
        ),
    )
    return await created(request, response, caller, work)


@router.get("", responses=refusals(*ALL, InvalidInputs, NotFound))
async def list_works(
    request: Request,
    caller: SignedIn,
    status: Annotated[list[Status] | None, Query(description="One or more.")] = None,
    template: Annotated[Name | None, Query(description="Id, slug or name.")] = None,
    project: Annotated[
        UUID | None, Query(description="All of a project that you are in, whoever asked.")
    ] = None,
    character: Annotated[
        UUID | None, Query(description="All of a character of your projects', whoever asked.")
    ] = None,
    batch: Annotated[UUID | None, Query(description="All of a batch.")] = None,
    tag: Annotated[Name | None, Query(description="In capitals or not.")] = None,
    since: Annotated[Moment | None, Query(description="Asked for at that moment or later.")] = None,
    until: Annotated[Moment | None, Query(description="Asked for before it.")] = None,
    before: Annotated[UUID | None, Query(description="Works older than this one.")] = None,
    after: Annotated[UUID | None, Query(description="Those next above this one.")] = None,
    words: Annotated[Words | None, Query(description=FOUND_BY)] = None,
    stars: Annotated[
        int | None, Query(ge=1, le=MOST_STARS, description="Of yours, so many at least.")
    ] = None,
    collection: Annotated[UUID | None, Query(description="All of a collection of yours.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> WorkPage:
    """Your works, or all of a project, a character, a batch or a collection, newest first, page by
    page."""
    studio = studio_of(request)
    wanted = gallery.Wanted(
        statuses=status or (),
        template=template,
        project=project,
        character=character,
        batch=batch,
        tag=tag,
        words=words or "",
        stars=stars,
        collection=collection,
        since=since,
        until=until,
        before=before,
        after=after,
    )
    found = await gallery.page(studio, caller, wanted, limit=limit + 1)
    more = len(found) > limit
    # Of those above a place the farthest one is the one too many.
    shown = found[-limit:] if after else found[:limit]
    asked: list[tuple[str, object]] = [("status", each) for each in status or ()]
    narrowed: dict[str, object] = {"template": template, "project": project, "character": character}
    narrowed |= {"batch": batch, "tag": tag, "words": words, "stars": stars}
    narrowed["collection"] = collection
    narrowed |= {n: t.isoformat() for n, t in (("since", since), ("until", until)) if t}
    asked += [(name, value) for name, value in narrowed.items() if value]

    def address(name: str, work_id: UUID) -> str:
        return f"/v1/works?{urlencode([*asked, (name, work_id), ('limit', limit)])}"

    below, above = (before, more) if after else (more, before)
    return WorkPage(
        works=await described(request, studio, caller, shown),
        next=address("before", shown[-1].id) if shown and (below or after) else None,
        previous=address("after", shown[0].id) if shown and above else None,
    )


@router.get("/{work_id}", responses=refusals(*ALL, NotFound))
async def read_work(request: Request, work_id: UUID, caller: SignedIn) -> WorkShape:
    """The work as it is now."""
    studio = studio_of(request)
    work = await works.get(studio, caller, work_id)
    return (await described(request, studio, caller, [work]))[0]


@router.get(
    "/{work_id}/preview", response_class=Response, responses=PREVIEW | refusals(*ALL, NotFound)
)
async def read_preview(request: Request, work_id: UUID, caller: SignedIn) -> Response:
    """What the engine showed of the work last while it makes it, 384 pixels at most. There is none
    before, after, and from engines that show nothing; `look` in its progress counts them."""
    seen = await queue.glimpse(studio_of(request), caller, work_id)
    headers = {"Cache-Control": "private, no-store", "Content-Security-Policy": ALONE}
    return Response(seen.picture, media_type=seen.media_type, headers=headers)


@router.post("/{work_id}/cancel", responses=refusals(*ALL, Forbidden, NotFound, TransitionRefused))
async def cancel_work(request: Request, work_id: UUID, caller: SignedIn) -> WorkShape:
    """Cancel it, whatever it is doing; cancelled twice is cancelled."""
    studio = studio_of(request)
    work = await works.cancel(studio, caller, work_id)
    return (await described(request, studio, caller, [work]))[0]


@router.post(
    "/{work_id}/retry",
    status_code=201,
    responses=CREATED
    | refusals(
        *(*ALL, Forbidden, NotFound, InvalidInputs, TransitionRefused, IdempotencyMismatch),
        *(RequestUnreadable, StorageFailed, CreditsShort, BudgetSpent),
    ),
)
async def retry_work(
    request: Request,
    response: Response,
    work_id: UUID,
    caller: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> WorkShape:
    """Ask for the same again, seed included: a new work, whose `retry_of` is this one."""
    work = await works.retry(
        studio_of(request), caller, work_id, idempotency_key=checked_key(idempotency_key)
    )
    return await created(request, response, caller, work)


def checked_key(key: str | None) -> str | None:
    """Raises RequestUnreadable for what cannot be an idempotency key."""
    if key is not None and not _KEY.fullmatch(key):
        raise RequestUnreadable(reason="idempotency_key")
    return key


async def described(
    request: Request, studio: Studio, caller: Caller, found: Sequence[Work]
) -> list[WorkShape]:
    """Works with their templates and pictures, in as many questions for many as for one."""
    begun = [work.id for work in found if work.status not in ("pending", "taken")]
    pictures = await works.outputs(studio, caller, begun) if begun else []
    language, now = of_request(request), studio.now()
    stars = await gallery.stars(studio, caller, [work.id for work in found])
    return [
        work_shape(
            work,
            await templates.at_version(studio, work.template_id, work.template_version),
            [picture for picture in pictures if picture.work_id == work.id],
            language,
            now,
            stars.get(work.id, 0),
        )
        for work in found
    ]


async def created(request: Request, response: Response, caller: Caller, work: Work) -> WorkShape:
    studio = studio_of(request)
    response.headers["Location"] = f"/v1/works/{work.id}"
    if work.replayed:
        response.headers[REPLAYED] = "true"
    template = await templates.at_version(studio, work.template_id, work.template_version)
    # At its own time, so that the same answer can be given again.
    return work_shape(work, template, [], of_request(request), work.created_at)
