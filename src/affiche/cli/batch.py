"""`affiche batch`: many works at once, looked at, chosen from and saved as one zip."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

from cyclopts import Parameter
from rich.table import Table

from affiche.cli import answers, saving
from affiche.cli.endings import CommandError
from affiche.cli.language import language, words
from affiche.cli.operator import as_operator
from affiche.cli.pages import application, flag
from affiche.cli.terminal import err, out, write_json
from affiche.domain.batches import MOST_WORKS
from affiche.studio import batches, likeness, templates, uploads
from affiche.studio.batches import Batch, Choice, Quote
from affiche.studio.parcels import Parcel, Selection
from affiche.studio.planning import BatchAsk
from affiche.studio.studio import Caller, Studio

batch = application("batch")
ENDINGS: Final = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".avif", ".tif", ".tiff")


def _told(key: str, *names: str) -> Parameter:
    return Parameter(name=names or None, help=words(f"help.batch.{key}"), show_default=False)


Json = Annotated[bool, flag("help.json")]
Id = Annotated[UUID, _told("id")]
Variations = Annotated[int, _told("variations")]
Name = Annotated[str, _told("name")]


@batch.command(name="ask", help=words("help.batch.ask"))
def ask(
    template: Annotated[str, _told("template")],
    /,
    *answer: Annotated[str, _told("answers")],
    reference: Annotated[
        list[str] | None, Parameter(help=words("help.batch.reference"), negative=())
    ] = None,
    variations: Variations = 1,
    x: Annotated[str | None, _told("x")] = None,
    y: Annotated[str | None, _told("y")] = None,
    name: Name = "",
    project: Annotated[UUID | None, _told("project")] = None,
    quote: Annotated[bool, flag("help.batch.quote")] = False,
    json: Json = False,
) -> None:
    given = answers.pairs(answer)
    grid = {n: _axis(text) for n, text in (("x", x), ("y", y)) if text}

    async def run(studio: Studio, who: Caller) -> Batch | Quote:
        found = (await templates.find(studio, who, template)).template
        by_key = {key: field for field in found.fields for key in field.keys}
        inputs = {
            key: await _brought(studio, who, Path(value[1:]))
            if value.startswith("@")
            else answers.typed(by_key.get(key), value)
            for key, value in given.items()
        }
        wanted = BatchAsk(
            template=template,
            inputs=inputs,
            references=await _references(studio, who, reference),
            variations=variations,
            grid=grid,
            name=name,
            project_id=project,
        )
        if quote:
            return await batches.quote(studio, who, wanted)
        return await batches.ask(studio, who, wanted)

    made = as_operator(run)
    if isinstance(made, Quote):
        _tell_quote(made, json)
    else:
        _tell(made, json)


@batch.command(name="list", help=words("help.batch.list"))
def list_(*, json: Json = False) -> None:
    found = as_operator(lambda studio, who: batches.page(studio, who, limit=100))
    if json:
        write_json({"batches": [record(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("id", "name", "template", "works", "counts"):
        table.add_column(words(f"batch.{column}"))
    for each in found:
        table.add_row(
            str(each.id), each.name, each.template_slug, str(each.works), _counts(each.counts)
        )
    out().print(table)


@batch.command(name="show", help=words("help.batch.show"))
def show(batch_id: Id, /, *, json: Json = False) -> None:
    _tell(as_operator(lambda studio, who: batches.get(studio, who, batch_id)), json)


@batch.command(name="cancel", help=words("help.batch.cancel"))
def cancel(batch_id: Id, /, *, json: Json = False) -> None:
    _tell(as_operator(lambda studio, who: batches.cancel(studio, who, batch_id)), json)


@batch.command(name="retry", help=words("help.batch.retry"))
def retry(batch_id: Id, /, *, json: Json = False) -> None:
    _tell(as_operator(lambda studio, who: batches.retry(studio, who, batch_id)), json)


@batch.command(name="choose", help=words("help.batch.choose"))
def choose(
    batch_id: Id,
    /,
    *work: Annotated[UUID, _told("work")],
    keep: Annotated[bool, flag("help.batch.keep")] = False,
    reject: Annotated[bool, flag("help.batch.reject")] = False,
    json: Json = False,
) -> None:
    if keep and reject:
        raise CommandError("keep_or_reject")
    choice: Choice | None = "kept" if keep else "rejected" if reject else None
    found = as_operator(lambda studio, who: batches.choose(studio, who, batch_id, work, choice))
    _tell(found, json)


@batch.command(name="more", help=words("help.batch.more"))
def more(
    batch_id: Id, /, *, variations: Variations = 1, name: Name = "", json: Json = False
) -> None:
    found = as_operator(
        lambda studio, who: likeness.more(studio, who, batch_id, variations=variations, name=name)
    )
    _tell(found, json)


@batch.command(name="zip", help=words("help.batch.zip"))
def zip_(
    batch_id: Id,
    /,
    *work: Annotated[UUID, _told("work")],
    folder: Annotated[Path, _told("out", "--out", "-o")] = Path("out"),
    kept: Annotated[bool, flag("help.batch.kept")] = False,
) -> None:
    saving.ready(folder)

    async def run(studio: Studio, who: Caller) -> Path:
        found = await batches.get(studio, who, batch_id)
        selection = Selection("kept" if kept else None, work or None)
        parcel = Parcel(studio, who, found, selection, language())
        stem = parcel.name.removesuffix(".zip")
        return await saving.save(folder, stem, ".zip", parcel.pieces())

    out().print(str(as_operator(run)))


def record(found: Batch) -> dict[str, Any]:
    return asdict(found) | {"ended": found.ended}


def _axis(text: str) -> dict[str, str]:
    name, sign, values = text.partition("=")
    if not sign:
        raise CommandError("answers", fields=[(text[:60], words("answers.not_a_pair"))])
    return {"field": name.strip(), "values": values}


async def _references(studio: Studio, who: Caller, given: Sequence[str] | None) -> list[str] | None:
    """Ids as they are; files, and the pictures of folders in the order of their names, brought."""
    if given is None:
        return None
    return [
        each if isinstance(each, str) else await _brought(studio, who, each)
        for each in await asyncio.to_thread(_paths, given)
    ]


def _paths(given: Sequence[str]) -> list[str | Path]:
    found: list[str | Path] = []
    for each in given:
        path = Path(each).expanduser()
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix.lower() in ENDINGS)
            # More would be refused, and should be before they are all brought.
            found += inside[: MOST_WORKS + 1]
        else:
            found.append(path if path.is_file() else each)
    return found


async def _brought(studio: Studio, who: Caller, path: Path) -> str:
    try:
        data = await asyncio.to_thread(lambda: path.expanduser().read_bytes())
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = words("answers.unreadable", path=path, reason=reason)
        raise CommandError("answers", fields=[(str(path), message)]) from None
    return str((await uploads.upload(studio, who, data, name=path.name)).id)


def _tell_quote(found: Quote, json: bool) -> None:
    shape = found.plan.shape
    told = {
        "works": shape.works,
        "references": len(found.plan.references),
        "variations": shape.variations,
        "columns": shape.columns,
        "rows": shape.rows,
        "credits": found.credits,
        "balance": found.balance,
        "suffices": found.suffices,
        "seconds": found.seconds,
        "prompts": [asdict(each) for each in found.prompts],
    }
    if json:
        write_json(told)
        return
    out().print(words("batch.quoted", **told))
    if found.credits is not None:
        out().print(words("batch.costs", credits=found.credits, balance=found.balance or 0))
    for each in found.prompts:
        out().print(f"  {each.positive}", style="dim", markup=False)


def _tell(found: Batch, json: bool) -> None:
    if json:
        write_json(record(found))
        return
    out().print(str(found.id))
    err().print(words("batch.has", works=found.works, counts=_counts(found.counts)))


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{words(f'batch.{key}')} {n}" for key, n in counts.items())


__all__ = ["batch"]
