"""Which saved value belongs to which input of a node.

ComfyUI's editor saves the values of a node as a list, in the order in which it made the widgets:
that of the node's schema, required before optional. Between them stand values that no input has:
what becomes of a seed after a run, and the button beside an upload. Which of those there are has
changed over the years, so the ways in which lists were written are tried, and the one that takes
all of the values is right (ComfyUI's front end, 2024 to 2026).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from affiche.graphs.editor import Placed
from affiche.graphs.schemas import Declared, declared_of, in_order

CONTROLS: Final = frozenset({"fixed", "increment", "decrement", "randomize", "increment-wrap"})
SEEDS: Final = frozenset({"seed", "noise_seed"})
DYNAMIC: Final = "COMFY_DYNAMICCOMBO_V3"
_WIDGETS: Final = frozenset(
    {
        *("INT", "FLOAT", "BOOLEAN", "STRING", "COMBO", "MARKDOWN", "TEXTAREA", "COLOR", "COLORS"),
        *("BOUNDING_BOX", "BOUNDING_BOXES", "CHART", "GALLERIA", "PAINTER", "CURVE", "RANGE"),
        *("VIDEO_EDIT", "COMPOSITOR", "IMAGECOMPARE", DYNAMIC),
    }
)
_EMPTY: Final[Mapping[str, Any]] = {"INT": 0, "FLOAT": 0, "BOOLEAN": False, "STRING": ""}


@dataclass(frozen=True, slots=True)
class _Way:
    """How a list was written. `upload`: the button beside a picture has a value; `forced`: inputs
    that take links alone have one too, which they had until 2025; `plain`: what the node shows as
    a plain slot has none; `own`: what is neither a known widget nor such a slot has one."""

    upload: bool
    forced: bool
    plain: bool
    own: bool


_WAYS: Final = [
    _Way(upload, forced, plain, own)
    for own, plain, forced, upload in product(
        (False, True), (False, True), (False, True), (True, False)
    )
]


def values(node: Placed, schema: Mapping[str, Any]) -> dict[str, Any] | None:
    """By input, in the schema's order; one that was not saved has its default, as in the editor.

    None where the values are not those of such a node, so that it cannot be said whose they are.
    """
    inputs = in_order(schema)
    if isinstance(node.values, Mapping):
        return _by_name(node.values, inputs)
    plain = {slot.name for slot in node.inputs if slot.widget is None}
    usual: dict[str, Any] | None = None
    for way in _WAYS:
        found, taken = _taken(inputs, node.values, way, plain)
        if taken == len(node.values):
            return found
        usual = found if usual is None else usual
    assert usual is not None
    fits = all(_fits(usual[name], each) for name, each in inputs.items() if name in usual)
    return usual if fits else None


def is_controlled(name: str, declared: Declared) -> bool:
    """Whether the editor shows beside this number what becomes of it after a run."""
    wanted = declared.options.get("control_after_generate")
    if declared.type == "INT":
        return name in SEEDS if wanted is None else bool(wanted)
    return declared.type == "COMBO" and bool(wanted)


def wrapped(value: Any) -> Any:
    """A list, so that it does not read as a link."""
    return {"__value__": value} if isinstance(value, list) else value


# --- by place ---------------------------------------------------------------------------------


def _taken(
    inputs: Mapping[str, Declared], saved: Sequence[Any], way: _Way, plain: set[str]
) -> tuple[dict[str, Any], int]:
    """The values by input, and how many of `saved` that took."""
    found: dict[str, Any] = {}
    at, uploads = 0, False
    waiting = list(inputs.items())
    while waiting:
        name, each = waiting.pop(0)
        if uploads and not each.required:
            at, uploads = at + 1, False
        if each.options.get("forceInput"):
            at += way.forced
            continue
        if not _is_widget(name, each, way, plain):
            continue
        value = saved[at] if at < len(saved) else None
        at += 1
        found[name] = wrapped(_typed(each, default(each) if value is None else value))
        if is_controlled(name, each) and at < len(saved) and saved[at] in CONTROLS:
            # A list has a filter beside it, too.
            at += 1 if each.type == "INT" else 2
        if each.type == DYNAMIC:
            waiting[:0] = _chosen(name, each, found[name])
        uploads = uploads or (way.upload and each.is_upload and each.required)
    return found, at + uploads


def _is_widget(name: str, declared: Declared, way: _Way, plain: set[str]) -> bool:
    if way.plain and name in plain:
        return False
    kind = str(declared.options.get("widgetType") or declared.type)
    return kind in _WIDGETS or (way.own and name not in plain)


def _chosen(name: str, declared: Declared, value: Any) -> Iterator[tuple[str, Declared]]:
    """What a choice brings along: inputs of its own, which follow it."""
    offered = declared.options.get("options")
    for each in offered if isinstance(offered, list | tuple) else ():
        if isinstance(each, Mapping) and each.get("key") == value:
            own = each.get("inputs")
            groups = own if isinstance(own, Mapping) else {}
            for group in ("required", "optional"):
                given = groups.get(group)
                for key, raw in (given if isinstance(given, Mapping) else {}).items():
                    yield f"{name}.{key}", declared_of(raw, required=group == "required")


def default(declared: Declared) -> Any:
    """What the editor puts there where nothing was saved."""
    options = declared.options
    if "default" in options:
        return options["default"]
    if declared.type == "COMBO":
        return declared.choices[0] if declared.choices else ""
    if declared.type == DYNAMIC:
        offered = options.get("options")
        first = offered[0] if isinstance(offered, list | tuple) and offered else None
        return first.get("key") if isinstance(first, Mapping) else None
    return _EMPTY.get(declared.type)


def _typed(declared: Declared, value: Any) -> Any:
    """JavaScript has no whole numbers of its own."""
    whole = declared.type == "INT" and isinstance(value, float) and value.is_integer()
    return int(value) if whole else value


def _fits(value: Any, declared: Declared) -> bool:
    kind = declared.type
    if kind in ("INT", "FLOAT"):
        return isinstance(value, int | float) and not isinstance(value, bool)
    if kind == "BOOLEAN":
        return isinstance(value, bool) or value in (0, 1)
    if kind == "STRING":
        return isinstance(value, str)
    if kind == "COMBO" and declared.choices:
        # Files come and go; a choice without a dot in it is one of the class's own.
        return value in declared.choices or (isinstance(value, str) and "." in value)
    return True


# --- by name ----------------------------------------------------------------------------------


def _by_name(saved: Mapping[str, Any], inputs: Mapping[str, Declared]) -> dict[str, Any]:
    """Some nodes save a table, with inputs among it that depend on others and stand in no schema;
    what is neither text nor number is the page's own."""
    found = {
        name: wrapped(_typed(each, saved.get(name, default(each))))
        for name, each in inputs.items()
        if name in saved or (each.type in _WIDGETS and not each.options.get("forceInput"))
    }
    more = {
        name: value
        for name, value in saved.items()
        if name not in inputs and isinstance(value, str | int | float)
    }
    return found | more
