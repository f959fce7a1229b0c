"""The edge function that the first studio's own app calls: asked and answered as it was there."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.works import ALL, BODY, Count, IdempotencyKey, Name, checked_key
from affiche.errors import FieldProblem, InvalidInputs
from affiche.studio import templates, works
from affiche.studio.works import Ask

router: Final = APIRouter(tags=["compatibility"], route_class=StrictRoute)


class Generate(BaseModel):
    """`type` is the template's work type; `input_data` its inputs by request key."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Name = Field(examples=["promotional_image"])
    project_id: Annotated[UUID, Field(strict=False)] | None = None
    template_id: Name = Field(description="Its id; its slug or name will do.")
    output_count: Count = 1
    input_data: dict[str, Any]


class Generated(BaseModel):
    """`estimated_time` is in seconds."""

    work_id: UUID
    status: Literal["pending"]
    estimated_time: int


@router.post(
    "/functions/v1/works/generate",
    operation_id="generate_work_v1",
    responses=refusals(*ALL, *BODY),
)
@router.post(
    "/functions/works/generate", operation_id="generate_work", responses=refusals(*ALL, *BODY)
)
async def generate_work(
    request: Request,
    asked: Generate,
    caller: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> Generated:
    """Ask for a work and hear its id at once."""
    studio = studio_of(request)
    key = checked_key(idempotency_key)
    template = (await templates.find(studio, caller, asked.template_id)).template
    if asked.type != template.work_type:
        problem = FieldProblem("type", "work_type", (("expected", template.work_type),))
        raise InvalidInputs([problem])
    work = await works.ask(
        studio,
        caller,
        Ask(
            template=asked.template_id,
            inputs=asked.input_data,
            output_count=asked.output_count,
            project_id=asked.project_id,
            idempotency_key=key,
        ),
    )
    return Generated(work_id=work.id, status="pending", estimated_time=work.estimated_time)
