"""A case of the matrix: a work, a point in it, what befalls the process there, what comes of it."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final, Literal
from uuid import UUID

from tests.pipeline.doors import Point
from tests.pipeline.lanes import Lane, lane, read_trace
from tests.pipeline.nursery import exited, signalled
from tests.pipeline.scenarios import Scenario
from tests.pipeline.worker import Act, Order
from tests.support.databases import Cluster

from affiche.errors import TransitionRefused
from affiche.pipeline.steps import STEPS
from affiche.studio import works

Fate = Literal["kill", "freeze", "freeze for long", "cancel", "cancel and kill", "stop", "cut off"]
ACTS: Final[dict[Fate, Act]] = {
    "kill": "kill",
    "freeze": "stop",
    "freeze for long": "stop",
    "cancel": "hold",
    "cancel and kill": "hold",
    "stop": "hold",
    "cut off": "hold",
}
LANES: Final = 12
# By when hints come and services go their rounds, which no work waits for.
_BY_CHANCE: Final = ("steps.progress", "endpoints.", "rates.", "GET /v2/ep-test/health")


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario undisturbed: every passage in its order, the pictures it makes, and how often
    the engine is given a run."""

    scenario: Scenario
    points: tuple[Point, ...]
    pictures: tuple[bytes, ...]
    runs: int

    @property
    def effects(self) -> tuple[Point, ...]:
        """The passages that change something."""
        return tuple(p for p in self.points if p.kind != "read")

    def beyond(self, other: "Run") -> tuple[Point, ...]:
        """The effects that the other has not."""
        return tuple(p for p in self.effects if p not in other.points)


@dataclass(frozen=True, slots=True)
class Case:
    """`paired`: a second process is at work already; else one is started after the death."""

    run: Run
    point: Point
    fate: Fate
    paired: bool = False

    @property
    def scenario(self) -> Scenario:
        return self.run.scenario


@dataclass(slots=True, repr=False)
class Row:
    """What came of a case. `at` is the point's place in the undisturbed run, `runs` how often the
    engine took a run for the work and `expected_runs` how often it does undisturbed, `orphans` how
    many stored objects no row names; `wrong` says what must not be."""

    scenario: str
    at: int
    place: str
    label: str
    nth: int
    when: str
    fate: str
    paired: bool
    outcome: str = ""
    takes: int = 0
    runs: int = 0
    expected_runs: int = 0
    orphans: int = 0
    seconds: float = 0.0
    wrong: str = ""

    def __str__(self) -> str:
        company = "another at work" if self.paired else "alone"
        return f"{self.fate} {self.when} {self.place}: {self.label} ({self.nth}), {company}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


async def undisturbed(cluster: Cluster, scenario: Scenario) -> Run:
    """The scenario three times with nothing in its way. What did not happen each time, like a look
    that fell due before the hint came, happens by chance and cannot be waited for."""
    async with lane(cluster, scenario.planting) as own:
        passages = [await _passages(own, scenario) for _ in range(3)]
        pictures, runs = await _expected(own, scenario)
    points = tuple(p for p in passages[0] if all(p in others for others in passages))
    return Run(scenario, points, pictures, runs)


async def _passages(own: Lane, scenario: Scenario) -> list[Point]:
    order, points = own.order(), list[Point]()
    await own.nursery.start(order)
    work = await own.at_rest(await scenario.ask(own))
    assert work.status == scenario.status, work.error_code
    await own.nursery.end()
    for line in read_trace(order):
        assert "unwatched" not in line, f"{line['unwatched']} passes no door that is watched"
        place, label = line["place"], line["label"]
        if place in STEPS or not label.startswith(_BY_CHANCE):
            nth = 1 + sum((p.place, p.label) == (place, label) for p in points)
            points.append(Point(place, label, nth, line["kind"], "before"))
    return points


async def _expected(own: Lane, scenario: Scenario) -> tuple[tuple[bytes, ...], int]:
    """The pictures, and how often the engine is given a run for them."""
    before = own.plant.given
    await own.nursery.start(own.order())
    work = await own.at_rest(await scenario.ask(own))
    await own.nursery.end()
    return tuple(await own.pictures(work.id)), own.plant.given - before


async def run_all(cluster: Cluster, cases: Sequence[Case]) -> list[Row]:
    """The cases, several at a time; a lane in which something went wrong is not used again."""
    waiting, rows = list(reversed(cases)), list[Row]()

    async def work_off() -> None:
        while waiting:
            planting = waiting[-1].scenario.planting
            async with lane(cluster, planting) as own:
                while waiting and waiting[-1].scenario.planting is planting:
                    row = await run(own, waiting.pop())
                    rows.append(row)
                    if row.wrong:
                        break

    async with asyncio.TaskGroup() as group:
        for _ in range(min(LANES, len(cases))):
            group.create_task(work_off())
    return rows


async def run(own: Lane, case: Case) -> Row:
    """One case, and a second or third try if by chance the run went by without its point."""
    row = await _tried(own, case)
    for _ in range(2):
        if row.outcome != "missed":
            return row
        row = await _tried(own, case)
    return row


