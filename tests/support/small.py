"""A template like `klein-i2i` whose pictures are so small that an engine makes them at once."""

from importlib.resources import files
from pathlib import Path
from typing import Final
from uuid import UUID

SLUG: Final = "klein-small"
ID: Final = UUID("01a1ff00-0000-7000-8000-000000000001")
MEGAPIXELS: Final = 0.02
_ORIGINAL: Final = files("affiche.catalog").joinpath("klein-i2i")


def write_template(folder: Path) -> Path:
    """The template's folder, made in `folder`; for `catalog.load` or a studio's own catalog."""
    page = _ORIGINAL.joinpath("template.toml").read_text(encoding="utf-8")
    changes = {
        'id = "82064257-1bef-45d8-a6ba-715f33c887cc"': f'id = "{ID}"',
        'template_name = "XiCON_KLEIN_I2I_V1"': 'template_name = "SMALL_V1"',
        "min = 0.5\nmax = 2.0": "min = 0.01\nmax = 2.0",
        "step = 0.05": "step = 0.01",
    }
    for before, after in changes.items():
        assert before in page, f"klein-i2i has no {before!r} any more"
        page = page.replace(before, after)
    made = folder / SLUG
    made.mkdir(parents=True)
    (made / "template.toml").write_text(page, encoding="utf-8")
    (made / "workflow.json").write_bytes(_ORIGINAL.joinpath("workflow.json").read_bytes())
    return made
