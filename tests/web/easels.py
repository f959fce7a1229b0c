"""What a person does at the brush, and what of it the studio holds."""

from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pyvips
from playwright.async_api import CDPSession, expect
from tests.support import brush
from tests.web.visitors import Visit

from affiche.studio import uploads
from affiche.studio.studio import Caller, Studio

Spot = tuple[float, float]
"""In pixels of the picture."""


@dataclass
class Easel:
    """The brush of a form that is open, with a picture so many pixels wide and high on it."""

    visit: Visit
    studio: Studio
    caller: Caller
    wide: int = brush.WIDE
    high: int = brush.HIGH
    touch: CDPSession | None = None
    held: str = ""

    async def put(self, name: str, path: Path) -> None:
        await self.visit.page.set_input_files(f"input#{name}", path)
        held = self.visit.page.locator(f"input.drop-held[name={name}]")
        await expect(held).not_to_have_value("")

    async def at(self, spot: Spot) -> Spot:
        """Where it is on the screen while all of the picture is shown."""
        canvas = self.visit.page.locator("mask-brush canvas")
        await canvas.scroll_into_view_if_needed()
        box = await canvas.bounding_box()
        assert box
        scale = min(box["width"] / self.wide, box["height"] / self.high)
        return (
            box["x"] + (box["width"] - self.wide * scale) / 2 + spot[0] * scale,
            box["y"] + (box["height"] - self.high * scale) / 2 + spot[1] * scale,
        )

    async def size(self, pixels: int) -> None:
        await self.visit.page.locator("[data-range=size]").fill(str(pixels))

    async def draw(self, *spots: Spot) -> None:
        """By mouse."""
        mouse = self.visit.page.mouse
        places = [await self.at(spot) for spot in spots]
        await mouse.move(*places[0])
        await mouse.down()
        for place in places[1:]:
            await mouse.move(*place, steps=4)
        await mouse.up()

    async def fingers(self, kind: str, *spots: Spot) -> None:
        """`kind` is one of touchStart, touchMove and touchEnd; the spots of all that are down."""
        self.touch = self.touch or await self.visit.context.new_cdp_session(self.visit.page)
        points = [
            {"x": x, "y": y, "id": at}
            for at, (x, y) in enumerate([await self.at(spot) for spot in spots])
        ]
        await self.touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    async def saved(self) -> pyvips.Image:
        """The mask once the studio holds another than before, as it was stored."""
        held = self.visit.page.locator("input.drop-held[name=mask]")
        await expect(held).not_to_have_value(self.held)
        await expect(held).not_to_have_value("")
        self.held = await held.input_value()
        file = await uploads.get(self.studio, self.caller, UUID(self.held))
        data = await self.studio.objects.read(file.bucket_id, file.object_key)
        return pyvips.Image.new_from_buffer(data, "")


def values(mask: pyvips.Image) -> set[int]:
    """Of all its pixels, in all colours."""
    return {value for value, count in enumerate(_counts(mask)) if count}


def share(mask: pyvips.Image) -> float:
    """The part of it that is white."""
    return float(mask.extract_band(0).avg()) / 255


def is_white(mask: pyvips.Image, x: int, y: int) -> bool:
    return bool(mask.getpoint(x, y)[0] == 255)


def _counts(mask: pyvips.Image) -> list[int]:
    counts = mask.extract_band(0).hist_find()
    return [int(counts.getpoint(value, 0)[0]) for value in range(counts.width)]
