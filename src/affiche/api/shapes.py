"""What answers look like. Field names are the contract; everything else may change."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import BaseModel, Field

from affiche.domain.masks import kept_in
from affiche.domain.subjects import Subject, subject_from
from affiche.domain.templates import Template
from affiche.domain.translation import Status as TranslationStatus
from affiche.studio.failures import recalled
from affiche.studio.uploads import File
from affiche.studio.works import Work
from affiche.texts import Language, say

Status = Literal["pending", "taken", "processing", "completed", "failed", "cancelled"]


class FileShape(BaseModel):
    """A stored picture. `size` is in bytes, `width` and `height` in pixels."""

    id: UUID
    url: str = Field(examples=["/v1/files/01a1fe6a-a666-737b-82bf-0123456789ab"])
    thumbnail_url: str | None
    name: str
    width: int
    height: int
    size: int
    mime_type: str = Field(examples=["image/png"])
    work_id: UUID | None = Field(description="The work that made it; null for an upload.")
    created_at: datetime


class Progress(BaseModel):
    """How far the engine is; `node` is its own id for the step, `label` what people call it.
    `stage` of `stages`, where the template has several."""

    percent: int | None
    node: str | None
    label: str | None
    stage: int | None = Field(description="From 1.")
    stages: int | None
    waking: int | None = Field(description="Seconds until a GPU that is waking up may be there.")


class MaskShape(BaseModel):
    """What a mask promised, held against the picture as it was stored."""

    promise: Literal["kept"]
    outside_pixels: int = Field(description="Those that the mask does not cover.")
    changed_outside: int = Field(description="Of these, how many differ from the target's: none.")
    feather: int = Field(description="Pixels of the soft edge, all of it within the mask.")
    said: str = Field(description="The same in the reader's language.")


class Failure(BaseModel):
    """Why a work failed, in the reader's language."""

    code: str = Field(examples=["out_of_memory"])
    message: str
    hint: str | None


class WorkTemplate(BaseModel):
    """The template at the version that the work was asked with."""

    id: UUID
    slug: str
    version: int | None
    title: str


class CharacterAsked(BaseModel):
    """Who a work is of."""

    id: UUID
    slug: str
    name: str


class ReferenceAsked(BaseModel):
    """What a work is made after."""

    id: UUID
    filename: str
    caption: str


class TextShape(BaseModel):
    """What went to the image model of one field, and how it came about."""

    status: TranslationStatus
    english: str


class TranslationShape(BaseModel):
    """`fields` by name; what was written is among the inputs. Where it failed or there is no model,
    `english` is what was written."""

    status: TranslationStatus = Field(description="The gravest of its fields'.")
    label: str = Field(description="The status in words, in the reader's language.")
    model: str | None
    stand_in: bool = Field(description="By the built-in dictionary; no model was used.")
    fields: dict[str, TextShape]


class WorkShape(BaseModel):
    """One thing that somebody asked for."""

    id: UUID
    number: int
    template: WorkTemplate
    status: Status
    label: str = Field(
        description="The status in words, in the reader's language, and that a GPU wakes up."
    )
    progress: Progress | None
    inputs: dict[str, Any] = Field(description="By request key; a picture is the id of its file.")
    prompt: str | None = Field(description="As it was written.")
    translation: TranslationShape | None = Field(
        description="What was sent instead; null before it is settled."
    )
    character: CharacterAsked | None = Field(description="As it was when the work was asked for.")
    reference: ReferenceAsked | None = Field(description="As it was when the work was asked for.")
    positive_prompt: str | None = Field(
        description="What the engine was told, once it was; in English where that was to be had."
    )
    negative_prompt: str | None
    seed: int | None
    output_count: int
    project_id: UUID | None
    engine: str | None = Field(
        description="What makes or made it. `preview` paints a stand-in; no model was used.",
        examples=["comfyui", "preview"],
    )
    title: str | None
    tags: list[str]
    outputs: list[FileShape]
    mask: MaskShape | None = Field(
        description="Where the form has a mask: of the picture nothing changed but what it covers."
    )
    error: Failure | None
    credits: int = Field(description="What was paid for it; 0 where works cost nothing.")
    credits_refunded: int = Field(description="Of it, for outputs that were not delivered.")
    retry_of: UUID | None
    batch_id: UUID | None
    choice: Literal["kept", "rejected"] | None = Field(description="Off its batch's contact sheet.")
    stars: int = Field(description="Yours, from 1 to 5; 0 for none.")
    estimated_time: int = Field(description="Seconds that such a work usually takes.")
    seconds: float = Field(description="Seconds since it was asked for, to its end if it ended.")
    created_at: datetime
    taken_at: datetime | None
    processing_at: datetime | None
    completed_at: datetime | None
    failed_at: datetime | None
    cancelled_at: datetime | None
    trashed_at: datetime | None = Field(description="When it was thrown away; no list has it then.")


