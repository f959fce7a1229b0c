"""Where things stand in a picture: decided once, kept to by every layer."""

from dataclasses import dataclass
from random import Random

from affiche.emulators.comfyui.painter.words import Wish


@dataclass(frozen=True, slots=True)
class Composition:
    """Places as shares of the picture, 0..1 from the left and the top.

    `horizon` is where sky ends; `ground` where the near ground begins (sand, floor, bank); the
    light comes from (`sun_x`, `sun_y`). `detail` (0..1) is how finely things are worked out.
    `base` is where a subject stands, None without one.
    """

    horizon: float
    ground: float
    sun_x: float
    sun_y: float
    detail: float
    base: float | None = None


_HORIZONS = {
    "beach": 0.50, "lake": 0.54, "mountain": 0.74, "forest": 0.70, "city": 0.66, "desert": 0.56,
    "space": 1.0, "studio": 0.70, "meadow": 0.60, "sky": 0.86,
}  # fmt: skip


def compose(wish: Wish, random: Random, detail: float, base: float | None = None) -> Composition:
    """The places for `wish`; with a subject standing at `base` the ground reaches behind it."""
    horizon = _HORIZONS[wish.setting] + random.uniform(-0.035, 0.035)
    ground = min(0.96, horizon + (0.27 if wish.setting in ("beach", "lake") else 0.12))
    if base is not None:
        # The ground meets the subject a little above where it stands.
        ground = min(ground, base - 0.05) if base < 0.97 else max(ground, 0.9)
        horizon = min(horizon, ground - 0.1)
    if wish.setting == "studio":
        horizon = ground = min(0.72 if base is None else base - 0.08, 0.84)
    side = random.choice((-1, 1))
    sun_x = 0.5 + side * random.uniform(0.14, 0.3)
    low = {"sunset": 0.05, "dawn": 0.07, "dusk": 0.0}.get(wish.hour)
    sun_y = (
        horizon - low - random.uniform(0, 0.05) if low is not None else random.uniform(0.14, 0.24)
    )
    if wish.setting in ("mountain", "city", "forest") and low is not None:
        sun_y = horizon - random.uniform(0.26, 0.36)
    return Composition(horizon, ground, sun_x, sun_y, detail, base)
