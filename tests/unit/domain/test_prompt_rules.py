"""Prompts from parts: seed 003's examples with its own values, and what holds of any parts."""

import re

from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.prompts import COMMAS, Look, build, joined

MILAN = Look(
    trigger_word="milan",
    hair_color="brunette",
    hair_style="long brunette hair",
    skin_tone="tan",
    negative_prompt="blonde hair, light hair, pale skin",
)
CAPTION = "orange bikini top, mirror selfie, holding phone, bathroom setting, neutral lighting"
PIECES = st.text(
    st.sampled_from("abc 가나。\t\n\"'().:1" + COMMAS) | st.characters(codec="utf-8"), max_size=30
)
LOOKS = st.builds(
    Look,
    trigger_word=PIECES,
    hair_color=PIECES,
    hair_style=PIECES,
    skin_tone=PIECES,
    negative_prompt=PIECES,
)


def test_the_seed_s_positive_example() -> None:
    found = build(MILAN, caption=CAPTION)
    assert found.positive == (
        "milan, long brunette hair, tan skin, orange bikini top, mirror selfie, holding phone,"
        " bathroom setting, neutral lighting"
    )


def test_the_seed_s_negative_example() -> None:
    found = build(MILAN, caption=CAPTION, negative_suffix="blurry, deformed, bad anatomy")
    assert found.negative == "blonde hair, light hair, pale skin, blurry, deformed, bad anatomy"


def test_a_person_s_own_words_come_last() -> None:
    found = build(MILAN, caption="on a beach", positive_suffix="bikini, professional photo...")
    assert found.positive == (
        "milan, long brunette hair, tan skin, on a beach, bikini, professional photo..."
    )


def test_the_colour_of_hair_is_said_where_the_style_does_not_say_it() -> None:
    assert build(Look(hair_style="long waves", hair_color="black")).positive == (
        "long waves, black hair"
    )
    assert build(Look(hair_color="black")).positive == "black hair"
    assert build(Look(hair_color="black hair")).positive == "black hair"
    assert build(Look(hair_style="long Black hair", hair_color="black")).positive == (
        "long Black hair"
    )
    # It is the word that counts, and not a piece of another.
    assert build(Look(hair_style="tangled curls", hair_color="tan")).positive == (
        "tangled curls, tan hair"
    )


def test_skin_is_not_said_twice() -> None:
    assert build(Look(skin_tone="tan skin")).positive == "tan skin"
    assert build(Look(skin_tone="Tan Skin")).positive == "Tan Skin"


def test_nothing_is_made_of_nothing() -> None:
    assert build(Look()).positive == build(Look()).negative == ""
    assert build(Look(skin_tone="  ", trigger_word=", ,"), caption="\n").positive == ""


def test_stray_commas_go_and_numbers_stay() -> None:
    assert joined("a,, b,", " ,c", "1,000 lights", "가、나，") == "a, b, c, 1,000 lights, 가、나"


@given(st.lists(PIECES, max_size=8))
def test_no_part_is_empty(parts: list[str]) -> None:
    found = joined(*parts)
    if found:
        assert all(each.strip() for each in re.split(f"[{COMMAS}]", found))


@given(st.lists(PIECES, max_size=8))
def test_joined_again_it_is_the_same(parts: list[str]) -> None:
    found = joined(*parts)
    assert joined(found) == found
    assert joined(*parts, "") == joined("", *parts) == found


@given(st.lists(st.from_regex(r"[a-z가-힣]{1,8}", fullmatch=True), max_size=8))
def test_the_order_is_kept(words: list[str]) -> None:
    assert joined(*words).split(", ") == (words or [""])


@given(LOOKS, PIECES, PIECES, PIECES)
def test_of_whatever_parts_the_prompts_are_clean(
    look: Look, caption: str, positive: str, negative: str
) -> None:
    found = build(look, caption=caption, positive_suffix=positive, negative_suffix=negative)
    for text in (found.positive, found.negative):
        assert text == joined(text)
        assert "\n" not in text
        assert not text or text[0] not in COMMAS + " "
        assert not text or text[-1] not in COMMAS + " "
