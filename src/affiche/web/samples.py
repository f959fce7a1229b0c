"""A template as it is offered: its words, its time, its engine, and a picture of what it makes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.responses import FileResponse, Response

import affiche.catalog
from affiche.domain.templates import EngineKind, Template
from affiche.errors import NotFound
from affiche.studio.studio import Studio
from affiche.texts import Language

SHIPPED: Final = Path(affiche.catalog.__file__).parent
NAMES: Final = ("sample.webp", "sample.jpg", "sample.png")


@dataclass(frozen=True, slots=True)
class Offered:
    """`picture` is the address of its sample; without one the page sets the title as a poster."""

    template: Template
    title: str
    description: str
    engine: EngineKind
    picture: str | None

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


def picture(studio: Studio, template: Template) -> Response:
    """Raises NotFound."""
    path = _path(studio, template)
    if path is None:
        raise NotFound(what="picture")
    return FileResponse(path, headers={"Cache-Control": "private, max-age=3600"})


def _path(studio: Studio, template: Template) -> Path | None:
    """In the template's folder, the operator's own before ours."""
    folders = [folder for folder in (studio.settings.catalog, SHIPPED) if folder]
    paths = (folder / template.slug / name for folder in folders for name in NAMES)
    return next((path for path in paths if path.is_file()), None)
