"""Masks are read in one way, and what they do not cover stays as it was, byte for byte."""

from itertools import pairwise

import pytest
import pyvips
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pictures.pairs import (
    MAKES,
    colours,
    coverings,
    deep,
    made,
    mask_of,
    noise,
    profile_of,
)
from tests.pictures.samples import animation, coded, photograph

from affiche.errors import MaskEmpty, MaskFull, MaskMisfit, PictureBroken
from affiche.pictures import masks
from affiche.pictures.verification import Limits, verify

WIDE = st.integers(2, 40)


def half(width: int, height: int) -> bytes:
    """Covered on the left."""
    return bytes(255 if x < width // 2 else 0 for _ in range(height) for x in range(width))


def grey(covered: bytes, width: int, height: int) -> pyvips.Image:
    image = pyvips.Image.new_from_memory(covered, width, height, 1, "uchar")
    return image.copy(interpretation="b-w")


def rgba(covered: bytes, width: int, height: int, colour: int) -> bytes:
    """Of one colour, and transparent where it covers."""
    alpha = grey(covered, width, height).invert()
    image = pyvips.Image.black(width, height, bands=3) + colour
    return coded(image.cast("uchar").bandjoin(alpha).copy(interpretation="srgb"), "png")


# --- how a mask is read -----------------------------------------------------------------------

COVERED = half(40, 24)
ONE = grey(COVERED, 40, 24)
ALIKE = {
    "grey": coded(ONE, "png"),
    "1 bit": coded(ONE, "png", bitdepth=1),
    "16 bit": coded((ONE * 257).cast("ushort").copy(interpretation="grey16"), "png"),
    "palette": coded(ONE.bandjoin([ONE, ONE]).copy(interpretation="srgb"), "png", palette=True),
    "colour": coded(ONE.bandjoin([ONE, ONE]).copy(interpretation="srgb"), "png"),
    "jpeg": coded(ONE, "jpeg", Q=75),
    "webp": coded(ONE.bandjoin([ONE, ONE]).copy(interpretation="srgb"), "webp"),
    "not quite black and white": coded((ONE * 0.6 + 60).cast("uchar"), "png"),
    "alpha over black": rgba(COVERED, 40, 24, 0),
    "alpha over white": rgba(COVERED, 40, 24, 255),
    "opaque alpha": coded(
        ONE.bandjoin([ONE, ONE, 255]).cast("uchar").copy(interpretation="srgb"), "png"
    ),
    "grey and alpha": coded(
        (ONE * 0).cast("uchar").bandjoin(ONE.invert()).copy(interpretation="b-w"), "png"
    ),
    "interlaced": coded(ONE, "png", interlace=True),
}


@pytest.mark.parametrize("data", ALIKE.values(), ids=ALIKE)
def test_every_make_of_a_mask_says_the_same(data: bytes) -> None:
    assert bytes(masks.laid(data, (40, 24)).image.write_to_memory()) == COVERED


def test_of_an_animation_the_first_frame_counts() -> None:
    left = grey(half(48, 48), 48, 48)
    strip = left.join(left.invert(), "vertical").copy(interpretation="srgb")
    strip.set_type(pyvips.GValue.gint_type, "page-height", 48)
    mask = masks.laid(coded(strip, "gif"), (48, 48))
    assert bytes(mask.image.write_to_memory()) == half(48, 48)


@pytest.mark.parametrize("target", [(80, 48), (400, 240), (20, 12), (41, 25), (39, 23)])
def test_a_mask_of_another_size_is_stretched(target: tuple[int, int]) -> None:
    mask = masks.laid(ALIKE["grey"], target)
    assert mask.size == target
    assert {mask.image(x, y)[0] for x in (0, 5) for y in (0, target[1] - 1)} == {255}
    assert {mask.image(target[0] - 1, y)[0] for y in (0, target[1] - 1)} == {0}
    assert mask.image.hist_find().write_to_memory()[4:-4].strip(b"\0") == b""


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (mask_of(bytes(960), 40, 24), MaskEmpty),
        (mask_of(b"\xff" * 960, 40, 24), MaskFull),
        (rgba(b"\xff" * 960, 40, 24, 0), MaskFull),
        (rgba(bytes(960), 40, 24, 0), MaskEmpty),
        (mask_of(half(24, 40), 24, 40), MaskMisfit),
        (mask_of(half(40, 30), 40, 30), MaskMisfit),
        (coded((ONE * 0.4).cast("uchar"), "png"), MaskEmpty),
        (b"no picture", PictureBroken),
        (ALIKE["grey"][:-30], PictureBroken),
    ],
)
def test_what_is_no_mask_says_why(data: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        masks.laid(data, (40, 24))


def test_what_vanishes_on_a_smaller_target_covers_nothing() -> None:
    dot = bytearray(400 * 400)
    dot[200 * 400 + 200] = 255
    with pytest.raises(MaskEmpty):
        masks.laid(mask_of(bytes(dot), 400, 400), (10, 10))


@given(st.data())
@settings(max_examples=30)
def test_an_engine_reads_it_the_same_by_every_channel(data: st.DataObject) -> None:
    width, height = data.draw(WIDE), data.draw(WIDE)
    covered = data.draw(coverings(width, height))
    mask = masks.laid(mask_of(covered, width, height), (width, height))
    out = masks.sent(mask)
    assert (out.media_type, out.width, out.height) == ("image/png", width, height)
    image = pyvips.Image.new_from_buffer(out.data, "")
    for band in (image[0], image[1], image[2], image[3].invert()):
        assert bytes(band.write_to_memory()) == covered
    # And so do we, if it comes back to us.
    again = masks.laid(out.data, (width, height))
    assert bytes(again.image.write_to_memory()) == covered


# --- how soft it is ---------------------------------------------------------------------------


@given(st.data(), st.integers(0, 128))
@settings(max_examples=80)
def test_the_edge_lies_within_what_is_covered(data: st.DataObject, feather: int) -> None:
    width, height = data.draw(WIDE), data.draw(WIDE)
    covered = data.draw(coverings(width, height))
    mask = masks.laid(mask_of(covered, width, height), (width, height))
    soft, used = masks.softened(mask, feather)
    weights = bytes(soft.write_to_memory())
    assert (soft.width, soft.height, soft.bands, soft.format) == (width, height, 1, "uchar")
    assert all(weight == 0 for weight, cover in zip(weights, covered, strict=True) if not cover)
    assert 0 <= used <= feather
    # Somewhere the engine's picture is seen, and with a narrow edge all that is covered is.
    assert max(weights) > 0
    if feather <= 16:
        assert max(weights) == 255
        assert all(weight for weight, cover in zip(weights, covered, strict=True) if cover)
    if feather == 0:
        assert weights == covered


def test_the_edge_rises_by_the_distance_from_what_is_kept() -> None:
    mask = masks.laid(mask_of(half(60, 20), 60, 20), (60, 20))
    soft, used = masks.softened(mask, 4)
    assert [soft(x, 10)[0] for x in range(30, 22, -1)] == [0, 51, 102, 153, 204, 255, 255, 255]
    # The border of the picture is no edge.
    assert {soft(x, y)[0] for x in range(20) for y in (0, 19)} == {255}
    assert used == 4


def test_a_thin_line_is_painted_all_the_same() -> None:
    line = bytes(255 if 28 <= x < 34 else 0 for _ in range(40) for x in range(60))
    soft, used = masks.softened(masks.laid(mask_of(line, 60, 40), (60, 40)), 100)
    assert [soft(x, 20)[0] for x in range(27, 35)] == [0, 85, 170, 255, 255, 170, 85, 0]
    assert used == 2


def test_a_wide_edge_rises_as_a_narrow_one_does() -> None:
    mask = masks.laid(mask_of(half(600, 40), 600, 40), (600, 40))
    soft, used = masks.softened(mask, 100)
    rise = [soft(x, 20)[0] for x in range(299, 180, -1)]
    assert used == 100
    assert rise == sorted(rise)
    assert rise[-1] == 255
    assert max(b - a for a, b in pairwise(rise)) <= 8
    assert abs(rise[50] - 128) < 20


# --- the promise ------------------------------------------------------------------------------


def check_kept(target: bytes, result: bytes, covered: bytes, feather: int) -> None:
    """Held against what Python's own bytes say, and not what `held` does."""
    width, height = (lambda i: (i.width, i.height))(pyvips.Image.new_from_buffer(target, ""))
    mask = masks.laid(mask_of(covered, width, height), (width, height))
    made_, used = masks.composited(target, result, mask, feather)
    assert (made_.media_type, made_.width, made_.height) == ("image/png", width, height)
    assert verify(made_.data, Limits()).kind == "png"
    before, deep_before = colours(target)
    after, deep_after = colours(made_.data)
    assert deep_before == deep_after
    assert [a for a, c in zip(after, covered, strict=True) if not c] == [
        b for b, c in zip(before, covered, strict=True) if not c
    ]
    assert profile_of(made_.data) == profile_of(target)
    kept = masks.held(target, made_.data, mask, used)
    assert kept == masks.Kept(covered.count(0), 0, used)


KEPT_AS_THEY_ARE = [make for make in MAKES if make not in ("cmyk", "gif")]


@given(
    st.data(),
    st.sampled_from(KEPT_AS_THEY_ARE),
    st.sampled_from(MAKES),
    st.integers(0, 128),
    st.integers(1, 1000),
)
@settings(max_examples=150)
def test_outside_it_nothing_changes_whatever_comes_back(
    data: st.DataObject, target: str, result: str, feather: int, seed: int
) -> None:
    width, height = data.draw(WIDE), data.draw(WIDE)
    other = data.draw(st.integers(1, 60)), data.draw(st.integers(1, 60))
    covered = data.draw(coverings(width, height))
    check_kept(made(target, width, height, seed), made(result, *other, seed + 1), covered, feather)


@pytest.mark.parametrize("target", KEPT_AS_THEY_ARE)
@pytest.mark.parametrize("result", MAKES)
def test_every_make_on_every_make(target: str, result: str) -> None:
    check_kept(made(target, 33, 21), made(result, 48, 32, 2), half(33, 21), 3)


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3000, 2), (640, 480)])
def test_a_result_of_any_size_is_fitted(size: tuple[int, int]) -> None:
    check_kept(made("png", 64, 48), made("png", *size, 2), half(64, 48), 2)


