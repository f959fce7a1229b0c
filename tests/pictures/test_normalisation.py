"""What goes to an engine, and what an engine's picture is stored as."""

from collections.abc import Callable

import pytest
import pyvips

from affiche.errors import PictureBroken
from affiche.pictures import (
    KINDS,
    Kind,
    Limits,
    Normalised,
    Verified,
    normalise,
    verify,
    without_metadata,
)

from .samples import (
    COLOURS,
    STORED,
    UPRIGHT,
    animation,
    blocks,
    coded,
    photograph,
    pixels,
    png_chunk,
    png_with,
    tagged,
)

LIMITS = Limits()
Change = Callable[[bytes, Verified], Normalised]


def _done(data: bytes, change: Change = normalise) -> tuple[Normalised, pyvips.Image]:
    verified = verify(data, LIMITS)
    made = change(data, verified)
    again = verify(made.data, LIMITS)
    assert (again.media_type, again.width, again.height) == (
        made.media_type,
        made.width,
        made.height,
    )
    assert (made.width, made.height) == (verified.width, verified.height)
    return made, pyvips.Image.new_from_buffer(made.data, "")


def _fields(image: pyvips.Image) -> set[str]:
    return {f for f in image.get_fields() if f.startswith(("exif", "xmp", "iptc", "png-comment"))}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "tiff"])
@pytest.mark.parametrize("change", [normalise, without_metadata])
def test_eight_ways_to_hold_a_camera(kind: Kind, orientation: int, change: Change) -> None:
    data = coded(tagged(blocks(STORED[orientation]), orientation), kind)
    made, image = _done(data, change)
    assert (made.width, made.height) == (48, 32)
    for y, row in enumerate(UPRIGHT):
        for x, colour in enumerate(row):
            assert image.getpoint(x * 16 + 8, y * 16 + 8) == pytest.approx(colour, abs=14)
    assert not _fields(image)
    assert b"SECRET" not in made.data


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_plain_pictures_pass_as_they_are(kind: Kind) -> None:
    data = coded(photograph(), kind, keep=pyvips.ForeignKeep.NONE)
    for change in (normalise, without_metadata):
        assert change(data, verify(data, LIMITS)).data == data


@pytest.mark.parametrize("change", [normalise, without_metadata])
@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("jpeg", {}),
        ("jpeg", {"interlace": True}),
        ("jpeg", {"restart_interval": 1}),
        ("png", {}),
        ("png", {"interlace": True}),
        ("png", {"palette": True}),
        ("webp", {}),
        ("webp", {"lossless": True}),
    ],
)
def test_a_place_never_survives_and_no_pixel_changes(
    kind: Kind, options: dict[str, object], change: Change
) -> None:
    data = coded(tagged(photograph()), kind, **options)
    before = pyvips.Image.new_from_buffer(data, "")
    assert "exif-ifd3-GPSLatitude" in before.get_fields()
    assert "xmp-data" in before.get_fields()
    made, image = _done(data, change)
    assert not _fields(image)
    assert b"SECRET" not in made.data
    assert made.media_type == f"image/{kind}"
    assert pixels(made.data) == pixels(data)


@pytest.mark.parametrize("kind", ["tiff", "avif"])
def test_a_place_never_survives_coding_anew(kind: Kind) -> None:
    data = coded(tagged(photograph()), kind)
    assert b"SECRET" in data
    made, image = _done(data)
    assert not _fields(image)
    assert b"SECRET" not in made.data


def test_a_prompt_in_a_png_never_survives() -> None:
    prompt = b"SECRET red fox in snow"
    bare = coded(photograph(), "png", keep=pyvips.ForeignKeep.NONE)
    gamma = png_chunk(b"gAMA", (45455).to_bytes(4, "big"))
    data = png_with(
        bare,
        png_chunk(b"tEXt", b"prompt\0" + prompt),
        png_chunk(b"iTXt", b"workflow\0\0\0\0\0" + prompt),
        png_chunk(b"zTXt", b"parameters\0\0" + b"x\x9c\x03\0\0\0\0\1"),
        png_chunk(b"tIME", b"\x07\xea\x0b\x15\0\0\0"),
        png_chunk(b"caBX", prompt),
        gamma,
    )
    made, _ = _done(data + b"SECRET behind the end", without_metadata)
    assert made.data == png_with(bare, gamma)


def test_what_a_phone_appends_to_a_jpeg_never_survives() -> None:
    data = coded(photograph(), "jpeg")
    for tail in (b"SECRET film", coded(tagged(photograph(40, 40)), "jpeg")):
        made, _ = _done(data + tail, without_metadata)
        assert b"SECRET" not in made.data
        assert pixels(made.data) == pixels(data)


def test_comments_and_unknown_segments_of_a_jpeg() -> None:
    data = coded(photograph(), "jpeg")
    comment = b"\xff\xfe\x00\x08SECRET"
    adobe = b"\xff\xed\x00\x08SECRET"
    film = b"\xff\xe2\x00\x0dMPF\0SECRET\0"
    made, _ = _done(data[:2] + comment + adobe + film + data[2:], without_metadata)
    assert b"SECRET" not in made.data


