"""Hangul in Latin letters, so that a name that no dictionary has can still be read. Pure.

Source: the Revised Romanization of Korean (Ministry of Culture and Tourism, notice 2000-8), letter
by letter: sounds that change where two syllables meet are left as they are written.
"""

from typing import Final

_FIRST: Final = "g kk n d tt r m b pp s ss  j jj ch k t p h"
_MIDDLE: Final = "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i"
_LAST: Final = " k k k n n n t l k m l l l p l m p p t t ng t t k t p t"
_BASE: Final = 0xAC00


def romanised(text: str) -> str:
    """With a capital where a run of syllables begins; all else as it stands."""
    made: list[str] = []
    inside = False
    for letter in text:
        place = ord(letter) - _BASE
        if not 0 <= place < 11_172:
            made.append(letter)
            inside = False
            continue
        first, rest = divmod(place, 588)
        middle, last = divmod(rest, 28)
        parts = ((_FIRST, first), (_MIDDLE, middle), (_LAST, last))
        syllable = "".join(letters.split(" ")[at] for letters, at in parts)
        made.append(syllable if inside else syllable.capitalize())
        inside = True
    return "".join(made)
