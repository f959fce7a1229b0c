"""What is let in, and what is not: by content, to the last pixel, within limits."""

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st

from affiche.errors import (
    PictureBroken,
    PictureEmpty,
    PictureError,
    PictureTooLarge,
    PictureTooManyFrames,
    PictureTooManyPixels,
    PictureTypeRefused,
    PictureUnknown,
)
from affiche.pictures import KINDS, Kind, Limits, inspect, thumbnail, verify

from . import samples
from .samples import animation, coded, photograph, png_chunk, png_with, tagged

LIMITS = Limits()
GOOD: dict[str, bytes] = {
    **{kind: coded(photograph(), kind) for kind in KINDS},
    "progressive jpeg": coded(photograph(), "jpeg", interlace=True),
    "restarting jpeg": coded(photograph(), "jpeg", restart_interval=2),
    "interlaced png": coded(photograph(), "png", interlace=True),
    "palette png": coded(photograph(), "png", palette=True),
    "lossless webp": coded(photograph(), "webp", lossless=True),
    "clear webp": coded(photograph(alpha=True), "webp"),
    "packed tiff": coded(photograph(), "tiff", compression="deflate"),
    "tiled tiff": coded(photograph(), "tiff", tile=True, compression="lzw"),
    "big tiff": coded(photograph(), "tiff", bigtiff=True),
    "animated gif": animation("gif"),
    "animated webp": animation("webp"),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_pictures(name: str) -> None:
    data = GOOD[name]
    verified = verify(data, LIMITS)
    again, small = inspect(data, LIMITS)
    assert verified == again
    animated = "animated" in name
    kind = name.split()[-1].replace("big", "")
    assert (verified.kind, verified.media_type) == (kind, f"image/{kind}")
    assert (verified.width, verified.height) == ((48, 48) if animated else (160, 120))
    assert verified.pages == (4 if animated else 1)
    assert (small.width, small.height) == (verified.width, verified.height)
    assert verified.has_alpha == (name in ("clear webp", "animated gif"))


def test_one_pixel_and_one_column() -> None:
    for kind in KINDS:
        verified, small = inspect(coded(photograph(1, 1), kind), LIMITS)
        assert (verified.width, verified.height, small.width, small.height) == (1, 1, 1, 1)
    verified, small = inspect(coded(photograph(1, 30_000), "png"), LIMITS)
    assert (verified.width, verified.height, small.width, small.height) == (1, 30_000, 1, 512)
    verified, small = inspect(coded(photograph(30_000, 1), "jpeg"), LIMITS)
    assert (verified.width, verified.height, small.width, small.height) == (30_000, 1, 512, 1)


# --- not pictures ---


def test_nothing() -> None:
    with pytest.raises(PictureEmpty):
        verify(b"", LIMITS)


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>", "SVG"),
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"BM" + b"\0" * 60, "BMP"),
    ],
)
def test_other_kinds_are_named_and_refused(data: bytes, found: str) -> None:
    with pytest.raises(PictureTypeRefused) as caught:
        verify(data, LIMITS)
    assert found in caught.value.message("en")
    assert found in caught.value.message("ko")


@pytest.mark.parametrize("data", [b"\0", b"hello", b"<html>", b"GIF", b"\xff\xd8", b"RIFF1234WAVE"])
def test_what_is_no_picture(data: bytes) -> None:
    with pytest.raises(PictureUnknown) as caught:
        verify(data, LIMITS, frozenset({"png", "jpeg"}))
    assert "JPEG, PNG" in caught.value.message("ko")


def test_the_content_counts_and_not_the_wish() -> None:
    jpeg = GOOD["jpeg"]
    with pytest.raises(PictureTypeRefused) as caught:
        verify(jpeg, LIMITS, frozenset({"png", "webp"}))
    assert caught.value.message("en") == "This is JPEG; accepted are PNG, WebP."
    assert verify(jpeg, LIMITS, frozenset({"jpeg"})).kind == "jpeg"


