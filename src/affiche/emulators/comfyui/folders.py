"""The three folders of a ComfyUI server, and its rules for names."""

import hashlib
import os
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

KINDS: Final = ("input", "output", "temp")

_ANNOTATED = re.compile(r"^(?P<name>.*?) ?\[(?P<kind>input|output|temp)\]$")


class Outside(Exception):
    """A name or subfolder that leads out of its folder."""


def annotated(name: str) -> tuple[str, str | None]:
    """`"a.png [temp]"` -> `("a.png", "temp")`; without a suffix the kind is None."""
    found = _ANNOTATED.match(name)
    return (found["name"], found["kind"]) if found else (name, None)


@dataclass(frozen=True, slots=True)
class Folders:
    """`input/`, `output/` and `temp/` below one root."""

    root: Path

    def make(self) -> None:
        for kind in KINDS:
            (self.root / kind).mkdir(parents=True, exist_ok=True)

    def of(self, kind: str) -> Path | None:
        return self.root / kind if kind in KINDS else None

    def inside(self, kind: str, subfolder: str) -> Path:
        """The folder for `subfolder`; raises Outside when it leads elsewhere, KeyError on kind."""
        base = self.of(kind)
        if base is None:
            raise KeyError(kind)
        full = Path(os.path.normpath(base / subfolder))
        if not full.is_relative_to(base):
            raise Outside(subfolder)
        return full

    def find(self, name: str) -> Path | None:
        """The file a LoadImage node means by `name` (`sub/name.png`, `name.png [output]`)."""
        plain, kind = annotated(name)
        base = self.root / (kind or "input")
        full = Path(os.path.normpath(base / plain))
        return full if full.is_relative_to(base) and full.is_file() else None

    def listing(self) -> list[str]:
        """The names in `input/`, as LoadImage's list shows them."""
        return sorted(p.name for p in (self.root / "input").iterdir() if p.is_file())

    def store(self, kind: str, subfolder: str, name: str, data: bytes, overwrite: bool) -> str:
        """Keep an upload; returns the name it got.

        Same name and bytes: same name. Same name, other bytes: `t (1).png`, unless `overwrite`.
        """
        folder = self.inside(kind, subfolder)
        path = Path(os.path.normpath(folder / name))
        if not path.is_relative_to(self.root / kind):
            raise Outside(name)
        folder.mkdir(parents=True, exist_ok=True)
        suffix = Path(name).suffix
        stem = name.removesuffix(suffix)
        given, number = name, 0
        while not overwrite and path.exists():
            if path.read_bytes() == data:
                return given
            number += 1
            given = f"{stem} ({number}){suffix}"
            path = folder / given
        path.write_bytes(data)
        return given

    def prune(self, keep: int, spare: Collection[str] = ()) -> None:
        """Let the oldest files beyond `keep` go, folder by folder, except names in `spare`."""
        for kind in KINDS:
            files = [p for p in (self.root / kind).rglob("*") if p.is_file()]
            if len(files) <= keep:
                continue
            files.sort(key=lambda p: p.stat().st_mtime_ns)
            for path in files[: len(files) - keep]:
                if path.relative_to(self.root / kind).as_posix() not in spare:
                    path.unlink(missing_ok=True)


def fingerprint(path: Path) -> str:
    """A digest of a file's content: what makes LoadImage run again."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True, slots=True)
class SavePlace:
    """Where a SaveImage node writes: `folder/name_00001_.png`, shown as `subfolder`."""

    folder: Path
    subfolder: str
    name: str
    counter: int

    def file(self, frame: int) -> str:
        return f"{self.name.replace('%batch_num%', str(frame))}_{self.counter + frame:05}_.png"


def save_place(base: Path, prefix: str, width: int, height: int) -> SavePlace:
    """The next free place for `filename_prefix`; raises Outside when it leaves `base`."""
    prefix = prefix.replace("%width%", str(width)).replace("%height%", str(height))
    subfolder, name = os.path.split(os.path.normpath(prefix))
    folder = Path(os.path.normpath(base / subfolder))
    if not folder.is_relative_to(base):
        raise Outside(prefix)
    folder.mkdir(parents=True, exist_ok=True)
    pattern = re.compile(re.escape(name) + r"_(\d+)_?\.", re.IGNORECASE)
    with os.scandir(folder) as entries:
        taken = [int(found[1]) for e in entries if (found := pattern.match(e.name))]
    return SavePlace(folder, subfolder, name, max(taken, default=0) + 1)
