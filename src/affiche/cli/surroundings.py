"""What `affiche doctor` finds on this machine, before any server is asked."""

import hashlib
import json
import os
import shutil
import stat
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Final

from affiche.cli.running import PAGE, running
from affiche.studio.backups import unfinished
from affiche.studio.findings import Finding

MB: Final = 1024 * 1024
LITTLE, TOO_LITTLE = 2048 * MB, 200 * MB
VENDORED: Final = ("htmx", "noto-sans-kr")


def data_folder(data: Path) -> Finding:
    """Ours, writable, and closed to everybody else."""
    where = {"data": data}
    if not data.exists():
        parent = _nearest(data)
        if os.access(parent, os.W_OK | os.X_OK):
            return Finding("note", "data", "no_data", where)
        return Finding("broken", "data", "no_data_possible", where | {"parent": parent})
    if not data.is_dir():
        return Finding("broken", "data", "data_is_no_folder", where)
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return Finding("broken", "data", "data_closed", where)
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & 0o022:
        return Finding("broken", "data", "data_open", where | {"mode": f"{mode:o}"})
    return Finding("ok", "data", "data", where)


def unfinished_restore(data: Path) -> Iterator[Finding]:
    """A restore into the folder that was broken off: nothing starts on it until it has ended."""
    if unfinished.digest(data) is not None:
        yield Finding("broken", "restore", "restore_unfinished", {"data": data})


def space(data: Path) -> Finding:
    free = shutil.disk_usage(_nearest(data)).free
    params = {"free": f"{free / MB / 1024:.1f}"}
    if free < TOO_LITTLE:
        return Finding("broken", "space", "no_space", params)
    if free < LITTLE:
        return Finding("note", "space", "little_space", params)
    return Finding("ok", "space", "space", params)


async def studio(data: Path) -> Finding:
    """The one that runs on the folder."""
    there = running(data)
    if there is None:
        stale = (data / PAGE).exists()
        return Finding("note", "studio", "studio_killed" if stale else "no_studio")
    from affiche.cli import remote

    params = {"url": there.url, "pid": there.pid}
    if not await remote.is_well(there.url):
        return Finding("broken", "studio", "studio_silent", params)
    return Finding("ok", "studio", "studio", params)


def browser_files() -> Iterator[Finding]:
    """The files that pages need, as the receipt beside them lists them."""
    broken = tuple(name for name in VENDORED for name in _damaged(name))
    if broken:
        yield Finding("broken", "browser_files", "no_browser_files", {}, broken)
    else:
        yield Finding("ok", "browser_files", "browser_files")


def _damaged(name: str) -> Iterator[str]:
    folder = files("affiche.web").joinpath("static", "vendor", name)
    try:
        listed = json.loads(folder.joinpath("vendor.json").read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        yield name
        return
    for path, digest in listed.items():
        try:
            found = hashlib.sha256(folder.joinpath(path).read_bytes()).hexdigest()
        except OSError:
            found = ""
        if found != digest:
            yield f"{name}/{path}"


def _nearest(path: Path) -> Path:
    """The folder itself, or the first above it that exists."""
    return next(each for each in (path, *path.parents) if each.exists())
