"""What is in a batch's zip, but for the pictures: names of files, and a table of works. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from affiche.domain import names
from affiche.domain.subjects import Subject, output_name

BOM: Final = "\ufeff"
"""Without it Excel takes UTF-8 for the code page of the country."""
FIXED: Final = (
    *("file", "reference", "reference_name", "variation", "x", "y", "status", "choice", "seed"),
    *("prompt", "negative_prompt"),
)
BEHIND: Final = ("engine", "created_at", "work_id")
# Not on Windows, and colons not on a Mac either.
_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
# The names of devices, with any ending (Windows).
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE | re.ASCII)
# What spreadsheets take for the beginning of a formula, in full width too.
_FORMULA: Final = re.compile(r"^\s*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]")


def picture_name(subject: Subject, slug: str, number: int, extension: str, taken: set[str]) -> str:
    """`{character}_{reference}_{counter}.png`, or `{template}-{counter}.png` of a work without a
    character: a name for every system, and none of the `taken`, to which it is added."""
    named = output_name(subject, number, 0, extension) or f"{slug}-{number}.{extension}"
    stem = names.bare(_FORBIDDEN.sub("-", named)).rpartition(".")[0] or f"{slug}-{number}"
    if _DEVICE.match(stem):
        stem = f"_{stem}"
    tail = re.search(r"[_-]\d+_?$", stem)
    # The number is what makes it unlike the others, so that is not what is cut off.
    end = tail[0] if tail else ""
    room = names.LONGEST_SAVED - len(extension) - len(end.encode()) - 5
    start = stem.removesuffix(end).encode()[:room].decode(errors="ignore").rstrip(". ")
    found, again = f"{start}{end}.{extension}", 1
    # A disk may not tell capitals apart.
    while found.casefold() in taken:
        again += 1
        found = f"{start}{end}-{again}.{extension}"
    taken.add(found.casefold())
    return found


def columns(keys: Iterable[str]) -> tuple[str, ...]:
    """Of the table: what all batches have, and the template's own `keys` between."""
    fixed = {*FIXED, *BEHIND}
    return (*FIXED, *(key for key in dict.fromkeys(keys) if key not in fixed), *BEHIND)


def table(heading: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """CSV as Excel reads it (RFC 4180); what no column takes is left out."""
    text = io.StringIO()
    writer = csv.DictWriter(text, heading, lineterminator="\r\n", extrasaction="ignore")
    writer.writerows({key: cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def cell(value: Any) -> Any:
    """A number as it is; text so that no spreadsheet reckons with it."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value).replace("\x00", "")
    return f"'{text}" if _FORMULA.match(text) else text