def file_shape(file: File) -> FileShape:
    return FileShape(
        id=file.id,
        url=f"/v1/files/{file.id}",
        thumbnail_url=f"/v1/files/{file.id}/thumbnail" if file.thumbnail_key else None,
        name=file.name,
        width=file.width,
        height=file.height,
        size=file.file_size,
        mime_type=file.mime_type,
        work_id=file.work_id,
        created_at=file.created_at,
    )


def work_shape(
    work: Work,
    template: Template,
    outputs: Sequence[File],
    language: Language,
    now: datetime,
    stars: int = 0,
) -> WorkShape:
    prompt = work.input_data.get("prompt")
    about, told = subject_from(work.subject), work.generation_metadata or {}
    positive = told.get("positive_prompt", told.get("prompt"))
    return WorkShape(
        id=work.id,
        number=work.number,
        template=WorkTemplate(
            id=work.template_id,
            slug=work.template_slug,
            version=work.template_version,
            title=template.title.say(language),
        ),
        status=cast(Status, work.status),
        label=_label(work, language),
        progress=_progress(work),
        inputs=work.input_data,
        prompt=prompt if isinstance(prompt, str) else None,
        translation=_translation(work, language),
        character=_character(about),
        reference=_reference(about),
        positive_prompt=positive if isinstance(positive, str) else None,
        negative_prompt=told.get("negative_prompt"),
        seed=work.seed,
        output_count=work.output_count,
        project_id=work.project_id,
        engine=work.engine,
        title=work.title,
        tags=work.tags,
        outputs=[file_shape(file) for file in outputs],
        mask=_mask(work, language),
        error=_failure(work, language),
        credits=work.credits_used,
        credits_refunded=work.credits_refunded,
        retry_of=work.retry_of,
        batch_id=work.batch_id,
        choice=cast(Literal["kept", "rejected"] | None, work.choice),
        stars=stars,
        estimated_time=work.estimated_time,
        seconds=max(0.0, round(((work.ended_at or now) - work.created_at).total_seconds(), 3)),
        created_at=work.created_at,
        taken_at=work.taken_at,
        processing_at=work.processing_at,
        completed_at=work.completed_at,
        failed_at=work.failed_at,
        cancelled_at=work.cancelled_at,
        trashed_at=work.trashed_at,
    )


def _translation(work: Work, language: Language) -> TranslationShape | None:
    told = work.translation
    if told is None:
        return None
    return TranslationShape(
        status=told["status"],
        label=translation_label(told, language),
        model=told.get("model"),
        stand_in=told.get("stand_in", False),
        fields={name: TextShape(**each) for name, each in told["fields"].items()},
    )


def translation_label(told: dict[str, Any], language: Language) -> str:
    by_dictionary = told.get("stand_in") and told["status"] in ("translated", "cached")
    key = "stand_in" if by_dictionary else told["status"]
    return say(language, f"works.translation.{key}")


def _character(about: Subject) -> CharacterAsked | None:
    found = about.character
    return None if found is None else CharacterAsked(id=found.id, slug=found.slug, name=found.name)


def _reference(about: Subject) -> ReferenceAsked | None:
    found = about.reference
    if found is None:
        return None
    return ReferenceAsked(id=found.id, filename=found.filename, caption=found.caption)


def _label(work: Work, language: Language) -> str:
    if work.waking is not None:
        return say(language, "works.waking", seconds=work.waking)
    return say(language, f"works.status.{work.status}")


def _progress(work: Work) -> Progress | None:
    if work.progress is None or work.ended:
        return None
    known = work.progress
    return Progress(**{name: known.get(name) for name in Progress.model_fields})


def _mask(work: Work, language: Language) -> MaskShape | None:
    kept = kept_in(work.generation_metadata) if work.status == "completed" else None
    if kept is None:
        return None
    return MaskShape(
        promise="kept",
        outside_pixels=kept.outside_pixels,
        changed_outside=kept.changed_outside,
        feather=kept.feather,
        said=kept.say(language),
    )


def _failure(work: Work, language: Language) -> Failure | None:
    if work.status != "failed":
        return None
    error = recalled(work.error_code or "", work.error_params)
    return Failure(
        code=work.error_code or error.code,
        message=error.message(language),
        hint=error.hint(language),
    )
