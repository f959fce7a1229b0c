"""What the reference pages quote from the program: `python -m tests.cli.reference` rewrites it."""

import io
import os
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields
from pathlib import Path

MARK = "<!-- below: python -m tests.cli.reference -->"
FOLDER = Path(__file__).parents[2] / "docs" / "reference"
WIDTH = 88


def commands() -> str:
    """The help page of every command, in English."""
    os.environ["AFFICHE_LANGUAGE"] = "en"
    from affiche.cli.main import build

    app = build()
    pages = []
    for path in _paths(app, ()):
        name = " ".join(("affiche", *path))
        pages.append(f"## {name}\n\n```text\n{_help(app, path)}\n```\n")
    return "\n".join(pages)


def settings() -> str:
    """A table of every setting."""
    from affiche.settings import Settings, environment_names

    rows = ["| setting | in affiche.toml | default | |", "|---|---|---|---|"]
    for field in fields(Settings):
        names = ", ".join(f"`{name}`" for name in environment_names(field.name))
        if field.default is MISSING:
            default = "`~/.local/share/affiche`"
        else:
            default = f"`{field.default}`" if field.default not in (None, ()) else ""
        rows.append(f"| {names} | `{field.name}` | {default} | {field.metadata['help']} |")
    return "\n".join(rows) + "\n"


def page(name: str, quoted: str) -> str:
    """The page as it should be: its own words, then what is quoted."""
    own = (FOLDER / name).read_text(encoding="utf-8").partition(MARK)[0]
    return f"{own}{MARK}\n\n{quoted}"


def _paths(app: object, before: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The app itself and all commands below it, by their names."""
    from cyclopts import App

    assert isinstance(app, App)
    yield before
    for name in app:
        if not name.startswith("-"):
            yield from _paths(app[name], (*before, name))


def _help(app: object, path: tuple[str, ...]) -> str:
    from cyclopts import App
    from rich.console import Console

    assert isinstance(app, App)
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False, emoji=False)
    app.help_print(path, console=console)
    assert isinstance(console.file, io.StringIO)
    lines = (line.rstrip() for line in console.file.getvalue().splitlines())
    return "\n".join(lines).strip()


def main() -> None:
    """Print the page named, or rewrite both."""
    made = {"cli.md": commands, "settings.md": settings}
    if sys.argv[1:]:
        sys.stdout.write(made[sys.argv[1]]())
        return
    for name, quoted in made.items():
        (FOLDER / name).write_text(page(name, quoted()), encoding="utf-8")


if __name__ == "__main__":
    main()
