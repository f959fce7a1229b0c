"""The command `affiche`. Each command's module is imported when it is called."""

import os
import sys
from io import TextIOWrapper
from typing import Final

from cyclopts import App, CycloptsError, Group

from affiche import __version__
from affiche.cli.endings import DEBUGGING, CommandError, Exit, Interrupted, problem
from affiche.cli.language import language, words
from affiche.cli.misreading import misread
from affiche.cli.pages import application
from affiche.cli.terminal import complain, err, page, write_json

DEBUG: Final = "--debug"
GROUPS: Final = {
    "pictures": (
        "up",
        "run",
        "batch",
        "templates",
        "characters",
        "references",
        "translate",
        "demo",
        "link",
    ),
    "studio": (
        "serve",
        "work",
        "migrate",
        "backup",
        "restore",
        "doctor",
        "settings",
        "endpoints",
        "people",
        "projects",
        "glossary",
        "credits",
        "webhooks",
        "jobs",
        "works",
        "figures",
        "alerts",
        "secrets",
        "audit",
        "emulate",
        "worker",
    ),
}

BELOW: Final = (
    "batch",
    "templates",
    "characters",
    "references",
    "endpoints",
    "people",
    "projects",
    "glossary",
    "credits",
    "webhooks",
    "jobs",
    "works",
    "figures",
    "emulate",
    "worker",
)
"""Commands with commands below them, which look after their own pages."""
USAGE: Final = {"run": "affiche run TEMPLATE [NAME=VALUE...] [OPTIONS]"}


def build() -> App:
    """The whole command line, in the language of the moment."""
    app = application(
        "affiche",
        help=words("help.affiche"),
        help_epilogue=words("help.epilogue"),
        version=__version__,
        group_commands=Group(words("help.groups.other"), sort_key=3),
        result_action="return_value",
        exit_on_error=False,
        print_error=False,
        suppress_keyboard_interrupt=False,
    )
    app["--help"].help = words("help.help")
    app["--version"].help = words("help.version")
    for sort, (title, names) in enumerate(GROUPS.items(), 1):
        group = Group(words(f"help.groups.{title}"), sort_key=sort)
        for place, name in enumerate(names):
            app.command(
                f"affiche.cli.{name}:{name}",
                name=name,
                help=words(f"help.{name}.about"),
                group=group,
                sort_key=place,
                **({} if name in BELOW else {"help_epilogue": "", "usage": USAGE.get(name)}),
            )
    return app


def main() -> None:
    """What the installed command calls."""
    for stream in (sys.stdout, sys.stderr):
        # Not every terminal has every sign; a missing one is no reason to end.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")
    sys.exit(called(sys.argv[1:]))


def called(arguments: list[str]) -> int:
    """Run one command line to its end; the exit code. No error leaves but with `--debug`."""
    if DEBUG in arguments:
        os.environ[DEBUGGING] = "1"
    arguments = [argument for argument in arguments if argument != DEBUG]
    try:
        code = build()(arguments, console=page(), error_console=err())
        return code if isinstance(code, int) else Exit.OK
    except (KeyboardInterrupt, Interrupted):
        found = problem(CommandError("interrupted", Exit.INTERRUPTED), language())
    except BrokenPipeError:
        # Whoever read us has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except CycloptsError as error:
        found = misread(error)
    except Exception as error:
        if os.environ.get(DEBUGGING) and not isinstance(error, CommandError):
            err().print_exception()
        found = problem(error, language())
    if "--json" in arguments:
        write_json(found.json())
    else:
        complain(found)
    return found.exit
