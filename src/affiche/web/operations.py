"""How the studio fares, for operators: engines, lines, failures, cost, and works that are stuck."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import Response

from affiche.api.admin.door import Operating, looking
from affiche.domain.renewals import SEOUL
from affiche.errors import InvalidInputs, NotFound, TransitionRefused
from affiche.studio import alerts, endpoints, figures, jobs, margins
from affiche.studio.audit import LONGEST_REASON
from affiche.studio.endpoints import Listed
from affiche.studio.failures import recalled
from affiche.studio.figures import Failure, Queue
from affiche.studio.margins import Margin
from affiche.studio.studio import Caller
from affiche.web import plots
from affiche.web.pages import Desk, desk
from affiche.web.refusals import PageRoute

router: Final = APIRouter(route_class=PageRoute)
DAYS: Final = 30
CAUSES: Final = 12
STUCK: Final = 50
PLOTTED: Final = ("works", "seconds", "cost", "credits")
Reason = Annotated[str, Form(max_length=LONGEST_REASON)]


@dataclass(frozen=True, slots=True)
class Engine:
    """An endpoint, what waits there, and in a word how it is."""

    listed: Listed
    queue: Queue | None

    @property
    def state(self) -> str:
        if self.listed.paused_at:
            return "paused"
        return "unwell" if self.listed.unwell_since else "well"


@dataclass(frozen=True, slots=True)
class Cause:
    """Why works failed, in words; `share` of the most frequent cause, from 0 to 100."""

    failure: Failure
    words: str
    share: float


@router.get("/operations")
async def show(
    request: Request, caller: Annotated[Caller, Depends(looking("operations.look"))]
) -> Response:
    return await _page(desk(request, caller), caller)


@router.post("/operations/endpoints/{name}/{act}")
async def hold(
    request: Request, name: str, act: str, caller: Operating, reason: Reason = ""
) -> Response:
    """Give an engine nothing new, or go on as before."""
    page = desk(request, caller)
    holds = {"pause": endpoints.pause, "resume": endpoints.resume}
    if act not in holds:
        raise NotFound(what="page")
    await holds[act](page.studio, caller, name, reason=reason.strip())
    return await _after(page, caller)


@router.post("/operations/jobs/{job_id}/{act}")
async def move(
    request: Request, job_id: UUID, act: str, caller: Operating, reason: Reason = ""
) -> Response:
    """Send a run back, or end it."""
    page = desk(request, caller)
    moves = {"requeue": jobs.requeue, "fail": jobs.fail, "cancel": jobs.cancel}
    if act not in moves:
        return page.go("/operations")
    try:
        await moves[act](page.studio, caller, job_id, reason=reason)
    except InvalidInputs as error:
        return await _page(page, caller, wrong=(job_id, error.problems[0].message(page.language)))
    except TransitionRefused:
        # It went on by itself meanwhile, which is all that was wanted.
        pass
    return await _after(page, caller)


async def _after(page: Desk, caller: Caller) -> Response:
    return await _page(page, caller) if page.wants_fragment else page.go("/operations")


async def _page(page: Desk, caller: Caller, wrong: tuple[UUID, str] | None = None) -> Response:
    studio, today = page.studio, page.now.astimezone(SEOUL).date()
    since = page.now - timedelta(days=DAYS)
    lines = {queue.endpoint: queue for queue in await figures.queues(studio, caller)}
    listed = await endpoints.listed(studio, caller)
    by_day = await margins.margins(studio, caller, since, "day")
    return page.page(
        "operations.html",
        status=422 if wrong else 200,
        wrong=wrong,
        alerts=await alerts.page(studio, caller, only_open=True),
        engines=[Engine(each, lines.get(each.endpoint.name)) for each in listed],
        outcome=figures.whole(await figures.outcomes(studio, caller)),
        causes=_causes(page, await figures.failures(studio, caller)),
        plots=_plots(by_day, today),
        margins=await margins.margins(studio, caller, since),
        stuck=await jobs.stuck(studio, caller, limit=STUCK),
        days=DAYS,
    )


def _causes(page: Desk, failures: Sequence[Failure]) -> list[Cause]:
    shown = failures[:CAUSES]
    most = max((each.works for each in shown), default=1)
    return [
        Cause(
            each, recalled(each.code, each.params).message(page.language), 100 * each.works / most
        )
        for each in shown
    ]


def _plots(by_day: Sequence[Margin], today: date) -> dict[str, plots.Plot]:
    """By what is counted; what nobody has spent yet is not drawn."""
    of_day = {date.fromisoformat(each.name): each for each in by_day}
    drawn = {}
    for name in PLOTTED:
        values = {day: float(getattr(each, name)) for day, each in of_day.items()}
        drawn[name] = plots.daily(values, today, DAYS)
    return {name: plot for name, plot in drawn.items() if plot.most > 0 or name == "works"}
