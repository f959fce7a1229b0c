"""Whether bytes come fast enough. Pure: `now` is an argument, in seconds."""


class Pace:
    """Counts bytes over windows of time that follow one another."""

    def __init__(self, window: float, rate: float, now: float) -> None:
        """`window` in seconds, `rate` in bytes per second, both the least."""
        self._window = window
        self._rate = rate
        self._since = now
        self._bytes = 0

    def holds(self, size: int, now: float) -> bool:
        """Count `size` bytes that came by `now`; False once a whole window was too slow."""
        self._bytes += size
        elapsed = now - self._since
        if elapsed < self._window:
            return True
        enough = self._bytes >= self._rate * elapsed
        self._since, self._bytes = now, 0
        return enough
