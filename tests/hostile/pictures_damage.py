"""Good pictures, cut off and with bits turned, seeded: the same ones in every run."""

from functools import cache, partial
from random import Random

from tests.pictures.samples import animation, apng, blocks, coded, photograph

from .pictures_cases import BROKEN, EITHER, Case, Either

CUTS, FLIPS, BURSTS = 6, 10, 4
# Cut within the sign that it is known by, a file is no picture at all.
NO_HEAD = Either(frozenset({"picture_broken", "picture_unknown", "picture_type"}))


@cache
def whole(name: str) -> bytes:
    match name:
        case "apng":
            return apng([blocks([[(n * 50, 90, 20)]], 32) for n in range(4)])
        case "animated gif":
            return animation("gif")
        case "animated webp":
            return animation("webp")
        case "progressive jpeg":
            return coded(photograph(), "jpeg", interlace=True)
        case "packed tiff":
            return coded(photograph(), "tiff", compression="deflate", predictor="horizontal")
    return coded(photograph(), name)  # type: ignore[arg-type]


def cut(name: str, part: int) -> bytes:
    """Of `CUTS` pieces the first `part`, give or take a few bytes."""
    data = whole(name)
    return data[: len(data) * part // CUTS - Random(f"{name} {part}").randrange(1, 30)]


def flipped(name: str, number: int) -> bytes:
    """One bit, anywhere."""
    data, random = bytearray(whole(name)), Random(f"{name} bit {number}")
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(data)


def burst(name: str, number: int) -> bytes:
    """Twenty bytes overwritten, most of them in the first kilobyte, where sizes and offsets are."""
    data, random = bytearray(whole(name)), Random(f"{name} burst {number}")
    for _ in range(20):
        data[random.randrange(12, min(1024, len(data)))] = random.randrange(256)
    return bytes(data)


NAMES = (
    *("jpeg", "png", "webp", "gif", "avif", "tiff"),
    *("apng", "animated gif", "animated webp", "progressive jpeg", "packed tiff"),
)


def cases() -> dict[str, Case]:
    made: dict[str, Case] = {}
    for name in NAMES:
        for part in range(1, CUTS + 1):
            made[f"{name} cut {part}"] = Case(partial(cut, name, part), BROKEN)
        for length in (1, 4, 9, 13):
            made[f"{name} of {length} bytes"] = Case(partial(_head, name, length), NO_HEAD)
        for number in range(FLIPS):
            # A PNG proves every byte that counts; in all others some do no harm.
            made[f"{name} bit {number}"] = Case(partial(flipped, name, number), EITHER)
        for number in range(BURSTS):
            made[f"{name} burst {number}"] = Case(partial(burst, name, number), EITHER)
    return made


def _head(name: str, length: int) -> bytes:
    return whole(name)[:length]
