"""One form with every type of field, and what it says to answers."""

import re
from typing import Any

from affiche.domain.forms import check, fields_from, validate

FORM = fields_from(
    [
        {
            "type": "file",
            "name": "image",
            "label": "A",
            "required": True,
            "aliases": ["image_url", "image_base64"],
            "max_size": 1000,
        },
        {
            "type": "textarea",
            "name": "prompt",
            "label": "B",
            "required": True,
            "max_length": 500,
        },
        {"type": "text", "name": "title", "label": "C", "max_length": 10},
        {
            "type": "slider",
            "name": "steps",
            "label": "D",
            "min": 1,
            "max": 40,
            "step": 1,
            "default_value": 4,
        },
        {
            "type": "number",
            "name": "size",
            "label": "E",
            "min": 0.5,
            "max": 2.0,
            "step": 0.1,
            "default_value": 1.0,
        },
        {"type": "number", "name": "free", "label": "F"},
        {"type": "number", "name": "seed", "label": "G"},
        {"type": "select", "name": "mood", "label": "H", "options": ["calm", "1", 1, 2.5]},
        {"type": "checkbox", "name": "sharp", "label": "I"},
    ]
)
GOOD: dict[str, Any] = {"image": "https://example.com/a.jpg", "prompt": "노을"}


def values(lenient: bool = False, **changes: Any) -> dict[str, Any]:
    return validate(FORM, {**GOOD, **changes}, lenient=lenient)


def problems(lenient: bool = False, **changes: Any) -> list[tuple[str, str]]:
    checked = check(FORM, {**GOOD, **changes}, lenient=lenient)
    for problem in checked.problems:
        assert re.search("[가-힣]", problem.message("ko"))
        assert re.search("[a-z]", problem.message("en"))
        assert problem.field not in checked.values
    return [(p.field, p.code) for p in checked.problems]
