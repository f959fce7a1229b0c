"""`affiche figures`: how works ended of late."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Any

from rich.table import Table

from affiche.cli.operator import as_operator
from affiche.cli.pages import application
from affiche.cli.phrases import Json, phrase, told
from affiche.cli.terminal import out, write_json
from affiche.studio import figures as studio_figures
from affiche.studio.figures import Outcome

figures = application("figures")
Days = Annotated[float, told("figures.days")]


@figures.command(name="ratios", help=phrase("help.figures.ratios"))
def ratios(*, days: Days = 7.0, json: Json = False) -> None:
    within = timedelta(days=max(0.0, days))
    found = as_operator(
        lambda studio, who: studio_figures.outcomes(studio, who, within), look="figures.ratios"
    )
    whole = studio_figures.whole(found)
    if json:
        write_json({"whole": record(whole), "ratios": [record(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("template", "engine", "completed", "failed", "cancelled"):
        table.add_column(phrase(f"figures.{column}"))
    for each in (*found, whole):
        table.add_row(
            each.template or phrase("figures.all"),
            each.engine,
            str(each.completed),
            f"{each.failed} ({each.failed_ratio:.1%})",
            f"{each.cancelled} ({each.cancelled_ratio:.1%})",
        )
    out().print(table)


@figures.command(name="failures", help=phrase("help.figures.failures"))
def failures(*, days: Days = 7.0, json: Json = False) -> None:
    within = timedelta(days=max(0.0, days))
    found = as_operator(
        lambda studio, who: studio_figures.failures(studio, who, within), look="figures.failures"
    )
    if json:
        write_json({"failures": [asdict(each) for each in found]})
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for column in ("works", "code", "template", "engine", "latest"):
        table.add_column(phrase(f"figures.{column}"))
    for each in found:
        latest = f"{each.latest:%Y-%m-%d %H:%M}"
        table.add_row(str(each.works), each.code, each.template, each.engine, latest)
    out().print(table)


def record(each: Outcome) -> dict[str, Any]:
    """For programs; ratios from 0 to 1, of all that ended."""
    ratios = {"failed_ratio": each.failed_ratio, "cancelled_ratio": each.cancelled_ratio}
    return asdict(each) | {"ended": each.ended} | ratios


__all__ = ["figures"]
