"""Hints that wait for a reader: bounded by the number of runs, and an end is never lost."""

from affiche.comfy.progress import Progress
from affiche.domain.observations import Hint, Running
from affiche.engines.comfyui.runs import Known, Mailbox, Runs


def hint(run: str, fraction: float, ended: bool = False) -> Hint:
    return Hint(run, Running(fraction), ended)


async def test_the_latest_of_a_run_is_kept() -> None:
    mailbox = Mailbox()
    for step in range(100):
        mailbox.put(hint("a", step / 100))
        mailbox.put(hint("b", step / 200))
    mailbox.close()
    assert [await mailbox.get() for _ in range(3)] == [hint("a", 0.99), hint("b", 0.495), None]


async def test_progress_does_not_cover_up_a_reason_to_look() -> None:
    mailbox = Mailbox()
    mailbox.put(hint("a", 0.5, ended=True))
    mailbox.put(hint("a", 0.6))
    assert await mailbox.get() == hint("a", 0.5, ended=True)
    mailbox.put(hint("a", 0.7))
    assert await mailbox.get() == hint("a", 0.7)


def test_the_oldest_run_is_forgotten_in_the_end() -> None:
    runs = Runs()
    for number in range(5_000):
        runs.add(str(number), Known(Progress({})))
    assert runs.get("0") is None
    assert runs.get("4999") is not None
    assert 500 < len(list(runs.under_way())) < 5_000
