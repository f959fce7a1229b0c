"""`affiche characters`: who may be in a project's pictures."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from cyclopts import Parameter
from rich.table import Table

from affiche.cli.language import language
from affiche.cli.operator import as_operator
from affiche.cli.pages import application, flag
from affiche.cli.terminal import err, out, write_json
from affiche.studio import characters as studio_characters
from affiche.studio.characters import Character, Statistics
from affiche.studio.studio import Caller, Studio
from affiche.texts import say

characters = application("characters")


def phrase(key: str, /, **params: object) -> str:
    return say(language(), f"subjects.{key}", **params)


def _told(key: str, *names: str) -> Parameter:
    help = phrase(f"help.characters.{key}")
    return Parameter(name=names or None, help=help, show_default=False)


Json = Annotated[bool, flag("help.json")]
Project = Annotated[UUID | None, _told("project")]
Which = Annotated[str, _told("which")]
Slug = Annotated[str | None, _told("slug")]
Lora = Annotated[str | None, _told("lora")]
Strength = Annotated[float | None, _told("strength")]
Trigger = Annotated[str | None, _told("trigger")]
Skin = Annotated[str | None, _told("skin")]
HairColor = Annotated[str | None, _told("hair_color")]
HairStyle = Annotated[str | None, _told("hair_style")]
Negative = Annotated[str | None, _told("negative")]


@characters.command(name="list", help=phrase("help.characters.list"))
def listed(
    *,
    archived: Annotated[
        bool,
        Parameter(negative=(), show_default=False, help=phrase("help.characters.archived")),
    ] = False,
    project: Project = None,
    json: Json = False,
) -> None:
    found = as_operator(
        lambda studio, who: studio_characters.listed(
            studio, who, project_id=project, archived=archived
        )
    )
    if json:
        write_json({"characters": [asdict(each) for each in found]})
        return
    columns = ("slug", "name", "lora_file", "trigger_word")
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(phrase(f"characters.{column}"))
    for each in found:
        style = "dim" if each.archived_at else None
        table.add_row(*(getattr(each, column) for column in columns), style=style)
    out().print(table)


@characters.command(name="show", help=phrase("help.characters.show"))
def show(which: Which, /, *, project: Project = None, json: Json = False) -> None:
    async def run(studio: Studio, who: Caller) -> tuple[Character, Statistics]:
        found = await studio_characters.get(studio, who, which, project)
        return found, await studio_characters.statistics(studio, who, found.id)

    found, told = as_operator(run)
    numbers = {
        "works": dict(told.works),
        "under_way": told.under_way,
        "success": told.success,
        "last_used_at": told.last_used_at,
    }
    if json:
        write_json(asdict(found) | {"statistics": numbers})
        return
    for name, value in (asdict(found) | numbers).items():
        if value not in (None, ""):
            out().print(f"{name:<18}{value}", highlight=False, soft_wrap=True)


@characters.command(name="add", help=phrase("help.characters.add"))
def add(
    name: Annotated[str, _told("name")],
    /,
    *,
    slug: Slug = None,
    lora: Lora = None,
    strength: Strength = None,
    trigger: Trigger = None,
    skin: Skin = None,
    hair_color: HairColor = None,
    hair_style: HairStyle = None,
    negative: Negative = None,
    project: Project = None,
    json: Json = False,
) -> None:
    values = _values(name, slug, lora, strength, trigger, skin, hair_color, hair_style, negative)
    made = as_operator(
        lambda studio, who: studio_characters.make(studio, who, values, project_id=project)
    )
    _tell(made, "made", json)


@characters.command(name="change", help=phrase("help.characters.change"))
def change(
    which: Which,
    /,
    *,
    name: Annotated[str | None, _told("name")] = None,
    slug: Slug = None,
    lora: Lora = None,
    strength: Strength = None,
    trigger: Trigger = None,
    skin: Skin = None,
    hair_color: HairColor = None,
    hair_style: HairStyle = None,
    negative: Negative = None,
    archived: Annotated[bool | None, _told("archive")] = None,
    json: Json = False,
) -> None:
    values = _values(name, slug, lora, strength, trigger, skin, hair_color, hair_style, negative)
    if archived is not None:
        values["archived"] = archived
    made = as_operator(lambda studio, who: studio_characters.change(studio, who, which, values))
    _tell(made, "changed", json)


@characters.command(name="remove", help=phrase("help.characters.remove"))
def remove(which: Which, /, *, project: Project = None) -> None:
    async def run(studio: Studio, who: Caller) -> tuple[Character, Character | None]:
        found = await studio_characters.get(studio, who, which, project)
        return found, await studio_characters.remove(studio, who, found.id)

    found, left = as_operator(run)
    err().print(phrase("characters.archived" if left else "characters.removed", name=found.name))


def _values(*given: Any) -> dict[str, Any]:
    """By column, what was given."""
    columns = (
        *("name", "slug", "lora_file", "lora_strength", "trigger_word", "skin_tone"),
        *("hair_color", "hair_style", "negative_prompt"),
    )
    return {name: value for name, value in zip(columns, given, strict=True) if value is not None}


def _tell(found: Character, how: str, json: bool) -> None:
    if json:
        write_json(asdict(found))
    else:
        err().print(phrase(f"characters.{how}", name=found.name, slug=found.slug))


__all__ = ["characters"]
