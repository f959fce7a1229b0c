"""Form fields from their definition: the seeds' keys, read strictly and written back whole."""

import json
from typing import Any

import pytest
from hypothesis import given
from tests.unit.domain.form_strategies import forms as any_form

from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.forms import Field, fields_from, form_fields, request_dto
from affiche.domain.seeds import MAX_SEED
from affiche.domain.wording import Text

SEED_000: list[dict[str, Any]] = [
    {
        "type": "file",
        "name": "reference_image",
        "label": "참조 이미지",
        "request_key": "reference_image",
        "request_value_type": "string",
        "required": True,
        "accept": ".jpg,.png,.jpeg",
        "max_size": 20971520,
        "upload_label": "편집할 이미지를 업로드하세요",
        "upload_description": "JPG, PNG 파일 | 20MB 이하",
    },
    {
        "type": "textarea",
        "name": "prompt",
        "label": "편집 프롬프트",
        "request_key": "prompt",
        "request_value_type": "string",
        "required": True,
        "placeholder": "이미지를 어떻게 편집할지 설명하세요",
        "max_length": 500,
        "rows": 3,
    },
    {
        "type": "number",
        "name": "seed",
        "label": "랜덤 시드",
        "request_key": "seed",
        "request_value_type": "number",
        "required": False,
        "min": 0,
        "max": 9999999999999,
        "step": 1,
        "default_value": 432262096973502,
        "description": "같은 값 사용 시 동일한 결과 생성 (재현성)",
    },
]


def test_the_fields_of_seed_000_come_back_as_they_were_but_for_the_seeds_bound() -> None:
    fields = fields_from(SEED_000)
    assert form_fields(fields) == [*SEED_000[:2], {**SEED_000[2], "max": MAX_SEED}]
    assert request_dto(fields) == {
        "reference_image": "string",
        "prompt": "string",
        "seed": "number",
    }
    assert fields[0].media_types() == {"image/jpeg", "image/png"}
    assert fields[2].is_seed


@given(any_form)
def test_what_is_written_reads_the_same(fields: tuple[Field, ...]) -> None:
    assert fields_from(json.loads(json.dumps(form_fields(fields)))) == fields


def test_phrases_may_be_given_in_both_languages() -> None:
    (field,) = fields_from(
        [
            {
                "type": "select",
                "name": "mood",
                "label": {"ko": "분위기", "en": "Mood"},
                "options": ["calm", {"value": "wild", "label": {"ko": "거친", "en": "Wild"}}],
            }
        ]
    )
    assert field.label == Text("분위기", "Mood")
    (english,) = form_fields([field], "en")
    assert english["label"] == "Mood"
    assert english["options"][1] == {"value": "wild", "label": "Wild"}
    assert form_fields([field], "ko")[0]["options"][1]["label"] == "거친"
    assert (english["request_key"], english["request_value_type"]) == ("mood", "string")


BASE: dict[str, dict[str, Any]] = {
    "text": {"type": "text", "name": "a", "label": "A"},
    "textarea": {"type": "textarea", "name": "a", "label": "A"},
    "number": {"type": "number", "name": "a", "label": "A"},
    "slider": {"type": "slider", "name": "a", "label": "A", "min": 0, "max": 10, "step": 2},
    "select": {"type": "select", "name": "a", "label": "A", "options": ["x", "y"]},
    "checkbox": {"type": "checkbox", "name": "a", "label": "A"},
    "file": {"type": "file", "name": "a", "label": "A"},
}


@pytest.mark.parametrize(
    ("kind", "change", "key"),
    [
        ("text", {"type": "colour"}, "type"),
        ("text", {"type": None}, "type"),
        ("text", {"name": "two words"}, "name"),
        ("text", {"name": None}, "name"),
        ("text", {"label": None}, "label"),
        ("text", {"label": ""}, "label"),
        ("text", {"label": {"ko": "가"}}, "label.en"),
        ("text", {"label": {"ko": "가", "en": "A", "de": "A"}}, "label.de"),
        ("text", {"lable": "A"}, "lable"),
        ("text", {"required": "yes"}, "required"),
        ("text", {"min": 1}, "min"),
        ("text", {"rows": 3}, "rows"),
        ("text", {"max_length": 0}, "max_length"),
        ("text", {"max_length": 2, "default_value": "abc"}, "default_value"),
        ("text", {"request_value_type": "number"}, "request_value_type"),
        ("textarea", {"options": ["x"]}, "options"),
        ("number", {"min": 3, "max": 2}, "min"),
        ("number", {"step": 0}, "step"),
        ("number", {"max": 2**53}, "max"),
        ("number", {"max": float("inf")}, "max"),
        ("number", {"max": True}, "max"),
        ("number", {"max": "9"}, "max"),
        ("number", {"default_value": "9"}, "default_value"),
        ("slider", {"min": None}, "min"),
        ("slider", {"default_value": 5}, "default_value"),
        ("slider", {"default_value": 12}, "default_value"),
        ("select", {"options": []}, "options"),
        ("select", {"options": ["x", "x"]}, "options"),
        ("select", {"options": [{"value": True}]}, "options[0].value"),
        ("select", {"options": [{"label": "X"}]}, "options[0].value"),
        ("select", {"default_value": "z"}, "default_value"),
        ("checkbox", {"default_value": "on"}, "default_value"),
        ("file", {"accept": ".exe"}, "accept"),
        ("file", {"accept": [".jpg", "image/svg+xml"]}, "accept"),
        ("file", {"max_size": 1.5}, "max_size"),
        ("file", {"default_value": "a"}, "default_value"),
    ],
)
def test_a_wrong_definition_names_the_key(kind: str, change: dict[str, Any], key: str) -> None:
    with pytest.raises(DefinitionInvalid) as caught:
        fields_from([{**BASE[kind], **change}])
    assert caught.value.where == f"fields[0].{key}"


def test_every_base_is_sound() -> None:
    for base in BASE.values():
        assert len(fields_from([base])) == 1


def test_two_fields_cannot_answer_to_one_key() -> None:
    fields = [BASE["file"], {**BASE["text"], "name": "b", "aliases": ["a"]}]
    with pytest.raises(DefinitionInvalid, match=r"fields\[1\]: “a” is taken"):
        fields_from(fields)


def test_fields_are_a_list_of_tables() -> None:
    for wrong in ({"a": 1}, "text", ["text"], None):
        with pytest.raises(DefinitionInvalid):
            fields_from(wrong)


def test_accept_may_let_in_every_image() -> None:
    (field,) = fields_from([{**BASE["file"], "accept": "image/*, .png"}])
    assert field.media_types() == frozenset()
