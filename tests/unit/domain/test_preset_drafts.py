"""Presets of a draft: none is lost, and the order is what was asked for."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from affiche.domain import drafts
from affiche.domain.preset_drafts import (
    moved_preset,
    preset,
    slug_for,
    with_preset,
    without_preset,
)

names = st.text("abc –한1", max_size=6)


def made(titles: list[str]) -> dict[str, Any]:
    content = drafts.fresh("image_to_image", "", [])
    for title in titles:
        new = {"slug": slug_for(content, title), "title": title, "values": {"steps": 1}}
        content = with_preset(content, new)
    return content


def slugs(content: dict[str, Any]) -> list[str]:
    return [each["slug"] for each in content["presets"]]


@given(st.lists(names, max_size=6))
def test_each_has_an_address_of_its_own(titles: list[str]) -> None:
    content = made(titles)
    assert len(set(slugs(content))) == len(titles)
    assert all(slug.replace("-", "").isalnum() and slug.isascii() for slug in slugs(content))
    assert [each["title"] for each in content["presets"]] == titles


@given(st.lists(names, min_size=1, max_size=6), st.integers(0, 5), st.integers(-8, 8))
def test_moving_loses_none_and_taking_away_loses_one(titles: list[str], at: int, by: int) -> None:
    content = made(titles)
    before = slugs(content)
    slug = before[at % len(before)]
    after = slugs(moved_preset(content, slug, by))
    assert after.index(slug) == min(max(before.index(slug) + by, 0), len(before) - 1)
    assert [s for s in after if s != slug] == [s for s in before if s != slug]
    assert slugs(without_preset(content, slug)) == [s for s in before if s != slug]
    changed = with_preset(content, {"slug": slug, "title": "new", "values": {}})
    assert slugs(changed) == before == slugs(content)
    assert (preset(changed, slug) or {})["title"] == "new"
    assert moved_preset(content, "nobody", by) == content