async def _tried(own: Lane, case: Case) -> Row:
    point, began = case.point, time.monotonic()
    row = Row(
        scenario=case.scenario.name,
        at=case.run.points.index(replace(point, when="before")),
        place=point.place,
        label=point.label,
        nth=point.nth,
        when=point.when,
        fate=case.fate,
        paired=case.paired,
        expected_runs=case.run.runs,
    )
    before = own.plant.given
    orphans = await own.orphans()
    trial = Trial(own, case)
    try:
        work_id = await trial.begin()
        if await trial.reached(work_id):
            await FATES[case.fate](trial, work_id)
        else:
            row.outcome = "missed"
        work = await own.at_rest(work_id)
        row.outcome = row.outcome or work.status
        row.takes = 1 + max(job["takes"] for job in await own.jobs(work_id))
        row.runs = own.plant.given - before
        row.orphans = len(await own.orphans() - orphans)
        expected = "cancelled" if trial.cancelled else case.scenario.status
        if work.status != expected:
            row.wrong = f"{work.status} ({work.error_code}), not {expected}"
        elif await own.pictures(work_id) != list(
            case.run.pictures if expected == "completed" else ()
        ):
            row.wrong = "not the right pictures"
        else:
            row.wrong = await own.plant.amiss(own.studio, work_id)
    except AssertionError as error:
        row.wrong = str(error) or repr(error)
    finally:
        await own.nursery.end()
    row.seconds = round(time.monotonic() - began, 1)
    return row


@dataclass(slots=True)
class Trial:
    """A case under way in its lane."""

    lane: Lane
    case: Case
    order: Order = field(init=False)
    cancelled: bool = False

    def __post_init__(self) -> None:
        grace = {"grace": 0.2} if self.case.fate == "cut off" else {}
        self.order = self.lane.order(self.case.point, ACTS[self.case.fate], **grace)

    async def begin(self) -> UUID:
        await self.lane.nursery.start(self.order)
        if self.case.paired:
            await self.lane.nursery.start(self.order)
        return await self.case.scenario.ask(self.lane)

    async def another(self) -> None:
        """A healthy process takes up what is left, unless one is there."""
        if not self.case.paired:
            order = Order(**{**_plain(self.order), "point": None, "act": "none", "grace": 20.0})
            await self.lane.nursery.start(order)

    async def reached(self, work_id: UUID) -> bool:
        """True once a process is at the point; False if the work came to its rest without."""
        mark = self.order.mark("acted")
        resting = asyncio.create_task(self.lane.at_rest(work_id))
        try:
            while not mark.exists():
                if resting.done():
                    await asyncio.sleep(0.3)
                    return mark.exists()
                await asyncio.sleep(0.01)
            return True
        finally:
            resting.cancel()
            await asyncio.gather(resting, return_exceptions=True)

    @property
    def victim(self) -> Any:
        pid = self.order.mark("acted").read_text()
        return next(p for p in self.lane.nursery.processes if str(p.pid) == pid)


def _plain(order: Order) -> dict[str, Any]:
    return {name: getattr(order, name) for name in order.__slots__}


async def _killed(trial: Trial, _: UUID) -> None:
    code = await exited(trial.victim)
    assert code == -signal.SIGKILL, f"the process ended with {code}"
    await trial.another()


async def _frozen(trial: Trial, work_id: UUID) -> None:
    """It wakes up when another has taken over and is at the same place."""
    before = len(read_trace(trial.order))
    await trial.another()
    for _ in range(500):
        lines = read_trace(trial.order)[before:]
        if any(line.get("label") == trial.case.point.label for line in lines):
            break
        await asyncio.sleep(0.02)
    await _awoken(trial)


async def _frozen_for_long(trial: Trial, work_id: UUID) -> None:
    """It wakes up when the work has long ended."""
    await trial.another()
    await trial.lane.ended(work_id)
    await _awoken(trial)


async def _awoken(trial: Trial) -> None:
    signalled(trial.victim, signal.SIGCONT)
    # For whatever it still does: its next question tells it that it is too late.
    await asyncio.sleep(1.0)
    assert trial.victim.exitcode is None, "the process that was frozen has died"


async def _cancelled(trial: Trial, work_id: UUID) -> None:
    await _cancel(trial, work_id)


async def _cancelled_and_killed(trial: Trial, work_id: UUID) -> None:
    await _cancel(trial, work_id, kill=True)
    await trial.another()


async def _cancel(trial: Trial, work_id: UUID, *, kill: bool = False) -> None:
    """A transaction that is held before its commit holds the row: then the cancelling waits."""
    own = trial.lane
    cancelling = asyncio.create_task(works.cancel(own.studio, own.alice, work_id))
    await asyncio.wait({cancelling}, timeout=0.15)
    if kill:
        signalled(trial.victim, signal.SIGKILL)
    trial.order.mark("go").touch()
    try:
        trial.cancelled = (await cancelling).status == "cancelled"
    except TransitionRefused:
        assert (await works.get(own.studio, own.alice, work_id)).ended


async def _stopped(trial: Trial, _: UUID) -> None:
    """Told to end, it does what it was about to do, and ends."""
    signalled(trial.victim, signal.SIGTERM)
    await asyncio.sleep(0.1)
    trial.order.mark("go").touch()
    assert await exited(trial.victim) == 0, "it did not end in peace"
    await trial.another()


async def _cut_off(trial: Trial, _: UUID) -> None:
    """Told to end, it is still at it when its grace is over, and for a while longer."""
    signalled(trial.victim, signal.SIGTERM)
    assert await exited(trial.victim) == 0, "it did not end in peace"
    await trial.another()


FATES: Final[dict[Fate, Callable[[Trial, UUID], Awaitable[None]]]] = {
    "kill": _killed,
    "freeze": _frozen,
    "freeze for long": _frozen_for_long,
    "cancel": _cancelled,
    "cancel and kill": _cancelled_and_killed,
    "stop": _stopped,
    "cut off": _cut_off,
}
