"""The corpus through verification, normalisation and thumbnails."""

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from tests.pictures.samples import STORED, UPRIGHT

from affiche.errors import PictureError
from affiche.pictures import (
    KINDS,
    Limits,
    Normalised,
    Thumbnail,
    inspect,
    normalise,
    thumbnail,
    verify,
    without_metadata,
)

from .pictures import CASES, data
from .pictures_cases import MARK, Either, Fine, Refused
from .pictures_damage import NAMES, whole

LIMITS = Limits()
PLAIN = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


def made_of(picture: bytes) -> list[Normalised | Thumbnail]:
    """All that is ever kept of a picture, or sent on; raises a PictureError."""
    verified, small = inspect(picture, LIMITS)
    assert verify(picture, LIMITS) == verified
    kept, output = normalise(picture, verified), without_metadata(picture, verified)
    for sent in (kept, output):
        assert (sent.width, sent.height) == (verified.width, verified.height)
    return [kept, output, small, thumbnail(picture)]


def is_borne(picture: bytes) -> bool:
    try:
        verify(picture, LIMITS)
    except PictureError:
        return False
    return True


def check_kept(kept: Normalised) -> None:
    """What goes to an engine: one frame, 8 bits, sRGB, upright, and says nothing of itself."""
    again = verify(kept.data, LIMITS)
    assert (again.width, again.height) == (kept.width, kept.height)
    assert again.media_type == kept.media_type in PLAIN.values()
    assert again.plain
    fields = pyvips.Image.new_from_buffer(kept.data, "").get_fields()
    assert not [f for f in fields if f.startswith(("exif", "xmp", "iptc", "icc", "png-comment"))]


@pytest.mark.parametrize("name", CASES)
def test_what_comes_of_it(name: str) -> None:
    expected = CASES[name].outcome
    if isinstance(expected, Refused) or (isinstance(expected, Either) and not is_borne(data(name))):
        codes = {expected.code} if isinstance(expected, Refused) else expected.codes
        with pytest.raises(PictureError) as caught:
            made_of(data(name))
        assert caught.value.code in codes
        assert not [x for x in ("ko", "en") if "/" in caught.value.message(x)]
        return
    made = made_of(data(name))
    kept = made[0]
    assert isinstance(kept, Normalised)
    check_kept(kept)
    if isinstance(expected, Fine):
        assert Fine(kept.width, kept.height, kept.media_type) == expected
    for each in made:
        assert MARK not in each.data


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
def test_what_is_shown_is_the_right_way_up(kind: str, orientation: int) -> None:
    for made in made_of(data(f"metadata: {kind} stored under {orientation}")):
        assert (made.width, made.height) == (96, 64)
        shown = pyvips.Image.new_from_buffer(made.data, "")
        for y, row in enumerate(UPRIGHT):
            for x, colour in enumerate(row):
                found = shown.getpoint(x * 32 + 16, y * 32 + 16)[:3]
                assert found == pytest.approx(colour, abs=16), (x, y)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_a_place_is_in_nothing_that_is_made(kind: str) -> None:
    before = data(f"metadata: {kind} a place")
    assert "exif-ifd3-GPSLatitude" in pyvips.Image.new_from_buffer(before, "").get_fields()
    for made in made_of(before):
        assert MARK not in made.data
        assert b"Exif" not in made.data
        assert b"eXIf" not in made.data


def test_the_corpus_holds_what_it_promises() -> None:
    for name in CASES:
        family, _, what = name.partition(": ")
        if family == "disguises" and what.endswith((" page", " script", " thumbnail", " comment")):
            assert MARK in data(name), name
        if family == "metadata" and what.endswith((" a place", " 64 KB", " 5 MB", " IPTC")):
            assert MARK in data(name), name
    assert len(data("bombs: PNG texts")) < 3_000_000
    outcomes = [type(case.outcome).__name__ for case in CASES.values()]
    assert all(outcomes.count(kind) > 50 for kind in ("Fine", "Refused", "Either"))


@given(st.sampled_from(NAMES), st.data())
def test_any_damage_is_borne_or_refused(name: str, drawn: st.DataObject) -> None:
    picture = bytearray(whole(name))
    for _ in range(drawn.draw(st.integers(1, 4))):
        at = drawn.draw(st.integers(0, len(picture) - 1))
        end = at + drawn.draw(st.integers(0, 8))
        picture[at:end] = drawn.draw(st.binary(max_size=8))
    if not is_borne(bytes(picture)):
        return
    kept = made_of(bytes(picture))[0]
    assert isinstance(kept, Normalised)
    check_kept(kept)


@given(st.sampled_from(sorted(KINDS)), st.binary(max_size=400), st.integers(3, 64))
def test_a_good_head_before_noise(kind: str, noise: bytes, length: int) -> None:
    picture = whole(kind)[:length] + noise
    if is_borne(picture):
        made_of(picture)
