"""`affiche templates publish`, `versions` and `rollback`: as the workshop in the browser does."""

from pathlib import Path

from rich.table import Table
from rich.text import Text

from affiche.catalog import catalog
from affiche.cli.endings import CommandError
from affiche.cli.language import words
from affiche.cli.operator import as_operator
from affiche.cli.terminal import out, write_json
from affiche.domain.templates import Template
from affiche.studio import workshop
from affiche.studio.studio import Caller, Studio
from affiche.studio.workshop import Version


def publish(folder: Path, note: str, *, json: bool) -> None:
    """A new version from the one template in `folder`."""
    template = _one(folder)
    version = as_operator(
        lambda studio, who: workshop.publish_made(studio, who, template, note=note)
    )
    _tell(template.slug, version, "templates.is_published", json=json)


def versions(name: str, *, json: bool) -> None:
    """The latest first."""

    async def asked(studio: Studio, who: Caller) -> tuple[int, list[Version]]:
        row = (await workshop.get(studio, who, name)).row
        return row.version, await workshop.versions(studio, who, row.id)

    now, found = as_operator(asked, look="templates.look", on=name)
    if json:
        rows = [_record(each, now) for each in found]
        write_json({"template": name, "version": now, "versions": rows})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("version", "published", "by", "note"):
        table.add_column(words(f"templates.{column}"))
    for each in found:
        again = words("templates.again", version=each.again) if each.again else ""
        table.add_row(
            Text(str(each.version), style="bold" if each.version == now else ""),
            f"{each.created_at.astimezone():%Y-%m-%d %H:%M}",
            each.published_by or ("" if each.by_hand else words("templates.folder")),
            " ".join(part for part in (again, each.note) if part),
        )
    out().print(table)


def rollback(name: str, version: int, note: str, *, json: bool) -> None:
    """What `version` said, as the next one."""
    made = as_operator(lambda studio, who: workshop.restore(studio, who, name, version, note=note))
    _tell(name, made, "templates.rolled_back", json=json, again=version)


def _one(folder: Path) -> Template:
    """Raises CommandError, TemplateInvalid."""
    found = [*catalog.found([folder])] if folder.is_dir() else []
    if len(found) != 1:
        raise CommandError("not_one_template", folder=folder)
    return catalog.load(found[0])


def _tell(name: str, version: int, key: str, *, json: bool, again: int | None = None) -> None:
    if json:
        write_json({"template": name, "version": version, "again": again})
    else:
        out().print(words(key, name=name, version=version, again=again or ""))


def _record(each: Version, now: int) -> dict[str, object]:
    return {
        "version": each.version,
        "current": each.version == now,
        "published_at": each.created_at.isoformat(),
        "published_by": each.published_by,
        "from_folder": not each.by_hand,
        "again": each.again,
        "note": each.note,
        "digest": each.digest,
    }