def test_inside_it_there_is_the_engine_s_picture() -> None:
    target = coded((pyvips.Image.black(40, 24, bands=3) + 10).cast("uchar"), "png")
    result = coded((pyvips.Image.black(80, 48, bands=3) + 210).cast("uchar"), "png")
    mask = masks.laid(ALIKE["grey"], (40, 24))
    made_, _ = masks.composited(target, result, mask, 3)
    seen = pyvips.Image.new_from_buffer(made_.data, "")
    # From the edge inwards: 10 + 200 of 64, 128, 191 and 255 / 255.
    assert [seen(x, 12)[0] for x in range(20, 14, -1)] == [10, 60, 110, 160, 210, 210]
    assert (seen(0, 0), seen(39, 23)) == ([210] * 3, [10] * 3)


def test_where_the_engine_painted_nothing_the_target_is_seen() -> None:
    target, mask = made("png", 40, 24), masks.laid(ALIKE["grey"], (40, 24))
    made_, _ = masks.composited(target, made("see-through", 40, 24, 2), mask, 0)
    assert colours(made_.data) == colours(target)


def test_what_is_transparent_in_the_target_stays_so() -> None:
    target, mask = made("alpha", 40, 24), masks.laid(ALIKE["grey"], (40, 24))
    made_, _ = masks.composited(target, made("png", 40, 24, 2), mask, 0)
    before, after = (pyvips.Image.new_from_buffer(d, "")[3] for d in (target, made_.data))
    assert (before != after).max() == 0


