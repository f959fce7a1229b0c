"""Whether bytes come fast enough. Pure: `now` is an argument, in seconds."""


class Pace:
    """Counts bytes over windows that follow one another."""

    def __init__(self, window: float, least: float, now: float) -> None:
        """`least`: bytes that each window must bring."""
        self._window = window
        self._least = least
        self._since = now
        self._bytes = 0

    def holds(self, size: int, now: float) -> bool:
        """Count `size` bytes that came by `now`; False once a whole window brought too few."""
        self._bytes += size
        if now - self._since < self._window:
            return True
        enough = self._bytes >= self._least
        self._since, self._bytes = now, 0
        return enough
