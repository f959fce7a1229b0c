"""Browser files by other people: fetched at pinned versions, checked, pruned, not committed.

`[tool.affiche.browser-files]` in pyproject.toml names them: `shipped` goes into every wheel and
editable install, `tests` is for the tests alone. What is there and intact is not fetched again.
From the typeface are cut, by `[tool.affiche.type]`, two files with the letters of our own pages.
The catalogues of `src/affiche/texts` are compiled, the pages of one language into one file.
Texts for browsers are compressed by brotli, which the server has not got.

    python hatch_build.py shipped    make what goes into a wheel (what is there stays)
    python hatch_build.py tests      fetch what the tests need
"""

import gettext
import hashlib
import json
import os
import re
import runpy
import shutil
import socket
import sys
import tempfile
import tomllib
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

RECEIPT: Final = "vendor.json"
SECONDS: Final = 60
TEXTS: Final = "src/affiche/texts"
STATIC: Final = "src/affiche/web/static"
EDITION: Final = 2  # of how fonts are cut: those of another one are cut again
HERE: Final = Path(__file__).resolve().parent


@dataclass(frozen=True, slots=True)
class Archive:
    """One npm archive: where it goes, its sha512 as npm writes it, and the files kept (globs)."""

    dest: str
    package: str
    version: str
    integrity: str
    keep: list[str]


@dataclass(frozen=True, slots=True)
class Type:
    """What is cut from the slices of a variable typeface: its weights from the first to the last,
    and by the name of a file whose texts it is for (globs), without those named `unread`."""

    source: str
    dest: str
    family: str
    weights: list[int]
    texts: dict[str, list[str]]
    unread: list[str]


def type_of(root: Path) -> Type | None:
    """The order in pyproject.toml, if it holds one."""
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    order = pyproject["tool"]["affiche"].get("type")
    return Type(**order) if order else None


def archives(root: Path, group: str) -> list[Archive]:
    pyproject = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    return [Archive(**entry) for entry in pyproject["tool"]["affiche"]["browser-files"][group]]


def intact(root: Path, ordered: Archive | Type) -> bool:
    """Whether the receipt is of this very order and every file is as it was made then."""
    dest = root / ordered.dest
    try:
        receipt = json.loads((dest / RECEIPT).read_text(encoding="utf-8"))
        return bool(receipt["order"] == asdict(ordered) and receipt["files"] == _sums(dest))
    except (OSError, ValueError, KeyError):
        return False


def fetch(root: Path, archive: Archive) -> None:
    """Put the kept files in place, whole or not at all."""
    # Not at the top: --check is part of every `make up`, and the registry's client is slow to load.
    from hatch_npm_vendor.plugin import DEFAULT_REGISTRY
    from hatch_npm_vendor.vendor import vendor_package

    dest = root / archive.dest
    dest.parent.mkdir(parents=True, exist_ok=True)
    registry = os.environ.get("NPM_CONFIG_REGISTRY", DEFAULT_REGISTRY)
    before = socket.getdefaulttimeout()
    with tempfile.TemporaryDirectory(dir=dest.parent, prefix=".fetching-") as scratch:
        whole, kept = Path(scratch, "whole"), Path(scratch, "kept")
        socket.setdefaulttimeout(SECONDS)
        try:
            vendor_package(
                whole, archive.package, archive.version, archive.integrity, registry=registry
            )
        except OSError as error:
            raise RuntimeError(
                f"{archive.package} {archive.version} could not be fetched: {error}. "
                "Installing needs the npm registry once; NPM_CONFIG_REGISTRY names a mirror."
            ) from error
        finally:
            socket.setdefaulttimeout(before)
        _keep(archive, whole, kept)
        _put(kept, dest, archive)


