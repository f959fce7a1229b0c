"""A disk that is full, read-only or a file: the store fails cleanly and says so."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from affiche.errors import StorageFailed
from affiche.storage import Objects

_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0

# RLIMIT_FSIZE makes the kernel refuse to let a file grow, as a full disk does.
_CHILD = """
    import asyncio, resource, signal, sys
    from pathlib import Path
    from affiche.errors import StorageFailed
    from affiche.storage import Objects

    async def pieces():
        for _ in range(20):
            yield b"a" * 1_000_000

    async def main() -> None:
        folder = Path(sys.argv[1])
        objects = Objects(folder)
        await objects.put("works", "before", b"kept", "image/png")
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, resource.RLIM_INFINITY))
        for data in (b"a" * 4_000_000, b"a" * 20_000_000, pieces()):
            try:
                await objects.put("works", "full", data, "image/png")
            except StorageFailed as error:
                print(error.detail)
            else:
                raise AssertionError("stored on a full disk")
        assert not await objects.exists("works", "full")
        assert [p.name for p in folder.rglob("*") if p.is_file()] == ["before"]
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        await objects.put("works", "full", b"a" * 4_000_000, "image/png")
        assert await objects.read("works", "before") == b"kept"

    asyncio.run(main())
"""


def test_a_full_disk_keeps_what_was_there_and_leaves_no_half(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_CHILD), str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3


async def test_a_folder_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageFailed):
        Objects(tmp_path / "taken")
    objects = Objects(tmp_path)
    (tmp_path / "works").write_text("a file")
    with pytest.raises(StorageFailed) as caught:
        await objects.put("works", "a", b"x", "image/png")
    assert str(tmp_path) not in caught.value.message("en")


@pytest.mark.skipif(_ROOT, reason="root may write where nobody may")
async def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StorageFailed):
            await objects.put("works", "a", b"x", "image/png")
    finally:
        tmp_path.chmod(0o700)


async def test_a_folder_that_is_no_disk() -> None:
    """As when a volume is not mounted: writing fails, and does not look like absence."""
    with pytest.raises(StorageFailed):
        await Objects("/proc/self").put("works", "a", b"x", "image/png")
