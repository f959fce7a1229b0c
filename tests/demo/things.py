"""Still lives in the light of a window, drawn."""

from collections.abc import Callable
from typing import Final

from tests.demo import scenes
from tests.demo.scenes import Colour, Image, Light, Point, Sheet

SIZE: Final = (800, 640)
WALL: Final[Colour] = (206, 196, 182)
WOOD: Final[Colour] = (146, 104, 74)
FROM: Final[Point] = (-0.5, -0.3)
TOWARDS: Final[Point] = (-1.5, -0.7)
Drawing = Callable[[Sheet, Image], Image]


def still_life(draw: Drawing, *, wall: Colour, table: Colour, grain: int) -> Image:
    """A table before a wall, the light of a window on both, and on the table what `draw` puts."""
    sheet = Sheet.of(*SIZE)
    shade: Colour = (int(wall[0] * 0.72), int(wall[1] * 0.7), int(wall[2] * 0.74))
    picture = scenes.wash(sheet, wall, shade)
    picture = scenes.lit(sheet, picture, Light(FROM, 0.6, (255, 246, 224), 0.75))
    for pane in (-0.02, 0.22):
        beam = sheet.box((pane + 0.1, -0.16), 0.09, 0.15)
        picture = scenes.laid(sheet, picture, beam, (255, 244, 216), soft=0.05, strength=0.28)
    picture = scenes.laid(sheet, picture, sheet.below(0.22), table, soft=0.006)
    picture = scenes.lit(sheet, picture, Light((-0.3, 0.34), 0.5, (255, 226, 180), 0.22))
    return scenes.finished(sheet, draw(sheet, picture), grain)


def shadow(sheet: Sheet, picture: Image, middle: Point, across: float) -> Image:
    """On the table, away from the window."""
    place = sheet.ellipse((middle[0] + across * 0.55, middle[1]), across * 1.5, across * 0.24)
    return scenes.laid(sheet, picture, place, (52, 34, 26), soft=0.06, strength=0.5)


def body(sheet: Sheet, picture: Image, shape: Image, colour: Colour) -> Image:
    dark: Colour = (int(colour[0] * 0.42), int(colour[1] * 0.4), int(colour[2] * 0.44))
    bright: Colour = tuple(round(part + (255 - part) * 0.3) for part in colour)  # type: ignore[assignment]
    return scenes.modelled(sheet, picture, shape, dark, bright, TOWARDS)


def gleam(sheet: Sheet, picture: Image, middle: Point, tall: float) -> Image:
    place = sheet.ellipse(middle, 0.012, tall)
    return scenes.laid(sheet, picture, place, (255, 250, 238), soft=0.02, strength=0.6)


def vase(sheet: Sheet, picture: Image) -> Image:
    picture = shadow(sheet, picture, (0.0, 0.31), 0.1)
    for bend, (x, y) in enumerate(((-0.2, -0.34), (0.02, -0.4), (0.2, -0.28))):
        picture = body(sheet, picture, sheet.limb((0.0, -0.02), (x, y), 0.007, 0.003), (92, 74, 58))
        for step in range(2, 6):
            share = step / 5
            side = 0.03 if (step + bend) % 2 else -0.03
            place = x * share + side, (y + 0.02) * share - 0.02
            leaf = sheet.ellipse(place, 0.036, 0.015, 0.7 if side > 0 else -0.7)
            picture = body(sheet, picture, leaf, (108, 134, 92))
    shape = scenes.joined(
        [sheet.ellipse((0.0, 0.17), 0.105, 0.14), sheet.limb((0, -0.03), (0, 0.1), 0.036)], 0.05
    )
    return gleam(sheet, body(sheet, picture, shape, (196, 204, 206)), (-0.05, 0.15), 0.07)


def pears(sheet: Sheet, picture: Image) -> Image:
    picture = shadow(sheet, picture, (0.02, 0.33), 0.24)
    for x, y, colour in (
        (-0.09, 0.1, (190, 186, 92)),
        (0.1, 0.11, (204, 170, 84)),
        (0.0, 0.13, (176, 178, 96)),
    ):
        pear = scenes.joined(
            [sheet.ellipse((x, y), 0.075, 0.08), sheet.ellipse((x + 0.012, y - 0.09), 0.036, 0.05)],
            0.05,
        )
        stalk = sheet.limb((x + 0.012, y - 0.13), (x + 0.03, y - 0.175), 0.006, 0.004)
        picture = body(sheet, body(sheet, picture, stalk, (84, 62, 44)), pear, colour)
        picture = gleam(sheet, picture, (x - 0.035, y - 0.01), 0.03)
    bowl = scenes.within(sheet.ellipse((0.0, 0.14), 0.24, 0.19), sheet.below(0.15))
    return body(sheet, picture, bowl, (118, 138, 152))


