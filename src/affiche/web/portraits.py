"""Characters as they are seen: by a picture and a few words, at an address of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from affiche.errors import AfficheError
from affiche.studio import characters, loras, portraits, projects, templates
from affiche.studio.characters import Character
from affiche.studio.loras import Standing
from affiche.studio.projects import Project
from affiche.studio.studio import Caller, Studio

RESERVED: Final = "new"
"""The one name below /characters that is a page and no character's."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """`handle` names it in addresses; `face` is the id of the picture that shows it."""

    character: Character
    handle: str
    face: UUID | None

    @property
    def address(self) -> str:
        return f"/characters/{self.handle}"

    @property
    def look(self) -> str:
        """In a few words, the colour of hair only where the style does not say it."""
        one = self.character
        said = one.hair_color.lower() in one.hair_style.lower()
        parts = (one.hair_style, "" if said else one.hair_color, one.skin_tone)
        return ", ".join(part for part in parts if part)

    @property
    def is_chosen(self) -> bool:
        return self.character.portrait_file_id is not None

    @property
    def initial(self) -> str:
        return self.character.name[:1].upper()


@dataclass(frozen=True, slots=True)
class Wall:
    """A project's characters; `away` is how many are put away and not among them."""

    project: Project
    portraits: Sequence[Portrait]
    away: int


async def walls(studio: Studio, caller: Caller, *, archived: bool) -> list[Wall]:
    """Of each of the caller's projects: the characters on offer, or with `archived` those put away;
    a project that never had one is left out, unless it is their own."""
    found = []
    for project in await projects.mine(studio, caller):
        every = await characters.listed(studio, caller, project_id=project.id, archived=True)
        shown = [each for each in every if (each.archived_at is not None) == archived]
        if every or (project.is_default and project.user_id == caller.id):
            faces = await portraits.faces(studio, caller, shown)
            away = sum(each.archived_at is not None for each in every)
            seen = [_shown(caller, each, project, faces) for each in shown]
            found.append(Wall(project, seen, away))
    return found


async def portrait(studio: Studio, caller: Caller, name: str) -> tuple[Portrait, Project]:
    """By id, number or slug, with its project. Raises NotFound."""
    found = await characters.get(studio, caller, name)
    project = await projects.get(studio, caller, found.project_id)
    faces = await portraits.faces(studio, caller, [found])
    return _shown(caller, found, project, faces), project


def handle(caller: Caller, character: Character, project: Project) -> str:
    """The slug where that is enough: another project may have the same, and so may one put away."""
    plain = not character.slug.isdigit() and character.slug != RESERVED
    own = project.is_default and project.user_id == caller.id and character.archived_at is None
    return character.slug if plain and own else str(character.id)


async def standing(studio: Studio, caller: Caller, character: Character) -> Standing | None:
    """Whether its LoRA lies where works with it would run; None if it names no file, or nothing on
    offer loads one. Never raises for an engine that is not well."""
    if not character.lora_file:
        return None
    for offered in await templates.gallery(studio, caller):
        if loras.loads(offered.template):
            try:
                return await loras.standing(studio, offered.template, character.lora_file)
            except AfficheError:
                return Standing(None, False, False)
    return None


def _shown(
    caller: Caller, character: Character, project: Project, faces: Mapping[UUID, UUID]
) -> Portrait:
    return Portrait(character, handle(caller, character, project), faces.get(character.id))
