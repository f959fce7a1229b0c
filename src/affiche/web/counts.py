"""How many pictures a form asks for: read as it was typed, shown, and told where it is wrong."""

import re
from dataclasses import dataclass
from typing import Final

from affiche.errors import FieldProblem
from affiche.studio.works import MOST_OUTPUTS
from affiche.texts import Language, say

NAME: Final = "output-count"
"""In the form; no field of a template has a hyphen in its name."""
_WHOLE: Final = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class CountView:
    """`text` is what stands in the control."""

    text: str
    label: str
    problem: str | None
    name: str = NAME
    most: int = MOST_OUTPUTS


def read(text: str) -> int | None:
    """1 to MOST_OUTPUTS, one where nothing is said; None for all else."""
    text = text.strip()
    if not text:
        return 1
    found = int(text) if _WHOLE.fullmatch(text) else 0
    return found if 1 <= found <= MOST_OUTPUTS else None


def counted(text: str) -> int:
    """How many it is taken for until it is mended."""
    return read(text) or 1


def problems(text: str) -> tuple[FieldProblem, ...]:
    if read(text) is not None:
        return ()
    return (FieldProblem(NAME, "between", (("low", 1), ("high", MOST_OUTPUTS))),)


def view(text: str, language: Language) -> CountView:
    wrong = next(iter(problems(text)), None)
    label = say(language, "make.count.label")
    return CountView(text.strip() or "1", label, wrong.message(language) if wrong else None)
