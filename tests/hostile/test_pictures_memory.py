"""The bound on memory, held against the corpus and against the costliest pictures there are."""

import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pyvips
from tests.pictures.samples import animation, coded, tagged

from affiche.pictures import Kind, Limits

from .pictures import CASES, data
from .pictures_bombs import gif

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="memory is counted in other units elsewhere"
)


def grown(folder: Path, limits: Limits, pictures: Mapping[str, bytes]) -> tuple[int, list[str]]:
    """Bytes by which the process grew, and each picture's line."""
    for number, (name, picture) in enumerate(pictures.items()):
        plain = "".join(c if c.isalnum() else "-" for c in name)
        (folder / f"{number:03} {plain}").write_bytes(picture)
    command = [sys.executable, "-m", "tests.hostile.pictures_watch"]
    done = subprocess.run(
        [*command, str(limits.megabytes), str(limits.megapixels), str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    *lines, last = done.stdout.splitlines()
    assert len(lines) == len(pictures)
    return int(last), lines


def test_the_whole_corpus_stays_within_the_bound(tmp_path: Path) -> None:
    limits = Limits()
    growth, lines = grown(tmp_path, limits, {name: data(name) for name in CASES})
    print(f"{growth / 2**20:.0f} of {limits.memory / 2**20:.0f} MiB")
    assert growth <= limits.memory, "\n".join(lines)


def flat(kind: Kind, *, bands: int = 3, deep: bool = False, turn: int = 1, **options: Any) -> bytes:
    """Of 11.9 megapixels: within 12, however they are counted."""
    image = pyvips.Image.black(3500, 3400, bands=bands) + 77
    image = image.cast("ushort" if deep else "uchar")
    image = image.copy(interpretation="rgb16" if deep else "srgb")
    if turn > 1:
        image = tagged(image, turn)
    return coded(image, kind, **options)


def noise(kind: Kind, **options: Any) -> bytes:
    """What is as large coded as it was before."""
    bands = [pyvips.Image.gaussnoise(1900, 1900, mean=128, sigma=60, seed=n) for n in range(4)]
    image = bands[0].bandjoin([*bands[1:]]).cast("uchar").copy(interpretation="srgb")
    return coded(image.icc_transform("p3", input_profile="srgb"), kind, **options)


def described(kind: Kind) -> bytes:
    image = pyvips.Image.black(16, 16, bands=3).copy(interpretation="srgb")
    for name in ("xmp-data", "iptc-data", "icc-profile-data"):
        image.set_type(pyvips.GValue.blob_type, name, bytes(3_500_000))  # type: ignore[arg-type]
    image.set_type(pyvips.GValue.gstr_type, "image-description", "x" * 3_500_000)
    return coded(image, kind)


COSTLY: dict[str, Callable[[], bytes]] = {
    "avif": partial(flat, "avif"),
    "interlaced png, deep, alpha, turned": partial(
        flat, "png", bands=4, deep=True, turn=6, interlace=True
    ),
    "interlaced png, deep": partial(flat, "png", deep=True, interlace=True),
    "progressive jpeg": partial(flat, "jpeg", interlace=True, subsample_mode="off"),
    "progressive jpeg, turned": partial(flat, "jpeg", turn=5, interlace=True),
    "png, deep, alpha, turned": partial(flat, "png", bands=4, deep=True, turn=8),
    "tiff in one strip of jpeg": partial(flat, "tiff", compression="jpeg", tile_height=3400),
    "tiff, deep, alpha, turned": partial(
        flat, "tiff", bands=4, deep=True, turn=7, compression="deflate"
    ),
    "webp, alpha": partial(flat, "webp", bands=4, lossless=True, effort=0),
    "gif": partial(gif, (3500, 3400), (1, 1)),
    "animated webp": partial(animation, "webp", 11, 1000, effort=0),
    "noise with alpha": partial(noise, "webp", effort=0, Q=60),
    "noise in a png": partial(noise, "png", compression=1),
    "words in a tiff": partial(described, "tiff"),
    "words in an avif": partial(described, "avif"),
    "words in a png": partial(described, "png"),
}


def test_the_costliest_pictures_stay_within_the_bound(tmp_path: Path) -> None:
    """At a quarter of the default limits, so that they are made in seconds; where a header costs
    more than the limits allow, it is refused by that."""
    limits = Limits(megabytes=16, megapixels=12)
    growth, lines = grown(tmp_path, limits, {name: make() for name, make in COSTLY.items()})
    print(f"{growth / 2**20:.0f} of {limits.memory / 2**20:.0f} MiB", *lines, sep="\n")
    assert growth <= limits.memory, "\n".join(lines)
    fine = sum(" fine " in line for line in lines)
    assert fine >= len(COSTLY) - 2, "\n".join(lines)


def test_the_bound_in_the_settings_terms() -> None:
    assert Limits(20, 50).memory == 96 * 2**20 + 8 * 20 * 2**20 + 16 * 50_000_000
