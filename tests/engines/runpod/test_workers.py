"""What /health says, and what becomes of it."""

from typing import Any

import pytest

from affiche.engines.engine import Health
from affiche.engines.runpod.workers import health, workers


def answer(queued: int = 0, under_way: int = 0, **counts: int) -> Any:
    return {"jobs": {"inQueue": queued, "inProgress": under_way}, "workers": counts}


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (answer(), Health(True, queued=0, workers=0, waking=0)),
        (answer(2, 1, ready=2, idle=1, running=1), Health(True, queued=3, workers=2, waking=0)),
        (answer(2, 1, idle=1, running=2), Health(True, queued=3, workers=3, waking=0)),
        (answer(1, initializing=1), Health(True, queued=1, workers=0, waking=1)),
        (
            answer(unhealthy=2),
            Health(False, None, 0, "2 of its workers are unhealthy", 0, 0),
        ),
        (
            answer(throttled=1),
            Health(False, None, 0, "1 of its workers wait for a free GPU", 0, 0),
        ),
        (
            answer(unhealthy=1, throttled=1, ready=1),
            Health(
                True,
                None,
                0,
                "1 of its workers are unhealthy, 1 of its workers wait for a free GPU",
                1,
                0,
            ),
        ),
        ({}, Health(True, queued=0, workers=0, waking=0)),
        (None, Health(True, queued=0, workers=0, waking=0)),
        ({"jobs": 3, "workers": [1]}, Health(True, queued=0, workers=0, waking=0)),
        (
            {"jobs": {"inQueue": "2"}, "workers": {"ready": True, "idle": -1, "running": None}},
            Health(True, queued=0, workers=0, waking=0),
        ),
    ],
)
def test_health(said: Any, wanted: Health) -> None:
    assert health(workers(said)) == wanted
