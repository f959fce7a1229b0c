"""All that the page of one work shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from affiche.api.shapes import translation_label
from affiche.domain import notes
from affiche.domain.fields import english_of
from affiche.domain.masks import kept_in
from affiche.domain.templates import Template
from affiche.errors import NotFound
from affiche.studio import gallery, recall, templates, uploads, works
from affiche.studio.failures import recalled
from affiche.studio.studio import Caller
from affiche.studio.uploads import File
from affiche.studio.works import Work
from affiche.texts import Language, say
from affiche.web import cards, kin, moments
from affiche.web.pages import Desk

STEPS: Final = ("pending", "taken", "processing", "completed")
BENT: Final = 0.06
ANNOUNCED: Final = 25
"""Per cent between two announcements: a screen reader should not count along."""


@dataclass(frozen=True, slots=True)
class Parameter:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Times:
    """`elapsed` since asking, to the end if there is one; `waiting` and `making` its parts."""

    elapsed: timedelta
    waiting: timedelta | None
    making: timedelta | None


async def of_work(page: Desk, caller: Caller, work: Work, output: int) -> dict[str, Any]:
    """The context of `work.html`. Raises NotFound for an output that there is not."""
    studio = page.studio
    template = await templates.at_version(studio, work.template_id, work.template_version)
    made = await works.outputs(studio, caller, [work.id]) if _has_some(work) else []
    outputs = made if work.status == "completed" else []
    if output > max(1, len(outputs)):
        raise NotFound(what="output")
    error = recalled(work.error_code or "", work.error_params)
    done = cards.percent(work)
    kept = kept_in(work.generation_metadata) if work.status == "completed" else None
    beside = await source(page, caller, work, template)
    result = outputs[output - 1] if outputs else None
    own = work.user_id == caller.id and caller.project_id in (None, work.project_id)
    frame = "source" if beside and (result is None or alike(beside, result)) else "result"
    return {
        "work": work,
        "template": template,
        "template_title": template.title.say(page.language),
        "english": english(work, template, page.language),
        "words": cards.words(work, template, page.language),
        "source": beside,
        "shape": shape(result if frame == "result" else beside),
        "frame": frame,
        "outputs": outputs,
        "strip": strip(work, made),
        "output": output,
        "result": result,
        "parameters": parameters(work, template, page.language),
        "times": times(work, page.now),
        "percent": done,
        "node": node(work),
        "waking": say(page.language, "works.waking", seconds=work.waking) if work.waking else "",
        "stage": stage(work, page.language),
        "announced": done - done % ANNOUNCED,
        "steps": STEPS,
        "mask": kept.say(page.language) if kept else "",
        "message": error.message(page.language),
        "hint": error.hint(page.language),
        "moment": moments.moment,
        "mine": own,
        "stars": (await gallery.stars(studio, caller, [work.id])).get(work.id, 0),
        "seed": recall.seed_of(work, result),
        "settings": notes.written(recall.note_of(work, result)),
        "kin": await kin.of_work(page, caller, work, outputs) if work.ended else None,
        "on_offer": work.ended and await templates.is_offered(studio, caller, work.template_id),
        "uses": await kin.uses(page, caller, result) if result else (),
    }


def strip(work: Work, made: Sequence[File]) -> list[File | None]:
    """A place for each picture that was asked for, from the start, and what has come of it; none
    where there is but one."""
    if work.output_count == 1 or work.status in ("failed", "cancelled"):
        return []
    by_place = {file.output_index: file for file in made}
    return [by_place.get(index) for index in range(work.output_count)]


def _has_some(work: Work) -> bool:
    """Of several pictures the first may be there long before the last."""
    return work.status == "completed" or (work.status == "processing" and work.output_count > 1)


@dataclass(frozen=True, slots=True)
class Worded:
    """What went to the image model of one field; `differs` from what was written."""

    name: str
    label: str
    english: str
    differs: bool


@dataclass(frozen=True, slots=True)
class Wording:
    label: str
    texts: Sequence[Worded]


def english(work: Work, template: Template, language: Language) -> Wording | None:
    """None where there was nothing to translate, or nobody has tried yet."""
    told = work.translation
    if told is None or not told["fields"]:
        return None
    texts = []
    for field in template.fields:
        own, found = english_of(field), told["fields"].get(field.name)
        if own is not None and found is not None:
            sent = found["english"]
            written = work.input_data.get(field.request_key)
            texts.append(Worded(field.name, own.label.say(language), sent, sent != written))
    return Wording(translation_label(told, language), texts)


async def source(page: Desk, caller: Caller, work: Work, template: Template) -> File | None:
    """The picture that the result stands beside: the first of the form's."""
    for file_id in cards.sources(work, template):
        try:
            return await uploads.get(page.studio, caller, file_id)
        except NotFound:
            continue
    return None


def alike(one: File, other: File) -> bool:
    """Models work on multiples of 16 pixels, which bends proportions by a little."""
    return abs(one.width * other.height / (one.height * other.width) - 1) <= BENT


def shape(picture: File | None) -> str:
    """How broad a picture may be shown, so that all of it is on the screen at once."""
    ratio = picture.width / picture.height if picture else 4 / 3
    for name, least in (("wide", 1.6), ("landscape", 1.2), ("square", 0.9), ("portrait", 0.6)):
        if ratio >= least:
            return name
    return "tall"


def node(work: Work) -> str:
    """The engine's node that is at work, by its name and id."""
    found = work.progress or {}
    return " · ".join(str(found[key]) for key in ("label", "node") if found.get(key))


def stage(work: Work, language: Language) -> str:
    """Which of its stages it is at, where it has several."""
    found = work.progress or {}
    if not found.get("stages"):
        return ""
    return say(language, "works.stage", stage=found.get("stage"), stages=found["stages"])


def parameters(work: Work, template: Template, language: Language) -> Sequence[Parameter]:
    """What was asked, in the form's order and words, but for the pictures, the prompt and seed."""
    found = []
    for field in template.fields:
        value = work.input_data.get(field.request_key)
        if value is None or field.is_picture or field.is_seed or field.name == "prompt":
            continue
        options = {str(option.value): option.label.say(language) for option in field.options}
        if field.type == "character":
            text = str(((work.subject or {}).get("character") or {}).get("name") or value)
        elif isinstance(value, bool):
            text = say(language, "web.work.yes" if value else "web.work.no")
        else:
            text = f"{value:.10g}" if isinstance(value, float) else str(value)
        found.append(Parameter(field.label.say(language), options.get(text, text)))
    return found


def times(work: Work, now: datetime) -> Times:
    end = work.ended_at
    started = work.processing_at
    return Times(
        (end or now) - work.created_at,
        started - work.created_at if started else None,
        end - started if started and end else None,
    )
