"""Hypothesis strategies for forms and for answers that fit them."""

import base64
import unicodedata
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from affiche.domain.fields import MAX_FILE, MAX_TEXT, MEDIA_TYPES, Field
from affiche.domain.forms import fields_from
from affiche.domain.numbers import MAX_WHOLE, parsed
from affiche.domain.seeds import MAX_SEED
from affiche.domain.uploads import InlinePicture, PictureAddress, UploadedFile

words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
phrases = words | st.fixed_dictionaries({"ko": words, "en": words})
plain = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
filled = plain.filter(lambda text: bool(text.strip()))
lists = st.lists(st.integers(), max_size=2) | st.dictionaries(words, st.integers(), max_size=2)
no_text = st.booleans() | st.integers() | lists
no_number = st.booleans() | lists | words.filter(lambda text: parsed(text) is None)
TRUTHS = ("on", "true", "1", "yes", "off", "false", "0", "no")
tenths = st.integers(-500, 500).map(lambda n: n / 10)


@st.composite
def definitions(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """One field's definition, sound by construction."""
    kind = draw(
        st.sampled_from(["file", "textarea", "text", "number", "slider", "select", "checkbox"])
    )
    found: dict[str, Any] = {
        "type": kind,
        "name": name,
        "label": draw(phrases),
        "required": draw(st.booleans()),
        "aliases": draw(st.sampled_from([[], [f"{name}_other"]])),
        "description": draw(st.none() | phrases),
    }
    if kind in ("text", "textarea"):
        found["max_length"] = draw(st.none() | st.integers(30, 200))
    if kind in ("number", "slider"):
        found |= draw(_bounds()) if kind == "slider" else draw(_bounds() | st.just({}))
    if kind == "select":
        # An HTML form has only text, so it cannot tell "1" from 1.
        choices = words | st.integers(0, 99) | tenths
        values = draw(st.lists(choices, min_size=1, max_size=4, unique_by=str))
        found["options"] = [{"value": value, "label": draw(phrases)} for value in values]
    if kind == "checkbox":
        found["default_value"] = draw(st.none() | st.just(True))
    if kind == "file":
        found["max_size"] = draw(st.none() | st.integers(60, 2_000))
        found["accept"] = ",".join(draw(st.lists(st.sampled_from(sorted(MEDIA_TYPES)), max_size=3)))
    return found


@st.composite
def _bounds(draw: st.DrawFn) -> dict[str, Any]:
    low, span = draw(tenths | st.integers(-50, 50)), draw(st.integers(1, 300))
    step = draw(st.sampled_from([1, 0.5, 0.1, 2, 5, 0.05]))
    high = Fraction(str(low)) + span * Fraction(str(step))
    return {"min": low, "step": step, "max": _plain_number(high)}


@st.composite
def _forms(draw: st.DrawFn, seeded: bool) -> tuple[Field, ...]:
    count = draw(st.integers(1, 5))
    found = [draw(definitions(f"f{n}")) for n in range(count)]
    if seeded and draw(st.booleans()):
        found.append(
            {"type": "number", "name": "seed", "label": "S", "required": draw(st.booleans())}
        )
    for at, field in enumerate(fields_from(found)):
        # What stands in for an answer is one itself.
        if field.type not in ("file", "checkbox") and draw(st.integers(0, 3)) == 0:
            found[at]["default_value"] = draw(answers(field))
    return fields_from(found)


forms = _forms(seeded=False)
seeded_forms = _forms(seeded=True)


def answers(field: Field) -> st.SearchStrategy[Any]:
    """Values that `field` describes as right."""
    if field.type in ("text", "textarea"):
        return filled
    if field.type in ("number", "slider"):
        if field.is_seed:
            return st.integers(1, MAX_SEED)
        if field.minimum is None or field.maximum is None or field.step is None:
            return st.integers(-MAX_WHOLE, MAX_WHOLE) | st.floats(-1e6, 1e6)
        low, step = Fraction(str(field.minimum)), Fraction(str(field.step))
        steps = int((Fraction(str(field.maximum)) - low) / step)
        return st.integers(0, steps).map(lambda n: _plain_number(low + n * step))
    if field.type == "select":
        return st.sampled_from([option.value for option in field.options])
    if field.type == "checkbox":
        return st.just(True) if field.required else st.booleans()
    encoded = st.binary(min_size=1, max_size=60).map(lambda b: base64.b64encode(b).decode())
    return (
        st.uuids().map(str)
        | st.just("https://example.com/a.jpg")
        | encoded
        | encoded.map(lambda text: f"data:image/png;base64,{text}")
    )


def mistakes(field: Field) -> st.SearchStrategy[Any]:
    """Values, none of them blank, that `field` describes as wrong."""
    if field.type in ("text", "textarea"):
        limit = field.max_length or MAX_TEXT
        control = st.sampled_from(["\0", "\x1b", "\x7f", "\x85"] + ["\n"] * (field.type == "text"))
        return (
            no_text
            | control.map(lambda c: f"a{c}b")
            | st.sampled_from(["가", "x", "😀"]).map(lambda c: c * (limit + 1))
        )
    if field.type in ("number", "slider"):
        if field.is_seed:
            return st.integers(MAX_SEED + 1, 2**70)
        low = -MAX_WHOLE if field.minimum is None else field.minimum
        high = MAX_WHOLE if field.maximum is None else field.maximum
        found = no_number | st.just(low - 1) | st.just(high + 1) | st.sampled_from([1e300, -1e300])
        # Halfway between the first two steps.
        return found | st.just(low + field.step / 2) if field.step else found
    if field.type == "select":
        taken = [option.value for option in field.options]
        return (no_text | filled | st.integers()).filter(lambda value: value not in taken)
    if field.type == "checkbox":
        wrong = (
            st.integers() | filled.filter(lambda text: text.strip().lower() not in TRUTHS) | lists
        )
        return wrong | st.just(False) if field.required else wrong
    size = field.max_size or MAX_FILE
    too_big = [] if size > 10_000 else [base64.b64encode(bytes(size + 1)).decode()]
    garbage = ["no picture!", "http://", "https://a b/", "ftp://example.com/a", "data:,a", "a" * 5]
    return no_text | st.sampled_from(garbage + too_big)


def typed(field: Field, value: Any) -> bool:
    """Whether `value` is what the pipeline may rely on for an answer to `field`."""
    if field.type in ("text", "textarea"):
        return isinstance(value, str) and unicodedata.is_normalized("NFC", value)
    if field.type in ("number", "slider"):
        whole = isinstance(value, int) or not (field.is_integral or field.is_seed)
        return whole and isinstance(value, int | float) and not isinstance(value, bool)
    if field.type == "select":
        return any(value == o.value and type(value) is type(o.value) for o in field.options)
    if field.type == "checkbox":
        return isinstance(value, bool)
    return isinstance(value, UploadedFile | PictureAddress | InlinePicture)


def _plain_number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
