"""What an image brush is given, in small; and what of a picture its mask left alone."""

from typing import Any, Final

import pyvips
from tests.support.studios import photograph

from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio

WIDE, HIGH = 240, 160
LEFT: Final = range(40, 120)
"""The columns that the mask covers."""


def mask(width: int = WIDE, height: int = HIGH) -> bytes:
    """White on the columns, as PNG in grey; they move along with another width."""
    columns = range(LEFT.start * width // WIDE, LEFT.stop * width // WIDE)
    row = bytes(255 if x in columns else 0 for x in range(width))
    image = pyvips.Image.new_from_memory(row * height, width, height, 1, "uchar")
    return bytes(image.copy(interpretation="b-w").pngsave_buffer())


def flat(value: int) -> bytes:
    """A mask that covers nothing (0) or everything (255)."""
    image = (pyvips.Image.black(WIDE, HIGH) + value).cast("uchar")
    return bytes(image.copy(interpretation="b-w").pngsave_buffer())


def style() -> bytes:
    """Something red with stripes."""
    stripes = pyvips.Image.xyz(64, 64)[0] % 16 * 12
    image = stripes.bandjoin([stripes * 0.2, stripes * 0]).cast("uchar")
    return bytes(image.copy(interpretation="srgb").pngsave_buffer())


async def asked(
    studio: Studio, caller: Caller, target: bytes | None = None, **inputs: Any
) -> tuple[works.Work, bytes]:
    """A work of the brush and its target's bytes as the studio holds them."""
    data = photograph(WIDE, HIGH) if target is None else target
    given = {"image": data, "mask": mask(), "style": style(), **inputs}
    files = {
        name: await uploads.upload(studio, caller, value, name=name)
        for name, value in given.items()
        if isinstance(value, bytes)
    }
    named = {name: str(file.id) for name, file in files.items()}
    request = works.Ask(
        template="image-brush", inputs={"megapixels": 0.25, "seed": 5, **given, **named}
    )
    work = await works.ask(studio, caller, request)
    image = files["image"]
    return work, await studio.objects.read(image.bucket_id, image.object_key)


def rows(data: bytes) -> list[bytes]:
    """The rows of a picture as it is decoded."""
    image = pyvips.Image.new_from_buffer(data, "", fail_on="error")
    whole = bytes(image.write_to_memory())
    step = len(whole) // image.height
    return [whole[at : at + step] for at in range(0, len(whole), step)]


def left_alone(target: bytes, output: bytes) -> bool:
    """Whether every byte beside the columns is the target's, by Python's own count."""
    before, after = rows(target), rows(output)
    first, last = LEFT.start * 3, LEFT.stop * 3
    return len(before) == len(after) and all(
        one[:first] == other[:first] and one[last:] == other[last:] and len(one) == len(other)
        for one, other in zip(before, after, strict=True)
    )


def painted(target: bytes, output: bytes) -> int:
    """How many bytes within the columns are other than the target's."""
    first, last = LEFT.start * 3, LEFT.stop * 3
    return sum(
        a != b
        for one, other in zip(rows(target), rows(output), strict=True)
        for a, b in zip(one[first:last], other[first:last], strict=True)
    )
