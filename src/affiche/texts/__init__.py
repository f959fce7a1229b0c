"""What Affiche says to people, in Korean and English.

Sentences live in gettext catalogues, `texts/{language}/{room}.po`, which the build hook compiles to
one `texts/{language}.mo`. A key is `room.table.name`; a sentence takes its parameters as `{name}`.
Every key exists in both languages (a test holds that).
"""

import gettext
from functools import cache
from importlib.resources import files
from typing import Final, Literal

Language = Literal["ko", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("ko", "en")


@cache
def _catalogue(language: Language) -> gettext.NullTranslations:
    with files("affiche.texts").joinpath(f"{language}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def say(language: Language, key: str, /, **params: object) -> str:
    """The sentence for `key`; raises KeyError for a key that no page holds."""
    # gettext says the key itself where there is no sentence.
    if (sentence := _catalogue(language).gettext(key)) == key:
        raise KeyError(key)
    return sentence.format(**params)


def has(key: str) -> bool:
    return _catalogue("en").gettext(key) != key


def preferred(accept_language: str | None, default: Language = "ko") -> Language:
    """The first of our languages in an Accept-Language header."""
    for part in (accept_language or "").lower().split(","):
        tag = part.split(";")[0].strip()[:2]
        for language in LANGUAGES:
            if tag == language:
                return language
    return default
