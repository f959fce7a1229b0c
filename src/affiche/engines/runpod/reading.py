"""What a COMPLETED answer gave, whatever its shape: pure, and safe against any JSON.

Nothing about the shape is believed: a string is a picture if it is an address, or if it is base64
that begins as a picture does. Shapes: seeds 001 and 004; worker-comfyui before and since its
version 5; handlers that yield, whose outputs come as a list; our own worker.
"""

import re
from binascii import Error, a2b_base64
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from affiche.domain.observations import Output
from affiche.engines.runpod.figures import name
from affiche.pictures.kinds import sniff

Path = tuple[str | int, ...]
# Where one of these gives a picture, those after it are not looked at: they hold the same again,
# or something else.
_KEYS: Final = (
    "images",
    "output_images",
    "image",
    "image_base64",
    "base64",
    "data",
    "image_url",
    "url",
    "output",
    "result",
    "message",
)
_OTHERS: Final = (("videos", "videos"), ("gifs", "videos"), ("audio", "audio"), ("text", "text"))
_DEPTH: Final = 6
_MOST: Final = 256
# As much of a picture as its kind can be told from (pictures.kinds), in base64 and a little more.
_START: Final = 512
_DATA_URI: Final = re.compile(r"data:[\w.+/-]*(?:;[\w.=+-]+)*;base64,", re.ASCII | re.IGNORECASE)
_URL: Final = re.compile(r"https?://[!-~]{1,4000}", re.IGNORECASE)
_CODED: Final = re.compile(r"[A-Za-z0-9+/_-]+={0,2}", re.ASCII)


def outputs(run_id: str, answer: Mapping[str, Any]) -> tuple[Output, ...]:
    """Pictures first, each thing once. `ref` is an address `{"url"}`, or a place in this very
    answer `{"run", "at"}`, for `resolve`; with `stage` where the worker names it."""
    given: list[Output] = []
    at: Path = ("output",)
    value: Any = answer.get("output")
    if value is None:
        # Some put their results beside the status.
        at, value = (), {key: answer[key] for key in answer if key not in ("input", "status")}
    for kind, path, node, stage in _all(value, at):
        if len(given) == _MOST:
            break
        text = resolve(answer, path)
        assert text is not None
        ref: dict[str, Any] = {"run": run_id, "at": list(path)}
        if kind != "text" and is_url(text):
            ref = {"url": text}
        given.append(Output(node, kind, {**ref, **({"stage": stage} if stage else {})}))
    return tuple(given)


def resolve(answer: Any, at: Sequence[Any]) -> str | None:
    """The string at `at`, None if there is none."""
    for step in at:
        if isinstance(answer, Mapping) and isinstance(step, str):
            answer = answer.get(step)
        elif isinstance(answer, list) and type(step) is int and 0 <= step < len(answer):
            answer = answer[step]
        else:
            return None
    return answer if isinstance(answer, str) else None


def is_url(text: str) -> bool:
    return bool(_URL.fullmatch(text))


def begins(text: str) -> int:
    """Where the base64 begins: behind the prefix of a data URI, if there is one."""
    found = _DATA_URI.match(text)
    return found.end() if found else 0


_Found = tuple[str, Path, str, str]


def _all(value: Any, at: Path) -> Iterator[_Found]:
    yield from _pictures(value, at, "", "", _DEPTH)
    if isinstance(value, Mapping):
        for key, kind in _OTHERS:
            if isinstance(value.get(key), list):
                yield from _listed(kind, value[key], (*at, key))


def _pictures(value: Any, at: Path, node: str, stage: str, depth: int) -> Iterator[_Found]:
    if isinstance(value, str):
        if is_url(value) or _is_picture(value):
            yield "images", at, node, stage
    elif depth and isinstance(value, list):
        for number, item in enumerate(value):
            yield from _pictures(item, (*at, number), node, stage, depth - 1)
    elif depth and isinstance(value, Mapping):
        node, stage = name(value.get("node")) or node, name(value.get("stage")) or stage
        for key in _KEYS:
            found = _pictures(value.get(key), (*at, key), node, stage, depth - 1)
            first = next(found, None)
            if first is not None:
                yield first
                yield from found
                return


def _listed(kind: str, items: list[Any], at: Path) -> Iterator[_Found]:
    for number, item in enumerate(items):
        for key in ("data", "url", "text"):
            text = item.get(key) if isinstance(item, Mapping) else item
            if isinstance(text, str) and (kind == "text" or is_url(text) or _is_coded(text)):
                within = (key,) if isinstance(item, Mapping) else ()
                named = item if isinstance(item, Mapping) else {}
                node, stage = name(named.get("node")), name(named.get("stage"))
                yield kind, (*at, number, *within), node, stage
                break


def _is_picture(text: str) -> bool:
    start = _start(text)
    try:
        return sniff(a2b_base64(start)) is not None
    except Error:
        return False


def _is_coded(text: str) -> bool:
    return bool(_CODED.fullmatch(_start(text)))


def _start(text: str) -> str:
    """The first base64 in a plain form, cut where it can be decoded; "" for anything else."""
    at = begins(text)
    start = "".join(text[at : at + _START].split()).replace("-", "+").replace("_", "/")
    if not _CODED.fullmatch(start):
        return ""
    bare = start.rstrip("=")
    return bare[: len(bare) // 4 * 4]
