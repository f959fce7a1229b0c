"""`affiche worker init`: which template is meant, and its package on the disk."""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from affiche.catalog import catalog
from affiche.cli.endings import CommandError
from affiche.domain.templates import Template
from affiche.settings import read
from affiche.worker.packages import making
from affiche.worker.packages.findings import Target


def make(name: str, target: Target, folder: Path) -> list[str]:
    """The files made. Raises CommandError for a template that is not there, TemplateInvalid for
    one that is broken, PackageRefused for a folder that cannot be filled."""
    template, source = _found(name)
    package = making.render(template, source, target)
    making.write(package, folder)
    return [one.path for one in package]


def _found(name: str) -> tuple[Template, Path | Traversable]:
    """By slug, template name or id, or by the path of a template's own folder."""
    known = []
    for template, source in _all():
        if name in (template.slug, template.template_name, str(template.id)):
            return template, source
        known.append(template.slug)
    folder = Path(name)
    if (folder / catalog.PAGE).is_file():
        return catalog.load(folder.resolve()), folder
    raise CommandError("no_template", name=name, known=", ".join(known))


def _all() -> Iterator[tuple[Template, Path | Traversable]]:
    for template in catalog.shipped():
        yield template, files("affiche.catalog").joinpath(template.slug)
    settings, _ = read()
    for folder in catalog.found([settings.catalog] if settings.catalog else []):
        yield catalog.load(folder), folder
