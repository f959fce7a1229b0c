"""Named statements as PREPARE takes them."""

import re

_NAMED = re.compile(r"%\((\w+)\)s")


def numbered(text: str) -> tuple[str, list[str]]:
    """The text with $1, $2 … for its parameters, and their names in that order."""
    names = list(dict.fromkeys(_NAMED.findall(text)))
    return _NAMED.sub(lambda m: f"${names.index(m[1]) + 1}", text).replace("%%", "%"), names
