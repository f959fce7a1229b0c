"""One answer to one field: the value it stands for, typed and within bounds."""

import re
import unicodedata
from typing import Any, Final
from uuid import UUID

from affiche.domain.fields import MAX_FILE, MAX_TEXT, Field
from affiche.domain.numbers import MAX_WHOLE, is_number, is_whole, on_step, parsed
from affiche.domain.seeds import MAX_SEED, is_over, wish
from affiche.domain.uploads import NotAnUpload, UploadReference, reference

Answer = str | int | float | bool | UploadReference

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_ON: Final = frozenset({"on", "true", "1", "yes"})
_OFF: Final = frozenset({"off", "false", "0", "no", ""})


class Wrong(ValueError):
    """`code` names a sentence under `forms.problems`, with `params`."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


def is_blank(value: object) -> bool:
    """Nothing was answered: absent, null, or text of spaces alone."""
    return value is None or (isinstance(value, str) and not value.strip())


def answer(field: Field, value: Any, *, lenient: bool = False) -> Any:
    """What `value` (not blank) stands for in `field`; None for a seed that asks for a random one.

    text: NFC, line ends as \\n. number: int where the field's steps are whole or an int was
    given, else float. `lenient` reads numbers and truth values from text, as HTML forms send them.
    Raises Wrong.
    """
    if field.is_seed:
        return _seed(value)
    match field.type:
        case "text" | "textarea":
            return _text(field, value)
        case "number" | "slider":
            return _number(field, value, lenient)
        case "select":
            return _choice(field, value, lenient)
        case "checkbox":
            return _truth(value, lenient)
        case "file" | "mask" | "reference":
            return _upload(field, value)
        case "character":
            return _character(value)


def _text(field: Field, value: object) -> str:
    limit = field.max_length or MAX_TEXT
    if not isinstance(value, str):
        raise Wrong("not_text")
    # NFC never makes four code points of fewer than one, so this is too long either way, and
    # megabytes are not normalised only to be refused.
    if len(value) > 4 * limit + 1_000:
        raise Wrong("too_long", limit=limit, length=len(value))
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n"))
    if len(text) > limit:
        raise Wrong("too_long", limit=limit, length=len(text))
    allowed = "\n\t" if field.type == "textarea" else ""
    if any(unicodedata.category(c) in ("Cc", "Cs") and c not in allowed for c in text):
        raise Wrong("control_characters")
    return text


def _number(field: Field, value: object, lenient: bool) -> int | float:
    if lenient and isinstance(value, str):
        value = parsed(value)
    if not is_number(value) or not isinstance(value, int | float):
        raise Wrong("not_number")
    low = -MAX_WHOLE if field.minimum is None else field.minimum
    high = MAX_WHOLE if field.maximum is None else field.maximum
    if value < low:
        raise Wrong("too_small", limit=low)
    if value > high:
        raise Wrong("too_large", limit=high)
    if field.step is not None and not on_step(value, field.step, field.minimum):
        if field.is_integral and field.step == 1:
            raise Wrong("not_whole")
        raise Wrong("off_step", step=field.step, start=field.minimum or 0)
    return int(value) if field.is_integral and is_whole(value) else value


def _seed(value: object) -> int | None:
    if is_over(value):
        raise Wrong("too_large", limit=MAX_SEED)
    return wish(value)


def _choice(field: Field, value: object, lenient: bool) -> str | int | float:
    for option in field.options:
        same = option.value == value and isinstance(option.value, str) == isinstance(value, str)
        if (same and not isinstance(value, bool)) or (lenient and str(option.value) == value):
            return option.value
    raise Wrong("not_option")


def _truth(value: object, lenient: bool) -> bool:
    if isinstance(value, bool):
        return value
    if lenient and isinstance(value, str) and value.strip().lower() in _ON | _OFF:
        return value.strip().lower() in _ON
    raise Wrong("not_boolean")


def _character(value: object) -> str:
    """An id or a slug; whether there is such a one is for the database to say."""
    if isinstance(value, UUID):
        return str(value)
    if not isinstance(value, str):
        raise Wrong("not_text")
    name = value.strip().lower()
    if not _SLUG.fullmatch(name):
        raise Wrong("character_unknown")
    return name


def _upload(field: Field, value: object) -> UploadReference:
    try:
        return reference(value, max_size=field.max_size or MAX_FILE)
    except NotAnUpload as wrong:
        raise Wrong(wrong.code, **wrong.params) from None
