"""What shall go wrong with an emulator, as a command line says it."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from affiche.cli.endings import CommandError

Fault = TypeVar("Fault")
Chance = TypeVar("Chance")


def planned(
    faults: Sequence[str],
    chaos: float,
    seed: int,
    *,
    parse: Callable[[str], Fault],
    chance: Callable[[float, int], Chance],
    example: str,
) -> tuple[Sequence[Fault], Chance | None]:
    """The faults, and what `chance` makes of `chaos`, a probability, and `seed`; None for 0. Raises
    CommandError, which tells the `example` too."""
    try:
        return [parse(text) for text in faults], chance(chaos, seed) if chaos else None
    except ValueError as error:
        raise CommandError("no_fault", reason=str(error), example=example) from error
