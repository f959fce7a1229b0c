"""Korean prompts into readable English, by dictionary and a little grammar. Pure.

Korean has the verb last, the particle behind its noun and what describes a noun before it. Names
that no dictionary has are written in Latin letters; all else that is not Hangul stands as it is.
"""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Final

from affiche.emulators.llm.romanisation import romanised

_HANGUL: Final = re.compile(r"[가-힣ㄱ-ㅎㅏ-ㅣ]")
_PIECES: Final = re.compile(r"[,.!?;:\n]+|\"[^\"\n]*\"|“[^”\n]*”|'[^'\n]*'|[^\s,.!?;:\n]+")
_QUOTED: Final = tuple("\"“'")
_ENDS: Final = (
    "주세요",
    "줘요",
    "줘",
    "하세요",
    "해요",
    "하라",
    "해라",
    "해",
    "라",
    "고",
    "서",
    "요",
    "",
)


@cache
def _words() -> dict[str, dict[str, str]]:
    page = files("affiche.emulators.llm").joinpath("dictionary.toml").read_text(encoding="utf-8")
    return tomllib.loads(page)


@dataclass(slots=True)
class _Clause:
    """What was read of a clause so far: words of the phrase that is under way, and phrases by the
    part that they play in it."""

    words: list[str] = field(default_factory=list)
    objects: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    behind: list[str] = field(default_factory=list)
    manner: list[str] = field(default_factory=list)
    verb: str = ""

    def take(self) -> str:
        """The phrase that is under way, which is over now."""
        found = _phrase(self.words, self.behind)
        self.words, self.behind = [], []
        return found

    def said(self) -> str:
        left = self.take()
        if self.verb:
            parts = [self.verb, *self.subjects, *self.objects, left, *self.manner, *self.places]
        else:
            parts = [*self.manner, *self.subjects, left, *self.objects, *self.places]
        return " ".join(part for part in parts if part)


def translated(text: str) -> str:
    """The same in English, with a capital where it begins if it had Hangul there."""
    made, clause = "", _Clause()
    for piece in _PIECES.findall(text):
        if re.fullmatch(r"[,.!?;:\n]+", piece):
            made = _joined(made, clause.said()) + piece
            clause = _Clause()
        elif clause.verb and not piece.startswith(_QUOTED) and _part(piece)[0] != "manner":
            # Past its verb another clause begins, without a comma where Korean needs none.
            made, clause = _joined(made, clause.said()) + " and", _Clause()
            _read(clause, piece)
        else:
            _read(clause, piece)
    made = _joined(made, clause.said()).strip().removesuffix(" and")
    return made[:1].upper() + made[1:] if _HANGUL.match(text.lstrip()) else made


def _read(clause: _Clause, piece: str) -> None:
    if piece.startswith(_QUOTED) or not _HANGUL.search(piece):
        clause.words.append(piece)
        return
    kind, english = _part(piece)
    match kind:
        case "verb":
            clause.verb = english
        case "manner":
            clause.manner.append(english)
        case "describing":
            _describe(clause, english)
        case _:
            _noun(clause, kind, english)


def _noun(clause: _Clause, particle: str, english: str) -> None:
    clause.words.append(english)
    match particle:
        case "object":
            clause.objects.append(clause.take())
        case "subject":
            clause.subjects.append(clause.take())
        case "of":
            clause.words = [f"{clause.take()}'s"]
        case "and":
            clause.words.append("and")
        case "in" | "on" | "to" | "like":
            clause.places.append(f"{particle} {clause.take()}")


def _describe(clause: _Clause, english: str) -> None:
    """What was said last stands behind the noun that comes now."""
    before = clause.objects or clause.subjects
    what = clause.take() or (before.pop() if before else "")
    where = clause.places.pop() if clause.places and not what else ""
    clause.behind = [part for part in (english, what, where) if part]


def _phrase(words: list[str], behind: list[str]) -> str:
    """Only the article that stands first, and what describes it behind."""
    told: list[str] = []
    for word in words:
        article, _, rest = word.partition(" ")
        bare = rest if article in ("a", "an", "the") and rest else word
        follows = told and told[-1] != "and" and not told[-1].endswith("'s")
        told.append(bare if follows or (told and told[-1].endswith("'s")) else word)
    first = words[0].partition(" ")[0] if words else ""
    if len(told) > 1 and first not in ("a", "an", "the") and "and" not in told:
        article = words[-1].partition(" ")[0]
        if article in ("a", "an"):
            article = "an" if told[0][:1].lower() in tuple("aeiou") else "a"
        if article in ("a", "an", "the") and not told[0].endswith("'s"):
            told.insert(0, article)
    return " ".join([*told, *behind])


def _part(piece: str) -> tuple[str, str]:
    """The part that a word plays, and its English: a particle's name for nouns, "" for others."""
    words = _words()
    for kind in ("before", "manner", "describing"):
        if piece in words[kind]:
            return ("" if kind == "before" else kind), words[kind][piece]
    if piece in words["nouns"]:
        return "", words["nouns"][piece]
    for particle, meaning in words["particles"].items():
        stem = piece.removesuffix(particle)
        if stem != piece and stem in words["nouns"]:
            return meaning, words["nouns"][stem]
    if verb := _verb(piece):
        return "verb", verb
    for particle, meaning in words["particles"].items():
        stem = piece.removesuffix(particle)
        # A name of one syllable with a particle is rarer than one that ends like it.
        if stem != piece and (len(stem) > 1 or not _HANGUL.search(stem)) and stem:
            return meaning, romanised(stem)
    return "", romanised(piece)


def _verb(piece: str) -> str:
    for stem, english in _words()["verbs"].items():
        if piece.startswith(stem):
            rest = re.sub("^(어|하|해)", "", piece[len(stem) :])
            if rest in _ENDS:
                return english
    return ""


def _joined(made: str, more: str) -> str:
    if not more:
        return made
    return f"{made} {more}" if made and not made.endswith("\n") else made + more
