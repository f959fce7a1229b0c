"""What a ComfyUI graph that somebody brings was asked for: prompts, seeds, models.

The graph is nobody's whom we know: any JSON at all. Nothing of it is loaded or run.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

T = TypeVar("T")

LONGEST: Final = 4 * 2**20
"""Characters of a graph."""
MOST_NODES: Final = 5000
_MOST: Final = 8
_LONGEST_TEXT: Final = 10_000
_DEEP: Final = 30
# How nodes that encode words, and those that hold them, call them.
_WORDS: Final = ("text", "prompt", "string", "value", "clip_l", "clip_g", "t5xxl", "text_g")
_SEEDS: Final = ("seed", "noise_seed")
_MODELS: Final = ("unet_name", "ckpt_name", "lora_name")


@dataclass(frozen=True, slots=True)
class Recollection:
    """Each at most eight, in the graph's order. `nodes`: how many the graph has."""

    nodes: int
    prompts: tuple[str, ...] = ()
    negatives: tuple[str, ...] = ()
    seeds: tuple[int, ...] = ()
    models: tuple[str, ...] = ()


def read(text: str) -> Recollection | None:
    """Of a graph in API format; None for anything else."""
    nodes = _nodes(text)
    if not nodes:
        return None
    told = list(nodes.values())
    away = _led_to(nodes, "negative")
    wanted = [*_led_to(nodes, "positive"), *_led_to(nodes, "conditioning")]
    if not wanted:
        encoders = (node for node in told if "Encode" in _class(node))
        wanted = [words for node in encoders for words in _words(node)]
    prompts = _once(words for words in wanted if words not in away)
    # Some samplers are given the same words for both.
    return Recollection(
        len(nodes),
        prompts or _once(wanted),
        _once(away) if prompts else (),
        _once(seed for node in told for seed in _numbers(node)),
        _once(name for node in told for name in _named(node)),
    )


def _nodes(text: str) -> dict[str, Mapping[str, Any]]:
    if len(text) > LONGEST:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict) or not 0 < len(found) <= MOST_NODES:
        return {}
    nodes: dict[str, Mapping[str, Any]] = {
        name: node
        for name, node in found.items()
        if isinstance(node, dict)
        and isinstance(node.get("class_type"), str)
        and isinstance(node.get("inputs"), dict)
    }
    return nodes if len(nodes) == len(found) else {}


def _led_to(nodes: Mapping[str, Mapping[str, Any]], name: str) -> list[str]:
    """The words behind every input of that name that is linked."""
    seen: set[str] = set()
    return [
        words
        for node in nodes.values()
        for words in _behind(nodes, _link(node["inputs"].get(name)), seen, _DEEP)
    ]


def _behind(
    nodes: Mapping[str, Mapping[str, Any]], start: str, seen: set[str], deep: int
) -> Iterator[str]:
    node = nodes.get(start)
    if node is None or start in seen or not deep:
        return
    seen.add(start)
    yield from _words(node)
    for value in node["inputs"].values():
        yield from _behind(nodes, _link(value), seen, deep - 1)


def _link(value: object) -> str:
    is_link = isinstance(value, list) and len(value) == 2 and isinstance(value[0], str)
    return value[0] if isinstance(value, list) and is_link else ""


def _class(node: Mapping[str, Any]) -> str:
    return str(node["class_type"])


def _words(node: Mapping[str, Any]) -> Iterator[str]:
    for name in _WORDS:
        value = node["inputs"].get(name)
        if isinstance(value, str) and value.strip():
            yield _plain(value)[:_LONGEST_TEXT]


def _numbers(node: Mapping[str, Any]) -> Iterator[int]:
    for name in _SEEDS:
        value = node["inputs"].get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**64:
            yield value


def _named(node: Mapping[str, Any]) -> Iterator[str]:
    for name in _MODELS:
        value = node["inputs"].get(name)
        if isinstance(value, str) and value.strip():
            yield _plain(value)[:200]


def _plain(text: str) -> str:
    """Without what no page can send."""
    return text.encode(errors="replace").decode().replace("\0", "").strip()


def _once(found: Iterable[T]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(found))[:_MOST]
