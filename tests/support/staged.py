"""A template of two or three small stages: each paints anew what the one before it gave."""

from itertools import pairwise
from pathlib import Path
from typing import Final
from uuid import UUID

from tests.support import small

SLUG: Final = "klein-staged"
ID: Final = UUID("01a1ff00-0000-7000-8000-000000000002")
SLUGS: Final = ("edit", "second", "third")
_STAGE: Final = """
[[stages]]
slug = "{slug}"
graph = "workflow.json"
outputs = ["9"]
takes = {{ image = "{taken}" }}
bindings = [
  {{ name = "image", node = "76", class = "LoadImage", input = "image", type = "picture" }},
  {{ name = "prompt", node = "75:74", class = "CLIPTextEncode", input = "text", type = "string" }},
  {{ name = "steps", node = "75:62", class = "Flux2Scheduler", input = "steps", type = "integer" }},
]
"""


def write_template(folder: Path, stages: int = 2) -> Path:
    """The template's folder, made in `folder`."""
    made = small.write_template(folder).rename(folder / SLUG)
    page = (made / "template.toml").read_text(encoding="utf-8")
    for before, after in ((str(small.ID), str(ID)), ('"SMALL_V1"', '"STAGED_V1"')):
        assert before in page
        page = page.replace(before, after)
    for taken, slug in pairwise(SLUGS[:stages]):
        page += _STAGE.format(slug=slug, taken=taken)
    (made / "template.toml").write_text(page, encoding="utf-8")
    return made
