"""Whether it is worth asking at all, after what came of the last questions. Pure."""

from typing import Final

from affiche.errors import LanguageModelUnavailable

LOSSES: Final = 3
REST: Final = 15.0
"""Seconds without a question after so many in a row came to nothing."""


class Trust:
    """Works that wait for a server which is down would each wait as long as they may."""

    def __init__(self) -> None:
        self._losses, self._until = 0, 0.0

    def check(self, now: float) -> None:
        """Raises LanguageModelUnavailable while it rests. After that one failure is enough."""
        if now < self._until:
            raise LanguageModelUnavailable(detail="it did not answer lately")

    def win(self) -> None:
        self._losses, self._until = 0, 0.0

    def lose(self, now: float) -> None:
        self._losses += 1
        if self._losses >= LOSSES:
            self._until = now + REST