def test_a_head_alone_makes_no_picture() -> None:
    for kind in KINDS:
        for length in (12, 16, 40):
            with pytest.raises((PictureBroken, PictureUnknown)):
                verify(GOOD[kind][:length], LIMITS)


@pytest.mark.parametrize("kind", ["png", "gif", "webp", "tiff", "avif"])
def test_another_kinds_head(kind: Kind) -> None:
    head = {"webp": 12, "avif": 32}.get(kind, 6)
    with pytest.raises(PictureError):
        verify(GOOD[kind][:head] + GOOD["jpeg"], LIMITS)


def test_an_avif_with_something_else_inside() -> None:
    data = GOOD["avif"].replace(b"av01", b"hvc1").replace(b"av1C", b"hvcC")
    with pytest.raises(PictureBroken):
        verify(data, LIMITS)


@pytest.mark.parametrize("name", ["a.svg", "a.csv", "a.mat", "a.v"])
def test_libvips_is_shut_for_all_else(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "a.v":
        photograph().write_to_file(str(path))
    else:
        path.write_text("<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>")
    with pytest.raises(pyvips.Error, match=r"not a known file format|blocked"):
        pyvips.Image.new_from_file(str(path))


def test_libvips_is_shut_for_hdr_and_svg() -> None:
    for loader in ("uhdrload_buffer", "svgload_buffer"):
        with pytest.raises(pyvips.Error, match="blocked"):
            getattr(pyvips.Image, loader)(GOOD["jpeg"])


# --- broken ---


@pytest.mark.parametrize("name", GOOD)
def test_cut_off_anywhere(name: str) -> None:
    data = GOOD[name]
    # A BigTIFF ends with eight bytes that say that no page follows.
    near = range(len(data) - 24, len(data) - (8 if name == "big tiff" else 0))
    for end in [*range(1, len(data), max(1, len(data) // 60)), *near]:
        for look in (verify, inspect):
            with pytest.raises((PictureBroken, PictureUnknown)):
                look(data[:end], LIMITS)


@given(st.sampled_from(sorted(GOOD)), st.floats(0, 1, exclude_max=True), st.integers(0, 7))
def test_one_flipped_bit_is_borne_or_refused(name: str, where: float, bit: int) -> None:
    data = bytearray(GOOD[name])
    at = int(where * len(data))
    data[at] ^= 1 << bit
    try:
        verified, small = inspect(bytes(data), LIMITS)
    except PictureError:
        return
    assert verified.width * verified.height <= LIMITS.pixels
    assert max(small.width, small.height) <= 512
    assert "png" not in name


@given(st.binary(max_size=200), st.sampled_from(sorted(KINDS)))
def test_noise_behind_a_good_head_is_refused(noise: bytes, kind: Kind) -> None:
    with pytest.raises(PictureError):
        verify(GOOD[kind][:32] + noise, LIMITS)


@pytest.mark.parametrize("height", [1, 2, 511, 512, 513, 700, 1023, 1024, 1025, 1300])
def test_the_last_row_is_read_even_where_only_a_thumbnail_is_made(height: int) -> None:
    """The compressed pixels end one row early; chunks and checksums are right."""
    rows = bytes([0] + [90] * 64) * (height - 1)
    header = (64).to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\0\0\0\0"
    data = (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", samples.zlib.compress(rows))
        + png_chunk(b"IEND", b"")
    )
    for look in (verify, inspect):
        with pytest.raises(PictureBroken):
            look(data, LIMITS)


def test_what_follows_the_end_is_no_harm() -> None:
    for kind in ("png", "jpeg", "gif"):
        assert verify(GOOD[kind] + b"PK\x03\x04 and a film", LIMITS).width == 160


# --- too much ---


def test_too_many_bytes() -> None:
    data = GOOD["png"] + b"\0" * (1024 * 1024 + 1 - len(GOOD["png"]))
    with pytest.raises(PictureTooLarge) as caught:
        verify(data, Limits(megabytes=1))
    assert "1 MB" in caught.value.message("en")
    assert verify(data[:-1], Limits(megabytes=1))


@pytest.mark.parametrize("kind", ["png", "gif", "tiff", "avif", "jpeg", "webp"])
def test_a_bomb_is_refused_by_its_head(kind: str) -> None:
    side = 16_000 if kind == "webp" else 60_000
    bomb = getattr(samples, f"{kind}_claiming")(side, side)
    assert len(bomb) < 5000
    for look in (verify, inspect):
        with pytest.raises(PictureTooManyPixels) as caught:
            look(bomb, LIMITS)
        assert f"{side} × {side}" in caught.value.message("en")


def test_the_limit_itself_is_allowed() -> None:
    data = coded(pyvips.Image.black(1000, 1000), "png")
    assert verify(data, Limits(megapixels=1))
    with pytest.raises(PictureTooManyPixels):
        verify(coded(pyvips.Image.black(1000, 1001), "png"), Limits(megapixels=1))


def test_a_million_comments_are_not_kept() -> None:
    """Decoders keep each by itself, at half a minute for a file within the limits."""
    text, segment = png_chunk(b"tEXt", b""), b"\xff\xe1\x00\x02"
    png, jpeg = GOOD["png"], GOOD["jpeg"]
    many = [png_with(png, text * 500_000), jpeg[:2] + segment * 500_000 + jpeg[2:]]
    some = [png_with(png, text * 900), jpeg[:2] + segment * 900 + jpeg[2:]]
    for data in many:
        with pytest.raises(PictureBroken, match="more than"):
            verify(data, LIMITS)
    for data in some:
        assert verify(data, LIMITS).width == 160


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_frames_count_together(kind: Kind) -> None:
    data = animation(kind, frames=6, side=500)
    assert verify(data, Limits(megapixels=2, frames=6)).pages == 6
    with pytest.raises(PictureTooManyFrames):
        verify(data, Limits(megapixels=1, frames=6))
    with pytest.raises(PictureTooManyFrames):
        inspect(data, Limits(megapixels=2, frames=5))


def test_more_bands_than_a_picture_has() -> None:
    many = photograph().bandjoin([photograph(), photograph()])
    with pytest.raises(PictureBroken):
        verify(coded(many, "tiff"), LIMITS)


_FLAT = """
    import pathlib
    import pyvips
    from affiche.pictures import Limits, inspect, verify

    def peak():  # not ru_maxrss, which begins with that of whoever started the process
        status = pathlib.Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0])

    wide = pyvips.Image.black(8000, 6000, bands=4).copy(interpretation="srgb") + 77
    files = [wide.cast("uchar").pngsave_buffer(), wide[:3].cast("uchar").jpegsave_buffer()]
    verify(wide.crop(0, 0, 500, 500).cast("uchar").pngsave_buffer(), Limits())
    before = peak()
    for data in files:
        inspect(data, Limits())
    print(peak() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is counted in other units elsewhere")
def test_memory_stays_flat() -> None:
    """48 megapixels are 192 MB decoded; a window of them is enough."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_FLAT)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 140_000


# --- what is told ---


@pytest.mark.parametrize("orientation", range(1, 9))
def test_width_and_height_are_upright(orientation: int) -> None:
    data = coded(tagged(photograph(80, 60), orientation), "jpeg")
    verified = verify(data, LIMITS)
    assert verified.orientation == orientation
    assert (verified.width, verified.height) == ((80, 60) if orientation < 5 else (60, 80))
    assert verified.plain == (orientation == 1)
    for small in (inspect(data, LIMITS, size=40)[1], thumbnail(data, 40)):
        assert (small.width, small.height) == ((40, 30) if orientation < 5 else (30, 40))


def test_a_tiff_with_pages_is_its_first_page() -> None:
    pages = pyvips.Image.arrayjoin([photograph(50, 40)] * 3, across=1)
    pages = pages.copy()
    pages.set_type(pyvips.GValue.gint_type, "page-height", 40)
    verified = verify(coded(pages, "tiff"), LIMITS)
    assert (verified.width, verified.height, verified.pages) == (50, 40, 3)
