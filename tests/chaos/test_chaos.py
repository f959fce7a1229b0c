"""A short run with a seed of its own; `make chaos` does the same for longer."""

import tempfile
from pathlib import Path

from tests.chaos.run import run


async def test_nothing_is_lost_whatever_breaks() -> None:
    # Not pytest's own folder: that one lies too deep for a socket's name.
    with tempfile.TemporaryDirectory(prefix="affiche-chaos-") as folder:
        report = await run(Path(folder), seed=7, seconds=12)
    assert not report.found, str(report)
    assert report.ends.get("completed", 0) > 0, str(report)
