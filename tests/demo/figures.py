"""People in light, drawn: a body from its joints, and the places that it stands in."""

from dataclasses import dataclass
from typing import Final

from tests.demo import scenes
from tests.demo.scenes import Colour, Image, Light, Point, Sheet

SIZE: Final = (640, 800)


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the joints are, from the middle of the picture, in its heights, y downwards."""

    head: Point
    neck: Point
    hips: Point
    left_arm: tuple[Point, Point]
    right_arm: tuple[Point, Point]
    left_leg: tuple[Point, Point]
    right_leg: tuple[Point, Point]
    skirt: float = 0.0


STANDING: Final = Pose(
    head=(0.0, -0.27),
    neck=(0.0, -0.185),
    hips=(0.01, 0.06),
    left_arm=((-0.105, -0.03), (-0.08, 0.1)),
    right_arm=((0.115, -0.03), (0.05, 0.055)),
    left_leg=((-0.03, 0.24), (-0.035, 0.42)),
    right_leg=((0.055, 0.24), (0.065, 0.42)),
)
WALKING: Final = Pose(
    head=(0.02, -0.27),
    neck=(0.01, -0.19),
    hips=(-0.01, 0.05),
    left_arm=((-0.1, -0.06), (-0.13, 0.06)),
    right_arm=((0.12, -0.05), (0.16, 0.05)),
    left_leg=((-0.09, 0.22), (-0.15, 0.4)),
    right_leg=((0.08, 0.21), (0.1, 0.4)),
    skirt=0.075,
)
DANCING: Final = Pose(
    head=(-0.03, -0.25),
    neck=(-0.02, -0.175),
    hips=(0.0, 0.06),
    left_arm=((-0.15, -0.25), (-0.1, -0.4)),
    right_arm=((0.13, -0.13), (0.25, -0.2)),
    left_leg=((-0.02, 0.24), (-0.01, 0.42)),
    right_leg=((0.12, 0.18), (0.07, 0.3)),
    skirt=0.11,
)
SITTING: Final = Pose(
    head=(-0.02, -0.2),
    neck=(-0.02, -0.12),
    hips=(-0.05, 0.13),
    left_arm=((-0.11, 0.03), (0.0, 0.1)),
    right_arm=((0.06, 0.02), (0.09, 0.11)),
    left_leg=((0.13, 0.14), (0.14, 0.36)),
    right_leg=((0.1, 0.17), (0.09, 0.38)),
)
TURNING: Final = Pose(
    head=(0.04, -0.26),
    neck=(0.015, -0.185),
    hips=(-0.02, 0.06),
    left_arm=((-0.1, -0.07), (-0.12, 0.06)),
    right_arm=((0.1, -0.08), (0.045, -0.16)),
    left_leg=((-0.06, 0.24), (-0.05, 0.42)),
    right_leg=((0.03, 0.24), (0.05, 0.42)),
    skirt=0.06,
)


@dataclass(frozen=True, slots=True)
class Palette:
    sky: Colour
    ground: Colour
    light: Colour
    skin: Colour
    hair: Colour
    cloth: Colour


DUSK: Final = Palette(
    (74, 70, 110), (232, 158, 116), (255, 214, 160), (196, 140, 112), (52, 36, 40), (58, 62, 96)
)
MORNING: Final = Palette(
    (214, 222, 226),
    (238, 228, 212),
    (255, 248, 226),
    (222, 178, 150),
    (70, 48, 40),
    (108, 134, 138),
)
STUDIO: Final = Palette(
    (120, 112, 110), (188, 174, 164), (250, 236, 216), (210, 160, 132), (38, 30, 32), (142, 66, 58)
)
NIGHT: Final = Palette(
    (22, 26, 46), (50, 48, 78), (122, 150, 220), (150, 122, 132), (18, 16, 26), (180, 152, 92)
)


def person(pose: Pose, palette: Palette, *, long_hair: bool, grain: int, light: Point) -> Image:
    """A figure on its ground, lit from `light`."""
    sheet = Sheet.of(*SIZE)
    picture = _place(sheet, palette, light)
    shadow = sheet.ellipse((pose.hips[0] - light[0] * 0.35, 0.43), 0.2, 0.022)
    picture = scenes.laid(sheet, picture, shadow, _darker(palette.ground), soft=0.05, strength=0.6)
    return scenes.finished(sheet, _figure(sheet, picture, pose, palette, long_hair, light), grain)


def portrait(palette: Palette, *, long_hair: bool, grain: int, light: Point) -> Image:
    """Head and shoulders."""
    sheet = Sheet.of(*SIZE)
    picture = _place(sheet, palette, light, horizon=0.62)
    towards = light[0] * 1.6, light[1] * 1.2

    def shaded(picture: Image, shape: Image, colour: Colour) -> Image:
        bright = _lighter(colour)
        return scenes.modelled(sheet, picture, shape, _darker(colour), bright, towards)

    parts = [sheet.ellipse((0.0, -0.1), 0.16, 0.195)]
    if long_hair:
        parts += [sheet.limb((x, -0.08), (x * 1.2, 0.24), 0.055, 0.045) for x in (-0.11, 0.11)]
    hair = scenes.joined(parts, 0.04)
    picture = shaded(picture, hair, palette.hair)
    face = [
        sheet.limb((0.0, 0.02), (0.0, 0.24), 0.052, 0.06),
        sheet.ellipse((0, -0.05), 0.11, 0.145),
    ]
    picture = shaded(picture, scenes.joined(face, 0.03), palette.skin)
    shoulders = [
        sheet.limb((-0.15, 0.42), (0.15, 0.42), 0.12),
        sheet.limb((0.0, 0.29), (0.0, 0.46), 0.06, 0.2),
    ]
    picture = shaded(picture, scenes.joined(shoulders, 0.05), palette.cloth)
    fringe = sheet.ellipse((0.12 * light[0], -0.225), 0.19, 0.085, 0.25)
    picture = shaded(picture, scenes.within(hair, fringe), palette.hair)
    return scenes.finished(sheet, picture, grain)


def _place(sheet: Sheet, palette: Palette, light: Point, horizon: float = 0.28) -> Image:
    picture = scenes.wash(sheet, palette.sky, palette.ground)
    picture = scenes.lit(sheet, picture, Light(light, 0.42, palette.light, 0.85))
    disc = sheet.ellipse(light, 0.075, 0.075)
    picture = scenes.laid(sheet, picture, disc, _lighter(palette.light), soft=0.012, strength=0.9)
    ground = _darker(palette.ground)
    return scenes.laid(sheet, picture, sheet.below(horizon), ground, soft=0.02, strength=0.8)


def _figure(
    sheet: Sheet, picture: Image, pose: Pose, palette: Palette, long_hair: bool, light: Point
) -> Image:
    towards = light[0] * 2.2, light[1] * 0.8
    left = pose.neck[0] - 0.05, pose.neck[1] + 0.022
    right = pose.neck[0] + 0.05, pose.neck[1] + 0.022
    arms = [
        sheet.limb(shoulder, elbow, 0.02, 0.016)
        for shoulder, (elbow, _) in ((left, pose.left_arm), (right, pose.right_arm))
    ]
    arms += [
        sheet.limb(elbow, hand, 0.016, 0.011) for elbow, hand in (pose.left_arm, pose.right_arm)
    ]
    legs = [
        part
        for knee, foot in (pose.left_leg, pose.right_leg)
        for part in (sheet.limb(pose.hips, knee, 0.04, 0.026), sheet.limb(knee, foot, 0.026, 0.014))
    ]
    skin = scenes.joined(
        [sheet.limb(pose.neck, pose.head, 0.017), sheet.ellipse(pose.head, 0.04, 0.052), *arms],
        0.008,
    )
    if long_hair:
        back = pose.head[0] - light[0] * 0.06, pose.neck[1] + 0.07
        hair = scenes.joined(
            [sheet.ellipse(pose.head, 0.05, 0.06), sheet.limb(pose.head, back, 0.04)]
        )
        picture = scenes.modelled(
            sheet, picture, hair, palette.hair, _lighter(palette.hair), towards
        )
    bright, dark = _lighter(palette.skin), _darker(palette.skin)
    trousers = _darker(palette.cloth) if not pose.skirt else dark
    picture = scenes.modelled(
        sheet, picture, scenes.joined(legs, 0.012), _darker(trousers), trousers, towards
    )
    picture = scenes.modelled(sheet, picture, skin, dark, bright, towards)
    chest = pose.neck[0], pose.neck[1] + 0.05
    body = [sheet.limb(left, right, 0.02), sheet.limb(chest, pose.hips, 0.05, 0.046)]
    if pose.skirt:
        hem = pose.hips[0] + 0.01, pose.hips[1] + 0.14
        body.append(sheet.limb(pose.hips, hem, 0.045, pose.skirt))
    picture = scenes.modelled(
        sheet, picture, scenes.joined(body, 0.02), _darker(palette.cloth), palette.cloth, towards
    )
    crown = sheet.ellipse((pose.head[0], pose.head[1] - 0.004), 0.044, 0.056)
    cap = sheet.ellipse((pose.head[0] + light[0] * 0.03, pose.head[1] - 0.04), 0.06, 0.036, 0.2)
    return scenes.laid(sheet, picture, scenes.within(crown, cap), palette.hair)


def _darker(colour: Colour) -> Colour:
    return int(colour[0] * 0.6), int(colour[1] * 0.58), int(colour[2] * 0.62)


def _lighter(colour: Colour) -> Colour:
    return tuple(round(part + (255 - part) * 0.35) for part in colour)  # type: ignore[return-value]
