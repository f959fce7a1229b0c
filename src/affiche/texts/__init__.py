"""What Affiche says to people, in Korean and English.

Sentences live in `texts/{lang}/{room}.toml`; a key is `room.table.name`. A sentence takes its
parameters as `{name}`. Every key exists in both languages (a test holds that).
"""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

Language = Literal["ko", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("ko", "en")


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Every sentence of one language by its full key."""
    found: dict[str, str] = {}
    for page in files("affiche.texts").joinpath(language).iterdir():
        if page.name.endswith(".toml"):
            table = tomllib.loads(page.read_text(encoding="utf-8"))
            _flatten(page.name.removesuffix(".toml"), table, found)
    return found


def say(language: Language, key: str, /, **params: object) -> str:
    """The sentence for `key`; raises KeyError for a key that no page holds."""
    return catalogue(language)[key].format(**params)


def has(key: str) -> bool:
    return key in catalogue("en")


def preferred(accept_language: str | None, default: Language = "ko") -> Language:
    """The first of our languages in an Accept-Language header."""
    for part in (accept_language or "").lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        for language in LANGUAGES:
            if tag == language:
                return language
    return default


def _flatten(prefix: str, table: dict[str, Any], into: dict[str, str]) -> None:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if isinstance(value, dict):
            _flatten(name, value, into)
        else:
            into[name] = str(value)
