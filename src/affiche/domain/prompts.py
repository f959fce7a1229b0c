"""What a model is told: a prompt and a negative one, put together from parts. Pure.

Positive, as in seed 003: `{trigger_word}, {hair_style}, {skin_tone} skin, {caption}`, and behind it
`positive_prompt_suffix`. Negative: `{character.negative_prompt}, {negative_prompt_suffix}`. A part
that is empty leaves no comma.
"""

import re
from dataclasses import dataclass
from typing import Final

COMMAS: Final = ",，、"
"""Commas as the keyboards of Korea and its neighbours write them."""
_EMPTY: Final = re.compile(rf"\s*[{COMMAS}](?:\s*[{COMMAS}])+\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What of a character goes into prompts; any part may be empty."""

    trigger_word: str = ""
    hair_color: str = ""
    hair_style: str = ""
    skin_tone: str = ""
    negative_prompt: str = ""


@dataclass(frozen=True, slots=True)
class Prompts:
    positive: str
    negative: str


def build(
    look: Look, *, caption: str = "", positive_suffix: str = "", negative_suffix: str = ""
) -> Prompts:
    """Both prompts. `caption` and what `look` says are English, the suffixes as they were given or
    translated."""
    positive = joined(
        look.trigger_word,
        look.hair_style,
        _hair(look),
        _named(look.skin_tone, "skin"),
        caption,
        positive_suffix,
    )
    return Prompts(positive, joined(look.negative_prompt, negative_suffix))


def joined(*parts: str) -> str:
    """The parts in their order, by commas, those that say nothing left out. What stands in them is
    kept, but for commas with nothing between them and for line breaks."""
    said = (_EMPTY.sub(", ", " ".join(part.split())) for part in parts)
    return ", ".join(bare for part in said if (bare := part.strip(f"{COMMAS} ")))


def _hair(look: Look) -> str:
    """The colour, unless the style says it already, as “long brunette hair” does."""
    color = look.hair_color.strip(f"{COMMAS} ")
    if color and re.search(rf"(?<!\w){re.escape(color)}(?!\w)", look.hair_style, re.IGNORECASE):
        return ""
    return _named(color, "hair")


def _named(word: str, of: str) -> str:
    """“tan” → “tan skin”, and “tan skin” as it is."""
    bare = " ".join(word.split()).strip(f"{COMMAS} ")
    if not bare or bare.lower().split()[-1] == of:
        return bare
    return f"{bare} {of}"
