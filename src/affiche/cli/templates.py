"""`affiche templates`: what is in the catalog, whether it would run, and its versions."""

import json as json_
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from affiche.catalog import catalog
from affiche.cli.endings import CommandError
from affiche.cli.language import language, words
from affiche.cli.pages import application, flag
from affiche.cli.terminal import out, write_json
from affiche.domain.fields import Field
from affiche.domain.templates import Template, definition
from affiche.settings import read

templates = application("templates")
Json = Annotated[bool, flag("help.json")]
Name = Annotated[str, Parameter(help=words("help.templates.name"))]
Note = Annotated[str, Parameter(help=words("help.templates.note"), show_default=False)]


@templates.command(name="list", help=words("help.templates.list"))
def listed(*, json: Json = False) -> None:
    found = _all()
    if json:
        write_json({"templates": [_summary(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("name", "title", "engines", "credits", "seconds"):
        table.add_column(words(f"templates.{column}"))
    for each in found:
        table.add_row(
            Text(each.slug, style="bold"),
            each.title.say(language()),
            ", ".join(each.engines),
            str(each.credits),
            str(each.estimated_time),
        )
    out().print(table)


@templates.command(name="show", help=words("help.templates.show"))
def shown(name: Name, /, *, json: Json = False) -> None:
    template = named(_all(), name)
    if json:
        write_json(definition(template))
        return
    say = out().print
    say(Text.assemble((template.slug, "bold"), "  ", template.title.say(language())))
    say(template.description.say(language()))
    say(_fields(template.fields))
    for preset in template.presets:
        values = " ".join(f"{key}={value}" for key, value in preset.values.items())
        title = words("templates.preset", title=preset.title.say(language()))
        say(Text.assemble((f"{title}  ", "dim"), values))
    for model in template.models:
        say(Text.assemble((f"{words('templates.model')}  ", "dim"), f"{model.folder}/{model.name}"))
    say(Text.assemble("\n", (_example(template), "cyan")))


@templates.command(name="check", help=words("help.templates.check"))
def check(
    name: Annotated[str | None, Parameter(help=words("help.templates.which"))] = None,
    /,
    *,
    server: Annotated[str | None, Parameter(help=words("help.templates.server"))] = None,
    json: Json = False,
) -> int:
    from affiche.cli import checking

    return checking.check(name, server, json=json)


@templates.command(name="publish", help=words("help.templates.publish"))
def publish(
    folder: Annotated[Path, Parameter(help=words("help.templates.folder"))],
    /,
    *,
    note: Note = "",
    json: Json = False,
) -> None:
    from affiche.cli import versions

    versions.publish(folder, note, json=json)


@templates.command(name="versions", help=words("help.templates.versions"))
def told(name: Name, /, *, json: Json = False) -> None:
    from affiche.cli import versions

    versions.versions(name, json=json)


@templates.command(name="rollback", help=words("help.templates.rollback"))
def rollback(
    name: Name,
    version: Annotated[int, Parameter(help=words("help.templates.version"))],
    /,
    *,
    note: Note = "",
    json: Json = False,
) -> None:
    from affiche.cli import versions

    versions.rollback(name, version, note, json=json)


def named(found: tuple[Template, ...], name: str) -> Template:
    """By slug, template name or id; raises CommandError."""
    for each in found:
        if name in (each.slug, each.template_name, str(each.id)):
            return each
    raise CommandError("no_template", name=name, known=", ".join(each.slug for each in found))


def _all() -> tuple[Template, ...]:
    settings, _ = read()
    return catalog.load_all([settings.catalog] if settings.catalog else [])


def _summary(template: Template) -> dict[str, Any]:
    return {
        "id": str(template.id),
        "slug": template.slug,
        "template_name": template.template_name,
        "title": template.title.say(language()),
        "engines": list(template.engines),
        "credits": template.credits,
        "estimated_time": template.estimated_time,
        "is_active": template.is_active,
    }


def _fields(fields: tuple[Field, ...]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("field", "type", "allowed", "initial", "label"):
        table.add_column(words(f"templates.{column}"))
    for field in fields:
        required = words("templates.required") if field.required else ""
        table.add_row(
            Text(field.request_key, style="bold"),
            field.type,
            _allowed(field),
            required if field.default is None else str(field.default),
            field.label.say(language()),
        )
    return table


def _allowed(field: Field) -> str:
    match field.type:
        case "number" | "slider":
            ends = ("" if end is None else str(end) for end in (field.minimum, field.maximum))
            return "…".join(ends)
        case "select":
            return ", ".join(str(option.value) for option in field.options)
        case "file" | "mask" | "reference":
            return " ".join(field.accept)
        case "text" | "textarea" if field.max_length:
            return words("templates.characters", limit=field.max_length)
    return ""


def _example(template: Template) -> str:
    """A command line that asks for what is required and nothing else."""
    parts = ["affiche run", template.slug]
    for field in template.fields:
        if field.required and field.default is None:
            kinds = {"file": "@photo.jpg", "mask": "@mask.png", "number": "1", "slider": "1"}
            kinds |= {"character": "yuna", "reference": "@photo.jpg"}
            value = kinds.get(field.type, json_.dumps("…", ensure_ascii=False))
            parts.append(f"{field.request_key}={value}")
    return " ".join(parts)


__all__ = ["named", "templates"]
