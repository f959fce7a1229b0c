"""What a prompt asks for, as far as a painter without understanding can tell.

`words.toml` holds families of Korean and English words; what no family covers steers through a
digest.
"""

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, Literal, cast

Setting = Literal[
    "beach", "lake", "mountain", "forest", "city", "desert", "space", "studio", "meadow", "sky"
]
Hour = Literal["dawn", "day", "sunset", "dusk", "night"]

Families = Mapping[str, frozenset[str]]

_PLACES: Final[tuple[Setting, ...]] = ("mountain", "studio", "lake", "sky", "meadow", "beach")
_SEASONS: Final = frozenset(("spring", "summer", "autumn", "snow", "rain", "neon", "bokeh"))
_PHRASES: Final = {"black and white": "monochrome", "black & white": "monochrome"}
_WORD: Final = re.compile(r"[a-z]+|[가-힣]+")
_HANGUL: Final = re.compile(r"[가-힣]")


@dataclass(frozen=True, slots=True)
class Wish:
    """What was read: a place, a time of day, touches, colours (`#rrggbb`), and a digest that
    differs for every text. `named` says whether the place was asked for or only drawn, `cued`
    whether at least a time or a season was."""

    setting: Setting
    hour: Hour
    touches: frozenset[str]
    colours: tuple[str, ...]
    named: bool
    cued: bool
    digest: int


@cache
def families() -> Mapping[str, Families]:
    """`settings`, `hours`, `touches`, `colours` and `prints`: the words of each family by its name;
    and `endings`, what may follow a Korean word of one syllable."""
    page = files("affiche.emulators.comfyui.painter").joinpath("words.toml")
    tables = tomllib.loads(page.read_text(encoding="utf-8"))
    return {
        table: {name: frozenset(words.split()) for name, words in rows.items()}
        for table, rows in tables.items()
    }


def read(prompt: str, negative: str = "") -> Wish:
    """The wish in `prompt`; families that `negative` names are left out."""
    words, unwanted = _words(prompt), _words(negative)
    found = {name: _found(words, table, unwanted) for name, table in families().items()}
    digest = int.from_bytes(hashlib.sha256(f"{prompt}\0{negative}".encode()).digest()[:8], "big")
    touches = frozenset(found["touches"])
    setting = cast(Setting, found["settings"][0]) if found["settings"] else _drawn(touches, digest)
    named = bool(found["settings"])
    hour = cast(Hour, found["hours"][0]) if found["hours"] else None
    return Wish(
        setting=setting,
        hour=hour or _hour(setting, touches, digest, named),
        touches=touches,
        colours=tuple(found["colours"])[:2],
        named=named,
        cued=named or hour is not None or bool(touches & _SEASONS),
        digest=digest,
    )


def named(text: str, table: str) -> frozenset[str]:
    """The families of `table` that `text` names."""
    return frozenset(_found(_words(text), families()[table], []))


def _drawn(touches: frozenset[str], digest: int) -> Setting:
    """A place when no word tells it."""
    if "snow" in touches:
        return "mountain"
    if touches & {"spring", "autumn"}:
        return "meadow"
    if touches & {"neon", "bokeh"}:
        return "city"
    return _PLACES[digest % len(_PLACES)]


def _hour(setting: Setting, touches: frozenset[str], digest: int, named: bool) -> Hour:
    """The light when no word tells it."""
    if setting == "space" or "neon" in touches:
        return "night"
    if touches & {"gold", "autumn"}:
        return "sunset"
    if setting == "studio" or touches & {"snow", "spring", "summer", "rain", "cloudy"} or named:
        return "day"
    hours: tuple[Hour, ...] = ("day", "sunset", "dawn", "dusk")
    return hours[digest // 7 % len(hours)]


def _words(text: str) -> list[str]:
    text = text.lower()
    for phrase, word in _PHRASES.items():
        text = text.replace(phrase, word)
    return _WORD.findall(text)


def _found(words: list[str], table: Families, unwanted: list[str]) -> list[str]:
    """The families whose words appear, in the order of their first appearance."""
    places = {}
    for name, family in table.items():
        if any(_is(word, key) for word in unwanted for key in family):
            continue
        hits = [i for i, word in enumerate(words) if any(_is(word, key) for key in family)]
        if hits:
            places[name] = hits[0]
    return sorted(places, key=lambda name: places[name])


def _is(word: str, key: str) -> bool:
    """Korean words carry their particles at the end: 해변으로, 노을이. One-syllable keys only
    take a short one, so that 산 is not found in 산책로 nor 비 in 비누."""
    if word == key:
        return True
    if not _HANGUL.match(key) or not word.startswith(key):
        return False
    rest = word[len(key) :]
    return len(key) > 1 or rest in families()["endings"]["korean"]
