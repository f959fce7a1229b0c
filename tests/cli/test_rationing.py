"""An outage says the same over and over; the log says it a few times, and counts."""

import logging

from affiche.cli.rationing import MOST, SECONDS, Ration

TEXT = "the database is gone: %s"


def record(text: str, level: int = logging.WARNING, *args: object) -> logging.LogRecord:
    return logging.LogRecord("affiche.pipeline", level, "", 0, text, args, None)


def test_a_flood_is_a_few_lines_and_a_count() -> None:
    now = 0.0
    ration = Ration(lambda: now)
    passed = [ration.filter(record(TEXT, logging.WARNING, n)) for n in range(1000)]
    assert passed.count(True) == MOST
    assert ration.filter(record("something else"))
    now = SECONDS
    again = record(TEXT, logging.WARNING, "still")
    assert ration.filter(again)
    assert again.getMessage() == f"the database is gone: still (and {1000 - MOST} more)"


def test_what_is_told_for_information_passes() -> None:
    ration = Ration()
    assert all(ration.filter(record(TEXT, logging.INFO, n)) for n in range(100))


def test_a_thousand_wordings_do_not_fill_the_memory() -> None:
    ration = Ration()
    for number in range(5000):
        assert ration.filter(record(f"wording {number}"))
    assert len(ration._told) <= 500
