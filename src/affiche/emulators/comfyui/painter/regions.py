"""Connected parts of small masks (8 bit, 255 where something is)."""

from array import array

import pyvips


def closed(mask: pyvips.Image) -> pyvips.Image:
    """Small gaps closed, single specks gone."""
    return mask.rank(5, 5, 24).rank(5, 5, 0).median(3).copy_memory()


def between(sure: pyvips.Image, likely: pyvips.Image) -> pyvips.Image:
    """What is sure, and what is likely and lies between sure places, across or down: the label
    of a bottle belongs to the bottle."""
    width, height = sure.width, sure.height
    one, two = bytes(sure.write_to_memory()), bytes(likely.write_to_memory())
    result = bytearray(one)
    for y in range(height):
        row = one[y * width : (y + 1) * width]
        first, last = row.find(255), row.rfind(255)
        for x in range(first + 1, last):
            result[y * width + x] |= two[y * width + x]
    for x in range(width):
        column = one[x::width]
        first, last = column.find(255), column.rfind(255)
        for y in range(first + 1, last):
            result[y * width + x] |= two[y * width + x]
    return _image(sure, bytes(result))


def largest(mask: pyvips.Image, least: float) -> pyvips.Image | None:
    """The weightiest connected part, and others of at least that share of it; None if empty."""
    regions, count = _regions(mask)
    sizes = [0] * count
    inside = [False] * count
    for label, shade in zip(regions, bytes(mask.write_to_memory()), strict=True):
        sizes[label] += 1
        inside[label] = shade > 0
    best = max((s for s, i in zip(sizes, inside, strict=True) if i), default=0)
    if not best:
        return None
    kept = [i and s >= best * least for s, i in zip(sizes, inside, strict=True)]
    return _image(mask, bytes(255 if kept[label] else 0 for label in regions))


def filled(mask: pyvips.Image) -> pyvips.Image:
    """Large holes filled: the pale inside of a pale cup is not background. Small ones, like that
    of a handle, stay open."""
    regions, count = _regions(mask)
    shades = bytes(mask.write_to_memory())
    width, height = mask.width, mask.height
    sizes, solid, outer = [0] * count, [False] * count, [False] * count
    for i, label in enumerate(regions):
        sizes[label] += 1
        solid[label] = shades[i] > 0
        if i % width in (0, width - 1) or i // width in (0, height - 1):
            outer[label] = True
    whole = sum(s for s, is_solid in zip(sizes, solid, strict=True) if is_solid)
    kept = [solid[n] or (not outer[n] and sizes[n] > 0.09 * whole) for n in range(count)]
    return _image(mask, bytes(255 if kept[label] else 0 for label in regions))


def _regions(mask: pyvips.Image) -> tuple[list[int], int]:
    labels, found = pyvips.Operation.call("labelregions", mask, segments=True)
    return numbers(labels), int(found["segments"]) + 1


def numbers(image: pyvips.Image) -> list[int]:
    """The values of a small one-band image, row after row."""
    return array("i", bytes(image.cast("int").write_to_memory())).tolist()


def _image(like: pyvips.Image, data: bytes) -> pyvips.Image:
    # Not `copy_memory`, which would hand out the same memory without holding on to `data`.
    return pyvips.Image.new_from_memory(data, like.width, like.height, 1, "uchar")
