"""Hypothesis strategies for forms and for answers that fit them."""

import base64
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from affiche.domain.fields import MEDIA_TYPES, Field
from affiche.domain.forms import fields_from

words = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12)
phrases = words | st.fixed_dictionaries({"ko": words, "en": words})
plain = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
filled = plain.filter(lambda text: bool(text.strip()))
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
        low, span = draw(tenths), draw(st.integers(1, 300))
        step = draw(st.sampled_from([1, 0.5, 0.1, 2, 0.05]))
        found |= {"min": low, "step": step}
        found["max"] = float(Fraction(str(low)) + span * Fraction(str(step)))
    if kind == "select":
        values = draw(st.lists(words | st.integers(0, 99), min_size=1, max_size=4, unique=True))
        found["options"] = [{"value": value, "label": draw(phrases)} for value in values]
    if kind == "file":
        found["accept"] = ",".join(draw(st.lists(st.sampled_from(sorted(MEDIA_TYPES)), max_size=3)))
    return found


@st.composite
def _forms(draw: st.DrawFn) -> tuple[Field, ...]:
    count = draw(st.integers(1, 5))
    return fields_from([draw(definitions(f"f{n}")) for n in range(count)])


forms = _forms()


def answers(field: Field) -> st.SearchStrategy[Any]:
    """Values that `field` describes as right."""
    if field.type in ("text", "textarea"):
        return filled
    if field.type in ("number", "slider"):
        assert field.minimum is not None
        assert field.maximum is not None
        assert field.step is not None
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


def _plain_number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