def cup(sheet: Sheet, picture: Image) -> Image:
    picture = shadow(sheet, picture, (0.0, 0.33), 0.18)
    picture = body(sheet, picture, sheet.ellipse((0.0, 0.3), 0.2, 0.035), (222, 216, 206))
    handle = scenes.within(
        sheet.ellipse((0.12, 0.17), 0.06, 0.055), sheet.ellipse((0.12, 0.17), 0.036, 0.032) * -1
    )
    picture = body(sheet, picture, handle, (214, 206, 196))
    side = scenes.joined(
        [sheet.box((0.0, 0.15), 0.11, 0.07, 0.03), sheet.ellipse((0, 0.2), 0.09, 0.09)]
    )
    picture = body(sheet, picture, side, (226, 220, 210))
    picture = body(sheet, picture, sheet.ellipse((0.0, 0.085), 0.105, 0.022), (98, 62, 40))
    for x, tall in ((-0.03, 0.1), (0.03, 0.13)):
        steam = sheet.ellipse((x, -0.05), 0.014, tall, 0.16)
        picture = scenes.laid(sheet, picture, steam, (255, 252, 244), soft=0.06, strength=0.35)
    return gleam(sheet, picture, (-0.07, 0.17), 0.04)


def books(sheet: Sheet, picture: Image) -> Image:
    picture = shadow(sheet, picture, (-0.05, 0.34), 0.24)
    for at, (wide, tilt, colour) in enumerate(
        ((0.23, 0.0, (122, 52, 48)), (0.2, 0.02, (54, 84, 102)), (0.21, -0.015, (172, 140, 84)))
    ):
        middle = -0.06 + tilt, 0.31 - 0.06 * at
        picture = body(sheet, picture, sheet.box(middle, wide, 0.027, 0.008), colour)
        pages = sheet.box((middle[0] + wide - 0.012, middle[1]), 0.008, 0.019)
        picture = scenes.laid(sheet, picture, pages, (232, 222, 200))
    picture = body(sheet, picture, sheet.box((-0.03, 0.085), 0.03, 0.085, 0.006), (238, 228, 206))
    picture = scenes.lit(sheet, picture, Light((-0.03, -0.05), 0.2, (255, 206, 120), 0.6))
    flame = scenes.joined(
        [
            sheet.ellipse((-0.03, -0.025), 0.014, 0.022),
            sheet.limb((-0.03, -0.03), (-0.028, -0.075), 0.009, 0.002),
        ]
    )
    return scenes.laid(sheet, picture, flame, (255, 238, 176), soft=0.012)


def bottles(sheet: Sheet, picture: Image) -> Image:
    for x, tall, wide, colour in (
        (-0.24, 0.2, 0.055, (62, 92, 74)),
        (-0.04, 0.26, 0.05, (140, 84, 50)),
        (0.15, 0.16, 0.075, (94, 122, 146)),
    ):
        picture = shadow(sheet, picture, (x, 0.31), wide)
        shape = scenes.joined(
            [
                sheet.box((x, 0.3 - tall / 2), wide, tall / 2, 0.025),
                sheet.limb((x, 0.3 - tall), (x, 0.16 - tall), 0.017),
            ],
            0.05,
        )
        picture = body(sheet, picture, shape, colour)
        picture = gleam(sheet, picture, (x - wide * 0.55, 0.3 - tall * 0.55), tall * 0.28)
    return picture


def lemons(sheet: Sheet, picture: Image) -> Image:
    picture = shadow(sheet, picture, (0.0, 0.32), 0.26)
    picture = body(sheet, picture, sheet.box((0.02, 0.305), 0.3, 0.022, 0.012), (176, 132, 92))
    for x, y, turn in ((-0.12, 0.2, 0.3), (0.03, 0.21, -0.2)):
        lemon = scenes.joined(
            [
                sheet.ellipse((x, y), 0.085, 0.066, turn),
                sheet.limb((x - 0.085, y - 0.02), (x + 0.085, y + 0.02), 0.018),
            ],
            0.04,
        )
        picture = gleam(
            sheet, body(sheet, picture, lemon, (232, 200, 72)), (x - 0.03, y - 0.02), 0.02
        )
    rind = sheet.ellipse((0.2, 0.22), 0.07, 0.07)
    picture = body(sheet, picture, rind, (238, 208, 84))
    flesh = sheet.ellipse((0.195, 0.22), 0.056, 0.058)
    picture = scenes.laid(sheet, picture, flesh, (250, 238, 176))
    for x, y in (
        (0.04, 0.0),
        (0.02, 0.035),
        (-0.02, 0.035),
        (-0.04, 0.0),
        (-0.02, -0.035),
        (0.02, -0.035),
    ):
        seam = sheet.limb((0.195, 0.22), (0.195 + x, 0.22 + y), 0.003, 0.001)
        picture = scenes.laid(sheet, picture, seam, (255, 252, 226), strength=0.8)
    return picture
