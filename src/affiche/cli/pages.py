"""How help pages look, on the first level and below it."""

from typing import Any, Final

from cyclopts import App, Group, Parameter
from cyclopts.help import DefaultFormatter, PanelSpec
from rich.box import SIMPLE

from affiche.cli.language import words

FORMATTER: Final = DefaultFormatter(panel_spec=PanelSpec(box=SIMPLE, padding=(0, 0)))


def application(name: str, **more: Any) -> App:
    """A command with commands below it."""
    # The last line of the first page is for all of them.
    below: dict[str, Any] = {
        "group_commands": Group(words("help.groups.commands"), sort_key=3),
        "help_epilogue": "",
    }
    return App(
        name=name,
        help_format="plaintext",
        help_formatter=FORMATTER,
        group_arguments=Group(words("help.groups.arguments"), sort_key=1),
        group_parameters=Group(words("help.groups.options"), sort_key=2),
        **(below | more),
    )


def flag(key: str, *names: str) -> Parameter:
    """An option without a value, off unless given; `key` is its sentence's."""
    return Parameter(name=names or None, negative=(), show_default=False, help=words(key))