def test_a_picture_within_the_metadata_is_no_end() -> None:
    inner = coded(photograph(30, 30), "jpeg")
    data = coded(photograph(), "jpeg")
    segment = b"\xff\xe1" + (len(inner) + 2).to_bytes(2, "big") + inner
    made, _ = _done(data[:2] + segment + data[2:], without_metadata)
    assert pixels(made.data) == pixels(data)


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_an_output_keeps_its_frames(kind: Kind) -> None:
    plain = animation(kind)
    if kind == "gif":
        comment = b"!\xfe\x06SECRET\0!\xff\x0bXMP DataXMP\x06SECRET\0"
        data = plain[:-1] + comment + b";"
    else:
        size = len(plain) - 8 + 14
        data = b"RIFF" + size.to_bytes(4, "little") + plain[8:] + b"XMP \x06\0\0\0SECRET"
        at = data.index(b"VP8X") + 8
        data = data[:at] + bytes([data[at] | 4]) + data[at + 1 :]
    assert verify(data, LIMITS).pages == 4
    made, image = _done(data, without_metadata)
    assert b"SECRET" not in made.data
    assert image.get("n-pages") == 4
    assert pixels(made.data, n=-1) == pixels(plain, n=-1)
    assert pyvips.Image.new_from_buffer(made.data, "").get("loop") == pyvips.Image.new_from_buffer(
        plain, ""
    ).get("loop")


@pytest.mark.parametrize("kind", ["gif", "webp"])
def test_an_engine_gets_the_first_frame(kind: Kind) -> None:
    made, image = _done(animation(kind))
    assert (made.width, made.height) == (48, 48)
    assert image.getpoint(20, 20)[:3] == pytest.approx(COLOURS[0], abs=8)


@pytest.mark.parametrize(
    ("space", "kind"),
    [
        ("b-w", "png"),
        ("b-w", "jpeg"),
        ("b-w", "tiff"),
        ("grey16", "png"),
        ("grey16", "tiff"),
        ("rgb16", "png"),
        ("rgb16", "tiff"),
        ("lab", "tiff"),
        ("cmyk", "jpeg"),
        ("cmyk", "tiff"),
    ],
)
def test_every_space_becomes_8_bit_srgb(space: str, kind: Kind) -> None:
    image = photograph()
    seen = image.colourspace(space)
    _, made = _done(coded(seen, kind))
    assert (made.interpretation, made.format, made.bands) == ("srgb", "uchar", 3)
    wanted = [band.avg() for band in seen.colourspace("srgb").bandsplit()]
    assert [band.avg() for band in made.bandsplit()] == pytest.approx(wanted, abs=6)


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff", "webp"])
def test_a_colour_profile_is_applied_and_not_only_dropped(kind: Kind) -> None:
    image = blocks([[(200, 60, 60), (60, 180, 60)]], 32)
    wide = image.icc_transform("p3", input_profile="srgb")
    assert wide.getpoint(5, 5) != pytest.approx(image.getpoint(5, 5), abs=5)
    _, made = _done(coded(wide, kind))
    assert made.get_typeof("icc-profile-data") == 0
    for x, colour in ((16, (200, 60, 60)), (48, (60, 180, 60))):
        assert made.getpoint(x, 16) == pytest.approx(colour, abs=8)


def test_an_output_keeps_its_profile() -> None:
    data = coded(tagged(photograph().icc_transform("p3", input_profile="srgb")), "png")
    made, image = _done(data, without_metadata)
    assert b"SECRET" not in made.data
    assert image.get("icc-profile-data") == pyvips.Image.new_from_buffer(data, "").get(
        "icc-profile-data"
    )
    assert pixels(made.data) == pixels(data)


@pytest.mark.parametrize("kind", ["png", "webp", "tiff", "avif"])
def test_alpha_is_kept(kind: Kind) -> None:
    image = blocks([[(200, 60, 60, 0), (60, 180, 60, 128), (60, 60, 200, 255)]], 32)
    data = coded(tagged(image, 3 if kind in ("png", "tiff") else 1), kind)
    _, made = _done(data)
    assert made.bands == 4
    alphas = [made.getpoint(x, 16)[3] for x in (16, 48, 80)]
    assert alphas == pytest.approx(
        [255, 128, 0] if kind in ("png", "tiff") else [0, 128, 255], abs=6
    )


def test_16_bit_alpha() -> None:
    image = photograph(alpha=True)
    _, made = _done(coded(image.colourspace("rgb16"), "png"))
    assert made.write_to_memory() == image.write_to_memory()


def test_lossless_pictures_stay_so_until_they_are_large() -> None:
    grey = photograph().colourspace("b-w")
    assert _done(coded(grey, "png"))[0].media_type == "image/png"
    assert _done(coded(grey, "jpeg"))[0].media_type == "image/jpeg"
    large = pyvips.Image.black(2100, 2000).copy(interpretation="b-w")
    assert _done(coded(large, "png"))[0].media_type == "image/jpeg"
    clear = large.bandjoin(large)
    assert _done(coded(clear, "png"))[0].media_type == "image/png"


@pytest.mark.parametrize("kind", KINDS)
def test_a_profile_that_is_none(kind: Kind) -> None:
    image = photograph().colourspace("b-w") if kind == "png" else photograph()
    image = image.copy()
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", b"not a profile" * 20)
    try:
        data = coded(image, kind)
    except pyvips.Error:
        data = coded(photograph(), kind)
    _, made = _done(data)
    assert made.interpretation == "srgb"


def test_an_hdr_picture_is_its_ordinary_half() -> None:
    hdr = (photograph(256, 192).colourspace("scrgb") * 3).uhdrsave_buffer()
    assert hdr.count(b"\xff\xd8\xff") == 2
    made, _ = _done(bytes(hdr))
    assert made.data.count(b"\xff\xd8\xff") == 1


def test_what_was_cut_off_since_is_refused() -> None:
    for kind in ("png", "jpeg", "webp", "gif"):
        data = coded(photograph(), kind)
        verified = verify(data, LIMITS)
        for change in (normalise, without_metadata):
            with pytest.raises(PictureBroken):
                change(data[: len(data) // 2], verified)