def test_colours_mean_the_same_in_the_target_s_profile() -> None:
    """An engine's red is as red as it was, also within a picture in Display P3."""
    red = coded(pyvips.Image.black(40, 24, bands=3).linear(1, [200, 40, 30]).cast("uchar"), "png")
    made_, _ = masks.composited(
        made("profile", 40, 24), red, masks.laid(ALIKE["grey"], (40, 24)), 0
    )
    image = pyvips.Image.new_from_buffer(made_.data, "").icc_transform("srgb", embedded=True)
    assert all(abs(a - b) <= 2 for a, b in zip(image(3, 3), (200, 40, 30), strict=True))


def test_deep_colours_keep_their_depth() -> None:
    white = coded((pyvips.Image.black(40, 24, bands=3) + 255).cast("uchar"), "png")
    mask = masks.laid(ALIKE["grey"], (40, 24))
    made_, _ = masks.composited(coded(deep(noise(40, 24, 1)), "png"), white, mask, 0)
    assert pyvips.Image.new_from_buffer(made_.data, "")(3, 3) == [65535] * 3


@pytest.mark.parametrize("make", ["cmyk", "gif"])
def test_what_png_cannot_hold_is_read_as_an_upload_is(make: str) -> None:
    target = made(make, 40, 40)
    mask = masks.laid(mask_of(half(40, 40), 40, 40), (40, 40))
    made_, used = masks.composited(target, made("png", 8, 8), mask, 2)
    assert masks.held(target, made_.data, mask, used) == masks.Kept(800, 0, used)


