"""`affiche alerts`: what is wrong with the studio as a whole, or was."""

from dataclasses import asdict
from typing import Annotated

from rich.table import Table

from affiche.cli.language import language
from affiche.cli.operator import as_operator
from affiche.cli.pages import flag
from affiche.cli.phrases import Json, phrase
from affiche.cli.terminal import err, out, write_json
from affiche.studio import alerts as studio_alerts

MOST = 100


def alerts(*, all: Annotated[bool, flag("help.alerts.every")] = False, json: Json = False) -> None:
    found = as_operator(
        lambda studio, who: studio_alerts.page(studio, who, only_open=not all, limit=MOST),
        look="alerts.list",
    )
    if json:
        write_json({"alerts": [asdict(each) for each in found]})
        return
    if not found:
        err().print(phrase("alert_list.none"))
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("opened", "closed", "message") if all else ("opened", "message"):
        table.add_column(phrase(f"alert_list.{column}"))
    for each in found:
        closed = f"{each.closed_at:%Y-%m-%d %H:%M}" if each.closed_at else ""
        row = [f"{each.opened_at:%Y-%m-%d %H:%M}", closed, each.message(language())]
        table.add_row(*(row if all else (row[0], row[2])))
    out().print(table)
    for hint in dict.fromkeys(each.hint(language()) for each in found if each.closed_at is None):
        err().print(f"hint: {hint}")


__all__ = ["alerts"]
