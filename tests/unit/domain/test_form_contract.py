"""A form keeps to what it says of itself: to people, to programs, and to pages without types."""

from collections.abc import Callable
from typing import Any

import jsonschema_rs
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.form_strategies import answers, mistakes, seeded_forms, typed

from affiche.domain.forms import Field, check, describe
from affiche.domain.numbers import is_number, is_whole, on_step


@given(seeded_forms, st.data())
def test_what_is_accepted_comes_back_typed(fields: tuple[Field, ...], data: st.DataObject) -> None:
    asked = {
        data.draw(st.sampled_from(field.keys)): data.draw(answers(field), label=field.name)
        for field in fields
        if field.needs_answer or data.draw(st.booleans())
    }
    checked = check(fields, asked)
    assert checked.problems == ()
    by_name = {field.name: field for field in fields}
    answered = {field.name for field in fields if asked.keys() & set(field.keys)}
    needed = {field.name for field in fields if field.required and not field.is_seed}
    assert answered | needed <= checked.values.keys()
    for name, value in checked.values.items():
        assert typed(by_name[name], value), (name, value)


@given(seeded_forms, st.data())
def test_every_wrong_field_is_named_and_none_that_is_right(
    fields: tuple[Field, ...], data: st.DataObject
) -> None:
    spoiled = data.draw(st.sets(st.sampled_from([field.name for field in fields])))
    left_out = {
        field.name
        for field in fields
        if field.needs_answer and field.name in spoiled and data.draw(st.booleans())
    }
    strange = data.draw(st.sets(st.sampled_from(["__proto__", "constructor", "x", "F0", "f0 "])))
    asked: dict[str, Any] = dict.fromkeys(strange, 1)
    for field in fields:
        key = data.draw(st.sampled_from(field.keys))
        if field.name in left_out:
            asked |= data.draw(st.sampled_from([{}, {key: None}, {key: " \t"}]))
        else:
            drawn = mistakes(field) if field.name in spoiled else answers(field)
            asked[key] = data.draw(drawn, label=field.name)
    checked = check(fields, asked)
    assert sorted(problem.field for problem in checked.problems) == sorted(spoiled | strange)
    assert {p.field for p in checked.problems if p.code == "required"} >= left_out
    assert not spoiled & checked.values.keys()
    for problem in checked.problems:
        assert all(len(problem.message(language)) < 200 for language in ("ko", "en"))


@given(seeded_forms, st.data())
def test_a_page_s_form_and_a_program_s_request_are_read_alike(
    fields: tuple[Field, ...], data: st.DataObject
) -> None:
    asked: dict[str, Any] = {}
    for field in fields:
        drawn = data.draw(answers(field) | mistakes(field).filter(_on_a_page(field)))
        asked[field.request_key] = drawn
    page = {key: _as_html(value) for key, value in asked.items() if value is not False}
    strictly, leniently = check(fields, asked), check(fields, page, lenient=True)
    assert leniently.problems == strictly.problems
    assert leniently.values == strictly.values


def _on_a_page(field: Field) -> Callable[[Any], bool]:
    """A person can type text, and for a number any; a page offers no choice that is none, and a
    box is there or not."""
    if field.type in ("number", "slider"):
        return lambda value: isinstance(value, str) or is_number(value)
    taken = {str(option.value) for option in field.options}
    return lambda value: isinstance(value, str) and value not in taken


def _as_html(value: Any) -> str:
    return "on" if value is True else str(value)


@given(seeded_forms, st.data())
def test_the_request_schema_and_the_form_agree(
    fields: tuple[Field, ...], data: st.DataObject
) -> None:
    """But for what no schema can say: that a text is a picture, and odd steps. Blanks for an answer
    are let pass by the form; a program that sends none fits both."""
    asked: dict[str, Any] = {}
    for field in fields:
        wrong = st.nothing() if field.type == "file" or _has_odd_steps(field) else mistakes(field)
        drawn = data.draw(st.none() | answers(field) | wrong)
        if drawn is not None:
            asked[data.draw(st.sampled_from(field.keys))] = drawn
    if data.draw(st.integers(0, 5)) == 0:
        asked["x"] = 1
    schema = describe(fields)
    checked = check(fields, asked)
    assert jsonschema_rs.is_valid(schema, asked) == (checked.problems == ()), (schema, checked)


def _has_odd_steps(field: Field) -> bool:
    """Neither whole nor from a whole number on: min 0.1 and steps of 1, say."""
    step = field.step
    return step is not None and not (is_whole(step) and on_step(0, step, field.minimum))
