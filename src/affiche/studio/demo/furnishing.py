"""Putting the demonstration into a project, and taking it away again."""

import asyncio
from dataclasses import dataclass
from importlib.resources import files
from typing import Final
from uuid import UUID

from affiche.errors import CharacterTaken
from affiche.studio import characters, imports, references, uploads
from affiche.studio.demo.content import PEOPLE, PHOTOS
from affiche.studio.imports import Brought
from affiche.studio.projects import project_of
from affiche.studio.studio import Caller, Studio

ENDING: Final = ".webp"


@dataclass(frozen=True, slots=True)
class Demo:
    """How many of each were added, or taken away."""

    characters: int
    references: int


async def at_first_start(studio: Studio, caller: Caller) -> Demo | None:
    """On a laptop, once: not where somebody brought a database, has made a work, or has had it
    before, kept or not."""
    if studio.settings.database_url or not studio.settings.demo:
        return None
    project = await project_of(studio, caller, None)
    async with studio.database.as_service() as service:
        if await service.value("characters.has_begun", project_id=project.id):
            return None
    return await furnish(studio, caller)


async def furnish(studio: Studio, caller: Caller, project_id: UUID | None = None) -> Demo:
    """Into the project, or the caller's own; what is there already stays as it is. Raises NotFound,
    StorageFull."""
    project = await project_of(studio, caller, project_id)
    people = photos = 0
    for person in PEOPLE:
        if await characters.find(studio, caller, person.values["slug"], project.id):
            continue
        data = await asyncio.to_thread(picture, person.portrait)
        portrait = await uploads.upload(studio, caller, data, name=person.portrait + ENDING)
        values = {**person.values, "portrait_file_id": portrait.id}
        try:
            await characters.make(studio, caller, values, project_id=project.id, is_demo=True)
        except CharacterTaken:
            # Another process was quicker.
            continue
        people += 1
    for photo in reversed(PHOTOS):
        data = await asyncio.to_thread(picture, photo.name)
        brought = Brought(
            data, photo.name + ENDING, photo.category, photo.caption, photo.caption_ko
        )
        _, is_new = await imports.bring(
            studio, caller, brought, project_id=project.id, is_demo=True
        )
        photos += is_new
    async with studio.database.as_service() as service:
        await service.run("characters.begin_demo", project_id=project.id)
    return Demo(people, photos)


async def remove(studio: Studio, caller: Caller, project_id: UUID | None = None) -> Demo:
    """All of it that is still there; works that were made with it stay. Raises NotFound."""
    project = await project_of(studio, caller, project_id)
    async with studio.database.as_service() as service:
        rows = await service.rows("characters.of_demo", project_id=project.id)
    for row in rows:
        if row["is_character"]:
            await characters.remove(studio, caller, row["id"])
        else:
            await references.remove(studio, caller, row["id"])
    found = sum(row["is_character"] for row in rows)
    return Demo(found, len(rows) - found)


def picture(name: str) -> bytes:
    """Drawn by `scripts/demo`."""
    return files("affiche.studio.demo").joinpath("pictures", name + ENDING).read_bytes()
