"""The form of a batch: what somebody filled in, and what that comes to."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import FormData

from affiche.domain.batches import MOST_VARIATIONS, MOST_WORKS
from affiche.domain.fields import Field, with_english
from affiche.domain.grids import axes
from affiche.domain.templates import Template
from affiche.errors import AfficheError, FieldProblem, InvalidInputs, LoraMissing, LoraUnset
from affiche.studio import batches, characters, loras, planning
from affiche.studio.batches import Quote
from affiche.studio.planning import BatchAsk
from affiche.studio.studio import Caller, Studio
from affiche.web import fields
from affiche.web.posts import Bounded

MOST_PICKED: Final = MOST_WORKS
AXES: Final = ("x", "y")
PRESSED: Final = ("all", "none", "english")
VARIED: Final = ("number", "slider", "select", "checkbox")


@dataclass(frozen=True, slots=True)
class Order:
    """What is in the form. `values` by request key, without character's and references'; `axes`:
    "x" and "y", each a field and its values as typed; `category`: "=" before its name, "" for all;
    `pressed`: the button that sent it, "" for the sum alone; `before`: the reference to go on
    after.
    """

    values: Mapping[str, str]
    character: str = ""
    picked: Sequence[str] = ()
    variations: int = 1
    axes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    name: str = ""
    category: str = ""
    words: str = ""
    key: str = ""
    pressed: str = ""
    before: str = ""

    def asked(self, template: Template, *, keyed: bool = False) -> BatchAsk:
        """`keyed`: pressed twice, it is asked for once; with anything changed it is another."""
        who = character_field(template)
        inputs = dict(self.values) | ({who.request_key: self.character} if who else {})
        wanted = BatchAsk(
            template=template.slug,
            inputs=inputs,
            references=list(self.picked),
            variations=self.variations,
            grid={side: {"field": on, "values": of} for side, (on, of) in self.axes.items()},
            name=self.name,
            lenient=True,
        )
        if not (keyed and self.key):
            return wanted
        whole = json.dumps(asdict(wanted), sort_keys=True, default=str)
        digest = hashlib.sha256(f"{self.key} {whole}".encode()).hexdigest()
        return BatchAsk(**{**asdict(wanted), "idempotency_key": f"page-{digest[:40]}"})


@dataclass(frozen=True, slots=True)
class Sum:
    """What the order comes to: a `quote`, or what keeps it from one. `wanting`: what is to be
    chosen yet; `problems`: what is wrong, with the field it is in; `refused`: why it cannot be."""

    quote: Quote | None = None
    wanting: Sequence[str] = ()
    problems: Sequence[FieldProblem] = ()
    refused: AfficheError | None = None

    def of_axis(self, side: str) -> FieldProblem | None:
        return next((each for each in self.problems if each.field == f"grid.{side}"), None)


def character_field(template: Template) -> Field | None:
    return next((each for each in template.fields if each.type == "character"), None)


def own_fields(template: Template) -> list[Field]:
    """All that the page does not offer in a way of its own."""
    apart = {"character", "reference"}
    return [each for each in with_english(template.fields) if each.type not in apart]


def varied(template: Template) -> list[Field]:
    """What a grid can go over."""
    return [each for each in template.fields if each.type in VARIED and not each.is_seed]


def blank(template: Template, key: str) -> Order:
    values = fields.defaults(template)
    return Order(
        {each.request_key: values.get(each.request_key, "") for each in own_fields(template)},
        key=key,
    )


async def read(request: Request) -> FormData:
    """Raises PictureTooLarge for a form that is too large to be one."""
    async with Bounded(request, 1, 1).form(max_files=0, max_fields=MOST_PICKED + 200) as form:
        return form


def of_form(form: FormData, template: Template) -> Order:
    """The page's own names have a hyphen, as no field of a template has."""

    def text(name: str) -> str:
        found = [one for one in form.getlist(name) if isinstance(one, str)]
        return found[-1].strip() if found else ""

    told = (text("batch-variations") or "1")[:4]
    boxes = [one for one in form.getlist("batch-pick") if isinstance(one, str)]
    return Order(
        values={f.request_key: text(f.request_key) for f in own_fields(template)},
        character=text("batch-character"),
        picked=list(dict.fromkeys([*text("batch-picked").split(), *boxes])),
        variations=int(told) if told.isascii() and told.isdigit() else 0,
        axes={
            side: (text(f"{side}-field"), text(f"{side}-values"))
            for side in AXES
            if text(f"{side}-field")
        },
        name=text("batch-name"),
        category=text("shelf-category"),
        words=text("shelf-words"),
        key=text("batch-key")[:64],
        pressed=next((name for name in PRESSED if f"shelf-{name}" in form), ""),
        before=text("shelf-before"),
    )


async def summed(studio: Studio, caller: Caller, template: Template, order: Order) -> Sum:
    """Never raises for what people can mend; what is to be chosen yet is no problem."""
    wanting = ["character"] if character_field(template) and not order.character else []
    wanting += [] if order.picked else ["references"]
    if wanting:
        return await _unready(studio, caller, template, order, wanting)
    try:
        return Sum(await batches.quote(studio, caller, order.asked(template)))
    except InvalidInputs as error:
        return Sum(problems=error.problems)
    except AfficheError as error:
        if error.status >= 500:
            raise
        return Sum(refused=error)


async def _unready(
    studio: Studio, caller: Caller, template: Template, order: Order, wanting: Sequence[str]
) -> Sum:
    """What can be said before all is chosen: of the grid's values, and of a LoRA."""
    _, problems = axes(template.fields, order.asked(template).grid or {})
    if not 1 <= order.variations <= MOST_VARIATIONS:
        between = (("low", 1), ("high", MOST_VARIATIONS))
        problems.append(FieldProblem("variations", "between", between))
    refused = None
    found = await characters.find(studio, caller, order.character) if order.character else None
    if found is not None:
        try:
            await loras.check(studio, template, found)
        except (LoraMissing, LoraUnset) as error:
            refused = error
    return Sum(wanting=wanting, problems=problems, refused=refused)


def anchor(template: Template, problem: FieldProblem) -> tuple[str, str] | None:
    """Where in the page the field is that a problem is about, and the key of its name; None for one
    of the template's own fields."""
    known: dict[str, Any] = {
        "grid.x": ("x-values", "x"),
        "grid.y": ("y-values", "y"),
        "references": ("references", "references"),
        "variations": ("variations", "variations"),
        "name": ("batch-name", "name"),
    }
    who, what = character_field(template), planning.reference_field(template.fields)
    if who and problem.field in who.keys:
        return "characters", "character"
    if what and problem.field in what.keys:
        return "references", "references"
    return known.get(problem.field)