def cut(root: Path, order: Type) -> None:
    """Put the fonts and their style sheet in place; each has the letters that no earlier one has,
    the first one all of ASCII besides."""
    dest = root / order.dest
    dest.parent.mkdir(parents=True, exist_ok=True)
    slices = slices_of(root / order.source)
    sheet: list[str] = []
    cut_already: set[str] = set()
    with tempfile.TemporaryDirectory(dir=dest.parent, prefix=".cutting-") as scratch:
        kept = Path(scratch, "kept")
        kept.mkdir()
        for name, wanted in letters(root, order).items():
            new = {ord(letter) for letter in wanted if letter not in cut_already}
            cut_already |= set(wanted)
            font = _merged(_parts(slices, new, order.weights))
            font.save(kept / f"{name}.woff2")
            sheet.append(
                f"@font-face {{ font-family: '{order.family}'; font-style: normal; "
                f"font-display: swap; font-weight: 100 900; "
                f"src: url(./{name}.woff2) format('woff2-variations'); "
                f"unicode-range: {','.join(f'U+{c:x}' for c in sorted(font.getBestCmap()))}; }}\n"
            )
            if len(sheet) == 1:
                sheet += _stand_ins(font, _sentences(root, order, name))
        (kept / "index.css").write_text("".join(sheet), encoding="utf-8")
        shutil.copyfile(root / order.source / "LICENSE", kept / "LICENSE")
        _put(kept, dest, order, letters=letters(root, order), edition=EDITION)


def slices_of(source: Path) -> list[Path]:
    """Those that the style sheet names, in the order in which a browser asks them for a letter:
    of two that hold it, as several hold ASCII, the one that is named last has it."""
    sheet = (source / "index.css").read_text(encoding="utf-8")
    return [source / name for name in reversed(re.findall(r"url\((\S+?)\)", sheet))]


def letters(root: Path, order: Type) -> dict[str, str]:
    """What the sentences that pages show are written with, by the name of the file to be."""
    found = {}
    ascii_letters = {chr(code) for code in range(0x20, 0x7F)}
    for name, globs in order.texts.items():
        paths = [path for glob in globs for path in root.glob(glob)]
        texts = [p.read_text(encoding="utf-8") for p in paths if p.stem not in order.unread]
        all_letters = ascii_letters.union(*texts)
        found[name] = "".join(sorted(letter for letter in all_letters if letter.isprintable()))
    return found


def compile_texts(root: Path) -> None:
    """Every `{language}/{room}.po` into `{language}.mo`, unless that was made of the very same.

    Raises ValueError for a page that is broken or holds a key twice.
    """
    for folder in sorted({page.parent for page in (root / TEXTS).glob("*/*.po")}):
        pages = sorted(folder.glob("*.po"))
        digest = hashlib.sha256(b"".join(page.read_bytes() for page in pages)).hexdigest()
        compiled = folder.with_suffix(".mo")
        if _made_of(compiled) != digest:
            _compile(pages, folder.name, digest, compiled)


def ensure(root: Path, group: str) -> None:
    fetched = [archive for archive in archives(root, group) if not intact(root, archive)]
    for archive in fetched:
        fetch(root, archive)
    if group != "shipped":
        return
    compile_texts(root)
    order = type_of(root)
    if order and (fetched or _outdated(root, order)):
        cut(root, order)
    if (root / STATIC).is_dir():
        _of_pages("bundles")["pack"](root / STATIC)


class BrowserFilesHook(BuildHookInterface[Any]):
    """Runs before a wheel or an editable install is made; `artifacts` lets the files in."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        ensure(Path(self.root), "shipped")


def _of_pages(name: str) -> dict[str, Any]:
    """One of the pages' modules that need nothing of the server, which may not be installed."""
    return runpy.run_path(str(HERE / "src/affiche/web" / f"{name}.py"))


def _made_of(compiled: Path) -> str | None:
    try:
        with compiled.open("rb") as file:
            return gettext.GNUTranslations(file).info()["project-id-version"].split()[-1]
    except (OSError, KeyError):
        return None


def _compile(pages: list[Path], language: str, digest: str, into: Path) -> None:
    # Not at the top: Babel is only there where something is built.
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    since = datetime.fromtimestamp(0, UTC)
    whole = Catalog(language, project="affiche", version=digest, creation_date=since)
    for page in pages:
        with page.open("rb") as file:
            read = read_po(file, language, abort_invalid=True)
        twice = len(re.findall(r"(?m)^msgid ", page.read_text("utf-8"))) - 1 - len(read)
        if twice or any(message.id in whole for message in read if message.id):
            raise ValueError(f"{page} holds a key twice")
        for message in read:
            if message.id:
                whole[message.id] = message
    with tempfile.NamedTemporaryFile(dir=into.parent, delete=False) as made:
        write_mo(made, whole)
    Path(made.name).chmod(0o644)
    Path(made.name).replace(into)


def _keep(archive: Archive, whole: Path, kept: Path) -> None:
    for pattern in archive.keep:
        found = [path for path in whole.glob(pattern) if path.is_file()]
        if not found:
            raise RuntimeError(f"{archive.package} {archive.version} has no file {pattern}")
        for path in found:
            target = kept / path.relative_to(whole)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)


