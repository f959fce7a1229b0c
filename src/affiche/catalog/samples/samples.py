"""Makes the three photographs in this folder: still lifes and a figure, drawn and lit by code.

Run as `python samples.py`; the JPEGs appear beside it. Needs libvips with its SVG loader.
"""

from pathlib import Path
from typing import Final

import pyvips

HERE: Final = Path(__file__).parent
Layer = tuple[str, float]
"""The body of an SVG, and how far it is out of focus (a blur in pixels)."""


def drawn(width: int, height: int, body: str) -> pyvips.Image:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}">{body}</svg>'
    )
    return pyvips.Image.svgload_buffer(svg.encode()).copy(interpretation="srgb")


def stacked(width: int, height: int, layers: list[Layer]) -> pyvips.Image:
    """The layers one over the other, each in its own focus."""
    image = pyvips.Image.black(width, height, bands=3).copy(interpretation="srgb")
    for body, blur in layers:
        layer = drawn(width, height, body)
        if blur:
            layer = layer.premultiply().gaussblur(blur).unpremultiply().cast("uchar")
        image = image.composite(layer, "over").flatten()
    return image.cast("float")


def wavy(width: int, height: int, across: float, down: float, seed: int) -> pyvips.Image:
    """Noise about 0, its grain `across` by `down` pixels: wood, linen, plaster."""
    small = pyvips.Image.perlin(
        max(8, round(width / across * 8)), max(8, round(height / down * 8)), cell_size=8, seed=seed
    )
    scaled = small.resize(width / small.width, vscale=height / small.height, kernel="cubic")
    return scaled.crop(0, 0, min(width, scaled.width), min(height, scaled.height)).gravity(
        "centre", width, height, extend="copy"
    )


def developed(image: pyvips.Image, seed: int) -> pyvips.Image:
    """What a lens and a film add: bloom, falling light, a soft curve, grain."""
    width, height = image.width, image.height
    glow = image.gaussblur(24)
    image = image * 0.88 + glow * 0.14
    place = pyvips.Image.xyz(width, height)
    across, down = place[0] / width - 0.5, place[1] / height - 0.5
    image = image * (1.04 - (across * across + down * down) * 0.5)
    image = image + (image - 128) * 0.07
    grain = pyvips.Image.gaussnoise(width, height, sigma=5.5, mean=0, seed=seed).gaussblur(0.6)
    return (image + grain).cast("uchar").copy(interpretation="srgb")


def shade(name: str, *stops: tuple[float, str], flat: bool = True) -> str:
    """A linear gradient, across when `flat`, else downwards."""
    inner = "".join(f'<stop offset="{at}" stop-color="{colour}"/>' for at, colour in stops)
    way = 'x2="1" y2="0"' if flat else 'x2="0" y2="1"'
    return f'<linearGradient id="{name}" x1="0" y1="0" {way}>{inner}</linearGradient>'


def ball(name: str, at: str, *stops: tuple[float, str, float]) -> str:
    inner = "".join(
        f'<stop offset="{o}" stop-color="{c}" stop-opacity="{a}"/>' for o, c, a in stops
    )
    return f'<radialGradient id="{name}" {at}>{inner}</radialGradient>'


