"""`name=value` as a form's answers: typed as HTTP would have them."""

from pathlib import Path

import pytest

from affiche.catalog import catalog
from affiche.cli import answers
from affiche.cli.endings import CommandError
from affiche.cli.language import words
from affiche.domain.fields import Field
from affiche.domain.forms import fields_from

FIELDS = fields_from(
    [
        {"type": "file", "name": "image", "label": "Picture", "max_size": 1048576},
        {"type": "text", "name": "words", "label": "Words"},
        {"type": "number", "name": "many", "label": "Many", "step": 1},
        {"type": "checkbox", "name": "tiled", "label": "Tiled"},
        {
            "type": "select",
            "name": "size",
            "label": "Size",
            "options": [{"value": 512, "label": "S"}, {"value": "large", "label": "L"}],
        },
    ]
)


def read(*given: str) -> answers.Answers:
    return answers.read(FIELDS, answers.pairs(given))


def wrong(*given: str) -> dict[str, str]:
    with pytest.raises(CommandError) as caught:
        read(*given)
    return dict(caught.value.fields)


def test_values_have_the_form_s_types() -> None:
    found = read("words=12", "many=12", "tiled=yes", "size=512")
    assert found.values == {"words": "12", "many": 12, "tiled": True, "size": 512}
    assert read("size=large", "tiled=off").values == {"size": "large", "tiled": False}


def test_only_the_first_equals_sign_parts() -> None:
    assert read("words=a=b = c").values == {"words": "a=b = c"}


def test_an_at_sign_is_a_file_where_a_file_is_asked_for(tmp_path: Path) -> None:
    page = tmp_path / "a=b.png"
    page.write_bytes(b"x")
    found = read(f"image=@{page}", "words=@home")
    assert found.files == {"image": page}
    assert found.values == {"words": "@home"}


def test_a_file_must_be_there_be_one_and_be_small_enough(tmp_path: Path) -> None:
    none, large = tmp_path / "none", tmp_path / "large"
    large.write_bytes(bytes(1048577))
    for path, said in (
        (none, words("answers.no_file", path=none)),
        (tmp_path, words("answers.folder", path=tmp_path)),
        (large, words("answers.too_large", path=large, limit=1)),
    ):
        assert wrong(f"image=@{path}") == {"image": said}


def test_a_forgotten_at_sign_is_seen(tmp_path: Path) -> None:
    page = tmp_path / "photo.jpg"
    page.write_bytes(b"x")
    assert f"image=@{page}" in wrong(f"image={page}")["image"]


def test_all_is_said_at_once_and_in_order() -> None:
    assert list(wrong("size=0", "mony=1", "many=x", "tiled=perhaps")) == [
        "size",
        "mony",
        "many",
        "tiled",
    ]
    assert "many" in wrong("mony=1")["mony"]


def test_every_shipped_template_can_be_asked_for_from_a_shell(photo: Path) -> None:
    for template in catalog.shipped():
        given = {field.request_key: _answer(field, photo) for field in template.fields}
        pictures = {field.request_key for field in template.fields if field.is_picture}
        assert answers.read(template.fields, given).files.keys() == pictures


def _answer(field: Field, photo: Path) -> str:
    if field.options:
        return str(field.options[0].value)
    if field.minimum is not None:
        return str(field.minimum)
    words = {"file": f"@{photo}", "mask": f"@{photo}", "textarea": "해변"}
    words |= {"character": "milan", "reference": f"@{photo}"}
    return words.get(field.type, "1")
