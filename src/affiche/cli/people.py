"""`affiche people`: who has an account here. Asks the database, as the studio's operator."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, BinaryIO

from cyclopts import Parameter
from rich.table import Table

from affiche.cli.endings import CommandError
from affiche.cli.language import language, words
from affiche.cli.operator import as_operator
from affiche.cli.pages import application, flag
from affiche.cli.running import running
from affiche.cli.terminal import err, out, write_json
from affiche.settings import read
from affiche.studio import accounts
from affiche.studio.studio import Caller, Studio

people = application("people")
Email = Annotated[str, Parameter(help=words("help.people.email"))]
Json = Annotated[bool, flag("help.json")]


@people.command(name="list", help=words("help.people.list"))
def listed(*, json: Json = False) -> None:
    found = as_operator(accounts.listed, look="people.list")
    if json:
        write_json({"people": [asdict(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("email", "name", "role", "state", "id"):
        table.add_column(words(f"people.{column}"))
    for each in found:
        state = "disabled" if each.disabled_at else "password" if each.has_password else "link"
        table.add_row(
            each.email or "",
            each.name,
            words("people.operator" if each.is_operator else "people.member"),
            words(f"people.states.{state}"),
            str(each.id),
        )
    out().print(table)


@people.command(name="add", help=words("help.people.add"))
def add(
    email: Email,
    /,
    *,
    name: Annotated[str, Parameter(help=words("help.people.name"), show_default=False)] = "",
    operator: Annotated[bool, flag("help.people.operator")] = False,
) -> None:
    async def asked(studio: Studio, who: Caller) -> str:
        return (await accounts.add(studio, who, email, name, is_operator=operator))[1]

    _give(as_operator(asked), email)


@people.command(name="link", help=words("help.people.link"))
def link(email: Email, /) -> None:
    _give(as_operator(lambda studio, who: accounts.link(studio, who, email)), email)


@people.command(name="role", help=words("help.people.role"))
def role(
    email: Email,
    /,
    *,
    operator: Annotated[bool, flag("help.people.operator")] = False,
) -> None:
    as_operator(lambda studio, who: accounts.set_operator(studio, who, email, is_operator=operator))
    err().print(words("people.kept", email=email))


@people.command(name="disable", help=words("help.people.disable"))
def disable(email: Email, /) -> None:
    as_operator(lambda studio, who: accounts.set_disabled(studio, who, email, disabled=True))
    err().print(words("people.kept", email=email))


@people.command(name="enable", help=words("help.people.enable"))
def enable(email: Email, /) -> None:
    as_operator(lambda studio, who: accounts.set_disabled(studio, who, email, disabled=False))
    err().print(words("people.kept", email=email))


@people.command(name="delete", help=words("help.people.delete"))
def delete(
    email: Email,
    /,
    *,
    to: Annotated[str | None, Parameter(help=words("help.people.to"))] = None,
    yes: Annotated[bool, flag("help.people.yes")] = False,
) -> None:
    if not yes:
        raise CommandError("not_confirmed", email=email)

    async def asked(studio: Studio, who: Caller) -> None:
        from affiche.pipeline import bygones, removals

        await accounts.delete(studio, who, email, to)
        await bygones.erase(studio)
        await removals.carry_out(studio)

    as_operator(asked)
    err().print(words("people.deleted", email=email))


@people.command(name="export", help=words("help.people.export"))
def export(
    email: Email,
    file: Annotated[Path | None, Parameter(help=words("help.people.file"))] = None,
    /,
) -> None:
    async def asked(studio: Studio, who: Caller) -> Path:
        made = await accounts.export_of(studio, who, email, language())
        target = file or Path(made.name)
        with _written(target) as page:
            async for piece in made.pieces:
                await asyncio.to_thread(page.write, piece)
        return target

    out().print(str(as_operator(asked)), soft_wrap=True)


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A file that nobody else may read, and that is not there unless it is whole."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as page:
            try:
                yield page
            except BaseException:
                path.unlink(missing_ok=True)
                raise
    except FileExistsError as error:
        raise CommandError("file_there", file=path) from error
    except OSError as error:
        raise CommandError("no_folder", folder=path.parent, reason=error.strerror) from error


def _give(token: str, email: str) -> None:
    settings, _ = read()
    there = running(settings.data)
    url = settings.url or (there.url if there else f"http://{settings.host}:{settings.port}")
    err().print(words("people.pass_on", email=email))
    out().print(f"{url.rstrip('/')}/password?token={token}", soft_wrap=True)


__all__ = ["people"]