def _outdated(root: Path, order: Type) -> bool:
    """Not what was ordered, or the sentences are written with other letters by now."""
    if not intact(root, order):
        return True
    receipt = json.loads((root / order.dest / RECEIPT).read_text(encoding="utf-8"))
    return [receipt.get("letters"), receipt.get("edition")] != [letters(root, order), EDITION]


def _put(kept: Path, dest: Path, order: Archive | Type, **more: object) -> None:
    """`kept` in the place of `dest`, with its receipt."""
    receipt = {"order": asdict(order), "files": _sums(kept), **more}
    (kept / RECEIPT).write_text(json.dumps(receipt, indent=1) + "\n", encoding="utf-8")
    shutil.rmtree(dest, ignore_errors=True)
    kept.rename(dest)


def _parts(slices: list[Path], wanted: set[int], weights: list[int]) -> list[Any]:
    """Of each slice what is wanted and no earlier one had; the one with most of it first."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont
    from fontTools.varLib.instancer import instantiateVariableFont

    options = Options(
        layout_features=["ccmp", "kern", "liga", "locl", "mark", "mkmk", "tnum"],
        # Advances of the merged glyphs are only in gvar, and nothing is set in columns.
        drop_tables=["BASE", "HVAR", "VVAR", "vhea", "vmtx"],
        hinting=False,
        notdef_outline=True,
    )
    parts: list[Any] = []
    for path in slices:
        font: Any = TTFont(path)
        held = wanted & font.getBestCmap().keys()
        if held:
            wanted = wanted - held
            subsetter = Subsetter(options)
            subsetter.populate(unicodes=held)
            subsetter.subset(font)
            parts.append(instantiateVariableFont(font, {"wght": tuple(weights)}))
    return sorted(parts, key=lambda font: -len(font.getBestCmap()))


def _sentences(root: Path, order: Type, name: str) -> str:
    """All that is said in the language of the file `name`, without keys and comments."""
    pages = (path for glob in order.texts[name] for path in root.glob(glob))
    return "".join(
        "".join(re.findall(r'(?m)^(?:msgstr )?"(.*)"$', page.read_text(encoding="utf-8")))
        for page in pages
        if page.stem not in order.unread
    )


def _stand_ins(font: Any, text: str) -> list[str]:
    size, heights = font["head"].unitsPerEm, font["hhea"]
    widths = {chr(c): font["hmtx"][name][0] / size for c, name in font.getBestCmap().items()}
    measures = (heights.ascent / size, -heights.descent / size)
    return list(_of_pages("stand_ins")["faces"](widths, *measures, text))


def _merged(parts: list[Any]) -> Any:
    """One font of several that are cut from the same master: its metrics, axes and design space
    are those of each. What is more than outlines and widths is the first one's."""
    from fontTools.ttLib.tables._c_m_a_p import CmapSubtable

    whole, *others = parts
    order, letters = list(whole.getGlyphOrder()), dict(whole.getBestCmap())
    for number, part in enumerate(others):
        names = {name: f"{number}.{name}" for name in part.getGlyphOrder() if name != ".notdef"}
        for name, new in names.items():
            glyph = part["glyf"][name]
            glyph.expand(part["glyf"])
            for component in glyph.components if glyph.isComposite() else ():
                component.glyphName = names[component.glyphName]
            whole["glyf"].glyphs[new] = glyph
            whole["gvar"].variations[new] = part["gvar"].variations.get(name, [])
            whole["hmtx"].metrics[new] = part["hmtx"].metrics[name]
        order += names.values()
        letters |= {letter: names[name] for letter, name in part.getBestCmap().items()}
    whole.setGlyphOrder(order)
    whole["glyf"].setGlyphOrder(order)
    table: Any = CmapSubtable.newSubtable(4)
    table.platformID, table.platEncID, table.language, table.cmap = 3, 1, 0, letters
    whole["cmap"].tables = [table]
    whole.flavor = "woff2"
    return whole


def _sums(folder: Path) -> dict[str, str]:
    """sha256 of every file by its path, the receipt's own apart."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path != folder / RECEIPT
    }


def main(arguments: list[str]) -> int:
    root = Path(__file__).resolve().parent
    match arguments:
        case ["shipped" | "tests" as group]:
            ensure(root, group)
            return 0
        case _:
            print(__doc__, file=sys.stderr)  # noqa: T201 - a program, when run by itself
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
