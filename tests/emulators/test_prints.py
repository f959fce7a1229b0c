"""Printed matter: a magazine's cover with its type, and a print in a transparent envelope."""

from dataclasses import replace
from pathlib import Path

import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st

import affiche.catalog
from affiche.emulators.comfyui import pixels
from affiche.emulators.comfyui.painter import lettering, painter, prints
from affiche.emulators.comfyui.painter.painting import Painting

SAMPLES = Path(affiche.catalog.__file__).parent / "samples"
PHOTO = pixels.load(SAMPLES / "portrait.jpg").thumbnail_image(320).copy_memory()
COVER = 'The cover of a printed magazine. "{masthead}", "{headline}", "{lines}". 노을 지는 해변'
ENVELOPE = "Package this cover in a transparent envelope of {of}."


def cover(
    masthead: str = "XiCON", headline: str = "여름을 입다", lines: str = "A\nB", **more: object
) -> Painting:
    prompt = COVER.format(masthead=masthead, headline=headline, lines=lines)
    return replace(Painting(280, 360, prompt, seed=7, references=(PHOTO,)), **more)


def packed(of: str = "glossy plastic", printed: pyvips.Image = PHOTO, seed: int = 7) -> Painting:
    return Painting(280, 360, ENVELOPE.format(of=of), seed=seed, references=(printed,))


def off(one: Painting, other: Painting) -> pyvips.Image:
    return (painter.paint(one) - painter.paint(other)).abs()


# --- what is asked for ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ('magazine cover: "VOGA", "Summer"', ("VOGA", "Summer", ())),
        ("잡지 표지. 제호는 “하루”, 제목은 “느린 아침”, “봄호”", ("하루", "느린 아침", ("봄호",))),
        ('The cover of a magazine: "A" "B" "C\n D  E \n\n" "F"', ("A", "B", ("C", "D E", "F"))),
        ('magazine cover, "One"', ("One", "", ())),
    ],
)
def test_a_cover_is_read(prompt: str, expected: tuple[str, str, tuple[str, ...]]) -> None:
    found = prints.read(prompt)
    assert isinstance(found, prints.Cover)
    assert (found.masthead, found.headline, found.lines) == expected
    assert expected[0] not in found.scene


@pytest.mark.parametrize(
    ("prompt", "frosted", "zipped"),
    [
        ("a transparent envelope", False, False),
        ("투명한 봉투에 담아줘", False, False),
        ("a transparent envelope of frosted plastic", True, False),
        ("투명 지퍼백", False, True),
    ],
)
def test_an_envelope_is_read(prompt: str, frosted: bool, zipped: bool) -> None:
    assert prints.read(prompt) == prints.Envelope(frosted, zipped)


@pytest.mark.parametrize(
    "prompt",
    ["a magazine cover", "a beach", 'a sign that says "Beach"', "a letter in an envelope", ""],
)
def test_all_else_is_a_picture(prompt: str) -> None:
    assert prints.read(prompt) is None


# --- the cover --------------------------------------------------------------------------------


def test_the_same_words_give_the_same_bytes() -> None:
    for painting in (cover(), packed()):
        first, second = painter.paint(painting), painter.paint(painting)
        assert first.write_to_memory() == second.write_to_memory()


def test_other_words_change_the_type_and_not_the_scene() -> None:
    found = off(cover(), cover(headline="Another story"))
    assert found.crop(0, 0, 280, 200).max() == 0
    assert found.crop(0, 240, 280, 120).avg() > 2
    found = off(cover(), cover(masthead="하루"))
    assert found.crop(0, 130, 280, 230).max() == 0
    assert found.crop(0, 10, 280, 80).avg() > 2


def test_the_scene_is_what_the_rest_of_the_words_say() -> None:
    other = cover()
    other = replace(other, prompt=other.prompt.replace("노을 지는 해변", "눈 내리는 숲"))
    assert off(cover(), other).crop(0, 100, 60, 120).avg() > 8
    # What is to be written is not to be shown.
    assert off(cover(headline="beach"), cover(headline="night")).crop(0, 0, 280, 200).max() == 0


def test_whoever_is_on_the_cover_stands_before_the_masthead() -> None:
    found = off(cover(masthead="XOXOXOXO"), cover(masthead="  "))
    left, middle = found.crop(30, 30, 60, 40).avg(), found.crop(120, 62, 40, 16).avg()
    assert left > 10
    assert middle < 0.2 * left


@settings(max_examples=25, deadline=None)
@given(
    words=st.tuples(*[st.text(max_size=60)] * 3),
    width=st.integers(16, 240),
    height=st.integers(16, 240),
    seed=st.integers(0, 2**53),
)
def test_no_words_and_no_size_are_too_odd(
    words: tuple[str, str, str], width: int, height: int, seed: int
) -> None:
    for painting in (cover(*words), packed(of=words[0])):
        made = painter.paint(replace(painting, width=width, height=height, seed=seed))
        assert (made.width, made.height, made.bands, made.format) == (width, height, 3, "uchar")


@pytest.mark.parametrize("text", ["<b>&amp;</b>", "a & b", "</span>", "100 % 여름", "𝕏 🙂"])
def test_type_is_text_and_never_markup(text: str) -> None:
    set_ = lettering.line(text, lettering.Style("sans", spaced=20), 400, 60)
    assert set_ is not None
    assert set_.height <= 61


def test_a_line_fills_the_room_it_has_and_no_more() -> None:
    for text in ("여름", "A longer headline than that"):
        set_ = lettering.line(text, lettering.Style("serif"), 400, 80)
        assert set_ is not None
        assert set_.width <= 404
        assert set_.height <= 82
        assert set_.width > 390 or set_.height > 76
    assert lettering.line("dirt", lettering.Style("sans"), 400, 3) is None
    assert lettering.line("   ", lettering.Style("sans"), 400, 80) is None


def test_a_block_breaks_where_that_makes_it_larger() -> None:
    style = lettering.Style("sans", leading=-0.3)
    text = "Nine short words that need some room to stand"
    single, block = lettering.line(text, style, 400, 200), lettering.block(text, style, 400, 200)
    assert single is not None
    assert block is not None
    assert block.height > 2.5 * single.height


# --- the envelope -----------------------------------------------------------------------------


def test_the_print_lies_whole_in_its_envelope() -> None:
    red = pixels.solid(200, 280, 200, 30, 30)
    made = painter.paint(packed(printed=red))
    assert made.crop(110, 150, 60, 80).colourspace("lab")[1].min() > 15
    for x, y in ((0, 0), (270, 0), (0, 350), (270, 350)):
        assert made.crop(x, y, 10, 10).avg() > 150
    wide = painter.paint(packed(printed=pixels.solid(400, 100, 200, 30, 30)))
    assert wide.crop(100, 30, 80, 40).colourspace("lab")[1].max() < 15


def test_every_envelope_and_every_seed_is_another() -> None:
    assert off(packed(), packed(of="frosted plastic")).avg() > 1
    assert off(packed(), packed(of="clear plastic with a zip")).avg() > 0.5
    assert off(packed(), packed(seed=8)).avg() > 1


def test_without_a_print_there_is_nothing_to_pack() -> None:
    alone = replace(packed(), references=())
    assert painter.paint(alone).avg() > 0
    assert off(alone, packed()).avg() > 5
