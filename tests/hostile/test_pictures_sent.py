"""What of a picture's past reaches the disk, the engine, and what the engine made."""

import base64
from pathlib import Path

import pytest
import pyvips
from tests.support.servers import Client
from tests.support.studios import ended

from affiche.emulators.comfyui import Server
from affiche.pictures import sniff
from affiche.pipeline.crew import Crew
from affiche.studio.studio import Caller, Studio

from .pictures import data
from .pictures_cases import MARK
from .pictures_metadata import LATITUDE


def tells(held: bytes) -> bool:
    """Of the mark or the place, in its bytes or in what is packed into them."""
    if MARK in held or LATITUDE in held:
        return True
    if sniff(held) is None:
        return False
    image = pyvips.Image.new_from_buffer(held, "")
    texts = [str(image.get(f)) for f in image.get_fields() if f.startswith(("exif", "png-comment"))]
    return any(MARK.decode() in text for text in texts)


def traces(folder: Path) -> list[str]:
    """The files below that tell."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if tells(path.read_bytes())]


def pictures(folder: Path) -> list[Path]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if sniff(path.read_bytes())]


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
async def test_no_place_leaves_the_upload(
    client: Client, crew: Crew, comfyui: Server, studio: Studio, alice: Caller, kind: str
) -> None:
    """Of the original nothing is kept: what is stored is what engines are sent."""
    picture = data(f"metadata: {kind} a place")
    assert MARK in picture
    assert LATITUDE in picture
    uploaded = (await client.upload(picture, "home.jpg")).json["id"]
    for image in (uploaded, base64.b64encode(picture).decode()):
        inputs = {"image": image, "prompt": f"{MARK.decode()} garden", "megapixels": 0.5}
        asked = await client.post("/v1/works", json={"template": "klein-i2i", "inputs": inputs})
        work = await ended(studio, alice, asked.json["id"])
        assert work.status == "completed"

    data_folder = studio.settings.data
    assert len(pictures(data_folder / "objects")) == 2 * 2 + 2 * 2
    assert not traces(data_folder / "objects")
    received = pictures(data_folder / "comfyui" / "input")
    assert len(received) == 2
    assert not traces(data_folder / "comfyui" / "input")
    # ComfyUI writes the prompt into what it makes, so there was something to take off.
    assert traces(data_folder / "comfyui" / "output")
