"""docs/reference/faults.md names every point, kind and detail that there is, and no other."""

import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest

from affiche.emulators.comfyui import faults as of_comfyui
from affiche.emulators.llm import faults as of_llm
from affiche.emulators.runpod import faults as of_runpod

PAGE = (Path(__file__).parents[2] / "docs/reference/faults.md").read_text(encoding="utf-8")
COMFYUI, _, CLOUDS = PAGE.partition("\n## RunPod\n")
RUNPOD, _, LLM = CLOUDS.partition("\n\n## Language model\n")

each = pytest.mark.parametrize(
    ("page", "faults"),
    [(COMFYUI, of_comfyui), (RUNPOD, of_runpod), (LLM, of_llm)],
    ids=["comfyui", "runpod", "llm"],
)


def rows(page: str, heading: str) -> list[tuple[list[str], str]]:
    """The rows of the table under `heading`: words in code in the first cell, and the second."""
    table = page.partition(f"| {heading} |")[2].partition("\n\n")[0]
    cells = [line.strip("| ").split(" | ") for line in table.splitlines() if line.startswith("| ")]
    return [(re.findall(r"`(\w+)`", first), rest) for first, rest in cells]


@each
def test_points_and_their_kinds(page: str, faults: ModuleType) -> None:
    told = {
        point: re.findall(r"`(\w+)`", kinds)
        for names, kinds in rows(page, "point")
        for point in names
    }
    assert {point: sorted(kinds) for point, kinds in told.items()} == {
        point: sorted(kinds) for point, kinds in faults.POINTS.items()
    }


@each
def test_every_kind_is_explained_once(page: str, faults: ModuleType) -> None:
    told = [kind for kinds, _ in rows(page, "kind") for kind in kinds]
    assert sorted(told) == sorted({kind for kinds in faults.POINTS.values() for kind in kinds})


@each
def test_every_detail_is_named(page: str, faults: ModuleType) -> None:
    named = set(re.findall(r"`(\w+)`", page))
    assert {field.name for field in fields(faults.Fault)} - {"point", "kind"} <= named


def test_every_shape_is_named() -> None:
    told = RUNPOD.rpartition("\n\n")[2]
    assert sorted(re.findall(r"`(\w+)`", told)) == sorted(of_runpod.SHAPES)
