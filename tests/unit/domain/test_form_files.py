"""File fields: an upload, an address, or the bytes themselves."""

import base64
from typing import Any
from uuid import UUID

import pytest
from tests.unit.domain.form_example import FORM, problems, values

from affiche.domain.forms import (
    InlinePicture,
    PictureAddress,
    UploadedFile,
    validate,
)

ID = "82064257-1bef-45d8-a6ba-715f33c887cc"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (ID, UploadedFile(UUID(ID))),
        (ID.upper(), UploadedFile(UUID(ID))),
        (UUID(ID), UploadedFile(UUID(ID))),
        (UploadedFile(UUID(ID)), UploadedFile(UUID(ID))),
        ("http://example.com", PictureAddress("http://example.com")),
        (" HTTPS://example.com/한글?a=b ", PictureAddress("HTTPS://example.com/한글?a=b")),
        ("aGVsbG8=", InlinePicture(None, b"hello")),
        ("aGVsbG8", InlinePicture(None, b"hello")),
        ("aGVs\nbG8=\n", InlinePicture(None, b"hello")),
        ("data:image/PNG;base64,aGVsbG8=", InlinePicture("image/png", b"hello")),
        ("data:;base64,aGVsbG8=", InlinePicture(None, b"hello")),
        ("DATA:image/jpeg;charset=x;base64,aGVsbG8=", InlinePicture("image/jpeg", b"hello")),
    ],
)
def test_a_file_comes_in_one_of_three_ways(value: Any, found: Any) -> None:
    assert values(image=value)["image"] == found


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("photo.jpg", "not_a_picture"),
        ("file:///etc/passwd", "not_a_picture"),
        ("ftp://example.com/a.jpg", "not_a_picture"),
        ("data:image/png,hello", "not_a_picture"),
        ("data:image/png;base64,", "not_a_picture"),
        ("data:image/png;base64,!!!!", "not_a_picture"),
        ("aGVsb", "not_a_picture"),
        ("====", "not_a_picture"),
        (5, "not_a_picture"),
        ({"id": ID}, "not_a_picture"),
        ("https://", "bad_address"),
        ("https:/example.com", "bad_address"),
        ("http://exa mple.com/", "bad_address"),
        ("http://example.com/\x01", "bad_address"),
        ("http://[::1", "bad_address"),
        ("http://example.com:99999/", "bad_address"),
        ("http://example.com/" + "a" * 2048, "bad_address"),
        (base64.b64encode(b"x" * 1001).decode(), "file_too_large"),
        ("data:image/png;base64," + "A" * 1_000_000, "file_too_large"),
    ],
    ids=lambda value: ascii(value)[:50],
)
def test_what_is_no_file_is_refused(value: Any, code: str) -> None:
    assert problems(image=value) == [("image", code)]


def test_inline_data_up_to_its_limit_is_taken() -> None:
    picture = values(image=base64.encodebytes(b"x" * 1000).decode())["image"]
    assert picture == InlinePicture(None, b"x" * 1000)


def test_a_file_may_come_under_its_other_keys_and_the_first_counts() -> None:
    asked = {"prompt": "p", "image_url": "https://example.com/b.jpg", "image_base64": "aGVsbG8="}
    assert validate(FORM, asked)["image"] == PictureAddress("https://example.com/b.jpg")
    asked["image_url"] = ""
    assert validate(FORM, asked)["image"] == InlinePicture(None, b"hello")
