"""A disk that is full, read-only or a file: the store fails cleanly and says so."""

import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import pytest

from affiche.errors import StorageFailed
from affiche.storage import Objects

# RLIMIT_FSIZE makes the kernel refuse to let a file grow, as a full disk does.
_FULL = """
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
    done = _run(_FULL, str(tmp_path))
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


# Root may write anywhere, so a child that is root becomes nobody first.
_READ_ONLY = """
    import asyncio, os, sys
    from affiche.errors import StorageFailed
    from affiche.storage import Objects

    async def main() -> None:
        objects = Objects(sys.argv[1])
        await objects.put("works", "a", b"kept", "image/png")
        for folder in (sys.argv[1], sys.argv[1] + "/works"):
            os.chmod(folder, 0o500)
        if os.geteuid() == 0:
            for name in ("", "/works", "/works/a"):
                os.chown(sys.argv[1] + name, 65534, 65534)
            os.setuid(65534)
        for bucket, key in (("works", "b"), ("works", "a"), ("uploads", "a")):
            try:
                await objects.put(bucket, key, b"x", "image/png")
            except StorageFailed as error:
                assert "ermission" in error.detail, error.detail
            else:
                raise AssertionError("stored in a read-only folder")
        try:
            await objects.delete("works", "a")
        except StorageFailed:
            pass
        assert await objects.read("works", "a") == b"kept"

    asyncio.run(main())
"""


def test_a_folder_that_may_not_be_written() -> None:
    # Not tmp_path, whose parents are closed to nobody.
    with tempfile.TemporaryDirectory() as folder:
        done = _run(_READ_ONLY, folder)
        for name in (folder, f"{folder}/works"):
            Path(name).chmod(0o700)
    assert done.returncode == 0, done.stderr


def _run(script: str, folder: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), folder],
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder here refuses like this")
async def test_a_folder_that_is_no_disk() -> None:
    """As when a volume is not mounted: writing fails, and does not look like absence."""
    with pytest.raises(StorageFailed):
        await Objects("/proc/self").put("works", "a", b"x", "image/png")
