"""What pydantic finds wrong with a request, in the words that forms use."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from affiche.errors import AfficheError, FieldProblem, InvalidInputs, NotFound

_CODES: Final = {
    "missing": "required",
    "extra_forbidden": "unknown",
    "string_type": "not_text",
    "int_type": "not_number",
    "int_parsing": "not_number",
    "int_parsing_size": "not_number",
    "int_from_float": "not_whole",
    "float_type": "not_number",
    "bool_parsing": "not_boolean",
    "uuid_type": "not_id",
    "uuid_parsing": "not_id",
    "literal_error": "not_option",
    "dict_type": "not_object",
    "model_attributes_type": "not_object",
    "string_pattern_mismatch": "not_valid",
}


def mistakes(found: Sequence[Mapping[str, Any]]) -> AfficheError:
    """An id in the path that can be nobody's is an absent thing; all else is InvalidInputs."""
    for each in found:
        if each["loc"][0] == "path":
            return NotFound(what=str(each["loc"][-1]).removesuffix("_id"))
    return InvalidInputs([_mistake(each) for each in found[:50]])


def _mistake(found: Mapping[str, Any]) -> FieldProblem:
    name = ".".join(str(part) for part in found["loc"][1:])[:100] or "body"
    context = found.get("ctx") or {}
    match found["type"]:
        case "greater_than_equal":
            return FieldProblem(name, "too_small", (("limit", context["ge"]),))
        case "less_than_equal":
            return FieldProblem(name, "too_large", (("limit", context["le"]),))
        case "string_too_long":
            length = len(str(found["input"]))
            return FieldProblem(
                name, "too_long", (("limit", context["max_length"]), ("length", length))
            )
        case "too_long":
            return FieldProblem(
                name, "too_many", (("limit", context["max_length"]), ("count", len(found["input"])))
            )
        case "string_too_short":
            return FieldProblem(name, "required")
    return FieldProblem(name, _CODES.get(found["type"], "not_valid"))
