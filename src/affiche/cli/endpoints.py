"""`affiche endpoints`: where works run, in which order, at what price, and how it is there."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from affiche.cli.endings import Exit
from affiche.cli.language import words
from affiche.cli.operator import as_operator
from affiche.cli.pages import application, flag
from affiche.cli.terminal import err, out, write_json
from affiche.domain.endpoints import ImagesAs, PicturesBy, RequestShape, WorkflowAs
from affiche.studio import endpoints as studio_endpoints
from affiche.studio.endpoints import Listed

endpoints = application("endpoints")


def _told(key: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=words(f"help.endpoints.{key}"), show_default=False)


Json = Annotated[bool, flag("help.json")]
Name = Annotated[str, Parameter(help=words("help.endpoints.name"))]
Reason = Annotated[str, _told("reason")]


@Parameter(name="*")
@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an endpoint may be told of, each by an option of its own; None for what is not given."""

    url: Annotated[str | None, _told("url")] = None
    remote_id: Annotated[str | None, _told("id", "--id")] = None
    secret: Annotated[str | None, _told("secret")] = None
    works_at_once: Annotated[int | None, _told("works", "--works")] = None
    request_shape: Annotated[RequestShape | None, _told("shape", "--shape")] = None
    images_as: Annotated[ImagesAs | None, _told("images_as")] = None
    workflow_as: Annotated[WorkflowAs | None, _told("workflow_as")] = None
    pictures_by: Annotated[PicturesBy | None, _told("pictures_by")] = None
    does_stages: Annotated[bool | None, _told("stages", "--stages")] = None
    price_per_second: Annotated[Decimal | None, _told("price", "--price")] = None
    warm_minutes: Annotated[int | None, _told("warm", "--warm")] = None
    warm_hours: Annotated[str | None, _told("hours", "--hours")] = None
    position: Annotated[int | None, _told("position")] = None


NOTHING_TOLD = Terms()


