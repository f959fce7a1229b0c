"""GET /queue read as it comes: who waits and who runs, and nothing of the graphs that wait.

A queue of 100,000 prompts is hundreds of megabytes, nearly all of it graphs that nobody asked
for. So one entry is parsed at a time and dropped: in memory stay the ids and one piece of the
answer, and a thread that reads lets the loop in between two entries.
"""

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Graph = Mapping[str, Mapping[str, Any]]
# More than any graph; what goes on for longer without an end is no queue.
_LONGEST_ENTRY: Final = 32 * 1024 * 1024
_BLANK: Final = re.compile(r"[\s,]*")
_NUMBER: Final = re.compile(r"[\d.eE+-]*")
_KEY: Final = re.compile(r'("(?:[^"\\]|\\.)*")\s*:\s*(?=(.))', re.DOTALL)
_decode: Final = json.JSONDecoder().raw_decode


@dataclass(frozen=True, slots=True)
class Queue:
    """`running` by prompt id, with the graph of each; `waiting` by prompt id, with how many runs
    stand before it, the next one first. `seconds` is how long it took to come and to be read."""

    running: Mapping[str, Graph] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    seconds: float = field(default=0.0, compare=False)

    def __contains__(self, prompt_id: object) -> bool:
        return prompt_id in self.waiting or prompt_id in self.running


class QueueReader:
    """Takes the answer piece by piece; the pieces may end anywhere."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._enough = 0
        # Where we are: before the first brace, between two keys, in the list of this name.
        self._at = "start"
        self._running: dict[str, Graph] = {}
        self._waiting: list[tuple[float, str]] = []

    def feed(self, piece: bytes) -> None:
        """Raises ValueError once it is clear that this is no queue."""
        self._text += self._decoder.decode(piece)
        # A single huge entry is not tried anew with every piece.
        if len(self._text) >= self._enough:
            self._take()
            self._enough = 2 * len(self._text)

    def queue(self) -> Queue:
        """All that was read. Raises ValueError when it is cut off, or was no queue."""
        self._take()
        if self._at != "end":
            raise ValueError("cut off, or no queue")
        # They come unsorted; the lowest number is next.
        self._waiting.sort()
        waiting: dict[str, int] = {}
        for place, (_, prompt_id) in enumerate(self._waiting, len(self._running)):
            if prompt_id not in self._running:
                waiting.setdefault(prompt_id, place)
        return Queue(self._running, waiting)

    def _take(self) -> None:
        """Take in every entry that is there in whole."""
        text, at = self._text, 0
        while self._at != "end":
            found = _BLANK.match(text, at)
            begin = found.end() if found else at
            end = self._one(text, begin) if begin < len(text) else None
            if end is None:
                break
            at = end
        self._text = text[at:]
        if len(self._text) > _LONGEST_ENTRY:
            raise ValueError("an entry without an end")

    def _one(self, text: str, begin: int) -> int | None:
        """Take in what begins at `begin`; where it ends, None while it is not whole."""
        if self._at == "start":
            if text[begin] != "{":
                raise ValueError("no queue")
            self._at = "keys"
            return begin + 1
        if self._at == "keys":
            return self._key(text, begin)
        if text[begin] == "]":
            self._at = "keys"
            return begin + 1
        entry, end = _whole(text, begin)
        if end is not None:
            self._entry(entry)
        return end

    def _key(self, text: str, begin: int) -> int | None:
        if text[begin] == "}":
            self._at = "end"
            return begin + 1
        key = _KEY.match(text, begin)
        if key is None:
            return None
        if key[1] in ('"queue_running"', '"queue_pending"') and key[2] == "[":
            self._at = key[1].strip('"')
            return key.end() + 1
        return _whole(text, key.end())[1]

    def _entry(self, entry: Any) -> None:
        match entry:
            case [int() | float() as number, str() as prompt_id, *rest]:
                if self._at == "queue_pending":
                    self._waiting.append((number, prompt_id))
                else:
                    graph = rest[0] if rest else None
                    self._running[prompt_id] = graph if isinstance(graph, dict) else {}


def _whole(text: str, begin: int) -> tuple[Any, int | None]:
    """The value at `begin` and where it ends; None for the end while more of it may come."""
    try:
        value, end = _decode(text, begin)
    except json.JSONDecodeError:
        return None, None
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    # Half of a number is a number too.
    more = _NUMBER.match(text, end)
    end = more.end() if more else end
    return value, end if end < len(text) else None
