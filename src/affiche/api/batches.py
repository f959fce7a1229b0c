"""Batches: quoted, asked for, watched, cancelled, tried again, chosen from, and taken home."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.shapes import Status, WorkShape
from affiche.api.works import (
    ALL,
    BODY,
    CREATED,
    REPLAYED,
    IdempotencyKey,
    Name,
    checked_key,
    described,
)
from affiche.domain import names
from affiche.domain.batches import MOST_VARIATIONS, MOST_WORKS, place_of
from affiche.domain.grids import LONGEST, MOST_VALUES
from affiche.domain.numbers import without_point
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
from affiche.studio import batches, likeness, parcels, planning
from affiche.studio.batches import MOST_CHOSEN, Batch
from affiche.studio.parcels import Parcel, Selection
from affiche.studio.planning import BatchAsk

router: Final = APIRouter(prefix="/v1/batches", tags=["batches"], route_class=StrictRoute)
PAGE: Final = 20
WORKS: Final = 100
SLOWEST_SECONDS: Final = 60.0
ASKED: Final[Sequence[type[AfficheError]]] = (*ALL, *BODY, BatchTooLarge, StorageFull)
NAMED: Final[Sequence[type[AfficheError]]] = (*ALL, NotFound)
Id = Annotated[UUID, Field(strict=False)]
Variations = Annotated[int, Field(ge=1, le=MOST_VARIATIONS), BeforeValidator(without_point)]
Choice = Literal["kept", "rejected"]


class AxisShape(BaseModel):
    """Values of one number or choice of the template, as a list or as text with ranges."""

    model_config = ConfigDict(extra="forbid", strict=True)

    field: Name = Field(examples=["denoise"])
    values: (
        Annotated[list[str | int | float | bool], Field(min_length=1, max_length=MOST_VALUES)]
        | Annotated[str, Field(min_length=1, max_length=LONGEST)]
    ) = Field(examples=["0.5..1.0/0.1", [4, 8, 12]])


class GridShape(BaseModel):
    """A work for every value of `x`, or for every one of `y` with every one of `x`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    x: AxisShape | None = None
    y: AxisShape | None = None


class BatchAskShape(BaseModel):
    """References × variations × grid. `inputs` are what all works have; a seed among them is the
    batch's, from which each variation has its own."""

    model_config = ConfigDict(extra="forbid", strict=True)

    template: Name = Field(description="Id, slug or name.", examples=["klein-i2i"])
    inputs: dict[str, Any] = Field(
        default_factory=dict, examples=[{"prompt": "노을 지는 해변", "seed": 42}]
    )
    references: (
        Annotated[list[Annotated[str, Field(max_length=100)]], Field(max_length=10_000)] | None
    ) = Field(
        default=None,
        description="Ids of references or of uploaded pictures: a group of works for each.",
        examples=[["01a1fe6a-a666-737b-82bf-0123456789ab"]],
    )
    reference_field: Name | None = Field(
        default=None, description="Where they go, if not where the template first takes one."
    )
    variations: Variations = 1
    grid: GridShape = Field(default_factory=GridShape)
    name: Annotated[str, Field(max_length=planning.LONGEST_NAME)] = ""
    project_id: Id | None = None

    def asked(self, key: str | None = None) -> BatchAsk:
        axes = {"x": self.grid.x, "y": self.grid.y}
        return BatchAsk(
            template=self.template,
            inputs=self.inputs,
            references=self.references,
            reference_field=self.reference_field,
            variations=self.variations,
            grid={n: {"field": a.field, "values": a.values} for n, a in axes.items() if a},
            name=self.name,
            project_id=self.project_id,
            idempotency_key=key,
        )


class BatchQuote(BaseModel):
    """What it would come to: `works` = `references` × `variations` × `columns` × `rows`."""

    template: str
    works: int
    references: int
    variations: int
    columns: int
    rows: int
    charging: bool
    credits: int
    balance: int | None
    suffices: bool = Field(description="Whether the balance is enough, budgets aside.")
    seconds: int = Field(description="Until all are done, if nobody else asks.")
    prompts: list["PromptShape"] = Field(description="Of the first references, as they will be.")


class PromptShape(BaseModel):
    """The prompts of one reference's works; `reference` is its id."""

    reference: str | None
    prompt: str
    negative_prompt: str


class Counts(BaseModel):
    """Places of the batch by the state of the work in each."""

    pending: int = 0
    taken: int = 0
    processing: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    kept: int = 0
    rejected: int = 0


class GridAxis(BaseModel):
    field: str
    values: list[Any]


class BatchShape(BaseModel):
    """Works that were asked for together, in the order reference, variation, y, x."""

    id: UUID
    number: int
    name: str
    template: str
    user_id: UUID
    project_id: UUID | None
    works: int
    references: int
    reference_field: str | None = Field(description="The key of the inputs that differs.")
    variations: int
    grid: dict[Literal["x", "y"], GridAxis]
    inputs: dict[str, Any] = Field(description="What all works have.")
    seed: int
    counts: Counts
    ended: bool = Field(description="Whether nothing of it is under way.")
    like_id: UUID | None = Field(description="The batch of whose kept ones this is more.")
    created_at: datetime


