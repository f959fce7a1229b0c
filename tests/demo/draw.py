"""The pictures of the demonstration, drawn: `python -m tests.demo.draw FOLDER` writes them anew."""

import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

from tests.demo import figures, things
from tests.demo.scenes import Image

PICTURES: Final[Mapping[str, Callable[[], Image]]] = {
    "portrait-yuna": partial(
        figures.portrait, figures.MORNING, long_hair=True, grain=1, light=(0.3, -0.3)
    ),
    "portrait-noah": partial(
        figures.portrait, figures.NIGHT, long_hair=False, grain=2, light=(-0.3, -0.3)
    ),
    "standing-in-the-morning": partial(
        figures.person,
        figures.STANDING,
        figures.MORNING,
        long_hair=True,
        grain=3,
        light=(-0.3, -0.3),
    ),
    "walking-at-dusk": partial(
        figures.person, figures.WALKING, figures.DUSK, long_hair=True, grain=4, light=(0.25, 0.1)
    ),
    "dancing-in-the-studio": partial(
        figures.person,
        figures.DANCING,
        figures.STUDIO,
        long_hair=False,
        grain=5,
        light=(0.3, -0.35),
    ),
    "sitting-at-night": partial(
        figures.person,
        figures.SITTING,
        figures.NIGHT,
        long_hair=False,
        grain=6,
        light=(0.28, -0.33),
    ),
    "turning-at-dusk": partial(
        figures.person, figures.TURNING, figures.DUSK, long_hair=True, grain=7, light=(-0.28, -0.1)
    ),
    "dancing-at-night": partial(
        figures.person, figures.DANCING, figures.NIGHT, long_hair=True, grain=8, light=(-0.26, -0.3)
    ),
    "vase-and-branch": partial(
        things.still_life, things.vase, wall=things.WALL, table=things.WOOD, grain=9
    ),
    "bowl-of-pears": partial(
        things.still_life, things.pears, wall=(178, 188, 186), table=(120, 92, 74), grain=10
    ),
    "cup-by-the-window": partial(
        things.still_life, things.cup, wall=(212, 204, 196), table=(160, 122, 92), grain=11
    ),
    "books-and-candle": partial(
        things.still_life, things.books, wall=(96, 92, 104), table=(84, 58, 46), grain=12
    ),
    "three-bottles": partial(
        things.still_life, things.bottles, wall=(200, 206, 204), table=(134, 112, 94), grain=13
    ),
    "lemons": partial(
        things.still_life, things.lemons, wall=(150, 168, 176), table=(108, 84, 70), grain=14
    ),
}


def main(folder: Path) -> None:
    for name, draw in PICTURES.items():
        draw().webpsave(str(folder / f"{name}.webp"), Q=84, effort=6, keep="none")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
