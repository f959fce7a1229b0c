"""Forms: they accept what they describe, and name every field that is wrong, in both languages."""

import re
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.domain.form_example import FORM, problems, values
from tests.unit.domain.form_strategies import answers
from tests.unit.domain.form_strategies import forms as any_form

from affiche.domain.forms import (
    Field,
    PictureAddress,
    check,
    describe,
    fields_from,
    validate,
)
from affiche.domain.seeds import MAX_SEED
from affiche.errors import InvalidInputs


@given(any_form, st.data())
def test_a_form_accepts_what_it_describes(fields: tuple[Field, ...], data: st.DataObject) -> None:
    asked = {
        data.draw(st.sampled_from(field.keys)): data.draw(answers(field), label=field.name)
        for field in fields
        if field.required or data.draw(st.booleans())
    }
    checked = check(fields, asked)
    assert checked.problems == ()
    schema = describe(fields)
    assert asked.keys() <= schema["properties"].keys()
    for key, value in asked.items():
        _assert_fits(schema["properties"][key], value)
    assert check(fields, checked.values).values == checked.values, "checking twice changes nothing"


def _assert_fits(schema: dict[str, Any], value: Any) -> None:
    kinds = {"string": str, "integer": int, "number": int | float, "boolean": bool}
    assert "enum" not in schema or value in schema["enum"]
    assert "type" not in schema or isinstance(value, kinds[schema["type"]])
    assert schema.get("minLength", 0) <= len(str(value)) <= schema.get("maxLength", 10_000)
    if schema.get("type") in ("integer", "number"):
        assert schema["minimum"] <= value <= schema["maximum"]


@given(any_form, st.data())
def test_every_wrong_field_is_named_and_no_other(
    fields: tuple[Field, ...], data: st.DataObject
) -> None:
    wrong = {
        "file": "no picture!",
        "textarea": 5,
        "text": "a\nb",
        "number": "12",
        "slider": True,
        "select": {"value": 1},
        "checkbox": "on",
    }
    spoiled = data.draw(st.sets(st.sampled_from([field.name for field in fields])))
    asked: dict[str, Any] = {"nobody_knows": 1}
    for field in fields:
        good = data.draw(answers(field))
        asked[field.request_key] = wrong[field.type] if field.name in spoiled else good
    checked = check(fields, asked)
    assert {problem.field for problem in checked.problems} == spoiled | {"nobody_knows"}
    assert checked.values.keys() == {field.name for field in fields} - spoiled


def test_defaults_stand_in_and_optional_fields_stay_away() -> None:
    assert values() == {
        "image": PictureAddress("https://example.com/a.jpg"),
        "prompt": "노을",
        "steps": 4,
        "size": 1.0,
        "sharp": False,
    }
    assert values(steps=None, size="  ", title="", mood=None) == values()


def test_all_problems_are_raised_at_once() -> None:
    with pytest.raises(InvalidInputs) as caught:
        validate(FORM, {"prompt": "x" * 501, "seed": 2**64, "steps": 0, "colour": "red"})
    assert [(p.field, p.code) for p in caught.value.problems] == [
        ("image", "required"),
        ("prompt", "too_long"),
        ("steps", "too_small"),
        ("seed", "too_large"),
        ("colour", "unknown"),
    ]


def test_a_flood_of_unknown_fields_is_not_echoed_whole() -> None:
    found = problems(**{f"{'x' * 500}{n}": 1 for n in range(1000)})
    assert len(found) == 20
    assert all(len(name) == 100 for name, _ in found)


# --- text -------------------------------------------------------------------------------------


def test_length_counts_code_points_of_composed_text() -> None:
    decomposed = unicodedata.normalize("NFD", "각" * 500)
    assert len(decomposed) == 1500
    assert values(prompt=decomposed)["prompt"] == "각" * 500
    assert values(prompt="😀" * 500)["prompt"] == "😀" * 500
    assert problems(prompt="😀" * 501) == [("prompt", "too_long")]
    assert problems(prompt="x" * 10_000_000) == [("prompt", "too_long")]


def test_line_ends_count_once() -> None:
    assert values(prompt="a\r\n" * 250)["prompt"] == "a\n" * 250


@pytest.mark.parametrize("text", ["a\0b", "a\x1bb", "a\x7fb", "a\x85b", "a\ud800b"])
def test_control_characters_are_refused(text: str) -> None:
    assert problems(prompt=text) == [("prompt", "control_characters")]
    assert problems(title=text) == [("title", "control_characters")]


def test_only_a_textarea_takes_lines_and_tabs() -> None:
    assert values(prompt="a\n\tb")["prompt"] == "a\n\tb"
    assert problems(title="a\nb") == [("title", "control_characters")]
    assert problems(title="a\tb") == [("title", "control_characters")]


@pytest.mark.parametrize("value", [5, True, ["a"], {"a": 1}, b"a"])
def test_text_is_text(value: Any) -> None:
    assert problems(prompt=value) == [("prompt", "not_text")]


@pytest.mark.parametrize("blank", ["", "   ", "\n\t", None])
def test_a_prompt_of_spaces_is_no_prompt(blank: str | None) -> None:
    assert problems(prompt=blank) == [("prompt", "required")]


# --- numbers ----------------------------------------------------------------------------------