class BatchPage(BaseModel):
    """Newest first; `next` is the address of the page behind, null on the last one."""

    batches: list[BatchShape]
    next: str | None = Field(examples=["/v1/batches?before=01a1fe6a-a666-737b-82bf-0123456789ab"])


class PlaceShape(BaseModel):
    """Where a work stands in the batch, each from 0."""

    position: int
    reference: int
    variation: int
    y: int
    x: int
    work: WorkShape


class PlacePage(BaseModel):
    """In the batch's order, group by group; `next` as elsewhere."""

    places: list[PlaceShape]
    next: str | None


class ChoiceShape(BaseModel):
    """Many at once; a `choice` of null takes back what was chosen."""

    model_config = ConfigDict(extra="forbid", strict=True)

    works: Annotated[list[Id], Field(min_length=1, max_length=MOST_CHOSEN)]
    choice: Choice | None


class MoreShape(BaseModel):
    """How many more of each kept one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    variations: Variations = 1
    name: Annotated[str, Field(max_length=planning.LONGEST_NAME)] = ""


class ZipStream(StreamingResponse):
    """A zip that a client too slow to take it loses."""

    media_type = "application/zip"

    def __init__(self, parcel: Parcel) -> None:
        self.pieces = parcel.pieces()
        headers = {"Content-Disposition": names.disposition(parcel.name, attachment=True)}
        super().__init__(self.pieces, headers=headers)

    async def stream_response(self, send: Send) -> None:
        async def sending(message: Message) -> None:
            async with asyncio.timeout(SLOWEST_SECONDS):
                await send(message)

        try:
            async with aclosing(self.pieces):
                await super().stream_response(sending)
        except TimeoutError:
            # Not an answer that looks complete.
            raise ClientDisconnect from None


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


@router.get("/{batch_id}", responses=refusals(*NAMED))
async def read_batch(request: Request, batch_id: UUID, caller: SignedIn) -> BatchShape:
    """The batch as it is now, with its works counted."""
    return batch_shape(await batches.get(studio_of(request), caller, batch_id))


@router.get("/{batch_id}/works", responses=refusals(*NAMED, InvalidInputs))
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
            _place(batch, work.batch_position or 0, shape)
            for work, shape in zip(shown, shapes, strict=True)
        ],
        next=following,
    )


@router.post("/{batch_id}/cancel", responses=refusals(*NAMED, Forbidden))
async def cancel_batch(request: Request, batch_id: UUID, caller: SignedIn) -> BatchShape:
    """Cancel what of it has not ended; again is fine."""
    return batch_shape(await batches.cancel(studio_of(request), caller, batch_id))


@router.post("/{batch_id}/retry", status_code=201, responses=refusals(*ASKED, NothingFailed))
async def retry_batch(request: Request, batch_id: UUID, caller: SignedIn) -> BatchShape:
    """Ask anew for what failed: each in its place and with its seed."""
    return batch_shape(await batches.retry(studio_of(request), caller, batch_id))


@router.post("/{batch_id}/choose", responses=refusals(*ALL, *BODY))
async def choose_works(
    request: Request, batch_id: UUID, chosen: ChoiceShape, caller: SignedIn
) -> BatchShape:
    """Keep or reject many of its complete works at once; others are passed over."""
    studio = studio_of(request)
    return batch_shape(await batches.choose(studio, caller, batch_id, chosen.works, chosen.choice))


@router.post(
    "/{batch_id}/more",
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
    "/{batch_id}/zip",
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
    return ZipStream(parcel)


def batch_shape(batch: Batch) -> BatchShape:
    return BatchShape(
        id=batch.id,
        number=batch.number,
        name=batch.name,
        template=batch.template_slug,
        user_id=batch.user_id,
        project_id=batch.project_id,
        works=batch.works,
        references=batch.reference_count if batch.reference_key else 0,
        reference_field=batch.reference_key,
        variations=batch.variations,
        grid={
            name: GridAxis(field=batch.grid[name]["field"], values=batch.grid[name]["values"])
            for name in ("x", "y")
            if name in batch.grid
        },
        inputs=batch.inputs,
        seed=batch.seed,
        counts=Counts(**{k: n for k, n in batch.counts.items() if k in Counts.model_fields}),
        ended=batch.ended,
        like_id=batch.like_id,
        created_at=batch.created_at,
    )


def _place(batch: Batch, position: int, work: WorkShape) -> PlaceShape:
    at = place_of(position, batch.shape)
    return PlaceShape(
        position=position, reference=at.reference, variation=at.variation, y=at.y, x=at.x, work=work
    )
