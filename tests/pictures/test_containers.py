"""What is read of containers byte by byte: counted, taken apart, and put together again."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.errors import PictureBroken
from affiche.pictures.containers import gif, jpeg, png, tiff, webp
from affiche.pictures.containers.kept import MOST_EXIF, Kept

from .samples import animation, apng, blocks, coded, photograph, pixels, png_chunk, png_with, tagged

EVERYTHING = Kept.EXIF | Kept.PROFILE | Kept.FRAMES
STRIPPERS = {
    "jpeg": jpeg.stripped,
    "png": png.stripped,
    "webp": webp.stripped,
    "gif": gif.stripped,
}
COLOURS = [(20, 90, 200), (200, 90, 20), (90, 200, 20)]


def moving() -> bytes:
    return apng([blocks([[colour]], 24) for colour in COLOURS])


@pytest.mark.parametrize("kind", STRIPPERS)
def test_stripping_twice_changes_nothing_more(kind: str) -> None:
    data = coded(tagged(photograph()), kind)  # type: ignore[arg-type]
    once = STRIPPERS[kind](data)
    assert STRIPPERS[kind](once) == once
    assert pixels(once) == pixels(data)


@pytest.mark.parametrize("kind", STRIPPERS)
@given(st.binary(max_size=300), st.integers(0, 40))
def test_any_bytes_are_stripped_or_refused(kind: str, noise: bytes, length: int) -> None:
    head = coded(photograph(8, 8), kind)[: max(length, 13)]  # type: ignore[arg-type]
    try:
        bare = STRIPPERS[kind](head + noise)
    except PictureBroken:
        return
    assert len(bare) <= len(head + noise) + 8


def test_the_first_exif_is_the_only_one_that_decoders_see() -> None:
    bare = coded(photograph(), "png", keep="none")
    first, second = png_chunk(b"eXIf", b"II*\0first"), png_chunk(b"eXIf", b"II*\0second")
    assert png.stripped(png_with(bare, first, second), EVERYTHING) == png_with(bare, first)
    large = png_chunk(b"eXIf", bytes(MOST_EXIF))
    assert png.stripped(png_with(bare, large), EVERYTHING) == bare


def test_the_frames_of_an_apng_are_pictures_of_their_own() -> None:
    shared, frames = png.frames(moving())
    assert [(f.width, f.height) for f in frames] == [(24, 24)] * 3
    for frame, colour in zip(frames, COLOURS, strict=True):
        assert pixels(frame.png(shared))[:3] == bytes(colour)
    assert png.frames(coded(photograph(), "png")) == ([], [])


def test_an_apng_is_a_still_picture_where_its_frames_are_not_wanted() -> None:
    still = png.stripped(moving(), Kept.NOTHING)
    assert not [name for name in (b"acTL", b"fcTL", b"fdAT") if name in still]
    assert pixels(still)[:3] == bytes(COLOURS[0])
    assert png.stripped(moving()) == moving()


@pytest.mark.parametrize("name", [b"ABCD", b"iDOT"])
def test_what_is_not_known_of_a_png(name: bytes) -> None:
    """A critical chunk decides how the rest is read; any other may go."""
    data = png_with(coded(photograph(), "png", keep="none"), png_chunk(name, b"x"))
    if name[0] & 0x20:
        assert name not in png.stripped(data)
    else:
        with pytest.raises(PictureBroken):
            png.stripped(data)


def test_a_webp_promises_no_more_than_it_holds() -> None:
    data = coded(tagged(photograph(alpha=True)), "webp")
    at = data.index(b"VP8X") + 8
    assert data[at] & 0x0C
    bare = webp.stripped(data)
    assert bare[bare.index(b"VP8X") + 8] & 0x3C == 0x10
    seen = webp.stripped(data, EVERYTHING)
    assert seen[seen.index(b"VP8X") + 8] & 0x0C == 0x08


def test_what_hides_in_a_frame_of_a_webp() -> None:
    data = animation("webp")
    at = data.index(b"ANMF")
    size = struct.unpack("<I", data[at + 4 : at + 8])[0]
    hidden = b"HIDE" + struct.pack("<I", 6) + b"SECRET"
    frame = b"ANMF" + struct.pack("<I", size + len(hidden)) + data[at + 8 : at + 8 + size] + hidden
    whole = data[8:at] + frame + data[at + 8 + size :]
    assert webp.stripped(b"RIFF" + struct.pack("<I", len(whole)) + whole) == webp.stripped(data)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("big", [False, True])
def test_pages_are_counted_and_no_further_than_needed(order: str, big: bool) -> None:
    mark = b"II" if order == "<" else b"MM"
    for count in (1, 3, 12):
        if big:
            data = mark + struct.pack(f"{order}HHHQ", 43, 8, 0, 16)
            for n in range(1, count + 1):
                data += struct.pack(f"{order}QQ", 0, 16 + 16 * n if n < count else 0)
        else:
            data = mark + struct.pack(f"{order}HI", 42, 8)
            for n in range(1, count + 1):
                data += struct.pack(f"{order}HI", 0, 8 + 6 * n if n < count else 0)
        assert tiff.pages(data, 10) == min(count, 11)
    assert tiff.pages(coded(photograph(), "tiff", bigtiff=big), 10) == 1


@given(st.binary(max_size=200))
def test_pages_of_anything(noise: bytes) -> None:
    for head in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        assert 0 <= tiff.pages(head + noise, 5) <= 6
