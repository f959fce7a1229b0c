"""Model files: in the folders where ComfyUI looks for them, and brought there by something.

Seed 002, 6: `text_encoders/`, not `clip/`; `diffusion_models/`, not `unet/`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from affiche.domain.workflows import Model
from affiche.graphs.models import FOLDERS, models
from affiche.worker.packages.findings import Finding, Target, error, warning
from affiche.worker.packages.package import MODELS, File, Package
from affiche.worker.packages.rules.workflows import pages

OLD: Final[Mapping[str, str]] = {"clip": "text_encoders", "unet": "diffusion_models"}
"""ComfyUI's former names → its own of today."""
MODEL_FOLDERS: Final = frozenset(
    {folder for inputs in FOLDERS.values() for folder in inputs.values()} | set(OLD)
)
_ADDRESS: Final = re.compile(r"https?://\S+")
_FILE: Final = re.compile(r"([\w.-]+)/+([\w.-]+\.(?:safetensors|sft|ckpt|pth|pt|bin|gguf))\b")
_FOLDER_OPTION: Final = re.compile(
    r"(?:^|\s)(?:-P|-d|--dir|--directory-prefix|--local-dir|--relative-path)[\s=]+[\"']?([^\s\"']+)"
)
_MADE: Final = re.compile(r"models/(clip|unet)(?![\w-])")


@dataclass(frozen=True, slots=True)
class Needed:
    """A model, with the graph and the line that first name it."""

    model: Model
    file: str
    line: int


def needed(package: Package) -> dict[tuple[str, str], Needed]:
    """By folder and name."""
    found: dict[tuple[str, str], Needed] = {}
    for path, (page, graph) in pages(package).items():
        for model in models(graph):
            line = page.line(model.node, "inputs", model.input)
            found.setdefault((model.folder, model.name), Needed(model, path, line))
    return found


def check(package: Package, target: Target) -> Iterator[Finding]:
    wanted = needed(package)
    folders = {one.model.name.rpartition("/")[2]: one.model.folder for one in wanted.values()}
    builders = list(package.builders())
    for file in builders:
        yield from (_of_list if file.path == MODELS else _of_script)(file, folders)
    for one in wanted.values():
        name = one.model.name
        if not any(name in (file.text or "") for file in builders):
            params = {"name": name, "folder": one.model.folder}
            yield warning("model_not_brought", one.file, one.line, **params)


def _of_script(file: File, folders: Mapping[str, str]) -> Iterator[Finding]:
    for number, line in _commands(file):
        bare = _ADDRESS.sub(" ", line)
        places = {(name, folder) for folder, name in _FILE.findall(bare)}
        named = {name for name in folders if name in line}
        for option in _FOLDER_OPTION.findall(bare):
            places |= {(name, option.rstrip("/").rpartition("/")[2]) for name in named}
        wrong = sorted(
            (name, folder)
            for name, folder in places
            if folder in MODEL_FOLDERS
            and folders.get(name, folder) != folder
            # Put there, or linked, in addition.
            and (name, folders[name]) not in places
        )
        for name, folder in wrong:
            params = {"name": name, "found": folder, "expected": folders[name]}
            yield error("model_folder", file.path, number, **params)
        if not wrong and not places:
            for old in sorted(set(_MADE.findall(bare))):
                if f"models/{OLD[old]}" not in bare and OLD[old] in folders.values():
                    params = {"found": old, "expected": OLD[old]}
                    yield error("model_folder_old", file.path, number, **params)


def _of_list(file: File, folders: Mapping[str, str]) -> Iterator[Finding]:
    for number, line in enumerate(file.lines, 1):
        words = line.split("#")[0].split()
        if not words:
            continue
        if len(words) != 5:
            yield error("models_line", file.path, number)
            continue
        folder, name, size, digest, address = words
        expected = folders.get(name)
        if expected and folder != expected:
            params = {"name": name, "found": folder, "expected": expected}
            yield error("model_folder", file.path, number, **params)
        if not re.fullmatch(r"-|\d+", size) or not re.fullmatch(r"-|[0-9a-f]{64}", digest):
            yield error("models_line", file.path, number)
        elif address == "-":
            yield warning("model_without_address", file.path, number, name=name)
        elif not address.startswith(("https://", "http://")):
            yield error("models_line", file.path, number)


def _commands(file: File) -> Iterator[tuple[int, str]]:
    """Lines that count, those continued by a backslash as one, with the first one's number."""
    whole, start = "", 0
    for number, line in enumerate(file.lines, 1):
        start = start or number
        if line.lstrip().startswith("#"):
            start = start if whole else 0
            continue
        whole += line.removesuffix("\\") + " "
        if not line.endswith("\\"):
            if whole.strip():
                yield start, whole
            whole, start = "", 0
    if whole.strip():
        yield start, whole
