"""What the server says of itself: `/system_stats`, `/object_info`, `/models`, `/features`."""

import asyncio
import sys
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from affiche.emulators.comfyui.catalog import with_inputs
from affiche.emulators.comfyui.routes.answers import empty
from affiche.emulators.comfyui.service import Service
from affiche.emulators.comfyui.sockets import SERVER_FEATURES


async def root(service: Service, request: Request) -> Response:
    return PlainTextResponse("ComfyUI as emulated by Affiche: the protocol, and no interface.\n")


async def system_stats(service: Service, request: Request) -> Response:
    """One CPU device without memory of its own; `comfyui_version` is the emulated one."""
    device = {
        "name": "cpu",
        "type": "cpu",
        "index": None,
        "vram_total": 0,
        "vram_free": 0,
        "torch_vram_total": 0,
        "torch_vram_free": 0,
    }
    system: dict[str, Any] = {
        "os": sys.platform,
        "ram_total": 0,
        "ram_free": 0,
        "comfyui_version": service.options.version,
        "python_version": sys.version,
        "pytorch_version": "none (affiche emulator)",
        "embedded_python": False,
        "argv": ["main.py"],
    }
    return JSONResponse({"system": system, "devices": [device]})


async def object_info(service: Service, request: Request) -> Response:
    names = await asyncio.to_thread(service.folders.listing)
    return JSONResponse(with_inputs(service.schemas, names))


async def object_info_class(service: Service, request: Request) -> Response:
    """One class, or `{}`."""
    class_type = request.path_params["node_class"]
    if class_type not in service.schemas:
        return JSONResponse({})
    names = await asyncio.to_thread(service.folders.listing)
    return JSONResponse({class_type: with_inputs(service.schemas, names)[class_type]})


async def models(service: Service, request: Request) -> Response:
    return JSONResponse(list(service.options.models))


async def models_in(service: Service, request: Request) -> Response:
    """The files of one folder; 404 for a name that is none (`unet`, `clip`)."""
    folder = request.path_params["folder"]
    if folder not in service.options.models:
        return empty(404)
    return JSONResponse(list(service.options.models[folder]))


async def features(service: Service, request: Request) -> Response:
    return JSONResponse(dict(SERVER_FEATURES))
