"""The endpoints as an operator has them: listed, added, changed, retired, tried, and routed to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from affiche.db.database import Transaction
from affiche.domain.endpoint_rules import problems
from affiche.domain.endpoints import Endpoint
from affiche.domain.warmth import cost_a_day
from affiche.engines.engine import Health
from affiche.errors import (
    EndpointInUse,
    EndpointTaken,
    FieldProblem,
    Forbidden,
    InvalidInputs,
    NotFound,
)
from affiche.studio import access, audit, moves
from affiche.studio.furniture import COMFYUI_POSITION, OURS, RUNPOD_POSITION
from affiche.studio.secrets import RUNPOD
from affiche.studio.studio import Caller, Studio
from affiche.studio.templates import Row

RUNPOD_WORKS: Final = 5
COMFYUI_WORKS: Final = 2
OWN_OF_OURS: Final = frozenset({"price_per_second", "warm_minutes", "warm_hours"})
"""What an operator may change in a row that settings write."""


@dataclass(frozen=True, slots=True)
class Listed:
    """An endpoint and how it stands; `waiting` is counted to a thousand. `templates`: those that
    have it on their route. `health` as `Health` has it, empty before it was asked."""

    endpoint: Endpoint
    position: int
    is_active: bool
    running: int
    waiting: int
    checked_at: datetime | None
    unwell_since: datetime | None
    paused_at: datetime | None
    health: Mapping[str, Any]
    warmed_at: datetime | None
    templates: Sequence[str]

    @property
    def warm_cost(self) -> Decimal | None:
        """US dollars a day for keeping it warm; None where the price is not known."""
        row = self.endpoint
        return cost_a_day(row.warm_minutes, row.warm_hours, row.price_per_second)


async def listed(studio: Studio, caller: Caller, *, retired: bool = False) -> list[Listed]:
    """In the order in which they are chosen. Raises Forbidden."""
    _operator(caller)
    async with studio.database.as_service() as service:
        rows = await service.rows("endpoints.listed", retired=retired)
    return [_listed(row) for row in rows]


async def get(studio: Studio, caller: Caller, name: str) -> Listed:
    """Raises Forbidden, NotFound."""
    for each in await listed(studio, caller):
        if each.endpoint.name == name:
            return each
    raise NotFound(what="endpoint")


async def add(
    studio: Studio, caller: Caller, name: str, kind: str, given: Mapping[str, Any]
) -> Listed:
    """A new one, with the defaults of its kind. `given`: fields of `Endpoint`, and `position`.

    Raises Forbidden, EndpointTaken, InvalidInputs.
    """
    _operator(caller)
    if OURS.fullmatch(name):
        raise InvalidInputs([FieldProblem("name", "name_of_settings")])
    if name in {each.endpoint.name for each in await listed(studio, caller)}:
        raise EndpointTaken(name=name)
    runpod = kind == "runpod"
    started: dict[str, Any] = {
        "works_at_once": RUNPOD_WORKS if runpod else COMFYUI_WORKS,
        "url": studio.settings.runpod_base_url if runpod else None,
        "secret": RUNPOD if runpod else None,
    }
    own = started | {k: v for k, v in given.items() if k != "position"}
    row = _settled(Endpoint(id=studio.new_id(), name=name, kind=kind, **own))
    position = given.get("position", RUNPOD_POSITION if runpod else COMFYUI_POSITION)
    await _save(studio, caller, row, position, None)
    return await get(studio, caller, name)


async def change(studio: Studio, caller: Caller, name: str, given: Mapping[str, Any]) -> Listed:
    """The fields in `given` anew; None takes a value away. Raises Forbidden, NotFound,
    InvalidInputs, which names what settings decide."""
    before = await get(studio, caller, name)
    if OURS.fullmatch(name):
        theirs = [FieldProblem(f, "of_settings") for f in given if f not in OWN_OF_OURS]
        if theirs:
            raise InvalidInputs(theirs)
    own = {k: v for k, v in given.items() if k != "position"}
    # Of a row that settings made only what changes is looked at: the rest is theirs to say.
    row = _settled(replace(before.endpoint, **own), own if OURS.fullmatch(name) else None)
    await _save(studio, caller, row, given.get("position", before.position), before)
    return await get(studio, caller, name)


async def pause(studio: Studio, caller: Caller, name: str, *, reason: str = "") -> Listed:
    """Give it nothing new: what waits there goes to the next of its route that is neither unwell
    nor paused, else waits; what runs there is finished. Raises Forbidden, NotFound."""
    return await _set_paused(studio, caller, name, reason, paused=True)


async def resume(studio: Studio, caller: Caller, name: str, *, reason: str = "") -> Listed:
    """As before the pause. Raises Forbidden, NotFound."""
    return await _set_paused(studio, caller, name, reason, paused=False)


async def _set_paused(
    studio: Studio, caller: Caller, name: str, reason: str, *, paused: bool
) -> Listed:
    before = await get(studio, caller, name)
    async with studio.database.as_service() as service:
        await service.run(
            "endpoints.pause", id=before.endpoint.id, paused_at=studio.now() if paused else None
        )
        await _moved(service)
        await audit.record(
            service,
            studio,
            caller,
            "endpoints.pause" if paused else "endpoints.resume",
            name,
            reason=reason,
            before={"paused": before.paused_at is not None},
            after={"paused": paused},
        )
    return await get(studio, caller, name)


async def remove(studio: Studio, caller: Caller, name: str, *, running: bool = False) -> int:
    """Retire it: what waits there moves, what runs there is finished there; how many moved.

    Raises Forbidden, NotFound, InvalidInputs for one that settings name, and unless `running`,
    EndpointInUse while works run there.
    """
    found = await get(studio, caller, name)
    if OURS.fullmatch(name):
        raise InvalidInputs([FieldProblem("name", "of_settings")])
    if found.running and not running:
        raise EndpointInUse(name=name, running=found.running)
    async with studio.database.as_service() as service:
        await service.run("endpoints.leave_routes", id=found.endpoint.id)
        await service.run("endpoints.retire", name=name)
        moved = await _moved(service)
        await audit.record(
            service,
            studio,
            caller,
            "endpoints.remove",
            name,
            before=_settings(found.endpoint, found.position),
            after={"moved": moved, "running": found.running},
        )
        return moved


async def examine(studio: Studio, caller: Caller, name: str) -> Health:
    """Ask it now how it is. Raises Forbidden, NotFound."""
    found = await get(studio, caller, name)
    return await access.health(found.endpoint, studio.settings)


async def route(studio: Studio, caller: Caller, template: str, names: Sequence[str]) -> list[str]:
    """Let the template's works go to these, in this order; without any, to wherever its kinds of
    engines are. Returns the route. What waits already stays where it is.

    Raises Forbidden, NotFound, InvalidInputs for an endpoint of a kind that the template does not
    run on, or one that is named twice.
    """
    before = {each.endpoint.name: each for each in await listed(studio, caller)}
    known = {name: each.endpoint for name, each in before.items()}
    async with studio.database.as_service() as service:
        row = await service.maybe(Row, "templates.find", name=template[:200])
    if row is None:
        raise NotFound(what="template")
    kinds = (await studio.versions.read(studio.database, row.id, row.version)).engines
    wrong = []
    for place, name in enumerate(names):
        if name not in known:
            wrong.append(FieldProblem(name, "no_endpoint"))
        elif name in names[:place]:
            wrong.append(FieldProblem(name, "twice"))
        elif known[name].kind not in kinds:
            wrong.append(FieldProblem(name, "other_kind", (("kinds", ", ".join(kinds)),)))
    if wrong:
        raise InvalidInputs(wrong)
    ids = [known[name].id for name in names]
    async with studio.database.as_service() as service:
        await service.run("endpoints.forget_route", template_id=row.id, ids=ids)
        await service.run("endpoints.put_route", template_id=row.id, ids=ids)
        await _moved(service)
        await audit.record(
            service,
            studio,
            caller,
            "endpoints.route",
            row.slug,
            before={"route": [n for n, each in before.items() if row.slug in each.templates]},
            after={"route": list(names)},
        )
    return list(names)


async def _save(
    studio: Studio, caller: Caller, row: Endpoint, position: int, before: Listed | None
) -> None:
    old = _settings(before.endpoint, before.position) if before else {}
    new = _settings(row, position)
    changed = [name for name, value in new.items() if old.get(name) != value]
    async with studio.database.as_service() as service:
        await service.run("endpoints.save", position=position, **asdict(row))
        await _moved(service)
        await audit.record(
            service,
            studio,
            caller,
            "endpoints.change" if before else "endpoints.add",
            row.name,
            before={name: old[name] for name in changed} if before else None,
            after={name: new[name] for name in changed},
        )


def _settings(row: Endpoint, position: int) -> dict[str, Any]:
    """What an operator decides of it; of its key there is only the name."""
    own = asdict(row)
    own.pop("id")
    return own | {"position": position}


async def _moved(service: Transaction) -> int:
    """What waited for something to change moves now, and admission hears of it."""
    moved = await moves.rehome(service)
    await service.run("endpoints.announce")
    return moved


def _settled(row: Endpoint, only: Collection[str] | None = None) -> Endpoint:
    """The row as it is kept; raises InvalidInputs with all that is wrong, of `only` these."""
    row = replace(row, url=row.url.rstrip("/") if row.url else None)
    if wrong := [each for each in problems(row) if only is None or each.field in only]:
        raise InvalidInputs(wrong)
    return row


def _listed(row: dict[str, Any]) -> Listed:
    own = {field.name: row.pop(field.name) for field in fields(Endpoint)}
    return Listed(endpoint=Endpoint(**own), **row)


def _operator(caller: Caller) -> None:
    if not caller.is_operator:
        raise Forbidden
