"""`affiche works`: somebody's works, as an operator sees to them."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from affiche.cli.jobs import print_table
from affiche.cli.operator import as_operator
from affiche.cli.pages import application
from affiche.cli.phrases import Json, phrase, told
from affiche.cli.terminal import err, out, write_json
from affiche.studio import interventions, jobs, margins
from affiche.studio.interventions import Overview
from affiche.studio.jobs import Job
from affiche.studio.margins import Cost
from affiche.studio.studio import Caller, Studio

works = application("works")
Id = Annotated[UUID, told("works.id")]
Reason = Annotated[str, told("jobs.reason")]


@works.command(name="show", help=phrase("help.works.show"))
def show(work: Id, /, *, json: Json = False) -> None:
    async def ask(studio: Studio, who: Caller) -> tuple[Overview, list[Job], Cost]:
        return (
            await interventions.get(studio, who, work),
            await jobs.of_work(studio, who, work),
            await margins.cost(studio, who, work),
        )

    found, runs, cost = as_operator(ask, look="works.show", on=work)
    if json:
        about: dict[str, Any] = asdict(cost) | {"margin": cost.margin}
        write_json(asdict(found) | {"cost": about, "jobs": [asdict(each) for each in runs]})
        return
    out().print(phrase("works.about", **asdict(found)))
    out().print(phrase("works.cost", seconds=cost.seconds, cost=f"{cost.cost:.4f}"))
    if cost.worth is not None and cost.margin is not None:
        told = {"worth": f"{cost.worth:.2f}", "margin": f"{cost.margin:.2f}"}
        out().print(phrase("works.worth", **told))
    print_table(runs)


@works.command(name="retry", help=phrase("help.works.retry"))
def retry(work: Id, /, *, reason: Reason, json: Json = False) -> None:
    _move(lambda studio, who: interventions.retry(studio, who, work, reason=reason), json, "asked")


@works.command(name="fail", help=phrase("help.works.fail"))
def fail(work: Id, /, *, reason: Reason, json: Json = False) -> None:
    _move(lambda studio, who: interventions.fail(studio, who, work, reason=reason), json)


@works.command(name="cancel", help=phrase("help.works.cancel"))
def cancel(work: Id, /, *, reason: Reason, json: Json = False) -> None:
    _move(lambda studio, who: interventions.cancel(studio, who, work, reason=reason), json)


def _move(
    moved: Callable[[Studio, Caller], Awaitable[Overview]], json: bool, said: str = "moved"
) -> None:
    found = as_operator(moved)
    if json:
        write_json(asdict(found))
    else:
        err().print(phrase(f"works.{said}", id=found.id, status=found.status))


__all__ = ["works"]
