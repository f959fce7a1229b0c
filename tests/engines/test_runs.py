"""What is kept of very many runs: little, and nothing that a single message has to go through."""

import tracemalloc
import uuid

from tests.comfy.graphs import klein

from affiche.comfy.progress import plan
from affiche.engines.comfyui.runs import Known, Runs

MANY = 5_000


def filled() -> Runs:
    runs = Runs()
    runs.connected("now")
    for number in range(MANY):
        # Every graph is an object of its own, as from a request, and has a seed of its own.
        runs.add(str(uuid.UUID(int=number)), Known(plan(klein(seed=number)), "now", sent=1.0))
    return runs


def test_a_run_is_kept_in_500_bytes() -> None:
    tracemalloc.start()
    try:
        runs = filled()
        used = tracemalloc.get_traced_memory()[0]
        assert used / MANY <= 500
        runs.connected("then")
        assert tracemalloc.get_traced_memory()[0] / MANY <= 500
        assert len(runs.unheard) == MANY
    finally:
        tracemalloc.stop()


def test_graphs_of_one_template_share_a_plan() -> None:
    assert plan(klein(seed=1)) is plan(klein(seed=2, text="else"))
    assert plan(klein(steps=4)) is not plan(klein(steps=40))


def test_the_oldest_run_is_forgotten_in_the_end() -> None:
    runs = Runs()
    known = Known(sent=0.0)
    for number in range(300_000):
        runs.add(str(number), known)
    assert runs.get("0") is None
    assert runs.get("299999") is known
    assert 100_000 < len(list(runs.under_way())) < 300_000
    assert len(runs.unheard) == len(list(runs.under_way()))


def test_what_ended_is_kept_for_a_while_and_told_of_no_more() -> None:
    runs = Runs()
    for number in range(MANY):
        runs.add(str(number), Known(sent=0.0))
        runs.end(str(number))
    assert runs.get("0") is None
    last = runs.get(str(MANY - 1))
    assert last is not None
    assert last.ended
    assert not list(runs.under_way())
    assert not runs.unheard
