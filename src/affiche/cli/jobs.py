"""`affiche jobs`: runs of works, as an operator sees and mends them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from rich.table import Table

from affiche.cli.operator import as_operator
from affiche.cli.pages import application
from affiche.cli.phrases import Json, duration, phrase, told
from affiche.cli.terminal import err, out, write_json
from affiche.studio import jobs as studio_jobs
from affiche.studio.jobs import Job, Stuck
from affiche.studio.studio import Caller, Studio

jobs = application("jobs")
Id = Annotated[UUID, told("jobs.id")]
Reason = Annotated[str, told("jobs.reason")]
Status = Literal["pending", "taken", "processing", "completed", "failed", "cancelled"]


@jobs.command(name="list", help=phrase("help.jobs.list"))
def listed(
    *,
    status: Annotated[Status | None, told("jobs.status")] = None,
    endpoint: Annotated[str | None, told("jobs.endpoint")] = None,
    code: Annotated[str | None, told("jobs.code")] = None,
    before: Annotated[UUID | None, told("jobs.before")] = None,
    most: Annotated[int, told("jobs.most")] = 50,
    json: Json = False,
) -> None:
    found = as_operator(
        lambda studio, who: studio_jobs.page(
            studio, who, status=status, endpoint=endpoint, code=code, before=before, limit=most
        ),
        look="jobs.list",
    )
    if json:
        write_json({"jobs": [asdict(each) for each in found]})
        return
    print_table(found)
    if found and len(found) == most:
        err().print(phrase("jobs.more", id=found[-1].id))


@jobs.command(name="stuck", help=phrase("help.jobs.stuck"))
def stuck(
    *,
    minutes: Annotated[float, told("jobs.minutes")] = 10.0,
    json: Json = False,
) -> None:
    after = timedelta(minutes=max(0.0, minutes))
    found = as_operator(
        lambda studio, who: studio_jobs.stuck(studio, who, after=after), look="jobs.stuck"
    )
    if json:
        write_json({"jobs": [asdict(each) for each in found]})
    elif found:
        print_table(found)
    else:
        err().print(phrase("jobs.none"))


@jobs.command(name="show", help=phrase("help.jobs.show"))
def show(job: Id, /, *, json: Json = False) -> None:
    found = as_operator(
        lambda studio, who: studio_jobs.get(studio, who, job), look="jobs.show", on=job
    )
    if json:
        write_json(asdict(found))
        return
    for name, value in asdict(found).items():
        if value is not None:
            out().print(f"{name}: {value}", highlight=False)


@jobs.command(name="requeue", help=phrase("help.jobs.requeue"))
def requeue(job: Id, /, *, reason: Reason, json: Json = False) -> None:
    _move(lambda studio, who: studio_jobs.requeue(studio, who, job, reason=reason), json)


@jobs.command(name="fail", help=phrase("help.jobs.fail"))
def fail(job: Id, /, *, reason: Reason, json: Json = False) -> None:
    _move(lambda studio, who: studio_jobs.fail(studio, who, job, reason=reason), json)


@jobs.command(name="cancel", help=phrase("help.jobs.cancel"))
def cancel(job: Id, /, *, reason: Reason, json: Json = False) -> None:
    _move(lambda studio, who: studio_jobs.cancel(studio, who, job, reason=reason), json)


def _move(moved: Callable[[Studio, Caller], Awaitable[Job]], json: bool) -> None:
    found = as_operator(moved)
    if json:
        write_json(asdict(found))
    else:
        err().print(phrase("jobs.moved", id=found.id, status=found.status))


def print_table(found: Sequence[Job]) -> None:
    now, why = datetime.now(UTC), any(isinstance(each, Stuck) for each in found)
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("id", "status", "step", "template", "endpoint", "age", "takes"):
        table.add_column(phrase(f"jobs.{column}"), no_wrap=column == "id")
    table.add_column(phrase("jobs.why") if why else phrase("figures.code"))
    for each in found:
        reason = (
            phrase(f"jobs.reasons.{each.why}") if isinstance(each, Stuck) else each.error_code or ""
        )
        table.add_row(
            str(each.id),
            each.status,
            each.step,
            each.template,
            each.endpoint or "",
            duration(each.seconds(now)),
            str(each.takes),
            reason,
        )
    out().print(table)


__all__ = ["jobs"]
