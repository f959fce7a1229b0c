"""`affiche glossary`: names of brands and products that translations of a project do not touch."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated
from uuid import UUID

from cyclopts import Parameter
from rich.table import Table

from affiche.cli.endings import CommandError
from affiche.cli.language import language
from affiche.cli.operator import as_operator
from affiche.cli.pages import application, flag
from affiche.cli.terminal import err, out, write_json
from affiche.domain.translation import Term
from affiche.studio import glossary as studio_glossary
from affiche.studio import projects
from affiche.studio.studio import Caller, Studio
from affiche.texts import say

glossary = application("glossary")


def phrase(key: str, /, **params: object) -> str:
    return say(language(), f"language.{key}", **params)


def told(key: str) -> Parameter:
    return Parameter(help=phrase(f"help.{key}"), show_default=False)


Json = Annotated[bool, flag("help.json")]
Project = Annotated[UUID | None, told("project")]
Name = Annotated[str, told("term")]


@glossary.command(name="list", help=phrase("help.list"))
def listed(*, project: Project = None, json: Json = False) -> None:
    async def run(studio: Studio, who: Caller) -> list[Term]:
        return await studio_glossary.listed(studio, who, await _of(studio, who, project))

    found = as_operator(run)
    if json:
        write_json({"terms": [asdict(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("term", "english"):
        table.add_column(phrase(column))
    for each in found:
        table.add_row(each.term, each.english or phrase("kept"))
    out().print(table)


@glossary.command(name="put", help=phrase("help.put"))
def put(
    term: Name,
    english: Annotated[str | None, told("english")] = None,
    /,
    *,
    project: Project = None,
) -> None:
    _put([Term(term, english)], project)


@glossary.command(name="import", help=phrase("help.import"))
def read_in(file: Annotated[Path, told("file")], /, *, project: Project = None) -> None:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError("no_glossary", path=file, reason=str(error)) from error
    pairs = [line.partition("=") for line in lines if line.strip() and not line.startswith("#")]
    _put([Term(term, english.strip() or None) for term, _, english in pairs], project)


@glossary.command(name="remove", help=phrase("help.remove"))
def remove(term: Name, /, *, project: Project = None) -> None:
    async def run(studio: Studio, who: Caller) -> None:
        await studio_glossary.remove(studio, who, await _of(studio, who, project), term)

    as_operator(run)
    err().print(phrase("removed", term=term))


def _put(terms: list[Term], project: UUID | None) -> None:
    async def run(studio: Studio, who: Caller) -> None:
        await studio_glossary.put(studio, who, await _of(studio, who, project), terms)

    as_operator(run)
    err().print(phrase("put", count=len(terms)))


async def _of(studio: Studio, who: Caller, project: UUID | None) -> UUID:
    return (await projects.project_of(studio, who, project)).id
