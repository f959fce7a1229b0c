"""From `name=value` on the command line to the values that a form asks for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from uuid import UUID

from affiche.cli.endings import CommandError
from affiche.cli.language import language, words
from affiche.domain.fields import MAX_FILE, Field
from affiche.domain.forms import check
from affiche.domain.numbers import parsed
from affiche.errors import PictureError

_TRUE, _FALSE = ("true", "on", "yes", "1"), ("false", "off", "no", "0")
# Stands for a picture that is not uploaded yet, while the other answers are looked at.
_LATER = str(UUID(int=0))


@dataclass(frozen=True, slots=True)
class Answers:
    """By the names that were given: typed values, and files that wait to be uploaded."""

    values: Mapping[str, Any]
    files: Mapping[str, Path]


def pairs(answers: Iterable[str]) -> dict[str, str]:
    """`name=value` taken apart; raises CommandError with everything that is none."""
    found: dict[str, str] = {}
    wrong: list[tuple[str, str]] = []
    for answer in answers:
        name, sign, value = answer.partition("=")
        if not sign or not name.strip():
            wrong.append((answer[:60], words("answers.not_a_pair")))
        elif name in found:
            wrong.append((name, words("answers.twice")))
        else:
            found[name] = value
    if wrong:
        raise CommandError("answers", fields=wrong)
    return found


def read(fields: Sequence[Field], given: Mapping[str, str]) -> Answers:
    """The answers as the form wants them; raises CommandError with all that is wrong, by field.

    Only when something else is wrong are pictures decoded here, so that all is said at once;
    otherwise whoever receives them looks.
    """
    by_key = {key: field for field in fields for key in field.keys}
    files = {
        name: Path(value[1:]).expanduser()
        for name, value in given.items()
        if value.startswith("@") and name in by_key and by_key[name].is_picture
    }
    values = {
        name: _LATER if name in files else typed(by_key.get(name), value)
        for name, value in given.items()
    }
    wrong = dict(_unreadable(by_key, files))
    for found in check(fields, values).problems:
        message: str = found.message(language())
        if found.code == "unknown":
            message += _meant(found.field, by_key)
        elif found.code == "not_a_picture" and Path(str(given.get(found.field))).is_file():
            message = words("answers.not_uploaded", name=found.field, path=given[found.field])
        wrong.setdefault(found.field, message)
    if wrong:
        for name, path in files.items():
            if name not in wrong and (seen := _look(by_key[name], path)):
                wrong[name] = seen
        order = list(given)
        place = {name: order.index(name) for name in wrong if name in order}
        ordered = sorted(wrong.items(), key=lambda item: place.get(item[0], len(order)))
        raise CommandError("answers", fields=ordered)
    return Answers({n: v for n, v in values.items() if n not in files}, files)


def typed(field: Field | None, text: str) -> Any:
    """What `text` means in `field`; as it is when it means nothing there."""
    match field.type if field else None:
        case "number" | "slider":
            number = parsed(text)
            return text if number is None else number
        case "checkbox" if text.strip().lower() in _TRUE + _FALSE:
            return text.strip().lower() in _TRUE
        case "select" if field:
            return next((o.value for o in field.options if str(o.value) == text), text)
    return text


def _unreadable(
    by_key: Mapping[str, Field], files: Mapping[str, Path]
) -> Iterable[tuple[str, str]]:
    for name, path in files.items():
        limit = by_key[name].max_size or MAX_FILE
        try:
            with path.open("rb") as file:
                size = file.seek(0, 2)
        except IsADirectoryError:
            yield name, words("answers.folder", path=path)
        except FileNotFoundError:
            yield name, words("answers.no_file", path=path)
        except OSError as error:
            yield name, words("answers.unreadable", path=path, reason=error.strerror)
        else:
            if size > limit:
                yield name, words("answers.too_large", path=path, limit=limit // 2**20)


def _meant(name: str, by_key: Mapping[str, Field]) -> str:
    close = get_close_matches(name, by_key, n=1)
    known = ", ".join(dict.fromkeys(field.request_key for field in by_key.values()))
    return " " + (
        words("answers.meant", name=close[0]) if close else words("answers.known", names=known)
    )


def _look(field: Field, path: Path) -> str | None:
    from affiche.pictures.kinds import accepted_kinds
    from affiche.pictures.verification import Limits, inspect

    limits = Limits(max(1, (field.max_size or MAX_FILE) // 2**20), 50)
    try:
        inspect(path.read_bytes(), limits, accepted_kinds(field.accept) if field.accept else None)
    except PictureError as error:
        return error.message(language())
    return None
