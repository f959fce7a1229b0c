"""extra_model_paths.yaml: every folder that the graphs need is found on the volume."""

import re
from collections.abc import Iterator

from affiche.worker.packages.findings import Finding, Target, error, warning
from affiche.worker.packages.package import PATHS, Package
from affiche.worker.packages.rules.models import OLD, needed
from affiche.worker.packages.yaml_pages import NotPlain, Section, sections

VOLUME = "/runpod-volume"


def check(package: Package, target: Target) -> Iterator[Finding]:
    wanted = dict.fromkeys(folder for folder, _ in needed(package))
    if PATHS not in package.files:
        if wanted and not _brought_otherwise(package):
            yield warning("paths_missing", PATHS)
        return
    text = package.text(PATHS)
    if text is None:
        yield error("not_text", PATHS)
        return
    try:
        found = sections(text)
    except NotPlain as wrong:
        yield error("paths_syntax", PATHS, wrong.line)
        return
    on_volume = [section for section in found if _base(section).startswith(VOLUME)]
    if not on_volume:
        line = next((s.entries["base_path"].line for s in found if "base_path" in s.entries), 1)
        yield error("paths_volume", PATHS, line, volume=VOLUME)
        return
    for folder in wanted:
        if not any(_finds(section, folder) for section in on_volume):
            line = _nearest(on_volume, folder)
            yield error("paths_folder", PATHS, line, folder=folder)


def _base(section: Section) -> str:
    """Where its paths begin; without a base they carry it themselves."""
    base = section.entries.get("base_path")
    entries = base or next(iter(section.entries.values()), None)
    return entries.paths[0] if entries and entries.paths else ""


def _finds(section: Section, folder: str) -> bool:
    """Under today's name or the old one, which ComfyUI still reads, it must be that folder."""
    names = (folder, *(old for old, new in OLD.items() if new == folder))
    return any(
        path.rstrip("/").rpartition("/")[2] == folder
        for name in names
        if name in section.entries
        for path in section.entries[name].paths
    )


def _nearest(found: list[Section], folder: str) -> int:
    """The line with the old name, if that is there; else the section's."""
    for section in found:
        for old, new in OLD.items():
            if new == folder and old in section.entries:
                return section.entries[old].line
    return found[0].line


def _brought_otherwise(package: Package) -> bool:
    """Linked into ComfyUI's own folders, or copied into the image."""
    pattern = re.compile(r"extra_model_paths|ln\s+-s|(?:COPY|ADD)\s.*\bmodels/|comfyui/models")
    return any(pattern.search(file.text or "") for file in package.builders())
