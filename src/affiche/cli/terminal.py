"""Where the command line writes: results to standard output, everything else to standard error."""

import json
import sys
from functools import cache
from typing import Any

from rich.console import Console
from rich.text import Text

from affiche.cli.endings import Problem


@cache
def out() -> Console:
    # A pipe has no width of its own, and a table must not be broken for it.
    width = None if sys.stdout.isatty() else 200
    return Console(highlight=False, emoji=False, markup=False, soft_wrap=True, width=width)


@cache
def err() -> Console:
    return Console(stderr=True, highlight=False, emoji=False, markup=False, soft_wrap=True)


@cache
def page() -> Console:
    """For help, which is set in paragraphs; the others never break a line."""
    return Console(highlight=False, emoji=False)


def write_json(value: Any) -> None:
    """The one JSON object of a command that was asked for JSON."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")
    sys.stdout.flush()


def complain(problem: Problem) -> None:
    """What happened, field by field if need be, and what to do."""
    err().print(Text.assemble(("affiche: ", "bold red"), problem.message))
    for name, message in problem.fields:
        err().print(Text.assemble("  ", (f"{name}: " if name else "", "bold"), message))
    if problem.hint:
        err().print(Text.assemble(("hint: ", "cyan"), problem.hint))
