"""`affiche audit`: what operators did and looked at."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from rich.table import Table

from affiche.cli.language import words
from affiche.cli.operator import as_operator
from affiche.cli.phrases import Json, phrase, told
from affiche.cli.terminal import err, out, write_json
from affiche.studio import audit as log


def audit(
    *,
    actor: Annotated[UUID | None, told("audit.actor")] = None,
    action: Annotated[str | None, told("audit.action")] = None,
    on: Annotated[str | None, told("audit.on")] = None,
    before: Annotated[UUID | None, told("audit.before")] = None,
    most: Annotated[int, told("jobs.most")] = 50,
    json: Json = False,
) -> None:
    found = as_operator(
        lambda studio, who: log.page(
            studio, who, actor=actor, action=action, subject=on, before=before, limit=most
        ),
        look="audit.list",
    )
    if json:
        write_json({"entries": [asdict(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("at", "actor", "action", "subject", "reason", "origin"):
        table.add_column(phrase(f"audit.{column}"))
    for each in found:
        table.add_row(
            f"{each.at:%Y-%m-%d %H:%M:%S}",
            each.actor_name or str(each.actor or words("people.operator")),
            each.action,
            each.subject,
            each.reason,
            each.origin,
        )
    out().print(table)
    if found and len(found) == most:
        err().print(phrase("jobs.more", id=found[-1].id))


__all__ = ["audit"]
