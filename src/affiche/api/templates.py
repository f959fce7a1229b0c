"""What can be asked for."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.languages import of_request
from affiche.api.problems import refusals
from affiche.domain.fields import form_fields
from affiche.domain.forms import describe
from affiche.domain.templates import EngineKind, Preset
from affiche.errors import DatabaseUnavailable, NotFound, NotSignedIn
from affiche.studio import templates
from affiche.studio.templates import Versioned
from affiche.texts import Language

router: Final = APIRouter(prefix="/v1/templates", tags=["templates"])


class PresetShape(BaseModel):
    """Values that are set together."""

    slug: str
    title: str
    values: dict[str, Any]
    estimated_time: int | None


class TemplateShape(BaseModel):
    """A form over a workflow, in the reader's language."""

    id: UUID
    slug: str
    template_name: str
    version: int
    work_type: str = Field(examples=["promotional_image"])
    title: str
    description: str
    estimated_time: int = Field(description="Seconds that a work usually takes.")
    credits: int = Field(description="Price of one output.")
    engines: list[EngineKind]
    model: str
    tags: list[str]
    form_fields: list[dict[str, Any]] = Field(description="The form, for people.")
    request_dto: dict[str, str] = Field(description="Request key to type.")
    request_schema: dict[str, Any] = Field(description="JSON schema of a work's `inputs`.")
    presets: list[PresetShape]


class TemplateList(BaseModel):
    templates: list[TemplateShape]


@router.get("", responses=refusals(NotSignedIn, DatabaseUnavailable))
async def list_templates(request: Request, caller: SignedIn) -> TemplateList:
    """The templates on offer, in their order."""
    language = of_request(request)
    found = await templates.gallery(studio_of(request), caller)
    return TemplateList(templates=[_shape(each, language) for each in found])


@router.get("/{template}", responses=refusals(NotSignedIn, NotFound, DatabaseUnavailable))
async def read_template(
    request: Request,
    template: Annotated[
        str, Path(description="Id, slug or name.", max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")
    ],
    caller: SignedIn,
) -> TemplateShape:
    """One template: its form, its request schema, its presets."""
    found = await templates.find(studio_of(request), caller, template)
    return _shape(found, of_request(request))


def _shape(versioned: Versioned, language: Language) -> TemplateShape:
    template = versioned.template
    return TemplateShape(
        id=template.id,
        slug=template.slug,
        template_name=template.template_name,
        version=versioned.version,
        work_type=template.work_type,
        title=template.title.say(language),
        description=template.description.say(language),
        estimated_time=template.estimated_time,
        credits=template.credits,
        engines=list(template.engines),
        model=template.model,
        tags=list(template.tags),
        form_fields=form_fields(template.fields, language),
        request_dto=template.request_dto,
        request_schema=describe(template.fields, language),
        presets=[_preset(preset, language) for preset in template.presets],
    )


def _preset(preset: Preset, language: Language) -> PresetShape:
    return PresetShape(
        slug=preset.slug,
        title=preset.title.say(language),
        values=dict(preset.values),
        estimated_time=preset.estimated_time,
    )
