"""The sentences as people write them, before they are compiled."""

from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from affiche.texts import Language

TEXTS: Final = Path(__file__).parents[2] / "src/affiche/texts"


def pages(language: Language) -> dict[str, Catalog]:
    """By the name of their room."""
    found = {}
    for path in sorted((TEXTS / language).glob("*.po")):
        with path.open("rb") as file:
            found[path.stem] = read_po(file, language, abort_invalid=True)
    return found


@cache
def catalogue(language: Language) -> dict[str, str]:
    """Every sentence of one language by its full key."""
    messages = [message for page in pages(language).values() for message in page]
    return {str(message.id): str(message.string) for message in messages if message.id}
