"""Reading form fields from their definition, strictly: a key that has no effect is an error."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from affiche.domain import definitions as read
from affiche.domain import masks
from affiche.domain.answers import Wrong, answer
from affiche.domain.definitions import Table
from affiche.domain.fields import FIELD_TYPES, MEDIA_TYPES, Field, FieldType, Option, is_prompt
from affiche.domain.numbers import MAX_WHOLE
from affiche.domain.seeds import MAX_SEED
from affiche.domain.wording import Text


def fields_from(data: object, where: str = "fields") -> tuple[Field, ...]:
    """The fields that a definition describes. Raises DefinitionInvalid, naming the key."""
    fields = read.entries(_field)(data, where)
    seen: set[str] = set()
    for at, field in enumerate(fields):
        for key in field.keys:
            if key in seen:
                raise read.DefinitionInvalid(f"{where}[{at}]", f"“{key}” is taken already")
        seen.update(field.keys)
    masks.check_fields(fields, where)
    _check_subjects(fields, where)
    return fields


def _check_subjects(fields: Sequence[Field], where: str) -> None:
    """The database reads who and what a work is about from its inputs (0023), by these keys."""
    for at, field in enumerate(fields):
        if field.type in ("character", "reference") and field.request_key != field.type:
            reason = f"must be “{field.type}” for a {field.type} field"
            raise read.DefinitionInvalid(f"{where}[{at}].request_key", reason)


_identifier = read.matching(r"[A-Za-z][A-Za-z0-9_]{0,62}", "a name of letters, digits and _")
_OWN_KEYS: Final = {
    "max_length": ("text", "textarea"),
    "rows": ("textarea",),
    "placeholder": ("text", "textarea", "number", "select"),
    "min": ("number", "slider"),
    "max": ("number", "slider"),
    "step": ("number", "slider"),
    "default_value": ("text", "textarea", "number", "slider", "select", "checkbox"),
    "accept": ("file", "mask", "reference"),
    "max_size": ("file", "mask", "reference"),
    "upload_label": ("file", "mask", "reference"),
    "upload_description": ("file", "mask", "reference"),
    "options": ("select",),
    "target": ("mask",),
    "feather": ("mask",),
    "promise": ("mask",),
    "translate": ("text", "textarea"),
}


def _field(data: object, where: str) -> Field:
    table = Table(data, where)
    kind = table.need("type", read.one_of(*FIELD_TYPES))
    name = table.need("name", _identifier)
    given = data if isinstance(data, Mapping) else {}
    for key, kinds in _OWN_KEYS.items():
        if given.get(key) is not None and kind not in kinds:
            raise table.wrong(key, f"does not belong to a {kind} field")
    options = table.maybe("options", read.entries(_option)) or ()
    field = Field(
        type=cast(FieldType, kind),
        name=name,
        label=table.need("label", read.wording),
        request_key=table.fallback("request_key", _identifier, name),
        request_value_type=table.fallback(
            "request_value_type",
            read.one_of("string", "number", "boolean"),
            _value_type(kind, options),
        ),
        required=table.fallback("required", read.boolean, False),
        aliases=table.fallback("aliases", read.entries(_identifier), ()),
        placeholder=table.maybe("placeholder", read.wording),
        description=table.maybe("description", read.wording),
        max_length=table.maybe("max_length", read.positive),
        rows=table.maybe("rows", read.positive),
        minimum=table.maybe("min", read.number),
        maximum=table.maybe("max", read.number),
        step=table.maybe("step", read.number),
        default=table.maybe("default_value", _scalar),
        accept=table.fallback("accept", _accepted, ()),
        max_size=table.maybe("max_size", read.positive),
        upload_label=table.maybe("upload_label", read.wording),
        upload_description=table.maybe("upload_description", read.wording),
        options=options,
        target=table.need("target", _identifier) if kind == "mask" else "",
        feather=table.fallback("feather", _identifier, ""),
        promise=table.fallback("promise", read.boolean, kind == "mask"),
        translate=table.fallback("translate", read.boolean, is_prompt(kind, name)),
    )
    table.close()
    return _consistent(_with_seed_bound(field), table)


def _with_seed_bound(field: Field) -> Field:
    """Seed 000 bounds its seed below its own default; what holds is the rule for seeds."""
    if not field.is_seed:
        return field
    return replace(field, minimum=0, maximum=MAX_SEED, step=1)


def _consistent(field: Field, table: Table) -> Field:
    low, high = field.minimum, field.maximum
    if field.request_value_type != _value_type(field.type, field.options):
        raise table.wrong("request_value_type", f"does not fit a {field.type} field")
    if low is not None and high is not None and low > high:
        raise table.wrong("min", "is larger than max")
    for key, bound in (("min", low), ("max", high)):
        if bound is not None and abs(bound) > MAX_WHOLE:
            raise table.wrong(key, "lies past 2^53 - 1, where JSON clients lose the ones")
    if field.step is not None and field.step <= 0:
        raise table.wrong("step", "must be larger than 0")
    if field.type == "slider" and (low is None or high is None):
        raise table.wrong("min", "and max are needed by a slider")
    if field.type == "select":
        values = [(type(option.value), option.value) for option in field.options]
        if not values or len(set(values)) < len(values):
            raise table.wrong("options", "must hold different values, at least one")
    return _with_default(field, table)


def _with_default(field: Field, table: Table) -> Field:
    if field.default is None:
        return field
    try:
        value = answer(field, field.default)
    except Wrong as wrong:
        raise table.wrong("default_value", f"is not a value of this field ({wrong.code})") from None
    # A seed's default may be 0, which stands for a random one.
    return field if field.is_seed else replace(field, default=value)


def _value_type(kind: str, options: Sequence[Option]) -> str:
    if kind in ("number", "slider"):
        return "number"
    if kind == "checkbox":
        return "boolean"
    numeric = bool(options) and all(not isinstance(option.value, str) for option in options)
    return "number" if kind == "select" and numeric else "string"


def _scalar(value: object, where: str) -> str | int | float | bool:
    if isinstance(value, str | bool):
        return value
    return read.number(value, where)


def _option(data: object, where: str) -> Option:
    """`{value, label}`, or the value alone."""
    if not isinstance(data, Mapping):
        value = _choice(data, where)
        return Option(value, Text(str(value), str(value)))
    table = Table(data, where)
    value = table.need("value", _choice)
    label = table.fallback("label", read.wording, Text(str(value), str(value)))
    table.close()
    return Option(value, label)


def _choice(value: object, where: str) -> str | int | float:
    return read.string(value, where) if isinstance(value, str) else read.number(value, where)


def _accepted(value: object, where: str) -> tuple[str, ...]:
    """`.jpg,.png` as the seeds write it, or a list."""
    parts = value.split(",") if isinstance(value, str) else read.entries(read.string)(value, where)
    wanted = tuple(part.strip().lower() for part in parts if part.strip())
    for part in wanted:
        if part != "image/*" and part not in MEDIA_TYPES and part not in MEDIA_TYPES.values():
            raise read.DefinitionInvalid(where, f"“{part}” is no image type that Affiche reads")
    return () if "image/*" in wanted else wanted
