"""`python -m bench.masks`: what a mask's promise costs, each part in a process of its own."""

import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing import get_context
from os import getpid
from pathlib import Path
from typing import Final

import pyvips

from affiche.domain.masks import Size
from affiche.pictures import masks
from affiche.pictures.thumbnails import thumbnail
from bench.figures import megabytes

SIZES: Final[tuple[tuple[str, Size, Size], ...]] = (
    ("1 megapixel", (1024, 1024), (1024, 1024)),
    ("12 megapixels", (4000, 3000), (1184, 880)),
    ("50 megapixels", (8660, 5773), (1248, 832)),
)
"""Of the target, and of what an engine gives for it."""
FEATHERS: Final = (0, 8, 64)
PARTS: Final = ("mask", "put together", "held against it", "all")
TIMES: Final = 3


def photograph(size: Size, seed: int) -> pyvips.Image:
    width, height = size
    place = pyvips.Image.xyz(width, height)
    grain = pyvips.Image.gaussnoise(width, height, mean=0, sigma=6, seed=seed)
    light = pyvips.Image.perlin(width, height, cell_size=256, seed=seed) * 60 + grain
    red, green = place[0] * (200 / width) + light + 20, place[1] * (200 / height) + light + 20
    return red.bandjoin([green, light + 128]).cast("uchar").copy(interpretation="srgb")


def write(folder: Path, target: Size, result: Size) -> None:
    """A photograph as JPEG, a result as PNG, and a mask that covers a third of it, round."""
    photograph(target, 1).jpegsave(str(folder / "target"), Q=92)
    photograph(result, 2).pngsave(str(folder / "result"))
    width, height = target
    place = pyvips.Image.xyz(width, height)
    across, down = place[0] - width / 2, place[1] - height / 2
    reach = (across * across + down * down).relational_const("less", [(0.38 * height) ** 2])
    reach.pngsave(str(folder / "mask"))


def one(folder: str, size: Size, feather: int, part: str) -> tuple[float, float]:
    """Processor seconds, and MB that the process grew by; what is not measured is done before."""
    here = Path(folder)
    target, result, mask = ((here / n).read_bytes() for n in ("target", "result", "mask"))
    laid = masks.laid(mask, size) if part != "mask" else None
    stored = b""
    if part == "held against it" and laid is not None:
        stored = (here / f"stored-{feather}").read_bytes()
    before, begun = megabytes(getpid()), time.process_time()
    if part in ("mask", "all"):
        laid = masks.laid(mask, size)
        masks.sent(laid)
    assert laid is not None
    if part in ("put together", "all"):
        made, _ = masks.composited(target, result, laid, feather)
        thumbnail(made.data)
        stored = made.data
    if part in ("held against it", "all"):
        assert masks.held(target, stored, laid, feather).changed_outside == 0
    spent, grown = time.process_time() - begun, megabytes(getpid()) - before
    if part == "put together":
        (here / f"stored-{feather}").write_bytes(stored)
    return spent, grown


def apart(work: Callable[..., tuple[float, float]], *args: object) -> tuple[float, float]:
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, args)


def main() -> None:
    wanted = [size for size in SIZES if not sys.argv[1:] or size[0].split()[0] in sys.argv[1:]]
    print("| target | feather | part | processor time | memory |\n|---|---|---|---|---|")
    for name, target, result in wanted:
        with tempfile.TemporaryDirectory() as folder:
            get_context("spawn").Process(target=write, args=(Path(folder), target, result)).run()
            for feather in FEATHERS:
                for part in PARTS:
                    found = [apart(one, folder, target, feather, part) for _ in range(TIMES)]
                    spent = sorted(seconds for seconds, _ in found)[TIMES // 2]
                    grown = max(grown for _, grown in found)
                    print(
                        f"| {name} | {feather} | {part} | {1000 * spent:.0f} ms | {grown:.0f} MB |"
                    )


if __name__ == "__main__":
    main()
