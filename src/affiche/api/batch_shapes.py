"""What is sent and answered about batches."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from affiche.api.shapes import WorkShape
from affiche.api.works import Name
from affiche.domain.batches import MOST_VARIATIONS, place_of
from affiche.domain.grids import LONGEST, MOST_VALUES
from affiche.domain.numbers import without_point
from affiche.studio import planning
from affiche.studio.batches import MOST_CHOSEN, Batch
from affiche.studio.planning import BatchAsk

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


def place_shape(batch: Batch, position: int, work: WorkShape) -> PlaceShape:
    at = place_of(position, batch.shape)
    return PlaceShape(
        position=position, reference=at.reference, variation=at.variation, y=at.y, x=at.x, work=work
    )