def cup() -> pyvips.Image:
    """A stoneware cup on an oak table, window light from the left; 1200 by 900."""
    width, height = 1200, 900
    wall = (
        "<defs>"
        + shade("wall", (0, "#7f9490"), (0.5, "#667c79"), (1, "#3f5252"))
        + ball("lamp", 'cx="0.22" cy="0.2" r="0.7"', (0, "#fff0d6", 0.5), (1, "#fff0d6", 0))
        + "</defs>"
        '<rect width="1200" height="620" fill="url(#wall)"/>'
        '<rect width="1200" height="620" fill="url(#lamp)"/>'
    )
    panes = "".join(
        f'<path d="M{x} {y} l150 -34 l0 190 l-150 34 Z" fill="#ffe6bd" fill-opacity="0.34"/>'
        for x, y in ((120, 110), (296, 70), (120, 330), (296, 290))
    )
    behind = (
        "<defs>" + shade("vase", (0, "#7d8a80"), (0.35, "#5d6a61"), (1, "#2f3833")) + "</defs>"
        '<g transform="translate(92 0)">'
        '<path d="M955 596 q-62 -58 -38 -150 q16 -46 22 -96 l62 0 q6 50 22 96 q24 92 -38 150 Z" '
        'fill="url(#vase)"/>'
        '<g stroke="#4c5a3f" stroke-width="5" fill="none">'
        '<path d="M968 350 q-8 -120 -70 -210"/><path d="M972 350 q14 -140 70 -240"/>'
        '<path d="M970 350 q0 -100 6 -220"/></g><g fill="#66764f">'
        + "".join(
            f'<ellipse cx="{x}" cy="{y}" rx="34" ry="13" transform="rotate({a} {x} {y})"/>'
            for x, y, a in (
                (892, 150, 40),
                (916, 196, -28),
                (930, 246, 35),
                (1040, 120, -50),
                (1022, 176, 20),
                (1004, 232, -46),
                (978, 140, 80),
                (964, 200, -12),
                (1058, 168, 12),
            )
        )
        + "</g></g>"
    )
    table = (
        "<defs>"
        + shade("oak", (0, "#a97c52"), (0.25, "#b78a5e"), (1, "#7c5634"), flat=False)
        + ball("pool", 'cx="0.3" cy="0.3" r="0.6"', (0, "#ffe9c4", 0.22), (1, "#ffe9c4", 0))
        + "</defs>"
        '<rect y="588" width="1200" height="312" fill="url(#oak)"/>'
        '<rect y="588" width="1200" height="312" fill="url(#pool)"/>'
        '<rect y="586" width="1200" height="5" fill="#5c4029" fill-opacity="0.35"/>'
    )
    shadow = (
        '<path d="M520 792 q240 26 450 -44 q110 -46 30 -70 q-200 -36 -420 24 Z" '
        'fill="#3a2412" fill-opacity="0.4"/>'
    )
    contact = '<ellipse cx="600" cy="780" rx="178" ry="28" fill="#2a180c" fill-opacity="0.5"/>'
    body = (
        "<defs>"
        + shade(
            "glaze",
            (0, "#b9b3a6"),
            (0.1, "#eeeae0"),
            (0.3, "#f7f4ec"),
            (0.55, "#d8d2c5"),
            (0.85, "#9b9488"),
            (0.96, "#857d72"),
            (1, "#a79f93"),
        )
        + shade("clay", (0, "#67707a"), (0.3, "#8d979e"), (1, "#343b42"))
        + shade("inside", (0, "#b4a992"), (0.5, "#d3cab6"), (1, "#f0eadb"))
        + shade("coffee", (0, "#20120a"), (0.6, "#3a2113"), (1, "#6b4427"))
        + shade("grip", (0, "#cfc8bb"), (0.5, "#aaa396"), (1, "#6f685e"))
        + "</defs>"
        '<path d="M770 498 q128 -22 136 78 q4 104 -150 118" fill="none" stroke="url(#grip)" '
        'stroke-width="37" stroke-linecap="round"/>'
        '<path d="M776 490 q112 -16 118 66" fill="none" stroke="#fbf8f0" stroke-opacity="0.55" '
        'stroke-width="6" stroke-linecap="round"/>'
        '<path d="M388 436 L416 716 Q428 800 590 800 Q752 800 764 716 L792 436 Z" '
        'fill="url(#glaze)"/>'
        '<path d="M419 728 Q432 800 590 800 Q748 800 761 728 Q700 764 590 764 Q480 764 419 728 Z" '
        'fill="url(#clay)"/>'
        '<path d="M419 728 Q480 764 590 764 Q700 764 761 728 L760 740 Q690 776 590 776 '
        'Q490 776 420 740 Z" fill="#fbf6ea" fill-opacity="0.25"/>'
        '<ellipse cx="590" cy="436" rx="202" ry="52" fill="#f4f0e6"/>'
        '<ellipse cx="590" cy="439" rx="188" ry="45" fill="url(#inside)"/>'
        '<path d="M410 452 Q430 486 590 486 Q750 486 770 452 Q740 422 590 422 Q440 422 410 452 Z" '
        'fill="url(#coffee)"/>'
        '<path d="M470 452 q60 -18 130 -16" fill="none" stroke="#f5dcb4" stroke-opacity="0.5" '
        'stroke-width="6" stroke-linecap="round"/>'
        '<path d="M432 500 q10 130 30 220" fill="none" stroke="#ffffff" stroke-opacity="0.55" '
        'stroke-width="20" stroke-linecap="round"/>'
    )
    speckles = "".join(
        f'<circle cx="{424 + i * i * 37 % 336}" cy="{496 + i * i * i * 11 % 216}" '
        f'r="{1 + i % 3 * 0.7}" fill="#6d5a45" fill-opacity="0.5"/>'
        for i in range(60)
    )
    image = stacked(
        width,
        height,
        [
            (wall, 0),
            (panes, 14),
            (behind, 11),
            (table, 1.5),
            (shadow, 26),
            (contact, 9),
            (body, 0.8),
            (speckles, 0.9),
        ],
    )
    planks = wavy(width, 312, 420, 7, 3) * 9 + wavy(width, 312, 900, 46, 5) * 12
    wood = pyvips.Image.black(width, height).insert(planks, 0, 588)
    covered = stacked(width, height, [(body.replace("url(#glaze)", "#fff"), 2)])[0] > 4
    image = covered.ifthenelse(image, image + wood)
    return developed(image + wavy(width, height, 160, 160, 9) * 2.4, 21)


