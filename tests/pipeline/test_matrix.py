"""What a process may be at when it dies, freezes, is cancelled or told to stop; and what comes of
it. The list is taken from a real run, so that no effect of no step can be forgotten.
"""

import json
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from tests.cloud.place import ENDPOINT
from tests.pipeline.doors import Point, When
from tests.pipeline.matrix import Case, Fate, Row, Run, run_all, undisturbed
from tests.pipeline.scenarios import (
    AGAIN,
    FAILS,
    FETCHED,
    INLINE,
    PLAIN,
    POLLED,
    STAGED,
    TOLD,
    TWO,
    Scenario,
)
from tests.support.databases import Cluster

from affiche.pipeline.steps import STEPS

Outcome = Callable[[Sequence[Row]], None]


@pytest.fixture
def outcome(record_property: Callable[[str, Any], None]) -> Outcome:
    """Keeps the rows for the summary, and fails the test over what is wrong with any."""

    def seen(rows: Sequence[Row]) -> None:
        record_property("matrix", json.dumps([row.as_dict() for row in rows]))
        wrong = [row for row in rows if row.wrong]
        assert not wrong, "\n".join(f"{row}: {row.wrong}" for row in wrong)
        # On a busy machine now and then a run takes another way than its forerunners.
        missed = [row for row in rows if row.outcome == "missed"]
        assert len(missed) <= len(rows) / 10, "\n".join(f"{row}: not reached" for row in missed)

    return seen


Look = Callable[[Scenario], Awaitable[Run]]


@pytest.fixture(scope="module")
def known() -> dict[str, Run]:
    return {}


@pytest.fixture
def look(cluster: Cluster, known: dict[str, Run]) -> Look:
    """How a scenario goes undisturbed; looked at once for all tests."""

    async def looked(scenario: Scenario) -> Run:
        if scenario.name not in known:
            known[scenario.name] = await undisturbed(cluster, scenario)
        return known[scenario.name]

    return looked


@pytest.fixture
async def plain(look: Look) -> Run:
    return await look(PLAIN)


def cases(
    run: Run, points: Iterable[Point], fate: Fate, *whens: When, paired: Sequence[bool] = (False,)
) -> list[Case]:
    return [
        Case(run, replace(point, when=when), fate, pair)
        for point in points
        for when in whens
        for pair in paired
    ]


def test_a_run_passes_every_door(plain: Run) -> None:
    """Else the matrix would be short of something without anybody seeing it."""
    found = {(point.place, point.kind) for point in plain.effects}
    written = {place for place, kind in found if kind in ("statement", "commit")}
    assert written >= {"admission", "queue", *STEPS}
    in_submit = [p for p in plain.points if (p.place, p.kind) == ("submit", "engine")]
    assert [p.label for p in in_submit] == ["POST /upload/image", "POST /prompt"]
    in_collect = [p for p in plain.points if (p.place, p.kind) == ("collect", "store")]
    assert [p.label for p in in_collect] == ["put works", "put thumbs"]
    assert {p.place for p in plain.points if p.kind == "read"} >= {"submit", "observe", "collect"}
    assert len(plain.pictures) == plain.runs == 1


async def test_killed_before_and_after_every_effect(
    cluster: Cluster, plain: Run, outcome: Outcome
) -> None:
    points = plain.effects
    outcome(
        await run_all(
            cluster, cases(plain, points, "kill", "before", "after", paired=(False, True))
        )
    )


async def test_killed_where_works_go_other_ways(
    cluster: Cluster, plain: Run, look: Look, outcome: Outcome
) -> None:
    tried: list[Case] = []
    for scenario in (FETCHED, INLINE):
        other = await look(scenario)
        points = [p for p in other.beyond(plain) if p.place == "prepare"]
        assert [p.label for p in points if p.kind == "store"] == ["put uploads", "put thumbs"]
        tried += cases(other, points, "kill", "before", "after")
    for scenario in (AGAIN, FAILS):
        other = await look(scenario)
        assert {p.place for p in other.beyond(plain)} >= {"withdrawals"}
        tried += cases(other, other.beyond(plain), "kill", "after")
    two = await look(TWO)
    assert len(two.pictures) == 2
    points = [p for p in two.effects if p.place in ("admission", "collect")]
    tried += cases(two, points, "kill", "before", "after")
    # First those that take longest: who dies over a withdrawal keeps it for half a minute.
    tried.sort(key=lambda case: case.point.place != "withdrawals")
    outcome(await run_all(cluster, tried))


