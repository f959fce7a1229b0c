"""The presets of a template that is being made: changed one by one, in the order of its form."""

import copy
import re
from collections.abc import Mapping
from typing import Any

from affiche.domain.drafts import Content


def preset(content: Mapping[str, Any], slug: str) -> dict[str, Any] | None:
    return next((each for each in content["presets"] if each["slug"] == slug), None)


def slug_for(content: Mapping[str, Any], name: str) -> str:
    """What a new preset of that name is called in addresses: no other preset's slug."""
    words = re.findall(r"[a-z0-9]+", name.lower())
    wanted = "-".join(words)[:60].strip("-") or "preset"
    taken = {each["slug"] for each in content["presets"]}
    found, n = wanted, 2
    while found in taken:
        found, n = f"{wanted}-{n}", n + 1
    return found


def with_preset(content: Content, changed: Mapping[str, Any]) -> Content:
    """With that preset in the place of the one of its slug, or else as the last one."""
    found = copy.deepcopy(content)
    slugs = [each["slug"] for each in found["presets"]]
    if changed["slug"] in slugs:
        found["presets"][slugs.index(changed["slug"])] = dict(changed)
    else:
        found["presets"].append(dict(changed))
    return found


def without_preset(content: Content, slug: str) -> Content:
    found = copy.deepcopy(content)
    found["presets"] = [each for each in found["presets"] if each["slug"] != slug]
    return found


def moved_preset(content: Content, slug: str, by: int) -> Content:
    """The preset `by` places further on; at the ends it stays, and where it is gone all do."""
    found = copy.deepcopy(content)
    slugs = [each["slug"] for each in found["presets"]]
    if slug not in slugs:
        return found
    at = slugs.index(slug)
    to = min(max(at + by, 0), len(slugs) - 1)
    found["presets"].insert(to, found["presets"].pop(at))
    return found
