"""`affiche people`: who has an account here. Asks the database, as the studio's operator."""

from dataclasses import asdict
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table

from affiche.cli.language import words
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
def delete(email: Email, /) -> None:
    as_operator(lambda studio, who: accounts.delete(studio, who, email))
    err().print(words("people.deleted", email=email))


def _give(token: str, email: str) -> None:
    settings, _ = read()
    there = running(settings.data)
    url = settings.url or (there.url if there else f"http://{settings.host}:{settings.port}")
    err().print(words("people.pass_on", email=email))
    out().print(f"{url.rstrip('/')}/password?token={token}", soft_wrap=True)


__all__ = ["people"]
