"""Tags: plain, none empty, none twice."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.tags import LONGEST, MOST, listed, normalised, problems
from affiche.domain.titles import plain

tags = st.lists(st.text(max_size=12) | st.sampled_from(["I2I", "i2i", " 바다 ", "바다", "\u200b"]))


@given(tags)
def test_normalised_once_is_normalised(given_tags: list[str]) -> None:
    found = normalised(given_tags)
    assert normalised(found) == found
    assert len({tag.lower() for tag in found}) == len(found)
    for tag in found:
        assert tag == tag.strip() == unicodedata.normalize("NFC", tag) != ""
        assert "\n" not in tag


@given(tags)
def test_their_order_is_kept(given_tags: list[str]) -> None:
    alike = [plain(tag).lower() for tag in given_tags]
    places = [alike.index(tag.lower()) for tag in normalised(given_tags)]
    assert places == sorted(places)
    # And of several alike the first, as it is spelt there.
    for place, tag in zip(places, normalised(given_tags), strict=True):
        assert plain(given_tags[place]) == tag


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (["I2I", "Image_to_Image", "AI생성"], ("I2I", "Image_to_Image", "AI생성")),
        (["Sea", "sea", "SEA", " "], ("Sea",)),
        ([" 노을   진\t바다 "], ("노을 진 바다",)),
        (["\u1112\u1162", "해"], ("해",)),
    ],
)
def test_examples(sent: list[str], kept: tuple[str, ...]) -> None:
    assert normalised(sent) == kept


def test_as_they_are_typed() -> None:
    assert listed("바다, 노을\nI2I,,i2i ，산") == ("바다", "노을", "I2I", "산")


def test_what_is_too_long_and_too_many() -> None:
    assert problems(["x" * LONGEST, "👨‍👩‍👧" * 5]) == []
    assert [p.field for p in problems(["ok", "x" * (LONGEST + 1)])] == ["tags.1"]
    assert [p.code for p in problems(["a\u0301" * 1 + "\u0301" * 200])] == ["too_long"]
    assert [p.code for p in problems([str(n) for n in range(MOST + 1)])] == ["too_many"]
