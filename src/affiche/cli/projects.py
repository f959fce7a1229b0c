"""`affiche projects`: what there is, who is in it, how much it may keep and spend. Asks the
database, as the studio's operator."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal, TypeVar

from cyclopts import Parameter
from rich.table import Table

from affiche.cli.language import language, words
from affiche.cli.operator import as_operator
from affiche.cli.pages import application, flag
from affiche.cli.running import running
from affiche.cli.sizes import days_of, shown, size_of
from affiche.cli.terminal import err, out, write_json
from affiche.settings import read
from affiche.studio import estate, storage, treasury
from affiche.studio.projects import Invitation
from affiche.studio.storage import Holding
from affiche.studio.studio import Caller, Studio

T = TypeVar("T")
projects = application("projects")
Project = Annotated[str, Parameter(help=words("help.projects.project"))]
Email = Annotated[str, Parameter(help=words("help.people.email"))]
Name = Annotated[str, Parameter(help=words("help.projects.name"))]
Json = Annotated[bool, flag("help.json")]


@projects.command(name="list", help=words("help.projects.list"))
def listed(*, json: Json = False) -> None:
    found = as_operator(storage.all_of, look="project.list")
    if json:
        write_json({"projects": [_record(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("number", "name", "owner", "members", "storage", "id"):
        table.add_column(words(f"projects.{column}"))
    for each in found:
        table.add_row(
            str(each.number),
            each.name,
            each.owner or "",
            str(each.members),
            _storage(each),
            str(each.id),
        )
    out().print(table)


@projects.command(name="show", help=words("help.projects.show"))
def show(project: Project, /, *, json: Json = False) -> None:
    _tell(_on(project, _same), json)


@projects.command(name="add", help=words("help.projects.add"))
def add(
    name: Name,
    /,
    *,
    owner: Annotated[str | None, Parameter(help=words("help.projects.owner"))] = None,
    json: Json = False,
) -> None:
    async def asked(studio: Studio, who: Caller) -> Holding:
        made = await estate.add(studio, who, name, owner)
        return await estate.find(studio, who, str(made))

    _tell(as_operator(asked), json)


@projects.command(name="rename", help=words("help.projects.rename"))
def rename(project: Project, name: Name, /) -> None:
    _on(project, lambda studio, who, found: estate.rename(studio, who, found, name))
    err().print(words("projects.kept"))


@projects.command(name="members", help=words("help.projects.members"))
def members(project: Project, /, *, json: Json = False) -> None:
    found = _on(project, estate.members)
    if json:
        write_json({"members": [asdict(each) for each in found]})
        return
    for each in found:
        role = words(f"projects.roles.{each.role}")
        out().print(f"{each.email or each.user_id}  {role}", soft_wrap=True)


@projects.command(name="invite", help=words("help.projects.invite"))
def invite(
    project: Project,
    email: Email,
    /,
    *,
    admin: Annotated[bool, flag("help.projects.admin")] = False,
) -> None:
    role: Literal["member", "admin"] = "admin" if admin else "member"

    async def asked(studio: Studio, who: Caller, found: Holding) -> tuple[Invitation, str, bool]:
        from affiche.pipeline import invitations

        made, token = await estate.invite(studio, who, found, email, role)
        mailed = await invitations.send(studio, made, found.name, token, language())
        return made, token, mailed

    _, token, mailed = _on(project, asked)
    settings, _ = read()
    there = running(settings.data)
    url = settings.url or (there.url if there else f"http://{settings.host}:{settings.port}")
    err().print(words("projects.mailed" if mailed else "projects.pass_on", email=email))
    out().print(f"{url.rstrip('/')}/invitation?token={token}", soft_wrap=True)


@projects.command(name="give", help=words("help.projects.give"))
def give(project: Project, email: Email, /) -> None:
    _on(project, lambda studio, who, found: estate.give(studio, who, found, email))
    err().print(words("projects.kept"))


@projects.command(name="quota", help=words("help.projects.quota"))
def quota(
    project: Project,
    size: Annotated[str, Parameter(help=words("help.projects.size"))],
    /,
    *,
    json: Json = False,
) -> None:
    given = size_of(size)

    async def asked(studio: Studio, who: Caller, found: Holding) -> Holding:
        await storage.set_quota(studio, who, found.id, given)
        return await estate.find(studio, who, str(found.id))

    _tell(_on(project, asked), json)


@projects.command(name="keep", help=words("help.projects.keep"))
def keep(
    project: Project,
    days: Annotated[str, Parameter(help=words("help.projects.days"))],
    /,
    *,
    json: Json = False,
) -> None:
    given = days_of(days)

    async def asked(studio: Studio, who: Caller, found: Holding) -> Holding:
        await storage.set_days(studio, who, found.id, given)
        return await estate.find(studio, who, str(found.id))

    _tell(_on(project, asked), json)


@projects.command(name="budget", help=words("help.projects.budget"))
def budget(
    project: Project,
    /,
    *,
    day: Annotated[int | None, Parameter(help=words("help.credits.per_day"))] = None,
    month: Annotated[int | None, Parameter(help=words("help.credits.per_month"))] = None,
    json: Json = False,
) -> None:
    async def asked(studio: Studio, who: Caller, found: Holding) -> list[Any]:
        for period, bound in (("day", day), ("month", month)):
            if bound is not None:
                await treasury.set_budget(
                    studio,
                    who,
                    "day" if period == "day" else "month",
                    None if bound < 0 else bound,
                    project_id=found.id,
                )
        return [b for b in await treasury.budgets(studio, who) if b.project_id == found.id]

    found = _on(project, asked)
    if json:
        write_json({"budgets": [asdict(each) for each in found]})
        return
    for each in found:
        told = {"whose": project, "spent": each.spent, "credits": each.credits}
        out().print(words(f"credits.{each.period}", **told))


def _on(name: str, asked: Callable[[Studio, Caller, Holding], Awaitable[T]]) -> T:
    """What `asked` gives of the project of that name."""

    async def found(studio: Studio, who: Caller) -> T:
        return await asked(studio, who, await estate.find(studio, who, name))

    return as_operator(found)


async def _same(studio: Studio, who: Caller, found: Holding) -> Holding:
    return found


def _record(found: Holding) -> dict[str, Any]:
    return asdict(found)


def _tell(found: Holding, json: bool) -> None:
    if json:
        write_json(_record(found))
        return
    days = words("projects.studio_s") if found.work_days is None else str(found.work_days)
    kept = words("projects.ever") if found.work_days == 0 else days
    for name, value in (
        ("name", found.name),
        ("number", str(found.number)),
        ("id", str(found.id)),
        ("owner", found.owner or str(found.user_id)),
        ("members", str(found.members)),
        ("storage", _storage(found)),
        ("days", kept),
    ):
        out().print(f"{words(f'projects.{name}')}: {value}", soft_wrap=True, highlight=False)


def _storage(found: Holding) -> str:
    if found.quota is None:
        return shown(found.bytes)
    return f"{shown(found.bytes)} / {shown(found.quota)}"


__all__ = ["projects"]
