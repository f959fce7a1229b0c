"""`affiche references`: pictures that works are made after."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from cyclopts import Parameter
from rich.table import Table

from affiche.cli.characters import phrase
from affiche.cli.endings import CommandError, Exit
from affiche.cli.language import language
from affiche.cli.operator import as_operator
from affiche.cli.pages import application, flag
from affiche.cli.terminal import err, out, write_json
from affiche.studio import captions, imports
from affiche.studio import references as studio_references
from affiche.studio.captions import Progress
from affiche.studio.failures import recalled
from affiche.studio.imports import Brought, Imported
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio
from affiche.texts import say

PAGE = 50
references = application("references")


def _told(key: str, *names: str) -> Parameter:
    help = phrase(f"help.references.{key}")
    return Parameter(name=names or None, help=help, show_default=False)


def _describing(key: str) -> Parameter:
    return Parameter(
        help=say(language(), f"titles.describe.{key}"), negative="", show_default=False
    )


Json = Annotated[bool, flag("help.json")]
Project = Annotated[
    UUID | None, Parameter(help=phrase("help.characters.project"), show_default=False)
]
Which = Annotated[str, _told("which")]


@references.command(name="list", help=phrase("help.references.list"))
def listed(
    *,
    category: Annotated[str | None, _told("only")] = None,
    search: Annotated[str, _told("search")] = "",
    before: Annotated[UUID | None, _told("before")] = None,
    project: Project = None,
    json: Json = False,
) -> None:
    found = as_operator(
        lambda studio, who: studio_references.page(
            studio,
            who,
            project_id=project,
            category=category,
            words=search,
            before=before,
            limit=PAGE,
        )
    )
    if json:
        write_json({"references": [asdict(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("number", "filename", "category", "caption"):
        table.add_column(phrase(f"references.{column}"), overflow="ellipsis", no_wrap=True)
    for each in found:
        table.add_row(str(each.number), each.filename, each.category, _caption(each))
    out().print(table)


@references.command(name="categories", help=phrase("help.references.categories"))
def categories(*, project: Project = None, json: Json = False) -> None:
    found = as_operator(lambda studio, who: studio_references.categories(studio, who, project))
    if json:
        write_json({"categories": [asdict(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("category", "pictures"):
        table.add_column(phrase(f"references.{column}"))
    for each in found:
        table.add_row(each.category or phrase("references.none"), str(each.pictures))
    out().print(table)


@references.command(name="show", help=phrase("help.references.show"))
def show(which: Which, /, *, json: Json = False) -> None:
    found = as_operator(lambda studio, who: studio_references.get(studio, who, which))
    if json:
        write_json(asdict(found))
        return
    for name, value in asdict(found).items():
        if value not in (None, ""):
            out().print(f"{name:<20}{value}", highlight=False, soft_wrap=True)


@references.command(name="import", help=phrase("help.references.add"))
def bring(
    path: Annotated[Path, _told("path")],
    /,
    *,
    category: Annotated[str | None, _told("category")] = None,
    project: Project = None,
    json: Json = False,
) -> int:
    """Exit code 1 where something was refused."""
    if not path.exists():
        raise CommandError("no_path", Exit.USAGE, path=path)

    def tell(done: int, all: int) -> None:
        if not json and all > PAGE:
            err().print(phrase("references.told", done=done, all=all), style="dim")

    async def run(studio: Studio, who: Caller) -> Imported:
        known: dict[str, Any] = {"project_id": project, "category": category, "tell": tell}
        if path.is_dir():
            return await imports.bring_folder(studio, who, path, **known)
        if path.suffix.lower() == ".zip":
            with path.open("rb") as file:
                return await imports.bring_archive(studio, who, file, **known)
        brought = Brought(path.read_bytes(), path.name, category or "")
        found, is_new = await imports.bring(studio, who, brought, project_id=project)
        new, known_ones = ((found.id,), ()) if is_new else ((), (found.id,))
        return Imported(new, known_ones, (), 0)

    found = as_operator(run)
    if json:
        write_json(_record(found))
    else:
        _say(found)
    return Exit.FAILED if found.refused else Exit.OK


@references.command(name="caption", help=phrase("help.references.caption"))
def caption(
    which: Which,
    /,
    *,
    en: Annotated[str | None, _told("caption_en")] = None,
    ko: Annotated[str | None, _told("caption_ko")] = None,
    json: Json = False,
) -> None:
    found = as_operator(
        lambda studio, who: studio_references.change(studio, who, which, caption=en, caption_ko=ko)
    )
    if json:
        write_json(asdict(found))
    else:
        err().print(phrase("references.captioned", filename=found.filename))


@references.command(name="remove", help=phrase("help.references.remove"))
def remove(which: Which, /) -> None:
    async def run(studio: Studio, who: Caller) -> Reference:
        found = await studio_references.get(studio, who, which)
        await studio_references.remove(studio, who, found.id)
        return found

    found = as_operator(run)
    err().print(phrase("references.removed", filename=found.filename))


@references.command(name="describe", help=say(language(), "titles.describe.about"))
def describe(
    *,
    category: Annotated[str | None, _told("only")] = None,
    again: Annotated[bool, _describing("again")] = False,
    stop: Annotated[bool, _describing("stop")] = False,
    project: Project = None,
    json: Json = False,
) -> None:
    async def ask(studio: Studio, who: Caller) -> Progress:
        if stop:
            await captions.stop(studio, who, project)
        else:
            await captions.want(studio, who, project, category=category, again=again)
        return await captions.progress(studio, who, project)

    found = as_operator(ask)
    if json:
        write_json(asdict(found))
        return
    counts = {name: value for name, value in asdict(found).items() if name != "reasons"}
    out().print(say(language(), "titles.describe.progress", **counts))
    for reason in found.reasons:
        why = recalled(reason.code, None).message(language())
        out().print(
            say(language(), "titles.describe.reason", references=reason.references, why=why)
        )


def _caption(reference: Reference) -> str:
    english, korean = reference.vision_description, reference.caption_ko
    return ((korean or english) if language() == "ko" else (english or korean)) or ""


def _record(found: Imported) -> dict[str, Any]:
    return {
        "added": [str(each) for each in found.added],
        "known": [str(each) for each in found.known],
        "refused": [
            {"file": each.field, "code": each.code, "message": each.message(language())}
            for each in found.refused
        ],
        "passed_over": found.passed_over,
    }


def _say(found: Imported) -> None:
    for each in found.refused:
        told = phrase("references.refused", file=each.field, message=each.message(language()))
        err().print(told, style="red", highlight=False, markup=False)
    err().print(
        phrase(
            "references.imported",
            added=len(found.added),
            known=len(found.known),
            refused=len(found.refused),
            passed=found.passed_over,
        )
    )


__all__ = ["references"]
