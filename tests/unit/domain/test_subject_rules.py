"""Who and what a work is about: what a template need not ask, and what its pictures are called."""

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.catalog.catalog import shipped
from affiche.domain.names import output_index
from affiche.domain.subjects import (
    OF_CHARACTER,
    OF_REFERENCE,
    Reference,
    feeding,
    output_name,
    provided,
    stem,
    subject_from,
    variables,
    with_strength,
    without_ending,
)

ID = "01a20015-3c7e-7b40-8f16-5d2a9c04e7b4"
MILAN: dict[str, Any] = {
    "id": ID,
    "number": 1,
    "slug": "milan",
    "name": "Milan",
    "lora_file": "milan.safetensors",
    "lora_strength": 0.8,
    "trigger_word": "milan",
    "hair_color": "",
    "hair_style": "long brunette hair",
    "skin_tone": "tan",
    "negative_prompt": "blonde hair",
}
PHOTO: dict[str, Any] = {
    "id": ID,
    "number": 7,
    "filename": "3619935470697612901_60140989072_1.jpg",
    "category": "bikini-mirror-pics",
    "file_id": ID,
    "caption": "mirror selfie",
}
KEPT = {"character": MILAN, "reference": PHOTO}
(FIELDS,) = (template.fields for template in shipped() if template.slug == "img2img-lora")


def photo(filename: str) -> Reference:
    return Reference(
        id=UUID(ID), number=7, filename=filename, category="", file_id=UUID(ID), caption=""
    )


def test_the_eleven_variables_of_the_seed() -> None:
    asked = {"reference_image", "lora_strength", "seed", "steps", "cfg", "denoise"}
    (stage,) = next(t.stages for t in shipped() if t.slug == "img2img-lora")
    assert stage.workflow.placeholders == asked | provided(FIELDS)
    assert provided(FIELDS) == {*OF_CHARACTER, *OF_REFERENCE}
    assert len(stage.workflow.placeholders) == 11


def test_what_follows_from_both() -> None:
    found = variables(FIELDS, subject_from(KEPT), {"positive_prompt_suffix": "soft light"})
    assert found == {
        "lora_file": "milan.safetensors",
        "model_name": "milan",
        "positive_prompt": "milan, long brunette hair, tan skin, mirror selfie, soft light",
        "negative_prompt": "blonde hair",
        "reference_filename": "3619935470697612901_60140989072_1",
    }


def test_a_template_without_either_needs_none_of_it() -> None:
    for template in shipped():
        if not {"character", "reference"} & {field.type for field in template.fields}:
            assert not provided(template.fields) | feeding(template.fields)
            assert variables(template.fields, subject_from(KEPT), {}) == {}


def test_the_character_s_strength_stands_in_for_none() -> None:
    subject, values = subject_from(KEPT), {"lora_strength": 0.65}
    assert with_strength(FIELDS, subject, values, {})["lora_strength"] == 0.8
    assert with_strength(FIELDS, subject, values, {"lora_strength": " "})["lora_strength"] == 0.8
    assert with_strength(FIELDS, subject, values, {"lora_strength": 0.65}) == values
    assert with_strength(FIELDS, subject_from(None), values, {}) == values


@pytest.mark.parametrize(
    ("filename", "found"),
    [
        ("photo123.jpg", "photo123"),
        ("3619935470697612901_60140989072_1.jpg", "3619935470697612901_60140989072_1"),
        ("two.dots.jpeg", "two.dots"),
        ("no ending", "no-ending"),
        ("%date%/x\\y.png", "date-x-y"),
        ("해변.jpg", "reference-7"),
        ("해변 beach.jpg", "beach"),
        (".jpg", "jpg"),
    ],
)
def test_a_name_for_engines(filename: str, found: str) -> None:
    assert stem(photo(filename)) == found


@given(st.text(max_size=300))
def test_a_name_for_engines_is_plain(filename: str) -> None:
    assert without_ending(filename) or not filename
    found = stem(photo(filename))
    assert found.isascii()
    assert 0 < len(found) <= 120
    assert not set(found) & set("/\\%: ")


@pytest.mark.parametrize(
    ("index", "found"),
    [
        (0, "milan_3619935470697612901_60140989072_1_00001_.png"),
        (1, "milan_3619935470697612901_60140989072_1_00001_2.png"),
    ],
)
def test_what_a_picture_is_called(index: int, found: str) -> None:
    assert output_name(subject_from(KEPT), 1, index, "png") == found


def test_which_output_a_name_is_of() -> None:
    names = ("output.png", "output-2.webp", "stage-1.png", "photo.jpg", "output-x.png")
    assert [output_index(name) for name in names] == [0, 1, None, None, None]


def test_a_work_about_nobody_has_no_such_name() -> None:
    assert output_name(subject_from(None), 1, 0, "png") is None
    assert output_name(subject_from({"reference": PHOTO}), 1, 0, "png") is None


@given(st.text(min_size=1, max_size=400))
def test_a_picture_s_name_fits_any_disk(filename: str) -> None:
    kept = {"character": MILAN, "reference": {**PHOTO, "filename": filename}}
    found = output_name(subject_from(kept), 123456, 0, "png")
    assert found is not None
    assert len(found.encode(errors="replace")) <= 180
    assert found.startswith("milan_")
    assert found.endswith("_123456_.png")