async def test_killed_and_cancelled_between_two_stages(
    cluster: Cluster, plain: Run, look: Look, outcome: Outcome
) -> None:
    """From where the first stage's picture is fetched to where the second one's run begins."""
    run = await look(STAGED)
    assert (len(run.pictures), run.runs) == (1, 2)
    labels = [(p.place, p.label) for p in run.effects]
    first = labels.index(("collect", "put works"))
    last = len(labels) - 1 - labels[::-1].index(("submit", "POST /prompt"))
    assert ("collect", "stages.passed_on") in labels[first:last]
    points = run.effects[first : last + 1]
    assert {p.place for p in points} >= {"collect", "admission", "queue", "prepare", "submit"}
    passed_on = [p for p in points if p.label == "stages.passed_on"]
    tried = cases(run, points, "kill", "after")
    tried += cases(run, passed_on, "kill", "before", paired=(False, True))
    tried += cases(run, passed_on, "freeze for long", "before", "after")
    tried += cases(run, [p for p in points if p.kind == "commit"], "cancel", "before")
    tried += cases(run, passed_on, "cancel", "before")
    tried += cases(run, passed_on, "cancel and kill", "after")
    tried += cases(run, passed_on, "cut off", "before", "after")
    outcome(await run_all(cluster, tried))


LOOKED = ("polls", f"GET /v2/{ENDPOINT}/status/{{id}}-u1")


def labels_of(points: Iterable[Point]) -> list[tuple[str, str]]:
    return [(p.place, p.label) for p in points]


@pytest.mark.parametrize("scenario", [TOLD, POLLED], ids=lambda scenario: scenario.name)
async def test_an_engine_that_names_runs_itself(
    cluster: Cluster, look: Look, outcome: Outcome, scenario: Scenario
) -> None:
    """From where it is about to be sent to where its picture is stored."""
    run = await look(scenario)
    assert run.runs == len(run.pictures) == 1
    first = next(n for n, p in enumerate(run.points) if p.place == "submit")
    points = run.points[first:]
    effects = [p for p in points if p.kind != "read"]
    sent = ("submit", f"POST /v2/{ENDPOINT}/run")
    order = [("submit", "runs.sending"), sent, ("submit", "steps.submitted"), ("polls", "runs.due")]
    order += [("collect", "put works"), ("collect", "steps.delivered")]
    assert [label for label in labels_of(effects) if label in order] == order
    tried = cases(run, effects, "kill", "after", paired=(True,))
    # Once its end is known it makes no difference how: that is tried where it is told.
    known = len(points) if scenario is TOLD else 1 + labels_of(points).index(LOOKED)
    passages = [p for p in points[:known] if p.kind != "statement"]
    effects = [p for p in points[:known] if p.kind != "read"]
    tried += cases(run, effects, "kill", "before")
    tried += cases(run, effects, "cancel", "before")
    tried += cases(run, effects, "cancel and kill", "after")
    tried += cases(run, passages, "freeze", "before")
    tried += cases(run, passages, "freeze for long", "before", "after")
    # First those that take longest: what a dead process looked at falls due after half a minute.
    tried.sort(key=lambda case: case.point.place != "polls")
    rows = await run_all(cluster, tried)
    for row in rows:
        if scenario is TOLD and "kill" in row.fate and row.runs > 1:
            row.wrong = row.wrong or f"paid for {row.runs} times"
    outcome(rows)


async def test_cancelled_at_every_effect(cluster: Cluster, plain: Run, outcome: Outcome) -> None:
    points = plain.effects
    tried = cases(plain, points, "cancel", "before")
    tried += cases(plain, points, "cancel and kill", "after")
    outcome(await run_all(cluster, tried))


async def test_told_to_stop_at_every_effect(cluster: Cluster, plain: Run, outcome: Outcome) -> None:
    points = plain.effects
    tried = cases(plain, points, "stop", "before")
    tried += cases(plain, points, "cut off", "before", "after")
    outcome(await run_all(cluster, tried))


async def test_frozen_at_every_passage_and_in_every_transaction(
    cluster: Cluster, plain: Run, look: Look, outcome: Outcome
) -> None:
    points = [point for point in plain.points if point.kind != "statement"]
    assert {p.place for p in points} >= {"admission", "submit", "observe", "collect"}
    tried = cases(plain, points, "freeze", "before", "after")
    tried += cases(plain, points, "freeze for long", "before", "after")
    other = await look(FETCHED)
    points = [p for p in other.points if p.place == "prepare" and p.kind != "statement"]
    assert {p.label for p in points} >= {"GET /view", "put uploads"}
    tried += cases(other, points, "freeze for long", "before", "after")
    outcome(await run_all(cluster, tried))
