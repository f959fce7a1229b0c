"""The webhook that the first studio's image to image began with: a job that waits is named."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.shapes import Status
from affiche.api.works import ALL
from affiche.errors import (
    Busy,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    NotFound,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import waking

router: Final = APIRouter(tags=["compatibility"], route_class=StrictRoute)
AROUND: Final = ("record", "body")
"""What the job's record may stand in: a database's webhook, and a workflow engine's."""


def _described(schema: dict[str, Any]) -> None:
    record = {
        "type": "object",
        "properties": schema.pop("properties"),
        "required": schema.pop("required"),
    }
    row = _around("record", record)
    schema["anyOf"] = [record, row, _around("body", {"anyOf": [record, row]})]
    schema["examples"] = [
        {"body": {"record": {"id": "01a1fe6a-a666-737b-82bf-0123456789ab"}}},
        {"record": {"id": "01a1fe6a-a666-737b-82bf-0123456789ab"}},
    ]


def _around(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": {name: schema}, "required": [name]}


class Named(BaseModel):
    """The record of a job, bare or within `record`, `body` or `body.record`; of it only the id is
    read, and whatever else is sent is passed over."""

    model_config = ConfigDict(strict=True, json_schema_extra=_described)

    id: Annotated[UUID, Field(strict=False, description="Of a row of `generation_jobs`.")]

    @model_validator(mode="before")
    @classmethod
    def _innermost(cls, sent: Any) -> Any:
        for _ in AROUND:
            if not isinstance(sent, dict) or "id" in sent:
                break
            sent = next((sent[name] for name in AROUND if isinstance(sent.get(name), dict)), sent)
        return sent


class Begun(BaseModel):
    """`execution_id` is the job's id, by which it is followed in `generation_jobs`; `work_id` the
    work's, at `/v1/works/{work_id}`."""

    execution_id: UUID
    work_id: UUID
    status: Status


@router.post(
    "/webhook/klein_i2i",
    responses=refusals(
        *(*ALL, Forbidden, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
        *(EncodingRefused, Busy, InvalidInputs, NotFound),
    ),
)
async def begin_job(request: Request, named: Named, caller: SignedIn) -> Begun:
    """A job that waits is looked at at once. Repeatable: one that has begun, or ended, is told as
    it is; and a job of any other template does as well."""
    job = await waking.wake(studio_of(request), caller, named.id)
    return Begun.model_validate(
        {"execution_id": job.id, "work_id": job.work_id, "status": job.status}
    )
