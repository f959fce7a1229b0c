"""What keeps a draft from being published is said in whole sentences of one language."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from affiche.catalog import catalog, drafts
from affiche.domain import drafts as edits

KLEIN = next(t for t in catalog.shipped() if t.slug == "klein-i2i")


def field(**changes: Any) -> Callable[[dict[str, Any]], None]:
    def do(content: dict[str, Any]) -> None:
        found = edits.field(content, "steps")
        assert found is not None
        found.update(changes)

    return do


def detail(key: str, value: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content.update({key: value})


def preset(content: dict[str, Any]) -> None:
    content["presets"][0]["values"]["steps"] = 9999


CASES: dict[str, tuple[Callable[[dict[str, Any]], None], str, str]] = {
    "min-over-max": (field(min=90, max=2), "steps", "minimum is larger"),
    "step": (field(step=0), "steps", "step must be larger than 0"),
    "slider": (field(min=None), "steps", "needs a minimum and a maximum"),
    "default": (field(default_value=9999), "steps", "default is not a value"),
    "words": (field(label={"ko": "", "en": "Steps"}), "steps", "in Korean and in English"),
    "taken": (field(request_key="cfg"), "", "belongs to another field"),
    "steps": (field(step=0.5), "75:62", "steps that are not whole"),
    "slug": (detail("slug", "Not A Slug"), "slug", "lower-case letters"),
    "name": (detail("template_name", "no spaces"), "template_name", "no spaces"),
    "positive": (detail("estimated_time", 0), "estimated_time", "1 or more"),
    "preset": (preset, KLEIN.presets[0].slug, "does not take any more"),
}


@pytest.mark.parametrize("name", CASES)
def test_every_finding_speaks_one_language(name: str) -> None:
    change, where, said = CASES[name]
    content, graphs = edits.of_template(KLEIN)
    change(content)
    found = drafts.findings(KLEIN.id, content, graphs)
    assert found
    assert any(said in each.message("en") for each in found), [e.message("en") for e in found]
    assert not where or where in {each.name for each in found}
    for each in found:
        # No sentence of the other language: at most a name, or signs that one may type.
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", each.message("ko")), each.message("ko")
