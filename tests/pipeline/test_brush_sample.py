"""The brush on a photograph, by the preview engine; and the sample that the gallery shows, which
`make screens` keeps in the template's folder: the target, and what became of it.
"""

import os
from pathlib import Path
from typing import Any

import pytest
import pyvips
from tests.support.studios import at_work, engine, reached

import affiche.catalog
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio

CATALOG = Path(affiche.catalog.__file__).parent
KEPT = os.environ.get("AFFICHE_SCREENS")
INPUTS: dict[str, Any] = {"prompt": "노을 지는 해변", "strength": 1.0, "feather": 2, "seed": 21}

pytestmark = pytest.mark.screens


def wall(width: int, height: int) -> pyvips.Image:
    """The mask: all above the table but the cup and its handle."""
    place = pyvips.Image.xyz(width, height)
    across, down = place[0], place[1]

    def within(x: int, y: int, wide: int, high: int) -> pyvips.Image:
        from_x, from_y = (across - x) / wide, (down - y) / high
        return (from_x * from_x + from_y * from_y).relational_const("less", [1])

    above = down.relational_const("less", [587])
    lean = down - 432
    sides = (across - lean * 0.087).relational_const("more", [388])
    sides = sides & (across + lean * 0.105).relational_const("less", [792])
    body = sides & down.relational_const("more", [432])
    handle = within(802, 594, 123, 118) & within(802, 594, 86, 81).invert()
    cup = body | within(590, 432, 203, 49) | handle
    return above & cup.invert()


async def test_a_wall_becomes_a_beach_and_the_cup_stays(
    studio: Studio, alice: Caller, tmp_path: Path
) -> None:
    photo = (CATALOG / "samples" / "cup.jpg").read_bytes()
    target = pyvips.Image.new_from_buffer(photo, "").copy_memory()
    mask = wall(target.width, target.height).copy_memory()
    given = {
        "image": photo,
        "mask": bytes(mask.pngsave_buffer()),
        "style": (CATALOG / "samples" / "bottle.jpg").read_bytes(),
    }
    async with engine(studio, tmp_path / "comfyui", pace=0.0), at_work(studio):
        files = {
            name: str((await uploads.upload(studio, alice, data)).id)
            for name, data in given.items()
        }
        request = works.Ask(template="image-brush", inputs={**INPUTS, **files})
        asked = await works.ask(studio, alice, request)
        work = await reached(studio, alice, asked.id, *works.ENDED, within=60)
    assert work.status == "completed", work.error_code
    (output,) = await works.outputs(studio, alice, [work.id])
    data = await studio.objects.read("works", output.object_key)
    made = pyvips.Image.new_from_buffer(data, "").copy_memory()
    changed = (made - target).abs().bandmean()
    assert (mask == 0).ifthenelse(changed, 0).max() == 0
    assert (mask == 255).ifthenelse(changed, 0).avg() > 10
    if KEPT:
        keep(target, made)


def keep(target: pyvips.Image, made: pyvips.Image) -> None:
    """Both side by side, in the gallery's proportions."""
    halves = [each.resize(960 / 900).crop(250, 0, 720, 960) for each in (target, made)]
    sheet = halves[0].join(halves[1], "horizontal")
    sheet.webpsave(str(CATALOG / "image-brush" / "sample.webp"), Q=82, effort=6, keep="none")
