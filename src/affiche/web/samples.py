"""A template as it is offered: its words, its time, its engine, and a picture of what it makes."""

import asyncio
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import pyvips
from starlette.responses import FileResponse, Response

import affiche.catalog
from affiche.domain.templates import EngineKind, Template
from affiche.errors import NotFound
from affiche.studio.studio import Studio
from affiche.texts import Language

SHIPPED: Final = Path(affiche.catalog.__file__).parent
NAMES: Final = ("sample.webp", "sample.jpg", "sample.png")
SMALL: Final = 720
"""Pixels of width: as wide as a column of the first page, and a phone."""
KEPT: Final = {"Cache-Control": "private, max-age=3600"}


@dataclass(frozen=True, slots=True)
class Offered:
    """`picture` is the address of its sample; without one the page sets the title as a poster."""

    template: Template
    title: str
    description: str
    engine: EngineKind
    picture: str | None

    @property
    def small(self) -> str:
        """The address of the picture SMALL wide, for `srcset`."""
        return f"{self.picture}?width={SMALL}"

    @property
    def address(self) -> str:
        return f"/templates/{self.template.slug}"


def offered(studio: Studio, template: Template, language: Language) -> Offered:
    return Offered(
        template,
        template.title.say(language),
        template.description.say(language),
        "comfyui" if studio.settings.comfyui_url else "preview",
        f"/templates/{template.slug}/sample" if _path(studio, template) else None,
    )


async def picture(studio: Studio, template: Template, *, small: bool = False) -> Response:
    """As it is in the template's folder, or SMALL wide at most. Raises NotFound."""
    path = _path(studio, template)
    if path is None:
        raise NotFound(what="picture")
    if not small:
        return FileResponse(path, headers=KEPT)
    changed = await asyncio.to_thread(path.stat)
    data = await asyncio.to_thread(_shrunk, path, changed.st_mtime_ns)
    return Response(data, media_type="image/webp", headers=KEPT)


@lru_cache(maxsize=64)
def _shrunk(path: Path, changed: int) -> bytes:
    """The file as it was when it was `changed`, in WebP."""
    image = pyvips.Image.thumbnail(str(path), SMALL, height=4 * SMALL, size="down")
    return bytes(image.webpsave_buffer(Q=80, keep=0))


def _path(studio: Studio, template: Template) -> Path | None:
    """In the template's folder, the operator's own before ours."""
    folders = [folder for folder in (studio.settings.catalog, SHIPPED) if folder]
    paths = (folder / template.slug / name for folder in folders for name in NAMES)
    return next((path for path in paths if path.is_file()), None)
