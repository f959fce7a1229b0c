"""Nodes that give pictures away."""

import random
import string
import struct
from pathlib import Path
from typing import Any

from affiche.emulators.comfyui import pixels
from affiche.emulators.comfyui.folders import Outside, save_place
from affiche.emulators.comfyui.nodes.node import Call, Inputs, NodeError, Result, node
from affiche.emulators.comfyui.values import Picture


@node("SaveImage", heavy=True)
def save_image(call: Call, inputs: Inputs) -> Result:
    picture: Picture = inputs["images"]
    shown = _save(call, picture, "output", inputs["filename_prefix"], 4)
    return Result((picture,), {"images": shown})


@node("PreviewImage", heavy=True)
def preview_image(call: Call, inputs: Inputs) -> Result:
    letters = "".join(random.choices(string.ascii_lowercase, k=5))  # noqa: S311  as the node does
    picture: Picture = inputs["images"]
    return Result(
        (picture,), {"images": _save(call, picture, "temp", f"ComfyUI_temp_{letters}", 1)}
    )


@node("SaveImageWebsocket")
async def save_image_websocket(call: Call, inputs: Inputs) -> Result:
    """Each frame goes out as a binary frame of the socket, in PNG; nothing is kept."""
    frames = inputs["images"].frames
    for index, frame in enumerate(frames):
        call.send(struct.pack(">II", 1, 2) + pixels.png(frame))
        await call.step(index + 1, len(frames))
    return Result((), None)


def _save(
    call: Call, picture: Picture, kind: str, prefix: str, compression: int
) -> list[dict[str, Any]]:
    base = Path(call.folders.root / kind)
    try:
        place = save_place(base, prefix, picture.width, picture.height)
    except Outside as error:
        message = "**** ERROR: Saving image outside the output folder is not allowed."
        raise NodeError("Exception", f"{message}\n filename: {prefix}") from error
    texts = _texts(call) if call.options.metadata else None
    shown = []
    for index, frame in enumerate(picture.frames):
        name = place.file(index)
        (place.folder / name).write_bytes(pixels.png(frame, texts, compression))
        shown.append({"filename": name, "subfolder": place.subfolder, "type": kind})
    return shown


def _texts(call: Call) -> dict[str, Any]:
    """The graph, and whatever the client wants kept in the file (`extra_pnginfo`)."""
    return {"prompt": call.graph, **(call.extra.get("extra_pnginfo") or {})}
