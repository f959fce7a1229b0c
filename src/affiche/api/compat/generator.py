"""Seed 003's API: what its own page asks, asked and answered as it was there.

There was nobody to sign in; here it takes a session or a key like everything else.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urljoin

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.files import UPLOADED, of_form, uploading
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.api.works import ALL, BODY, IdempotencyKey, Name, checked_key
from affiche.domain.fields import form_fields
from affiche.errors import InvalidInputs, NotFound, PictureTooLarge
from affiche.studio import generations
from affiche.studio.failures import recalled
from affiche.studio.generations import PAGE, Generation, Wish
from affiche.studio.studio import Studio
from affiche.studio.templates import Versioned
from affiche.texts import Language

router: Final = APIRouter(prefix="/api", tags=["compatibility"], route_class=StrictRoute)
# Its own words for two of our states; a job that waits and one that was just taken look the same.
QUEUED: Final = ("pending", "taken")
Number = Annotated[int, Field(ge=1, le=generations.LARGEST)]
One = Annotated[int, Path(ge=1, le=generations.LARGEST)]


class UploadedImage(BaseModel):
    """`filename` is what the picture is called from now on, in `/api/generate`."""

    success: Literal[True] = True
    filename: str = Field(examples=["01a1fe6a-a666-737b-82bf-0123456789ab.jpg"])


class JobAsk(BaseModel):
    """`modelId` is a character's number, `parameters` what the workflow's form asks beside the
    character and the picture."""

    model_config = ConfigDict(extra="forbid", strict=True)

    modelId: Number
    workflowSlug: Name = Field(examples=["img2img-lora"])
    uploadedImageFilename: Name = Field(
        description="What the upload was called; the id of a file or of a reference will do."
    )
    parameters: dict[str, Any] = Field(
        default_factory=dict,
        examples=[{"denoise": 0.75, "cfg": 3.8, "steps": 28, "seed": -1, "lora_strength": 0.65}],
    )


class JobAsked(BaseModel):
    """`runpodJobId` is what its engine calls the run, where the id is ours to choose."""

    success: Literal[True] = True
    jobId: int
    runpodJobId: str


class JobModel(BaseModel):
    """The character as it was when the job was asked for."""

    name: str
    slug: str


class JobShape(BaseModel):
    """One job. `result_image_url` can be read by whoever has it, for a day."""

    id: int
    model_id: int | None
    workflow_slug: str
    runpod_job_id: str
    status: Literal["queued", "processing", "completed", "failed", "cancelled"]
    result_image_url: str | None
    prompt_used: str | None
    negative_prompt_used: str | None
    parameters: dict[str, Any]
    error_message: str | None
    created_at: datetime
    started_at: datetime | None
    completed_at: datetime | None
    models: JobModel | None


class WorkflowShape(BaseModel):
    """`editable_params` is the form, as `/v1/templates` has it."""

    name: str
    slug: str
    description: str
    editable_params: list[dict[str, Any]]


@router.post(
    "/upload-image",
    operation_id="upload_image",
    openapi_extra={"requestBody": uploading("image")},
    responses=refusals(*UPLOADED),
)
async def upload_image(request: Request, caller: SignedIn) -> UploadedImage:
    """Keep a picture, sent as the form field `image`; one of your references is that reference."""
    studio = studio_of(request)
    limits = studio.limits
    too_large = PictureTooLarge(limit=limits.megabytes)
    data, name = await of_form(request, limits.bytes, too_large, "image")
    return UploadedImage(filename=await generations.upload(studio, caller, data, name=name))


@router.post("/generate", operation_id="generate", responses=refusals(*ALL, *BODY))
async def generate(
    request: Request, asked: JobAsk, caller: SignedIn, idempotency_key: IdempotencyKey = None
) -> JobAsked:
    """Ask for a picture of a character after an uploaded one."""
    wish = Wish(
        workflow=asked.workflowSlug,
        character=asked.modelId,
        picture=asked.uploadedImageFilename,
        parameters=asked.parameters,
        idempotency_key=checked_key(idempotency_key),
    )
    made = await generations.ask(studio_of(request), caller, wish)
    return JobAsked(jobId=made.number, runpodJobId=made.run_id)


@router.get("/jobs", operation_id="list_jobs", responses=refusals(*ALL, InvalidInputs, NotFound))
async def list_jobs(
    request: Request,
    caller: SignedIn,
    before: Annotated[
        int | None, Query(ge=1, le=generations.LARGEST, description="Jobs older than this one.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE)] = PAGE,
) -> list[JobShape]:
    """Your jobs, newest first."""
    studio = studio_of(request)
    found = await generations.page(studio, caller, before=before, limit=limit)
    return await _shapes(request, studio, found)


@router.get("/jobs/{job_id}", operation_id="read_job", responses=refusals(*ALL, NotFound))
async def read_job(request: Request, job_id: One, caller: SignedIn) -> JobShape:
    """One job."""
    studio = studio_of(request)
    found = await generations.get(studio, caller, job_id)
    return (await _shapes(request, studio, [found]))[0]


@router.post("/jobs/{job_id}/check", operation_id="check_job", responses=refusals(*ALL, NotFound))
async def check_job(request: Request, job_id: One, caller: SignedIn) -> JobShape:
    """The job as it is. While it runs its engine is asked at once, instead of when it is next due;
    how it then stands is told by the next question."""
    studio = studio_of(request)
    found = await generations.check(studio, caller, job_id)
    return (await _shapes(request, studio, [found]))[0]


@router.get("/workflows", operation_id="list_workflows", responses=refusals(*ALL))
async def list_workflows(request: Request, caller: SignedIn) -> list[WorkflowShape]:
    """What can be generated: the templates that are about a character and one picture."""
    language = of_request(request)
    found = await generations.workflows(studio_of(request), caller)
    return [_workflow(each, language) for each in found]


async def _shapes(request: Request, studio: Studio, found: Sequence[Generation]) -> list[JobShape]:
    language = of_request(request)
    base = studio.address or str(request.base_url)
    links = [await generations.link(studio, each) for each in found]
    return [
        _job(each, link and urljoin(base, link), language)
        for each, link in zip(found, links, strict=True)
    ]


def _job(job: Generation, link: str | None, language: Language) -> JobShape:
    character = (job.subject or {}).get("character")
    failure = recalled(job.error_code, job.error_params) if job.error_code else None
    return JobShape.model_validate(
        {
            "id": job.number,
            "model_id": character and character["number"],
            "workflow_slug": job.workflow_slug,
            "runpod_job_id": job.run_id,
            "status": "queued" if job.status in QUEUED else job.status,
            "result_image_url": link,
            "prompt_used": job.prompt_used,
            "negative_prompt_used": job.negative_prompt_used,
            "parameters": job.parameters,
            "error_message": failure and failure.message(language),
            "created_at": job.created_at,
            "started_at": job.started_at,
            "completed_at": job.completed_at,
            "models": character and {"name": character["name"], "slug": character["slug"]},
        }
    )


def _workflow(found: Versioned, language: Language) -> WorkflowShape:
    template = found.template
    return WorkflowShape(
        name=template.title.say(language),
        slug=template.slug,
        description=template.description.say(language),
        editable_params=form_fields(template.fields, language),
    )
