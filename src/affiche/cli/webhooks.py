"""`affiche webhooks`: where news of works goes, and what came of it."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from affiche.cli.language import words
from affiche.cli.operator import as_operator
from affiche.cli.pages import application, flag
from affiche.cli.terminal import err, out, write_json
from affiche.domain.webhooks import ENDS
from affiche.studio import webhooks as studio_webhooks
from affiche.studio.studio import Caller, Studio
from affiche.studio.webhooks import Delivery, Webhook

PAGE = 20
webhooks = application("webhooks")


def _told(key: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=words(f"help.webhooks.{key}"), show_default=False)


Json = Annotated[bool, flag("help.json")]
Id = Annotated[UUID, Parameter(help=words("help.webhooks.id"))]
DeliveryId = Annotated[UUID, Parameter(help=words("help.webhooks.delivery"))]
Types = Annotated[list[str] | None, _told("types", "--on")]
Description = Annotated[str | None, _told("description")]


@webhooks.command(name="list", help=words("help.webhooks.list"))
def listed(*, json: Json = False) -> None:
    found = as_operator(lambda studio, who: _listed(studio, who))
    if json:
        write_json({"webhooks": found})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("id", "state", "url", "types"):
        table.add_column(words(f"webhooks.{column}"))
    for each in found:
        style = {"on": "green", "off": "dim"}.get(each["state"], "red")
        state = Text(words(f"webhooks.states.{each['state']}"), style=style)
        table.add_row(str(each["id"]), state, each["url"], ", ".join(each["types"]))
    out().print(table)


@webhooks.command(name="add", help=words("help.webhooks.add"))
def add(
    url: Annotated[str, Parameter(help=words("help.webhooks.url"))],
    /,
    *,
    on: Types = None,
    project: Annotated[UUID | None, _told("project")] = None,
    description: Description = None,
    json: Json = False,
) -> None:
    async def run(studio: Studio, who: Caller) -> tuple[dict[str, Any], str]:
        made, secret = await studio_webhooks.make(
            studio,
            who,
            url,
            project_id=project,
            types=ENDS if on is None else on,
            description=description or "",
        )
        return record(studio, made), secret

    _tell_secret(*as_operator(run), json)


@webhooks.command(name="change", help=words("help.webhooks.change"))
def change(
    webhook: Id,
    /,
    *,
    url: Annotated[str | None, _told("url")] = None,
    on: Types = None,
    description: Description = None,
    active: Annotated[bool | None, _told("active")] = None,
    json: Json = False,
) -> None:
    async def run(studio: Studio, who: Caller) -> dict[str, Any]:
        changed = await studio_webhooks.change(
            studio, who, webhook, url=url, types=on, description=description, is_active=active
        )
        return record(studio, changed)

    found = as_operator(run)
    if json:
        write_json(found)
    else:
        state = words(f"webhooks.states.{found['state']}")
        err().print(words("webhooks.kept", url=found["url"], state=state))


@webhooks.command(name="rotate", help=words("help.webhooks.rotate"))
def rotate(webhook: Id, /, *, json: Json = False) -> None:
    async def run(studio: Studio, who: Caller) -> tuple[dict[str, Any], str]:
        found, secret = await studio_webhooks.rotate(studio, who, webhook)
        return record(studio, found), secret

    _tell_secret(*as_operator(run), json)


@webhooks.command(name="remove", help=words("help.webhooks.remove"))
def remove(webhook: Id, /) -> None:
    as_operator(lambda studio, who: studio_webhooks.remove(studio, who, webhook))
    err().print(words("webhooks.removed"))


@webhooks.command(name="test", help=words("help.webhooks.test"))
def tried(webhook: Id, /, *, json: Json = False) -> None:
    found = as_operator(lambda studio, who: studio_webhooks.try_out(studio, who, webhook))
    _tell(found, json)


@webhooks.command(name="deliveries", help=words("help.webhooks.deliveries"))
def deliveries(
    webhook: Id,
    /,
    *,
    before: Annotated[UUID | None, _told("before")] = None,
    json: Json = False,
) -> None:
    found = as_operator(
        lambda studio, who: studio_webhooks.deliveries(
            studio, who, webhook, before=before, limit=PAGE
        )
    )
    if json:
        write_json({"deliveries": [asdict(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("id", "type", "state", "attempts", "created"):
        table.add_column(words(f"webhooks.{column}"))
    styles = {"delivered": "green", "failed": "red", "pending": "yellow"}
    for each in found:
        table.add_row(
            str(each.id),
            each.type,
            Text(words(f"webhooks.delivery.{each.status}"), style=styles[each.status]),
            str(each.attempts),
            f"{each.created_at:%Y-%m-%d %H:%M:%S}",
        )
    out().print(table)


@webhooks.command(name="delivery", help=words("help.webhooks.attempts"))
def delivery(webhook: Id, found: DeliveryId, /, *, json: Json = False) -> None:
    message, attempts = as_operator(
        lambda studio, who: studio_webhooks.delivery(studio, who, webhook, found)
    )
    if json:
        write_json(asdict(message) | {"log": [asdict(each) for each in attempts]})
        return
    for each in attempts:
        came = str(each.status_code or each.reason)
        out().print(f"{each.at:%Y-%m-%d %H:%M:%S}  {came}  {each.milliseconds} ms", highlight=False)
        if each.answer:
            out().print(Text(each.answer, style="dim"))


@webhooks.command(name="redeliver", help=words("help.webhooks.redeliver"))
def redeliver(webhook: Id, found: DeliveryId, /, *, json: Json = False) -> None:
    _tell(
        as_operator(lambda studio, who: studio_webhooks.redeliver(studio, who, webhook, found)),
        json,
    )


def record(studio: Studio, webhook: Webhook) -> dict[str, Any]:
    """For programs; without anything that signs."""
    own = asdict(webhook)
    own.pop("key_print")
    return own | {"state": studio_webhooks.state(studio, webhook)}


async def _listed(studio: Studio, who: Caller) -> list[dict[str, Any]]:
    return [record(studio, each) for each in await studio_webhooks.listed(studio, who)]


def _tell_secret(found: dict[str, Any], secret: str, json: bool) -> None:
    if json:
        write_json(found | {"secret": secret})
        return
    err().print(words("webhooks.secret", id=found["id"], url=found["url"]))
    out().print(secret, highlight=False, soft_wrap=True)


def _tell(found: Delivery, json: bool) -> None:
    if json:
        write_json(asdict(found))
    else:
        err().print(words("webhooks.sent", id=found.id, webhook=found.webhook_id))


__all__ = ["webhooks"]
