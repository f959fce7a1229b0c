"""Browser files that are joined of several, and how their texts are known by their content.

Only the standard library: the build, which compresses them once for all, reads this file too.
"""

import hashlib
import re
import tempfile
from pathlib import Path
from typing import Final

PACKED: Final = "vendor/packed"
"""Folder of what the build has compressed: the sha256 of a content, and `.br`."""
TEXTS: Final = (".css", ".js", ".svg")
OWN, SLICES = "vendor/type", "vendor/noto-sans-kr"
FAMILY: Final = "Noto Sans KR Variable"
"""What the slices are called among themselves; on our pages they stand behind our own letters,
under a name of their own."""
SPACE: Final = re.compile(r"/\*.*?\*/|\s+", re.DOTALL)


def joined(folder: Path) -> dict[str, bytes]:
    """The joined files of the static `folder` by their paths: the style sheet that a page is drawn
    with, the one for letters that only people use, and htmx."""
    first = ["tokens.css", "base.css"]
    rest = sorted(p.name for p in (folder / "css").glob("*.css") if p.name not in first)
    sheets = [(folder / "css" / name).read_text(encoding="utf-8") for name in (*first, *rest)]
    # In one file with its extension: apart, a page could start between the two.
    scripts = ("vendor/htmx/dist/htmx.min.js", "vendor/htmx/dist/ext/hx-sse.min.js")
    return {
        "site.css": SPACE.sub(" ", "\n".join([_faces(folder, OWN), *sheets])).encode(),
        "letters.css": _faces(folder, SLICES).replace(FAMILY, "Noto Sans KR Slices").encode(),
        "htmx.js": b"\n".join((folder / script).read_bytes() for script in scripts),
    }


def texts(folder: Path) -> dict[str, bytes]:
    """What is worth compressing, by its path: our own texts below `folder`, and what is joined."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in TEXTS and path.is_file())
    plain = {path.relative_to(folder).as_posix(): path for path in files}
    own = {name: p.read_bytes() for name, p in plain.items() if not name.startswith("vendor/")}
    return own | joined(folder)


def packed(folder: Path, content: bytes) -> Path:
    """Where the build puts this very content, compressed by brotli."""
    return folder / PACKED / f"{hashlib.sha256(content).hexdigest()}.br"


def pack(folder: Path) -> None:
    """For the build: every text by brotli, where `packed` finds it; what is of no text goes."""
    # The server has not got it.
    import brotli  # type: ignore[import-untyped]

    wanted = {packed(folder, data): data for data in texts(folder).values()}
    home = folder / PACKED
    home.mkdir(parents=True, exist_ok=True)
    for path in set(home.iterdir()) - set(wanted):
        path.unlink(missing_ok=True)
    for path, data in wanted.items():
        if not path.is_file():
            with tempfile.NamedTemporaryFile(dir=home.parent, delete=False) as file:
                file.write(brotli.compress(data, quality=11))
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)


def _faces(folder: Path, of: str) -> str:
    """The faces of the typeface in the folder `of`, as seen from the folder of all."""
    sheet = (folder / of / "index.css").read_text(encoding="utf-8")
    return SPACE.sub(" ", sheet).replace("url(./", f"url(./{of}/")
