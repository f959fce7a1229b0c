"""The command `affiche`. Each command's module is imported when it is called."""

import os
import sys
from typing import Final

from cyclopts import App, CycloptsError, Group
from cyclopts.help import DefaultFormatter, PanelSpec
from rich.box import SIMPLE

from affiche import __version__
from affiche.cli.endings import CommandError, Exit, Problem, problem
from affiche.cli.language import language, words
from affiche.cli.terminal import complain, err, page, write_json

DEBUG: Final = "--debug"
GROUPS: Final = {
    "pictures": ("up", "run", "templates", "link"),
    "studio": ("serve", "work", "migrate", "doctor", "settings", "emulate"),
}


def build() -> App:
    """The whole command line, in the language of the moment."""
    app = App(
        name="affiche",
        help=words("help.affiche"),
        help_epilogue=words("help.epilogue"),
        help_format="plaintext",
        help_formatter=DefaultFormatter(panel_spec=PanelSpec(box=SIMPLE, padding=(0, 0))),
        version=__version__,
        group_commands=Group(words("help.groups.other"), sort_key=3),
        group_arguments=Group(words("help.groups.arguments"), sort_key=1),
        group_parameters=Group(words("help.groups.options"), sort_key=2),
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
            )
    return app


def main() -> None:
    """What the installed command calls."""
    sys.exit(called(sys.argv[1:]))


def called(arguments: list[str]) -> int:
    """Run one command line to its end; the exit code. No error leaves but with `--debug`."""
    debugging = DEBUG in arguments or bool(os.environ.get("AFFICHE_DEBUG"))
    arguments = [argument for argument in arguments if argument != DEBUG]
    try:
        code = build()(arguments, console=page(), error_console=err())
        return code if isinstance(code, int) else Exit.OK
    except (KeyboardInterrupt, SystemExit) as end:
        return end.code if isinstance(end, SystemExit) and isinstance(end.code, int) else 130
    except BrokenPipeError:
        # Whoever read us has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.OK
    except CycloptsError as error:
        found = misread(error)
    except Exception as error:
        from affiche.cli.loop import Interrupted

        if isinstance(error, Interrupted):
            return Exit.INTERRUPTED
        if debugging:
            err().print_exception()
        found = problem(error, language())
    if "--json" in arguments:
        write_json(found.json())
    else:
        complain(found)
    return found.exit


def misread(error: CycloptsError) -> Problem:
    """A command line that could not be understood."""
    error.verbose = False
    chain = " ".join(("affiche", *(error.command_chain or ())))
    hint = words("problems.misread.hint", command=chain)
    return Problem("misread", str(error).strip(), hint, Exit.USAGE)


__all__ = ["CommandError", "build", "called", "main"]
