"""docs/reference/faults.md names every point, kind and detail that there is, and no other."""

import re
from dataclasses import fields
from pathlib import Path

from affiche.emulators.comfyui.faults import POINTS, Fault

PAGE = (Path(__file__).parents[2] / "docs/reference/faults.md").read_text(encoding="utf-8")


def rows(heading: str) -> list[tuple[list[str], str]]:
    """The rows of the table under `heading`: words in code in the first cell, and the second."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return [(re.findall(r"`(\w+)`", first), rest) for first, rest in cells]


def test_points_and_their_kinds() -> None:
    told = {
        point: re.findall(r"`(\w+)`", kinds) for names, kinds in rows("point") for point in names
    }
    assert {point: sorted(kinds) for point, kinds in told.items()} == {
        point: sorted(kinds) for point, kinds in POINTS.items()
    }


def test_every_kind_is_explained_once() -> None:
    told = [kind for kinds, _ in rows("kind") for kind in kinds]
    assert sorted(told) == sorted({kind for kinds in POINTS.values() for kind in kinds})


def test_every_detail_is_named() -> None:
    named = set(re.findall(r"`(\w+)`", PAGE))
    assert {field.name for field in fields(Fault)} - {"point", "kind"} <= named
