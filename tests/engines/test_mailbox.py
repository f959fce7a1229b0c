"""Hints that wait for a reader: bounded by the number of runs, and an end is never lost."""

from affiche.domain.observations import Hint, Running
from affiche.engines.comfyui.runs import Mailbox


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
