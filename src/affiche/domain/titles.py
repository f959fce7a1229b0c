"""What a work is called: what a language model answered, made a title or refused, and what a person
wrote, made plain. Pure.

Seed 001: Korean, ten characters at most; characters are counted as a reader counts them (grapheme
clusters, Unicode annex 29), so that a flag is one and a syllable that comes in three parts too.
"""

import unicodedata
from typing import Final

import regex  # type: ignore[import-untyped]

LONGEST: Final = 10
"""Characters of a title that a model gives."""
LONGEST_OWN: Final = 100
"""Characters of a title that a person gives."""
MOST_SIGNS_OWN: Final = 400
"""Code points of such a title."""
LONGEST_ANSWER: Final = 400
"""Code points of an answer that is looked at; whoever says more did not give a title."""
LONGEST_LINE: Final = 30
"""Characters of a title that may yet be cut; a longer line is a sentence."""
MOST_SIGNS: Final = 60
"""Code points of a title: a character may be made of several, but not of any number."""

_CLUSTER: Final = regex.compile(r"\X")
# What cannot be seen or turns the direction of writing; joiners hold emoji together.
_HIDDEN: Final = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}--\u200d]", regex.VERSION1)
_MARKUP: Final = regex.compile(r"[`*_#~<>{}\[\]|\\]+")
_LABEL: Final = regex.compile(
    r"(?:(?:한국어\s*|짧은\s*|작품\s*|이미지\s*)*(?:제목|타이틀)|(?:korean\s*)?title)"
    r"(?:은|는)?[\"'”]?\s*(?:[:：=\-–—]\s*|$)",
    regex.IGNORECASE,
)
_BULLET: Final = regex.compile(r"(?:[-•·▪◦※]|\d{1,2}[.)])\s+")
_EDGES: Final = " \t\"'“”‘’„‚«»‹›「」『』《》〈〉()（）【】.,;:、。，；：…-–—·\u200d"
_HANGUL: Final = regex.compile(r"[가-힣]")
_LETTER: Final = regex.compile(r"\p{L}")
_FOREIGN: Final = regex.compile(r"[\p{L}--\p{Hangul}--\p{Latin}]", regex.VERSION1)
# How a sentence ends that is said to somebody; a title does not.
_SPOKEN: Final = regex.compile(
    r"(?:니다|니까|세요|에요|예요|어요|아요|해요|십시오|시오|주라|하라|할게요|군요|네요)[!?~\s]*$"
)
_INSTRUCTION: Final = regex.compile(
    r"://|www\.|ignore|instruction|prompt|system|sorry|cannot|assistant|"
    r"제목|지시|프롬프트|무시|죄송|할 수 없|볼 수 없|10자|열 글자|이미지를 보고",
    regex.IGNORECASE,
)


def length(text: str) -> int:
    """Characters as a reader counts them."""
    return sum(1 for _ in _CLUSTER.finditer(text))


def plain(text: str) -> str:
    """On one line, composed (NFC), without what cannot be seen; "" if nothing is left."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    kept = _HIDDEN.sub("", spaced)
    return unicodedata.normalize("NFC", " ".join(kept.split())).strip("\u200d ")


def of_answer(text: str) -> str | None:
    """The title in a model's answer, of 1 to 10 characters with Hangul among them; None if there is
    none. Of a title it gives that title."""
    if len(text) > LONGEST_ANSWER:
        return None
    title = _line(text)
    while title is not None and (again := _title(title)) != title:
        title = again
    return title


def chosen(answer: str, fallback: str) -> str:
    """The title in the answer, or else the template's."""
    return of_answer(answer) or fallback


def _line(text: str) -> str | None:
    """The first line that says anything, beyond that a title follows."""
    return next((line for line in map(plain, text.splitlines()) if _bare(line)), None)


def _title(line: str) -> str | None:
    found = _bare(line)
    if length(found) > LONGEST_LINE or _INSTRUCTION.search(found) or _SPOKEN.search(found):
        return None
    short = _cut(found)
    letters, hangul = len(_LETTER.findall(short)), len(_HANGUL.findall(short))
    if _FOREIGN.search(short) or hangul * 2 < letters or not hangul or len(short) > MOST_SIGNS:
        return None
    return short


def _bare(line: str) -> str:
    """Without markup, bullets, labels and whatever it is wrapped in."""
    found = plain(_MARKUP.sub("", line)).strip(_EDGES)
    while (less := _stripped(found)) != found:
        found = less
    return found


def _stripped(text: str) -> str:
    text = _BULLET.sub("", text, count=1) if _BULLET.match(text) else text
    text = _LABEL.sub("", text, count=1) if _LABEL.match(text) else text
    return plain(text).strip(_EDGES)


def _cut(text: str) -> str:
    """The first ten characters; without the word in which they end, if enough is left."""
    clusters = _CLUSTER.findall(text)
    if len(clusters) <= LONGEST:
        return text
    short = "".join(clusters[:LONGEST])
    if clusters[LONGEST] != " ":
        whole = short.rpartition(" ")[0]
        if length(whole) * 2 >= LONGEST:
            short = whole
    return short.strip(_EDGES)