@endpoints.command(name="list", help=words("help.endpoints.list"))
def listed(
    *,
    retired: Annotated[bool, flag("help.endpoints.retired")] = False,
    json: Json = False,
) -> None:
    found = as_operator(
        lambda studio, who: studio_endpoints.listed(studio, who, retired=retired),
        look="endpoints.list",
    )
    if json:
        write_json({"endpoints": [record(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in (
        "name",
        "kind",
        "state",
        "running",
        "waiting",
        "price",
        "warm",
        "shape",
        "route",
    ):
        table.add_column(words(f"endpoints.{column}"))
    for each in found:
        row, style = each.endpoint, _STYLES[state(each)]
        table.add_row(
            Text(row.name, style="bold"),
            row.kind,
            Text(words(f"endpoints.states.{state(each)}"), style=style),
            f"{each.running}/{row.works_at_once}",
            str(each.waiting),
            "" if row.price_per_second is None else f"${row.price_per_second.normalize():f}/s",
            _warm(each),
            row.request_shape if row.kind == "runpod" else "",
            ", ".join(each.templates),
        )
    out().print(table)
    for each in found:
        if state(each) == "unwell":
            reason = str(each.health.get("reason") or "?")
            err().print(words("endpoints.why", name=each.endpoint.name, reason=reason))


@endpoints.command(name="add", help=words("help.endpoints.add"))
def add(
    name: Name,
    /,
    *,
    kind: Annotated[Literal["comfyui", "runpod"], _told("kind")],
    terms: Terms = NOTHING_TOLD,
    json: Json = False,
) -> None:
    given = _given(terms)
    _tell(
        as_operator(lambda studio, who: studio_endpoints.add(studio, who, name, kind, given)), json
    )


@endpoints.command(name="change", help=words("help.endpoints.change"))
def change(name: Name, /, *, terms: Terms = NOTHING_TOLD, json: Json = False) -> None:
    given = _given(terms)
    _tell(as_operator(lambda studio, who: studio_endpoints.change(studio, who, name, given)), json)


@endpoints.command(name="pause", help=words("help.endpoints.pause"))
def pause(name: Name, /, *, reason: Reason = "", json: Json = False) -> None:
    _tell(
        as_operator(lambda studio, who: studio_endpoints.pause(studio, who, name, reason=reason)),
        json,
    )


@endpoints.command(name="resume", help=words("help.endpoints.resume"))
def resume(name: Name, /, *, reason: Reason = "", json: Json = False) -> None:
    _tell(
        as_operator(lambda studio, who: studio_endpoints.resume(studio, who, name, reason=reason)),
        json,
    )


@endpoints.command(name="remove", help=words("help.endpoints.remove"))
def remove(
    name: Name,
    /,
    *,
    force: Annotated[bool, flag("help.endpoints.force")] = False,
) -> None:
    moved = as_operator(
        lambda studio, who: studio_endpoints.remove(studio, who, name, running=force)
    )
    err().print(words("endpoints.removed", name=name, moved=moved))


@endpoints.command(name="test", help=words("help.endpoints.test"))
def tried(name: Name, /, *, json: Json = False) -> int:
    found = as_operator(lambda studio, who: studio_endpoints.examine(studio, who, name))
    if json:
        write_json({"name": name, **asdict(found)})
    elif found.ok:
        out().print(words("endpoints.well", name=name, about=_about(asdict(found))))
    else:
        out().print(words("endpoints.why", name=name, reason=found.reason or "?"))
    return Exit.OK if found.ok else Exit.FAILED


@endpoints.command(name="route", help=words("help.endpoints.route"))
def route(
    template: Annotated[str, Parameter(help=words("help.endpoints.template"))],
    /,
    *names: Annotated[str, Parameter(help=words("help.endpoints.names"))],
) -> None:
    found = as_operator(lambda studio, who: studio_endpoints.route(studio, who, template, names))
    if found:
        err().print(words("endpoints.routed", template=template, names=" → ".join(found)))
    else:
        err().print(words("endpoints.unrouted", template=template))


def state(each: Listed) -> str:
    """One word for how it stands."""
    if not each.is_active:
        return "retired"
    if each.paused_at is not None:
        return "paused"
    if each.unwell_since is not None:
        return "unwell"
    if each.endpoint.url is None or each.checked_at is None:
        return "unknown"
    return "well"


_STYLES = {
    "well": "green",
    "unwell": "red",
    "unknown": "yellow",
    "paused": "yellow",
    "retired": "dim",
}


def record(each: Listed) -> dict[str, Any]:
    """For programs; a key stands in none of it, only its name."""
    own = asdict(each.endpoint) | asdict(each)
    own.pop("endpoint")
    cost = each.warm_cost
    return own | {"state": state(each), "warm_cost_a_day": None if cost is None else str(cost)}


def _tell(each: Listed, json: bool) -> None:
    if json:
        write_json(record(each))
        return
    err().print(words("endpoints.kept", name=each.endpoint.name))
    if each.endpoint.warm_minutes is not None:
        err().print(_warm(each))


def _warm(each: Listed) -> str:
    row, cost = each.endpoint, each.warm_cost
    if row.warm_minutes is None:
        return words("endpoints.off")
    hours = f", {row.warm_hours}" if row.warm_hours else ""
    if cost is None:
        return words("endpoints.warm_unpriced", minutes=row.warm_minutes, hours=hours)
    return words("endpoints.warm_priced", minutes=row.warm_minutes, hours=hours, cost=f"{cost:.2f}")


def _about(health: dict[str, Any]) -> str:
    known = ("version", "workers", "waking", "queued")
    return ", ".join(
        words(f"endpoints.health.{name}", value=health[name])
        for name in known
        if health.get(name) is not None
    )


def _given(terms: Terms) -> dict[str, Any]:
    """What was given; nothing, or a zero where that is no value, takes a value away."""
    found = {name: value for name, value in asdict(terms).items() if value is not None}
    for name in ("secret", "remote_id", "warm_hours"):
        if found.get(name) == "":
            found[name] = None
    if found.get("warm_minutes") == 0:
        found["warm_minutes"] = None
    return found


__all__ = ["endpoints"]
