import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.pictures import ALL, KINDS, Kind, accepted_kinds, sniff
from affiche.pictures.kinds import foreign

from .samples import coded, photograph

_HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@pytest.mark.parametrize("kind", KINDS)
def test_the_content_tells_the_kind(kind: Kind) -> None:
    assert sniff(coded(photograph(20, 20), kind)) == kind


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- x --><SVG\n>", "SVG"),
        (_HEIC, "HEIC"),
        (b"\0\0\0\x1cftypisom\0\0\2\0isomiso2mp41", "MP4"),
        (b"BM\x9a\0\0\0", "BMP"),
        (b"8BPS\0\1", "PSD"),
        (b"PK\x03\x04", "ZIP"),
        (b"GIF90a", None),
        (b"hello", None),
        (b"<html><body>", None),
    ],
)
def test_what_is_not_read_is_named_if_it_can_be(data: bytes, name: str | None) -> None:
    assert sniff(data) is None
    assert foreign(data) == name


@given(st.binary(max_size=64))
def test_any_bytes_are_told_without_complaint(data: bytes) -> None:
    assert sniff(data) in {*ALL, None}
    foreign(data)


@pytest.mark.parametrize(
    ("accept", "kinds"),
    [
        ([], set()),
        (["image/*"], ALL),
        (["*/*"], ALL),
        (["image/png", " .JPG "], {"png", "jpeg"}),
        (["image/jpg"], {"jpeg"}),
        (["tif", "webp"], {"tiff", "webp"}),
        (["application/pdf", "video/*", ""], set()),
    ],
)
def test_what_a_form_accepts(accept: list[str], kinds: set[Kind]) -> None:
    assert accepted_kinds(accept) == kinds
