"""What a language model said of a reference picture, taken as its caption or refused. Pure.

The English one becomes part of prompts, between commas (seed 003), so it must be words and nothing
that a prompt, a template or a workflow reads as more than words; the Korean one is for readers.
"""

from dataclasses import dataclass
from typing import Final

import regex  # type: ignore[import-untyped]

from affiche.domain.titles import plain

MOST_WORDS: Final = 60
LONGEST: Final = 500
"""Code points of a caption."""
LONGEST_KOREAN: Final = 300
LONGEST_ANSWER: Final = 2000
"""Code points of an answer that is looked at; whoever says more did not caption."""

_ENGLISH: Final = regex.compile(r"^\W*(?:EN|English|영어)\W*?[:：]\s*(.*)$", regex.I | regex.M)
_KOREAN: Final = regex.compile(r"^\W*(?:KO|Korean|한국어)\W*?[:：]\s*(.*)$", regex.I | regex.M)
_EDGES: Final = " \"'“”‘’«»*_`~.,;:!-–—"
_LATIN: Final = regex.compile(r"\p{Latin}")
# Beside other scripts what is small and raised: it looks like a letter and is none.
_FOREIGN: Final = regex.compile(r"[\p{L}--[\p{Latin}&&[\p{Lu}\p{Ll}\p{Lt}]]]", regex.VERSION1)
_HANGUL: Final = regex.compile(r"[가-힣]")
# Weights and loaders of prompts, placeholders, markup, paths and addresses.
_MORE_THAN_WORDS: Final = regex.compile(r"[{}<>\[\]|\\$`@#]|://|www\.|\)\s*:|:\s*\d")
# What a caption does not say: to whoever reads it, or of whoever wrote it.
_SPOKEN: Final = regex.compile(
    r"\b(?:ignore|disregard|instructions?|prompts?|system message|assistant|language model|"
    r"as an ai|i am|i'm|i can|i cannot|i can't|i will|unable to|sorry|cannot|can't|please|"
    r"you (?:must|should|can|are|need)|your|let me|here is|here's|sure|certainly|follow these|"
    r"step \d|output|respond|answer)\b",
    regex.IGNORECASE,
)
_SPOKEN_KOREAN: Final = regex.compile(
    r"지시|프롬프트|무시|죄송|할 수 없|볼 수 없|주세요|십시오|하세요|해드|인공지능"
)


@dataclass(frozen=True, slots=True)
class Caption:
    """Each on one line. `korean` is None where the model gave none that could be kept."""

    english: str
    korean: str | None = None


def of_answer(text: str) -> Caption | None:
    """The captions in an answer of the form "EN: …" and "KO: …" on lines of their own; an answer of
    one line without a label is the English one. None if there is no English caption in it."""
    if len(text) > LONGEST_ANSWER:
        return None
    named = _ENGLISH.findall(text)
    lines = [line for line in map(plain, text.splitlines()) if line]
    if len(named) > 1 or (not named and len(lines) != 1):
        return None
    english = _words(named[0] if named else lines[0])
    if english is None:
        return None
    korean = _KOREAN.findall(text)
    return Caption(english, _korean(korean[0]) if len(korean) == 1 else None)


def written(caption: Caption) -> str:
    """The answer that gives this caption."""
    lines = [f"EN: {caption.english}"]
    return "\n".join([*lines, f"KO: {caption.korean}"] if caption.korean else lines)


def _words(text: str) -> str | None:
    found = _stripped(text)
    if (
        not _LATIN.search(found)
        or len(found) > LONGEST
        or len(found.split()) > MOST_WORDS
        or _FOREIGN.search(found)
        or _MORE_THAN_WORDS.search(found)
        or _SPOKEN.search(found)
        or _KOREAN.match(found)
        or _ENGLISH.match(found)
    ):
        return None
    return found


def _korean(text: str) -> str | None:
    found = _stripped(text)
    strange = _MORE_THAN_WORDS.search(found) or _SPOKEN_KOREAN.search(found)
    if not _HANGUL.search(found) or strange or len(found) > LONGEST_KOREAN:
        return None
    return found


def _stripped(text: str) -> str:
    found = plain(text)
    while (less := plain(found.strip(_EDGES))) != found:
        found = less
    return found