def bottle() -> pyvips.Image:
    """An amber dropper bottle on a stone, before a rose wall; 900 by 1200."""
    width, height = 900, 1200
    wall = (
        "<defs>"
        + shade("wall", (0, "#e9d3cb"), (0.5, "#dcbdb3"), (1, "#b98f86"))
        + ball("lamp", 'cx="0.3" cy="0.3" r="0.6"', (0, "#fff3ea", 0.8), (1, "#fff3ea", 0))
        + "</defs>"
        '<rect width="900" height="1200" fill="url(#wall)"/>'
        '<rect width="900" height="1200" fill="url(#lamp)"/>'
    )
    leaf = "".join(
        f'<path d="M700 -40 q{-60 - 46 * i} {150 + 64 * i} {-290 - 14 * i} {250 + 92 * i} '
        f'q{150 + 20 * i} {-10 - 30 * i} {300 + 10 * i} {-240 - 90 * i} Z" fill="#8a5a52" '
        'fill-opacity="0.34"/>'
        for i in range(4)
    )
    floor = (
        "<defs>" + shade("floor", (0, "#cfa79c"), (1, "#b58478"), flat=False) + "</defs>"
        '<rect y="880" width="900" height="320" fill="url(#floor)"/>'
    )
    stone = (
        "<defs>"
        + shade("top", (0, "#f2ebe2"), (1, "#cbbfb2"))
        + shade("side", (0, "#d9cdc0"), (0.4, "#b8aa9c"), (1, "#7f7266"))
        + "</defs>"
        '<path d="M170 960 L170 1060 Q450 1130 730 1060 L730 960 Z" fill="url(#side)"/>'
        '<ellipse cx="450" cy="960" rx="280" ry="66" fill="url(#top)"/>'
    )
    cast = (
        '<path d="M175 1040 Q450 1118 730 1040 L900 1072 Q720 1150 420 1112 Z" fill="#5b322b" '
        'fill-opacity="0.5"/>'
    )
    shadow = '<path d="M430 968 q180 24 290 -14 q-60 -44 -190 -38 Z" fill="#3f2c22" '
    shadow += 'fill-opacity="0.6"/>'
    glass = (
        "<defs>"
        + shade(
            "amber",
            (0, "#4a1f0a"),
            (0.08, "#8d4513"),
            (0.2, "#c9742a"),
            (0.45, "#8f4a17"),
            (0.75, "#5a2709"),
            (0.93, "#3a1606"),
            (1, "#7c3a12"),
        )
        + shade("cap", (0, "#1d1b1a"), (0.2, "#55504c"), (0.5, "#2b2826"), (1, "#0f0e0d"))
        + shade("paper", (0, "#e4dac9"), (0.3, "#f7f0e2"), (0.8, "#cfc3b0"), (1, "#a89b88"))
        + "</defs>"
        '<path d="M330 560 Q330 500 392 486 L392 452 L508 452 L508 486 Q570 500 570 560 L570 930 '
        'Q570 968 450 972 Q330 968 330 930 Z" fill="url(#amber)"/>'
        '<rect x="384" y="350" width="132" height="108" rx="8" fill="url(#cap)"/>'
        + "".join(
            f'<rect x="{390 + 10 * i}" y="356" width="3" height="96" fill="#ffffff" '
            f'fill-opacity="{0.12 if i < 4 else 0.04}"/>'
            for i in range(12)
        )
        + '<path d="M414 352 Q408 240 450 214 Q492 240 486 352 Z" fill="url(#cap)"/>'
        '<path d="M330 640 Q450 664 570 640 L570 846 Q450 872 330 846 Z" fill="url(#paper)"/>'
        '<path d="M372 706 Q450 720 528 706 M394 742 Q450 752 506 742" stroke="#8a6f55" '
        'stroke-width="5" fill="none" stroke-opacity="0.8"/>'
        '<circle cx="450" cy="800" r="19" fill="none" stroke="#8a6f55" stroke-width="4"/>'
        '<path d="M356 548 Q352 700 358 930" stroke="#ffdca8" stroke-opacity="0.65" '
        'stroke-width="13" fill="none" stroke-linecap="round"/>'
        '<path d="M552 560 Q556 720 550 920" stroke="#ffb56b" stroke-opacity="0.35" '
        'stroke-width="6" fill="none" stroke-linecap="round"/>'
    )
    image = stacked(
        width,
        height,
        [
            (wall, 0),
            (leaf, 20),
            (floor, 8),
            (cast, 20),
            (stone, 1.2),
            (shadow, 12),
            (glass, 0.8),
        ],
    )
    plaster = wavy(width, height, 90, 90, 4) * 2.5 + wavy(width, height, 9, 9, 8) * 1.8
    return developed(image + plaster, 33)


