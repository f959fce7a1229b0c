"""What a batch's grid goes over: the values of one number or choice of a template. Pure.

Values come as a list, or as text of values and ranges, as people type them:
`0.5..1.0/0.1`, `4, 8, 12..20/4`, `portrait, landscape`, and `*` for every choice there is.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from affiche.domain.answers import Wrong, answer
from affiche.domain.fields import Field
from affiche.domain.numbers import exact, parsed
from affiche.errors import FieldProblem

MOST_VALUES: Final = 50
"""Of one axis."""
LONGEST: Final = 4_000
"""Characters of values as text."""
_VARIED: Final = ("number", "slider", "select", "checkbox")
_RANGE: Final = re.compile(r"(?P<first>[^/]+?)\s*\.\.\s*(?P<last>[^/]+?)(?:\s*/\s*(?P<step>.+))?")
_EVERY: Final = "*"


@dataclass(frozen=True, slots=True)
class Axis:
    """`name` of the field, `key` under which its value stands in a work's inputs, and its
    `values`, each as the field takes it, in order and none twice."""

    name: str
    key: str
    values: tuple[Any, ...]


def axes(
    fields: Sequence[Field], wanted: Mapping[str, Mapping[str, Any]]
) -> tuple[dict[str, Axis], list[FieldProblem]]:
    """The axes "x" and "y" of `wanted`, each as `{"field": name, "values": list or text}`, and
    what is wrong with them, under `grid.x` and `grid.y`."""
    found: dict[str, Axis] = {}
    problems: list[FieldProblem] = []
    for place, asked in wanted.items():
        where = f"grid.{place}"
        field = _field(fields, str(asked.get("field", "")))
        if field is None or field.is_seed or field.type not in _VARIED:
            code = "grid_seed" if field is not None and field.is_seed else "grid_field"
            problems.append(FieldProblem(where, code, (("fields", _names(fields)),)))
            continue
        if any(other.name == field.name for other in found.values()):
            problems.append(FieldProblem(where, "twice"))
            continue
        try:
            values = values_of(field, asked.get("values"))
        except Wrong as wrong:
            problems.append(FieldProblem(where, wrong.code, tuple(wrong.params.items())))
        else:
            found[place] = Axis(field.name, field.request_key, values)
    return found, problems


def values_of(field: Field, asked: Any) -> tuple[Any, ...]:
    """What `asked`, a list or text, says of a field that is a number or a choice. Raises Wrong."""
    text = isinstance(asked, str)
    given = _typed(field, asked) if text else asked
    if not isinstance(given, list | tuple) or not given:
        raise Wrong("required" if given in (None, [], ()) else "grid_values")
    if len(given) > MOST_VALUES:
        raise Wrong("grid_many", limit=MOST_VALUES)
    values = [answer(field, value, lenient=text) for value in given]
    # By type too: to Python, True is 1.
    distinct = {(type(value) is bool, value): value for value in values}
    return tuple(distinct.values())


def _field(fields: Sequence[Field], name: str) -> Field | None:
    return next((field for field in fields if name in field.keys), None)


def _names(fields: Sequence[Field]) -> str:
    names = [f.name for f in fields if f.type in _VARIED and not f.is_seed]
    return ", ".join(names) or "-"


def _typed(field: Field, text: str) -> list[Any]:
    """The values that a person typed, still text where they are not of a range."""
    if len(text) > LONGEST:
        raise Wrong("too_long", limit=LONGEST, length=len(text))
    if text.strip() == _EVERY and field.type in ("select", "checkbox"):
        return [False, True] if field.type == "checkbox" else [o.value for o in field.options]
    found: list[Any] = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        ranged = _RANGE.fullmatch(part) if field.type in ("number", "slider") else None
        found += _range(field, ranged) if ranged else [part]
        if len(found) > MOST_VALUES:
            raise Wrong("grid_many", limit=MOST_VALUES)
    return found


def _range(field: Field, found: re.Match[str]) -> list[int | float]:
    """From the first to the last, both in it where the steps lead there; decimals are exact."""
    first, last = parsed(found["first"]), parsed(found["last"])
    step = parsed(found["step"]) if found["step"] else (field.step or 1)
    if first is None or last is None or step is None or step <= 0:
        raise Wrong("grid_values")
    start, apart = exact(first), exact(step)
    # Downwards where the last is the smaller one.
    count = abs(exact(last) - start) // apart + 1
    if count > MOST_VALUES:
        raise Wrong("grid_many", limit=MOST_VALUES)
    sign = 1 if last >= first else -1
    return [_number(start + sign * apart * n) for n in range(count)]


def _number(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
