"""Chance with a shape: fractal lines for skylines, fractal fields for clouds, water and grain."""

import math
from array import array
from random import Random

import pyvips

from affiche.emulators.comfyui.painter.canvas import Canvas, Field


def ridge(random: Random, count: int, roughness: float = 0.5, bends: int = 3) -> list[float]:
    """`count` values in about -1..1: a fractal line whose octaves weigh `roughness` of the last.

    `bends` is the number of bends of its coarsest octave.
    """
    line = [0.0] * count
    octaves, share, total, cells = 7, 1.0, 0.0, max(1, bends)
    for _ in range(octaves):
        knots = [random.uniform(-1, 1) for _ in range(cells + 3)]
        shift = random.random()
        for i in range(count):
            at = i / count * cells + shift
            cell = int(at)
            t = at - cell
            t = t * t * (3 - 2 * t)
            line[i] += share * (knots[cell] + (knots[cell + 1] - knots[cell]) * t)
        total += share
        share *= roughness
        cells *= 2
        if cells > count / 2:
            break
    return [value / total * 1.6 for value in line]


def clouds(
    canvas: Canvas, across: float, down: float, octaves: int = 4, gain: float = 0.5
) -> Field:
    """Fractal noise, about -1..1; the coarsest cells are `across` by `down` shares of the canvas.

    Painted small and stretched, as it has no detail finer than a few pixels.
    """
    cell = int(max(2, min(32, across * canvas.width, down * canvas.height)))
    small_width = max(4, round(cell / across))
    small_height = max(4, round(cell / down))
    total: pyvips.Image | None = None
    share, weight = 1.0, 0.0
    for octave in range(octaves):
        size = cell >> octave
        if octave and size < 2:
            break
        layer = pyvips.Image.perlin(small_width, small_height, cell_size=size, seed=canvas.chance())
        total = layer * share if total is None else total + layer * share
        weight += share
        share *= gain
    assert total is not None
    return canvas.spread((total * (1.7 / weight)).copy_memory())


def waves(canvas: Canvas, horizon: float, fineness: float = 1.0) -> Field:
    """Noise on a plane that runs to a horizon (0..1 from the top): about -1..1 below it.

    Painted at half the size; above the horizon it is 0.
    """
    width, height = max(2, canvas.width // 2), max(2, canvas.height // 2)
    tile = 512
    noise = pyvips.Image.perlin(tile, tile, cell_size=16, seed=canvas.chance())
    fine = pyvips.Image.perlin(tile, tile, cell_size=4, seed=canvas.chance())
    noise = (noise + fine * 0.6).copy_memory()
    place = pyvips.Image.xyz(width, height)
    line = horizon * height
    depth = ((place[1] - line) * (1 / height)).clamp() + 0.012
    far = (depth**-1).copy_memory()
    across = (place[0] * (1 / width) - 0.5) * far * (26 * fineness) + tile / 2
    down = far * (46 * fineness)
    across, down = _wrapped(across, tile), _wrapped(down, tile)
    seen = noise.mapim(across.bandjoin(down), interpolate=pyvips.Interpolate.new("bilinear"))
    # What is nearer than the grain of the noise to the horizon would only flicker.
    fade = ((place[1] - line) * (22 / height)).clamp()
    return canvas.spread((seen * fade * 1.3).copy_memory())


def _wrapped(values: pyvips.Image, tile: int) -> pyvips.Image:
    inner = tile - 2
    return values - (values * (1 / inner)).floor() * inner


def sparkles(canvas: Canvas, share: float, size: float, reach: float = 1.0) -> Field:
    """Points of chance brightness, `share` of them per thousand pixels of a 1000-pixel side.

    `size` is how far each one glows, in pixels of that side; `reach` cuts the canvas below it.
    """
    scale = canvas.side / 1000
    count = round(share * (canvas.width / canvas.side) * (canvas.height / canvas.side) * 1000)
    points = array("f", bytes(4 * canvas.width * canvas.height))
    for _ in range(count):
        x = canvas.random.randrange(canvas.width)
        y = int(canvas.random.random() * (canvas.height - 1) * reach)
        points[y * canvas.width + x] = canvas.random.uniform(0.25, 1.0)
    field = pyvips.Image.new_from_memory(points.tobytes(), canvas.width, canvas.height, 1, "float")
    spread = size * scale
    if spread < 0.4:
        return field
    return field.gaussblur(spread) * min(40.0, 2 * math.pi * spread * spread + 1)
