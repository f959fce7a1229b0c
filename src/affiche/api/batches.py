"""Batches: quoted, asked for, watched, cancelled, tried again, chosen from, and taken home."""

from collections.abc import Sequence
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from affiche.api.auth import SignedIn, studio_of
from affiche.api.batch_shapes import (
    BatchAskShape,
    BatchPage,
    BatchQuote,
    BatchShape,
    Choice,
    ChoiceShape,
    MoreShape,
    PlacePage,
    PromptShape,
    batch_shape,
    place_shape,
)
from affiche.api.bodies import StrictRoute
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.shapes import Status
from affiche.api.streams import ZipStream
from affiche.api.works import (
    ALL,
    BODY,
    CREATED,
    REPLAYED,
    IdempotencyKey,
    checked_key,
    described,
)
from affiche.domain.batches import MOST_WORKS
from affiche.errors import (
    AfficheError,
    BatchTooLarge,
    Busy,
    Forbidden,
    InvalidInputs,
    NotFound,
    NothingFailed,
    NothingKept,
    StorageFull,
)
from affiche.studio import batches, likeness, parcels
from affiche.studio.parcels import Parcel, Selection

router: Final = APIRouter(prefix="/v1/batches", tags=["batches"], route_class=StrictRoute)
PAGE: Final = 20
WORKS: Final = 100
ASKED: Final[Sequence[type[AfficheError]]] = (*ALL, *BODY, BatchTooLarge, StorageFull)
NAMED: Final[Sequence[type[AfficheError]]] = (*ALL, NotFound)


@router.post("/quote", responses=refusals(*ASKED))
async def quote_batch(request: Request, asked: BatchAskShape, caller: SignedIn) -> BatchQuote:
    """What a batch would come to, and whether it can be asked for; nothing is asked or kept."""
    found = await batches.quote(studio_of(request), caller, asked.asked())
    shape = found.plan.shape
    return BatchQuote(
        template=found.template.template.slug,
        works=shape.works,
        references=len(found.plan.references),
        variations=shape.variations,
        columns=shape.columns,
        rows=shape.rows,
        charging=found.credits is not None,
        credits=found.credits or 0,
        balance=found.balance,
        suffices=found.suffices,
        seconds=found.seconds,
        prompts=[
            PromptShape(reference=p.reference, prompt=p.positive, negative_prompt=p.negative)
            for p in found.prompts
        ],
    )