def test_whole_numbers_stay_whole() -> None:
    assert [type(values(steps=n)["steps"]) for n in (7, 7.0)] == [int, int]
    assert type(values(size=1)["size"]) is int
    assert type(values(free=2.0)["free"]) is float


@pytest.mark.parametrize("size", [0.5, 0.6, 0.7, 0.8, 1.1, 1.2, 1.3, 1.9, 2.0, 2])
def test_steps_are_decimal_and_begin_at_the_minimum(size: float) -> None:
    assert values(size=size)["size"] == size


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("steps", 41, "too_large"),
        ("steps", 0, "too_small"),
        ("steps", 1.5, "not_whole"),
        ("size", 0.55, "off_step"),
        ("size", 0.7000000000000001, "off_step"),
        ("size", 2.1, "too_large"),
        ("size", 1e-300, "too_small"),
        ("free", float("nan"), "not_number"),
        ("free", float("inf"), "not_number"),
        ("free", 2**53, "too_large"),
        ("free", -(2**53), "too_small"),
        ("free", True, "not_number"),
        ("free", "12", "not_number"),
        ("free", [1], "not_number"),
    ],
)
def test_wrong_numbers(name: str, value: Any, code: str) -> None:
    assert problems(**{name: value}) == [(name, code)]


@pytest.mark.parametrize(
    ("text", "value"),
    [("12", 12), (" 12 ", 12), ("-3", -3), ("+4", 4), ("1.5", 1.5), (".5", 0.5), ("1e3", 1000.0)],
)
def test_text_is_a_number_only_from_html_forms(text: str, value: float) -> None:
    found = values(lenient=True, free=text)["free"]
    assert (found, type(found)) == (value, type(value))
    assert problems(free=text) == [("free", "not_number")]


@pytest.mark.parametrize(
    "text", ["1_000", "0x10", "nan", "inf", "1e9999", "1,5", "one", "٣", "9" * 65, "--1"]
)
def test_text_that_is_no_number_is_refused_from_html_forms_too(text: str) -> None:
    assert problems(lenient=True, free=text) == [("free", "not_number")]


# --- seeds ------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [None, "", 0, -1, -999, 12.5, "abc", True, [], float("nan")])
def test_a_seed_that_names_none_is_left_to_be_drawn(seed: Any) -> None:
    assert "seed" not in values(seed=seed)
    assert "seed" not in values(lenient=True, seed=seed)


@pytest.mark.parametrize("seed", [42, 42.0, "42"])
def test_a_seed_that_is_whole_is_kept(seed: Any) -> None:
    assert values(seed=seed)["seed"] == 42


@pytest.mark.parametrize("seed", [2**53, 2**64, 1e300, str(2**64), "9" * 5000])
def test_a_seed_past_the_maximum_is_refused(seed: Any) -> None:
    assert problems(seed=seed) == [("seed", "too_large")]
    assert values(seed=MAX_SEED)["seed"] == MAX_SEED


def test_the_default_of_a_seed_is_for_the_page_to_show() -> None:
    fields = fields_from([{"type": "number", "name": "seed", "label": "S", "default_value": 7}])
    assert fields[0].default == 7
    assert validate(fields, {}) == {}


# --- choices ----------------------------------------------------------------------------------


def test_a_choice_keeps_its_type() -> None:
    assert values(mood="1")["mood"] == "1"
    assert values(mood=1)["mood"] == 1
    assert values(lenient=True, mood="2.5")["mood"] == 2.5
    for wrong in ("2.5", "wild", True, ["calm"], 3):
        assert problems(mood=wrong) == [("mood", "not_option")]


def test_a_checkbox_is_true_or_false() -> None:
    assert values(sharp=True)["sharp"] is True
    assert [values(lenient=True, sharp=t)["sharp"] for t in ("on", "true", "1")] == [True] * 3
    assert [values(lenient=True, sharp=t)["sharp"] for t in ("off", "0", "")] == [False] * 3
    for wrong in ("on", 1, 0, "yes"):
        assert problems(sharp=wrong) == [("sharp", "not_boolean")]


def test_an_unset_checkbox_is_not_sent_by_html() -> None:
    box = {"type": "checkbox", "name": "a", "label": "A", "default_value": True}
    fields = fields_from([box])
    assert validate(fields, {}) == {"a": True}
    assert validate(fields, {}, lenient=True) == {"a": False}
    must = fields_from([{**box, "required": True, "default_value": None}])
    assert [p.code for p in check(must, {"a": False}).problems] == ["required"]


def test_a_required_zero_is_an_answer() -> None:
    fields = fields_from([{"type": "number", "name": "a", "label": "A", "required": True}])
    assert validate(fields, {"a": 0}) == {"a": 0}


# --- describing -------------------------------------------------------------------------------


def test_the_schema_names_every_key_and_what_is_needed() -> None:
    schema = describe(FORM, "ko")
    assert schema["required"] == ["prompt"]
    assert schema["allOf"] == [
        {"anyOf": [{"required": [k]} for k in ("image", "image_url", "image_base64")]}
    ]
    assert schema["properties"]["steps"] == {
        "title": "D",
        "default": 4,
        "type": "integer",
        "minimum": 1,
        "maximum": 40,
    }
    assert schema["properties"]["seed"]["maximum"] == MAX_SEED
    assert "minimum" not in schema["properties"]["seed"], "a negative one asks for a random one"
    assert re.search("[가-힣]", schema["properties"]["image"]["description"])
