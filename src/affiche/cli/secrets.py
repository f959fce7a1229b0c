"""`affiche secrets`: how old keys and secrets are, and what to do about the old ones."""

from dataclasses import asdict

from rich.table import Table
from rich.text import Text

from affiche.cli.operator import as_operator
from affiche.cli.phrases import Json, phrase
from affiche.cli.terminal import err, out, write_json
from affiche.studio import secret_ages
from affiche.studio.secret_ages import Age
from affiche.studio.studio import Caller, Studio


def secrets(*, json: Json = False) -> None:
    async def ask(studio: Studio, who: Caller) -> list[tuple[Age, int, bool]]:
        now, bound = studio.now(), studio.settings.secret_days
        found = await secret_ages.listed(studio, who)
        return [(each, each.days(now), each.days(now) >= bound) for each in found]

    found = as_operator(ask, look="secrets.list")
    if json:
        write_json({"secrets": [asdict(a) | {"days": days, "old": old} for a, days, old in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("kind", "name", "since", "days"):
        table.add_column(phrase(f"secret_list.{column}"))
    for each, days, old in found:
        table.add_row(
            phrase(f"secrets.kinds.{each.kind}"),
            Text(each.name),
            f"{each.since:%Y-%m-%d}",
            Text(str(days), style="red" if old else ""),
        )
    out().print(table)
    for kind in dict.fromkeys(each.kind for each, _, old in found if old):
        said = f"{phrase(f'secrets.kinds.{kind}')}: {phrase(f'secrets.hints.{kind}')}"
        err().print(f"hint: {said}")


__all__ = ["secrets"]
