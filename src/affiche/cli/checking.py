"""`affiche templates check`: every template, whole folders of them, against schemas or a server."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from affiche.catalog import catalog, checks
from affiche.cli import loop
from affiche.cli.endings import CommandError, Exit
from affiche.cli.language import language, words
from affiche.cli.terminal import out, write_json
from affiche.domain.templates import Template
from affiche.errors import EngineError, TemplateInvalid
from affiche.graphs.schemas import Schemas
from affiche.settings import read


@dataclass(frozen=True, slots=True)
class Checked:
    """One template, or one folder that could not be read as one."""

    name: str
    problems: tuple[str, ...]


def check(name: str | None, server: str | None, *, json: bool) -> int:
    """Print what was found; the exit code."""
    schemas = _served(server) if server else None
    found = [Checked(each.name, each.problems) for each in _checked(name, schemas)]
    broken = [each for each in found if each.problems]
    if json:
        listed = [{"name": e.name, "ok": not e.problems, "problems": e.problems} for e in found]
        write_json({"server": server, "ok": not broken, "templates": listed})
        return Exit.FAILED if broken else Exit.OK
    for each in found:
        mark = ("✗ ", "red") if each.problems else ("✓ ", "green")
        out().print(Text.assemble(mark, (each.name, "bold")))
        for problem in each.problems:
            out().print(f"    {problem}")
    against = server or words("check.known")
    summary = "check.broken" if broken else "check.well"
    out().print(words(summary, broken=len(broken), all=len(found), against=against), style="dim")
    return Exit.FAILED if broken else Exit.OK


def _served(url: str) -> Schemas:
    try:
        return loop.run(lambda _: served(url))
    except EngineError as error:
        raise CommandError("no_server", Exit.UNREACHABLE, url=url) from error


async def served(url: str) -> Schemas:
    """What the ComfyUI server at `url` says of its nodes; raises EngineUnreachable."""
    from affiche.comfy.client import Client
    from affiche.comfy.transport import Limits, Transport

    transport = Transport(url.rstrip("/"), Limits())
    try:
        return await Client(transport).object_info()
    finally:
        await transport.close()


def _checked(name: str | None, schemas: Schemas | None) -> Iterator[Checked]:
    templates = list[Template]()
    for each in _read(name):
        if isinstance(each, Checked):
            yield each
            continue
        doubles = tuple(_doubles(each, templates))
        templates.append(each)
        wrong = (problem.message(language()) for problem in checks.check(each, schemas))
        yield Checked(each.slug, (*doubles, *wrong))


def _read(name: str | None) -> Iterator[Template | Checked]:
    """The templates that are meant, and for each that cannot be read, why."""
    settings, _ = read()
    own = [settings.catalog] if settings.catalog else []
    if name is None:
        yield from catalog.shipped()
        yield from _within(own)
        return
    for each in (*catalog.shipped(), *_within(own)):
        if each.name == name if isinstance(each, Checked) else name in _names(each):
            yield each
            return
    folder = Path(name)
    if not folder.is_dir():
        known = ", ".join(each.slug for each in catalog.shipped())
        raise CommandError("no_template", name=name, known=known)
    found = list(_within([folder]))
    if not found:
        raise CommandError("no_templates_in", folder=folder)
    yield from found


def _within(folders: Sequence[Path]) -> Iterator[Template | Checked]:
    for folder in catalog.found(folders):
        try:
            yield catalog.load(folder)
        except TemplateInvalid as error:
            yield Checked(folder.name, (str(error.params["reason"]),))


def _names(template: Template) -> tuple[str, ...]:
    return template.slug, template.template_name, str(template.id)


def _doubles(template: Template, others: Sequence[Template]) -> Iterator[str]:
    for other in others:
        for attribute in ("id", "slug", "template_name"):
            if getattr(template, attribute) == getattr(other, attribute):
                yield words("check.double", attribute=attribute, other=other.slug)