def figure() -> pyvips.Image:
    """Somebody from behind in a knitted pullover, looking at a grey wall; 900 by 1200."""
    width, height = 900, 1200
    wall = (
        "<defs>"
        + shade("wall", (0, "#b9c0c2"), (0.5, "#a4acb0"), (1, "#788086"))
        + ball("lamp", 'cx="0.18" cy="0.25" r="0.75"', (0, "#f4f6f4", 0.75), (1, "#f4f6f4", 0))
        + "</defs>"
        '<rect width="900" height="1200" fill="url(#wall)"/>'
        '<rect width="900" height="1200" fill="url(#lamp)"/>'
    )
    cast = (
        '<path d="M560 1200 Q600 820 660 640 Q640 470 740 440 Q850 460 830 640 Q900 800 900 1200 Z"'
        ' fill="#3d4448" fill-opacity="0.42"/>'
    )
    back = (
        "<defs>"
        + shade("knit", (0, "#e9dcc4"), (0.35, "#d6c5a6"), (0.75, "#9d8863"), (1, "#6f5d40"))
        + shade("skin", (0, "#f0c9a8"), (0.5, "#dba680"), (1, "#9a6848"))
        + "</defs>"
        '<path d="M392 700 L398 560 L504 560 L512 700 Q600 760 450 790 Q310 760 392 700 Z" '
        'fill="url(#skin)"/>'
        '<path d="M80 1200 Q96 900 230 812 Q330 752 382 716 Q450 752 520 716 Q580 756 676 812 '
        'Q806 900 822 1200 Z" fill="url(#knit)"/>'
        '<path d="M376 716 Q450 764 524 716 L532 752 Q450 806 366 752 Z" fill="#c9b78f"/>'
    )
    ribs = "".join(
        f'<path d="M{120 + 22 * i} 1200 Q{150 + 20 * i} 960 {300 + 10 * i} 790" fill="none" '
        f'stroke="#5d4c31" stroke-opacity="{0.2 if i % 2 else 0.1}" stroke-width="5"/>'
        for i in range(31)
    )
    hair = (
        "<defs>"
        + shade("hair", (0, "#6a4a36"), (0.3, "#4a3123"), (0.7, "#2a1a12"), (1, "#1b110c"))
        + ball("shine", 'cx="0.3" cy="0.3" r="0.6"', (0, "#c79a73", 0.7), (1, "#c79a73", 0))
        + "</defs>"
        '<path d="M306 470 Q292 300 450 292 Q608 300 594 470 Q592 590 520 640 Q450 666 384 640 '
        'Q310 590 306 470 Z" fill="url(#hair)"/>'
        '<path d="M306 470 Q292 300 450 292 Q608 300 594 470 Q592 590 520 640 Q450 666 384 640 '
        'Q310 590 306 470 Z" fill="url(#shine)"/>'
        '<ellipse cx="452" cy="268" rx="86" ry="74" fill="url(#hair)"/>'
        '<ellipse cx="452" cy="268" rx="86" ry="74" fill="url(#shine)"/>'
        '<ellipse cx="300" cy="486" rx="17" ry="38" fill="#d69f79"/>'
        '<ellipse cx="598" cy="486" rx="15" ry="36" fill="#8d5c40"/>'
    )
    strands = "".join(
        f'<path d="M{330 + 13 * i} {330 + abs(9 - i) * 8} Q{360 + 10 * i} 450 {400 + 5 * i} 640" '
        f'stroke="{"#a67a58" if i < 8 else "#120b07"}" stroke-opacity="0.35" stroke-width="3" '
        'fill="none"/>'
        f'<path d="M{376 + 8 * i} {286 - abs(9 - i) * 2} q{40 - 4 * i} -70 {70 - 7 * i} -20" '
        'stroke="#b98c68" stroke-opacity="0.22" stroke-width="3" fill="none"/>'
        for i in range(19)
    )
    image = stacked(
        width,
        height,
        [(wall, 0), (cast, 34), (back, 1.6), (ribs, 2), (hair, 1.8), (strands, 1.6)],
    )
    return developed(
        image + wavy(width, height, 120, 120, 4) * 3 + wavy(width, height, 7, 7, 2), 55
    )


def main() -> None:
    for name, make in (("cup", cup), ("bottle", bottle), ("portrait", figure)):
        data = make().jpegsave_buffer(Q=84, optimize_coding=True, keep=0)
        (HERE / f"{name}.jpg").write_bytes(data)


if __name__ == "__main__":
    main()
