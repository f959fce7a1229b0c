"""What operators' commands say (`texts/{ko,en}/operations.po`), and what they have in common."""

from typing import Annotated

from cyclopts import Parameter

from affiche.cli.language import language
from affiche.cli.pages import flag
from affiche.texts import say

Json = Annotated[bool, flag("help.json")]


def phrase(key: str, /, **params: object) -> str:
    return say(language(), f"operations.{key}", **params)


def told(key: str, *names: str) -> Parameter:
    """An option or argument with its line of help."""
    return Parameter(name=names or None, help=phrase(f"help.{key}"), show_default=False)


def duration(seconds: float) -> str:
    """As short as it can be said: 45s, 12m, 3h, 2d."""
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{int(seconds // size)}{unit}"
    return f"{int(seconds)}s"