@router.post("", status_code=201, responses=CREATED | refusals(*ASKED))
async def create_batch(
    request: Request,
    response: Response,
    asked: BatchAskShape,
    caller: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> BatchShape:
    """Ask for all its works at once, or for none: up to 5,000."""
    key = checked_key(idempotency_key)
    batch = await batches.ask(studio_of(request), caller, asked.asked(key))
    response.headers["Location"] = f"/v1/batches/{batch.id}"
    if batch.replayed:
        response.headers[REPLAYED] = "true"
    return batch_shape(batch)


@router.get("", responses=refusals(*ALL, InvalidInputs))
async def list_batches(
    request: Request,
    caller: SignedIn,
    project: Annotated[
        UUID | None, Query(description="All of a project that you are in, whoever asked.")
    ] = None,
    before: Annotated[UUID | None, Query(description="Batches older than this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = PAGE,
) -> BatchPage:
    """Your batches, or all of a project, newest first, page by page."""
    found = await batches.page(
        studio_of(request), caller, project=project, before=before, limit=limit + 1
    )
    shown, following = found[:limit], None
    if len(found) > limit:
        asked: list[tuple[str, object]] = [("project", project)] if project else []
        asked += [("before", shown[-1].id), ("limit", limit)]
        following = f"/v1/batches?{urlencode(asked)}"
    return BatchPage(batches=[batch_shape(each) for each in shown], next=following)


@router.get("/{batch_id:uuid}", responses=refusals(*NAMED))
async def read_batch(request: Request, batch_id: UUID, caller: SignedIn) -> BatchShape:
    """The batch as it is now, with its works counted."""
    return batch_shape(await batches.get(studio_of(request), caller, batch_id))


@router.get("/{batch_id:uuid}/works", responses=refusals(*NAMED, InvalidInputs))
async def list_batch_works(
    request: Request,
    batch_id: UUID,
    caller: SignedIn,
    status: Annotated[list[Status] | None, Query(description="One or more.")] = None,
    choice: Annotated[Choice | None, Query()] = None,
    first: Annotated[
        int, Query(ge=0, lt=MOST_WORKS, description="The position to begin with.")
    ] = 0,
    limit: Annotated[int, Query(ge=1, le=WORKS)] = WORKS,
) -> PlacePage:
    """Its works in their places, group by group, page by page."""
    studio = studio_of(request)
    batch = await batches.get(studio, caller, batch_id)
    found = await batches.works_of(
        studio,
        caller,
        batch_id,
        first=first,
        statuses=status or (),
        choice=choice,
        limit=limit + 1,
    )
    shown, following = found[:limit], None
    if len(found) > limit:
        asked: list[tuple[str, object]] = [("status", each) for each in status or ()]
        asked += [("choice", choice)] if choice else []
        asked += [("first", found[limit].batch_position), ("limit", limit)]
        following = f"/v1/batches/{batch_id}/works?{urlencode(asked)}"
    shapes = await described(request, studio, caller, shown)
    return PlacePage(
        places=[
            place_shape(batch, work.batch_position or 0, shape)
            for work, shape in zip(shown, shapes, strict=True)
        ],
        next=following,
    )


@router.post("/{batch_id:uuid}/cancel", responses=refusals(*NAMED, Forbidden))
async def cancel_batch(request: Request, batch_id: UUID, caller: SignedIn) -> BatchShape:
    """Cancel what of it has not ended; again is fine."""
    return batch_shape(await batches.cancel(studio_of(request), caller, batch_id))


@router.post("/{batch_id:uuid}/retry", status_code=201, responses=refusals(*ASKED, NothingFailed))
async def retry_batch(request: Request, batch_id: UUID, caller: SignedIn) -> BatchShape:
    """Ask anew for what failed: each in its place and with its seed."""
    return batch_shape(await batches.retry(studio_of(request), caller, batch_id))


@router.post("/{batch_id:uuid}/choose", responses=refusals(*ALL, *BODY))
async def choose_works(
    request: Request, batch_id: UUID, chosen: ChoiceShape, caller: SignedIn
) -> BatchShape:
    """Keep or reject many of its complete works at once; others are passed over."""
    studio = studio_of(request)
    return batch_shape(await batches.choose(studio, caller, batch_id, chosen.works, chosen.choice))


@router.post(
    "/{batch_id:uuid}/more",
    status_code=201,
    responses=CREATED | refusals(*ASKED, NothingKept),
)
async def more_like_kept(
    request: Request,
    response: Response,
    batch_id: UUID,
    wanted: MoreShape,
    caller: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> BatchShape:
    """A new batch like the kept ones: each one's inputs, with the seeds next to its own."""
    batch = await likeness.more(
        studio_of(request),
        caller,
        batch_id,
        variations=wanted.variations,
        name=wanted.name,
        key=checked_key(idempotency_key),
    )
    response.headers["Location"] = f"/v1/batches/{batch.id}"
    if batch.replayed:
        response.headers[REPLAYED] = "true"
    return batch_shape(batch)


@router.get(
    "/{batch_id:uuid}/zip",
    status_code=200,
    response_class=ZipStream,
    responses={
        200: {
            "description": "The pictures, contact sheets, and `works.csv` with every work's "
            "prompts, seed and parameters; `missing.txt` names what could not be read.",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **refusals(*NAMED, InvalidInputs, Busy),
    },
)
async def zip_batch(
    request: Request,
    batch_id: UUID,
    caller: SignedIn,
    choice: Annotated[Choice | None, Query(description="Only those.")] = None,
    work: Annotated[list[UUID] | None, Query(max_length=200, description="Only these.")] = None,
) -> ZipStream:
    """The batch as a zip, made while it is sent."""
    studio = studio_of(request)
    batch = await batches.get(studio, caller, batch_id)
    parcels.check_room()
    parcel = Parcel(studio, caller, batch, Selection(choice, work), of_request(request))
    return ZipStream(parcel.name, parcel.pieces())
