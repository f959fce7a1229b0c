"""`affiche settings`: each setting with its value and where that comes from."""

import re
from typing import Annotated, Any

from rich.table import Table

from affiche.cli.language import words
from affiche.cli.pages import flag
from affiche.cli.terminal import out, write_json
from affiche.settings import Source, environment_names, read

_SIGNED_IN = re.compile(r"(?<=://)[^/@\s]+(?=@)")


def settings(
    *,
    json: Annotated[bool, flag("help.json")] = False,
) -> None:
    _, sources = read()
    if json:
        write_json({"settings": [_record(source) for source in sources]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("name", "value", "source"):
        table.add_column(words(f"settings.{column}"), overflow="fold")
    for source in sources:
        style = "" if source.origin != "default" else "dim"
        table.add_row(environment_names(source.name)[0], shown(source), origin(source), style=style)
    out().print(table)


def shown(source: Source) -> str:
    """The value for people's eyes: no secret, and nobody's name and password in an address."""
    if isinstance(source.value, tuple):
        return ", ".join(source.value)
    return _SIGNED_IN.sub("••••", source.shown)


def origin(source: Source) -> str:
    known = {"default": "settings.default", "command line": "settings.command_line"}
    return words(known[source.origin]) if source.origin in known else source.origin


def _plain(source: Source) -> Any:
    """For programs: a number as a number."""
    if source.value is None or (not source.secret and isinstance(source.value, int | float)):
        return source.value
    return shown(source)


def _record(source: Source) -> dict[str, Any]:
    return {
        "name": source.name,
        "environment": list(environment_names(source.name)),
        "value": _plain(source),
        "source": source.origin,
        "secret": source.secret,
        "help": source.help,
    }