# --- and what breaks it is found ------------------------------------------------------------------


def spoiled(data: bytes, x: int, y: int) -> bytes:
    """With the lowest bit of one pixel's red turned over."""
    image = pyvips.Image.new_from_buffer(data, "")
    whole = bytearray(bytes(image.write_to_memory()))
    whole[(y * image.width + x) * image.bands] ^= 1
    made_ = pyvips.Image.new_from_memory(bytes(whole), image.width, image.height, 3, "uchar")
    return coded(made_.copy(interpretation="srgb"), "png")


def test_one_changed_bit_outside_is_found() -> None:
    target, mask = made("png", 40, 24), masks.laid(ALIKE["grey"], (40, 24))
    made_, _ = masks.composited(target, made("jpeg", 50, 30), mask, 2)
    changed = masks.held(target, spoiled(made_.data, 39, 23), mask, 2)
    assert (changed.outside_pixels, changed.changed_outside) == (480, 1)
    inside = masks.held(target, spoiled(made_.data, 2, 2), mask, 2)
    assert inside.changed_outside == 0


@pytest.mark.parametrize("stored", ["alpha", "16 bit", "profile", "other size"])
def test_a_picture_of_another_make_keeps_no_promise(stored: str) -> None:
    mask = masks.laid(ALIKE["grey"], (40, 24))
    data = made("png", 41, 24) if stored == "other size" else made(stored, 40, 24)
    assert masks.held(made("png", 40, 24), data, mask, 0).changed_outside == 480


def test_a_target_of_another_size_is_refused() -> None:
    mask = masks.laid(ALIKE["grey"], (40, 24))
    with pytest.raises(PictureBroken):
        masks.composited(made("png", 80, 48), made("png", 40, 24), mask, 0)


@pytest.mark.parametrize("broken", [b"", b"junk", coded(photograph(64, 64), "png")[:-400]])
def test_a_result_that_cannot_be_read_gives_nothing(broken: bytes) -> None:
    mask = masks.laid(ALIKE["grey"], (40, 24))
    with pytest.raises(PictureBroken):
        masks.composited(made("png", 40, 24), broken, mask, 0)


def test_an_animated_result_gives_its_first_frame() -> None:
    mask = masks.laid(mask_of(half(48, 48), 48, 48), (48, 48))
    target = coded((pyvips.Image.black(48, 48, bands=3) + 10).cast("uchar"), "png")
    made_, _ = masks.composited(target, animation("gif", 3, 48), mask, 0)
    first = pyvips.Image.new_from_buffer(animation("gif", 3, 48), "")
    assert pyvips.Image.new_from_buffer(made_.data, "")(3, 3) == first(3, 3)[:3]
