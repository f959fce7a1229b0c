"""The poster: a cover, then its envelope, by the preview engine; and the sample that the gallery
shows, which `make screens` keeps in the template's folder.
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
INPUTS = {
    "headline": "여름을 입다",
    "lines": "SPECIAL EDITION\n바닷가에서 보낸 일주일\n니트, 바람, 소금기",
    "prompt": "노을 지는 해변, 따뜻한 빛",
    "seed": 7,
}

pytestmark = pytest.mark.screens


async def test_a_poster_is_a_cover_and_then_that_cover_in_an_envelope(
    studio: Studio, alice: Caller, tmp_path: Path
) -> None:
    photo = (CATALOG / "samples" / "portrait.jpg").read_bytes()
    async with engine(studio, tmp_path / "comfyui", pace=0.0), at_work(studio):
        file = await uploads.upload(studio, alice, photo, name="portrait.jpg")
        inputs: dict[str, Any] = {**INPUTS, "image": str(file.id)}
        asked = await works.ask(studio, alice, works.Ask(template="poster", inputs=inputs))
        work = await reached(studio, alice, asked.id, *works.ENDED, within=60)
    assert work.status == "completed", work.error_code
    (envelope,) = await works.outputs(studio, alice, [work.id])
    assert (envelope.width, envelope.height) == (896, 1152)
    cover, packed = await stored(studio, "stage-1.png"), await stored(studio, "output.png")
    assert (cover.width, cover.height) == (896, 1152)
    # The cover is there in the envelope, a little smaller: its middle is where it was.
    inside = packed.crop(300, 380, 300, 420).resize(0.1)
    alike = cover.resize(0.7).crop(165, 178, 300, 420).resize(0.1)
    assert (inside - alike).abs().avg() < 30
    # And around it there is the table, which is pale.
    assert packed.crop(0, 0, 60, 1152).avg() > 150 > cover.crop(0, 0, 60, 1152).avg()
    if KEPT:
        keep(cover, packed)


async def stored(studio: Studio, name: str) -> pyvips.Image:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT object_key FROM files WHERE name = %s", (name,)
        )
        row = await cursor.fetchone()
        assert row is not None
    return pyvips.Image.new_from_buffer(await studio.objects.read("works", row[0]), "")


def keep(cover: pyvips.Image, packed: pyvips.Image) -> None:
    """Both stages side by side, in the gallery's proportions."""
    halves = [each.resize(746 / 896).smartcrop(720, 958) for each in (cover, packed)]
    sheet = halves[0].join(halves[1], "horizontal")
    sheet.webpsave(str(CATALOG / "poster" / "sample.webp"), Q=82, effort=6, keep="none")
