"""The colours of a picture, from the wish and the seed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from random import Random
from typing import Any, Final

from affiche.emulators.comfyui.painter.colours import (
    Colour,
    colour,
    lightness,
    mix,
    toward,
    turned,
)
from affiche.emulators.comfyui.painter.words import Hour, Setting, Wish


@dataclass(frozen=True, slots=True)
class Palette:
    """`top`, `middle` and `low` of the sky; `sun`, the colour of the light; `far` and `near` of
    what stands in it; `ground` and `water`; `accent` for what shall be seen first. `shade` is what
    shadows turn to. `night` is how dark it is, 0..1."""

    top: Colour
    middle: Colour
    low: Colour
    sun: Colour
    far: Colour
    near: Colour
    ground: Colour
    water: Colour
    accent: Colour
    shade: Colour
    night: float = 0.0

    def each(self, change: "Change") -> "Palette":
        changed: dict[str, Any] = {name: change(getattr(self, name)) for name in _COLOURS}
        return replace(self, **changed)


class Change:
    """A change of one colour: hue in degrees, chroma and lightness; or towards another."""

    def __init__(
        self,
        degrees: float = 0.0,
        chroma: float = 1.0,
        light: float = 0.0,
        aim: Colour | None = None,
        share: float = 0.0,
        blend: float = 0.0,
    ) -> None:
        self._turn = (degrees, chroma, light)
        self._aim, self._share, self._blend = aim, share, blend

    def __call__(self, c: Colour) -> Colour:
        c = turned(c, *self._turn)
        if self._aim is not None:
            c = toward(c, self._aim, self._share)
            c = mix(c, self._aim, self._blend)
        return c


_COLOURS: Final = (
    "top",
    "middle",
    "low",
    "sun",
    "far",
    "near",
    "ground",
    "water",
    "accent",
    "shade",
)


def _of(*colours: str, night: float = 0.0) -> Palette:
    named: dict[str, Any] = dict(zip(_COLOURS, map(colour, colours), strict=True))
    return Palette(**named, night=night)


_HOURS: Final[Mapping[Hour, tuple[Palette, ...]]] = {
    "day": (
        _of(
            "#3f7fb8",
            "#86b6d8",
            "#dcebf0",
            "#fff3d6",
            "#8fadc0",
            "#35566a",
            "#cdb894",
            "#2f7f97",
            "#f0b35c",
            "#2c4a63",
        ),
        _of(
            "#5b93b5",
            "#a8cad4",
            "#f1ece0",
            "#fff0cf",
            "#a3b6b4",
            "#43614f",
            "#d6c4a1",
            "#4d99a1",
            "#e58f5a",
            "#324c58",
        ),
    ),
    "sunset": (
        _of(
            "#34386e",
            "#b0587c",
            "#f7a567",
            "#ffd9a0",
            "#a9647c",
            "#2d2145",
            "#c98a63",
            "#7a4a75",
            "#ff8a5c",
            "#33204a",
        ),
        _of(
            "#2f4a7a",
            "#c77a7f",
            "#fbc07a",
            "#ffe3b0",
            "#b37a86",
            "#34273f",
            "#d29a6b",
            "#6d6088",
            "#ff9d57",
            "#38264a",
        ),
        _of(
            "#5a3a6e",
            "#dd6b6b",
            "#ffb25e",
            "#ffdc98",
            "#b2576a",
            "#3a1d3c",
            "#c67f56",
            "#8a4a66",
            "#ff7a4d",
            "#3b1f42",
        ),
    ),
    "dawn": (
        _of(
            "#6f8fb8",
            "#c9b8cf",
            "#fbdcc6",
            "#fff0d8",
            "#b0a6bd",
            "#4b5574",
            "#cdb3a2",
            "#8fa2bd",
            "#f3a68c",
            "#46507a",
        ),
        _of(
            "#7fa3b3",
            "#d6c9cc",
            "#ffe4c4",
            "#fff3da",
            "#b9b3b3",
            "#4d6063",
            "#d5bfa4",
            "#95afb4",
            "#f0b088",
            "#445a6b",
        ),
    ),
    "dusk": (
        _of(
            "#1e2a52",
            "#5d5a8e",
            "#d99a9a",
            "#ffd2b8",
            "#6f6590",
            "#1c1d38",
            "#7d6a78",
            "#44507e",
            "#f29a86",
            "#1d1f3f",
            night=0.45,
        ),
    ),
    "night": (
        _of(
            "#070d22",
            "#14264a",
            "#35568a",
            "#dfe9ff",
            "#26406b",
            "#060a18",
            "#1f2a41",
            "#16305c",
            "#f4d58a",
            "#050a1e",
            night=0.85,
        ),
        _of(
            "#0a0a24",
            "#231f4f",
            "#54478c",
            "#efe4ff",
            "#38336a",
            "#080717",
            "#272440",
            "#221f55",
            "#ffc98f",
            "#08071f",
            night=0.85,
        ),
    ),
}

_PLACES: Final[Mapping[Setting, Mapping[str, tuple[str, float]]]] = {
    "forest": {"near": ("#1d3a2a", 0.75), "far": ("#7fa08c", 0.55), "ground": ("#4a5a38", 0.6)},
    "meadow": {"near": ("#4d6b34", 0.7), "far": ("#9db58a", 0.6), "ground": ("#86a052", 0.75)},
    "desert": {"near": ("#a5623a", 0.7), "far": ("#d9a679", 0.7), "ground": ("#d08d57", 0.8)},
    "beach": {"ground": ("#e0c8a0", 0.55), "water": ("#2b8d9e", 0.25)},
    "city": {"far": ("#7d8ba5", 0.3), "ground": ("#4a5060", 0.5)},
    "space": {"top": ("#05060f", 0.7), "near": ("#0a0c1c", 0.7)},
}


def palette(wish: Wish, random: Random) -> Palette:
    """The colours for `wish`; the seed turns them a little."""
    choices = _HOURS[wish.hour]
    made = choices[random.randrange(len(choices))]
    for name, (aim, share) in _PLACES.get(wish.setting, {}).items():
        share = share * (1 - 0.55 * made.night)
        changed: dict[str, Any] = {name: mix(getattr(made, name), colour(aim), share)}
        made = replace(made, **changed)
    for touch in sorted(wish.touches):
        made = _touched(made, touch)
    for index, named in enumerate(wish.colours):
        made = _coloured(made, colour(named), 0.75 if index == 0 else 0.35)
    made = made.each(Change(random.uniform(-7, 7), random.uniform(0.92, 1.1)))
    return made.each(Change(chroma=0.0)) if "mono" in wish.touches else made


_TOUCHES: Final[Mapping[str, Change]] = {
    "rain": Change(chroma=0.55, light=-0.05, aim=colour("#5c7183"), share=0.35),
    "fog": Change(chroma=0.55, light=0.05, aim=colour("#c9cfd2"), share=0.2, blend=0.14),
    "cloudy": Change(chroma=0.75),
    "snow": Change(chroma=0.7, light=0.02, aim=colour("#9fb6cf"), share=0.35),
    "spring": Change(chroma=1.0, light=0.02, aim=colour("#e9a3b8"), share=0.2),
    "autumn": Change(chroma=1.08, aim=colour("#c8702d"), share=0.34),
    "summer": Change(chroma=1.18, light=0.01),
    "vintage": Change(chroma=0.66, light=0.01, aim=colour("#c79a62"), share=0.38),
    "neon": Change(chroma=1.35, light=-0.05, aim=colour("#8a35ff"), share=0.4),
    "pastel": Change(chroma=0.62, light=0.1, blend=0.0),
    "gold": Change(chroma=1.0, aim=colour("#c9973f"), share=0.6),
    "warm": Change(chroma=1.0, light=0.01, aim=colour("#d98a4a"), share=0.42),
    "cool": Change(chroma=0.95, aim=colour("#4f86b8"), share=0.42),
    "quiet": Change(chroma=0.86, light=0.015),
    "vivid": Change(chroma=1.28, light=-0.012),
}


def _touched(made: Palette, touch: str) -> Palette:
    change = _TOUCHES.get(touch)
    if change is None:
        return made
    made = made.each(change)
    if touch == "neon":
        made = replace(made, accent=colour("#ff3fa4"), sun=colour("#7df3ff"), low=colour("#b43fd6"))
    elif touch == "snow":
        snow = mix(colour("#f2f6fb"), made.sun, 0.12 + 0.3 * made.night)
        made = replace(made, ground=mix(snow, made.top, 0.5 * made.night))
    elif touch == "gold":
        made = replace(made, accent=colour("#e6b655"), sun=colour("#ffe9b8"))
    elif touch == "spring":
        made = replace(made, accent=colour("#f19ab8"))
    elif touch == "autumn":
        made = replace(made, accent=colour("#e0782f"))
    return made


def _coloured(made: Palette, named: Colour, share: float) -> Palette:
    """A colour in the prompt tints everything and is itself the accent."""
    made = made.each(Change(aim=named, share=0.55 * share))
    weight = lightness(named)
    if weight > 0.92:
        made = made.each(Change(chroma=0.7, light=0.06))
    elif weight < 0.3:
        made = made.each(Change(chroma=0.7, light=-0.09))
    return replace(made, accent=mix(made.accent, named, 0.8 * share))
