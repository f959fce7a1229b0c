import pytest
import pyvips

from affiche.errors import PictureBroken
from affiche.pictures import KINDS, Kind, Limits, inspect, sniff, thumbnail

from .samples import COLOURS, animation, blocks, coded, photograph, tagged

LIMITS = Limits()


def _means(data: bytes) -> list[float]:
    return [band.avg() for band in pyvips.Image.new_from_buffer(data, "").bandsplit()]


@pytest.mark.parametrize("kind", KINDS)
def test_both_ways_give_the_same_picture(kind: Kind) -> None:
    image = photograph(900, 600)
    data = coded(image, kind)
    _, one = inspect(data, LIMITS)
    two = thumbnail(data)
    for small in (one, two):
        assert sniff(small.data) == "jpeg"
        opened = pyvips.Image.new_from_buffer(small.data, "")
        assert (opened.width, opened.height) == (small.width, small.height) == (512, 341)
        true = [band.avg() for band in image.bandsplit()]
        assert _means(small.data) == pytest.approx(true, abs=5)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((100, 80), (100, 80)),
        ((512, 512), (512, 512)),
        ((513, 10), (512, 10)),
        ((2, 900), (1, 512)),
    ],
)
def test_nothing_grows(size: tuple[int, int], expected: tuple[int, int]) -> None:
    data = coded(photograph(*size), "png")
    for small in (inspect(data, LIMITS)[1], thumbnail(data)):
        assert (small.width, small.height) == expected


def test_no_metadata_in_it() -> None:
    for kind in ("jpeg", "png", "webp"):
        data = coded(tagged(photograph()), kind)
        assert b"SECRET" in data
        for small in (inspect(data, LIMITS)[1], thumbnail(data)):
            assert b"SECRET" not in small.data
            assert not {"exif-data", "xmp-data", "icc-profile-data"} & set(
                pyvips.Image.new_from_buffer(small.data, "").get_fields()
            )


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_the_first_frame_of_an_animation(kind: Kind) -> None:
    data = animation(kind)
    for small in (inspect(data, LIMITS)[1], thumbnail(data)):
        assert (small.width, small.height) == (48, 48)
        assert _means(small.data)[:3] == pytest.approx(COLOURS[0], abs=6)


def test_clear_stays_clear() -> None:
    clear = blocks([[(255, 0, 0, 0), (0, 0, 255, 255)]], 100)
    small = thumbnail(coded(clear, "png"), 20)
    opened = pyvips.Image.new_from_buffer(small.data, "")
    assert opened.getpoint(2, 5)[3] < 10
    assert opened.getpoint(17, 5) == pytest.approx([0, 0, 255, 255], abs=12)


def test_colours_of_other_spaces_are_brought_to_srgb() -> None:
    image = blocks([[COLOURS[0]]], 60)
    cmyk = image.icc_export(output_profile="cmyk", depth=8)
    wide = image.icc_transform("p3", input_profile="srgb")
    for data in (coded(cmyk, "jpeg"), coded(wide, "png")):
        for small in (inspect(data, LIMITS)[1], thumbnail(data)):
            assert _means(small.data) == pytest.approx(COLOURS[0], abs=30)


def test_not_a_picture() -> None:
    for data in (b"", b"hello", coded(photograph(), "png")[:200]):
        with pytest.raises(PictureBroken):
            thumbnail(data)
