"""`/upload/image`, `/upload/mask` and `/view`."""

import asyncio
import json
import mimetypes
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pyvips
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from affiche.emulators.comfyui import pixels
from affiche.emulators.comfyui.faults import Kind
from affiche.emulators.comfyui.folders import KINDS, Outside, annotated
from affiche.emulators.comfyui.routes.answers import empty
from affiche.emulators.comfyui.service import Service

_RENAME: Final[tuple[Kind, ...]] = ("rename",)
_VIEW: Final[tuple[Kind, ...]] = ("resize", "flood")


async def upload_image(service: Service, request: Request) -> Response:
    """Keep the bytes as they are: contents are never looked at."""
    form = await request.form()
    image = form.get("image")
    if not isinstance(image, UploadFile) or not image.filename:
        return empty(400)
    return await _keep(service, form, image.filename, await image.read())


async def _keep(service: Service, form: FormData, name: str, data: bytes) -> Response:
    kind, subfolder = str(form.get("type") or "input"), str(form.get("subfolder") or "")
    overwrite = form.get("overwrite") in ("true", "1")
    folders = service.folders
    if service.faults.take("upload", _RENAME) is not None:
        stem, dot, suffix = name.rpartition(".")
        name = f"{stem} (1){dot}{suffix}"
    try:
        given = await asyncio.to_thread(folders.store, kind, subfolder, name, data, overwrite)
    except Outside:
        return empty(400)
    return JSONResponse({"name": given, "subfolder": subfolder, "type": kind})


async def upload_mask(service: Service, request: Request) -> Response:
    """The original with the mask's alpha. An absent original: 200, and nothing is written."""
    form = await request.form()
    image = form.get("image")
    if not isinstance(image, UploadFile) or not image.filename:
        return empty(400)
    reference = json.loads(str(form["original_ref"]))
    original = _place(service, reference["filename"], reference)
    if isinstance(original, Path) and original.is_file():
        mask = await image.read()
        data = await asyncio.to_thread(_masked, original, mask)
        return await _keep(service, form, image.filename, data)
    kind, subfolder = str(form.get("type") or "input"), str(form.get("subfolder") or "")
    return JSONResponse({"name": image.filename, "subfolder": subfolder, "type": kind})


def _masked(original: Path, mask: bytes) -> bytes:
    below = pixels.load(original)[:3]
    above = pixels.to_srgb(pyvips.Image.new_from_buffer(mask, ""))
    alpha = above[3] if above.bands == 4 else pixels.solid(above.width, above.height, 255)
    return pixels.png(below.bandjoin(alpha))


def _place(service: Service, filename: str, query: Any) -> Path | int:
    """The path of a file that may not exist, or the status that refuses the name."""
    name, kind = annotated(filename)
    if not name or name.startswith("/") or ".." in name:
        return 400
    kind = kind or query.get("type") or "output"
    if kind not in KINDS:
        return 400
    try:
        return service.folders.inside(kind, query.get("subfolder") or "") / Path(name).name
    except Outside:
        return 403


async def view(service: Service, request: Request) -> Response:
    """A file as it is, or recoded for `preview=webp;80` and `channel=rgb|a`. No authentication."""
    query = request.query_params
    if "filename" not in query:
        return empty(404)
    path = _place(service, query["filename"], query)
    if isinstance(path, int):
        return empty(path)
    if not path.is_file():
        return empty(404)
    headers = {"Content-Disposition": f'filename="{path.name}"'}
    asker = service.prompts.asker(path.name)
    fault = service.faults.take("view", _VIEW, asker=asker)
    if fault is not None and fault.kind == "flood":
        return StreamingResponse(_flood(request), media_type=_media_type(path), headers=headers)
    if fault is not None:
        data = await asyncio.to_thread(_halved, path)
        return Response(data, media_type="image/png", headers=headers)
    if "preview" in query:
        data, kind = await asyncio.to_thread(_preview, path, query["preview"])
        return Response(data, media_type=f"image/{kind}", headers=headers)
    if query.get("channel") in ("rgb", "a"):
        data = await asyncio.to_thread(_channel, path, query["channel"])
        return Response(data, media_type="image/png", headers=headers)
    return FileResponse(path, media_type=_media_type(path), headers=headers)


async def _flood(request: Request) -> AsyncIterator[bytes]:
    while not await request.is_disconnected():
        yield bytes(1024 * 1024)
        await asyncio.sleep(0)


def _halved(path: Path) -> bytes:
    image = pixels.load(path)
    return pixels.png(pixels.scale(image, image.width // 2, image.height // 2, "area"))


def _media_type(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _preview(path: Path, asked: str) -> tuple[bytes, str]:
    """`webp;80` or `jpeg`; anything else is webp at 90."""
    parts = asked.split(";")
    kind = parts[0] if parts[0] in ("webp", "jpeg") else "webp"
    quality = int(parts[-1]) if parts[-1].isdigit() else 90
    image = pixels.load(path)
    if kind == "jpeg":
        return image[:3].jpegsave_buffer(Q=quality), kind
    return image.webpsave_buffer(Q=quality), kind


def _channel(path: Path, channel: str) -> bytes:
    image = pixels.load(path)
    if channel == "rgb":
        return pixels.png(image[:3])
    alpha = image[3] if image.bands == 4 else pixels.solid(image.width, image.height, 255)
    return pixels.png(pixels.solid(image.width, image.height, 0, 0, 0).bandjoin(alpha))
