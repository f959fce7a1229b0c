"""The templates: a folder each, with `template.toml` and the graphs that its stages name.

Those that come with Affiche lie beside this module; further ones in folders that a setting names.
"""

import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final

from affiche.catalog.definitions import template_from
from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.templates import Template
from affiche.errors import GraphInvalid, TemplateInvalid
from affiche.graphs.graph import MAX_BYTES
from affiche.graphs.graph import load as load_graph

PAGE: Final = "template.toml"
_MAX_PAGE: Final = 256 * 1024


@cache
def shipped() -> tuple[Template, ...]:
    """The templates that come with Affiche, in the order in which they are shown."""
    return _ordered(load(folder) for folder in _within(files("affiche.catalog")))


def load_all(folders: Iterable[Path] = ()) -> tuple[Template, ...]:
    """The shipped templates and those in `folders`, in order. See `found` for what a folder may be.

    Raises TemplateInvalid for the first that cannot be read, and where two share an id, slug or
    template name.
    """
    templates = _ordered([*shipped(), *(load(folder) for folder in found(folders))])
    for attribute in ("id", "slug", "template_name"):
        seen: dict[Any, str] = {}
        for template in templates:
            key = getattr(template, attribute)
            if key in seen:
                reason = f"{attribute} is that of “{seen[key]}” too"
                raise TemplateInvalid(name=template.slug, reason=reason)
            seen[key] = template.slug
    return templates


def found(folders: Iterable[Path]) -> Iterator[Path]:
    """Every template's folder: those given that hold a template.toml, and those within the rest.

    Raises TemplateInvalid for a folder that is not there.
    """
    for folder in folders:
        if not folder.is_dir():
            raise TemplateInvalid(name=folder.name, reason=f"{folder} is not a folder")
        if (folder / PAGE).is_file():
            yield folder
        else:
            yield from (Path(str(inner)) for inner in _within(folder))


def load(folder: Path | Traversable) -> Template:
    """The template in `folder`; its slug is the folder's name.

    Raises TemplateInvalid with the folder, and as reason the file and the line or key.
    """
    name = folder.name
    data = _page(folder)
    if "slug" in data:
        raise TemplateInvalid(name=name, reason=f"{PAGE}: slug: is the folder's name, leave it out")
    stages = data.get("stages")
    if isinstance(stages, list):
        stages = [_with_graph(folder, stage, at) for at, stage in enumerate(stages)]
    try:
        return template_from({**data, "slug": name, "stages": stages})
    except DefinitionInvalid as error:
        raise TemplateInvalid(name=name, reason=f"{PAGE}: {error}") from None


def _within(folder: Path | Traversable) -> list[Path | Traversable]:
    inner = [entry for entry in folder.iterdir() if entry.is_dir()]
    return sorted((e for e in inner if (e / PAGE).is_file()), key=lambda entry: entry.name)


def _ordered(templates: Iterable[Template]) -> tuple[Template, ...]:
    return tuple(sorted(templates, key=lambda t: (t.display_order, t.slug)))


def _page(folder: Path | Traversable) -> dict[str, Any]:
    try:
        return tomllib.loads(_read(folder, PAGE, _MAX_PAGE).decode())
    except (tomllib.TOMLDecodeError, UnicodeError) as error:
        raise TemplateInvalid(name=folder.name, reason=f"{PAGE}: {error}") from None


def _with_graph(folder: Path | Traversable, stage: Any, at: int) -> Any:
    """The stage with its graph in the place of the graph's file name."""
    file = stage.get("graph") if isinstance(stage, dict) else None
    if not isinstance(file, str):
        return stage
    if file != Path(file).name or not file.endswith(".json"):
        reason = f"{PAGE}: stages[{at}].graph: must be the name of a .json file in this folder"
        raise TemplateInvalid(name=folder.name, reason=reason)
    try:
        graph = load_graph(_read(folder, file, MAX_BYTES))
    except GraphInvalid as error:
        reason = f"{file}: {error.problems[0].message('en')}"
        raise TemplateInvalid(name=folder.name, reason=reason) from None
    return {**stage, "graph": graph.api()}


def _read(folder: Path | Traversable, file: str, limit: int) -> bytes:
    try:
        with (folder / file).open("rb") as page:
            data = page.read(limit + 1)
    except OSError as error:
        reason = f"{file}: {error.strerror or 'cannot be read'}"
        raise TemplateInvalid(name=folder.name, reason=reason) from None
    if len(data) > limit:
        raise TemplateInvalid(name=folder.name, reason=f"{file}: is larger than {limit} bytes")
    return data
