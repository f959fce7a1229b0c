"""In which language the command line speaks, and its sentences (`texts/{ko,en}/cli.po`)."""

import os
from collections.abc import Mapping
from functools import cache

from affiche.texts import LANGUAGES, Language, say

_NAMES = ("LC_ALL", "LC_MESSAGES", "LANG")


def spoken(environment: Mapping[str, str]) -> Language | None:
    """What the environment asks for: AFFICHE_LANGUAGE, else the first locale name that is set."""
    wanted = environment.get("AFFICHE_LANGUAGE")
    tag = wanted or next((environment[name] for name in _NAMES if environment.get(name)), "")
    return next((language for language in LANGUAGES if tag[:2].lower() == language), None)


@cache
def language() -> Language:
    """The environment's language; where it names none of ours, that of the settings."""
    return spoken(os.environ) or _of_settings()


def words(key: str, /, **params: object) -> str:
    """A sentence of the command line."""
    return say(language(), f"cli.{key}", **params)


def _of_settings() -> Language:
    # Only here, because reading settings takes longer than all the rest of `affiche --help`.
    from affiche.errors import AfficheError
    from affiche.settings import read

    try:
        settings, _ = read()
    except AfficheError:
        # Whoever needs the settings says what is wrong with them.
        return "ko"
    return "en" if settings.language == "en" else "ko"
