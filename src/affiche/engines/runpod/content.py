"""A JSON body with pictures in it, sent without ever being held whole.

Its size is known to the byte before anything is encoded, and it knows how far it was sent: a server
that did not get the last byte cannot have understood the request.
"""

import json
from binascii import b2a_base64
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

# A multiple of three, so that pieces join without padding; a fraction of a millisecond each.
_PIECE: Final = 3 * 64 * 1024


@dataclass(frozen=True, slots=True)
class Base64:
    """Stands in a value for the string that `data` is in base64."""

    data: bytes

    @property
    def size(self) -> int:
        return -(-len(self.data) // 3) * 4


class Content:
    """`value` as JSON in ASCII, in which `Base64` may stand wherever a string may.

    `size` in bytes; `sent` once the last byte was handed over. To be sent once. Raises TypeError
    or ValueError for what is no JSON, such as NaN.
    """

    def __init__(self, value: Any) -> None:
        self._parts: list[bytes | Base64] = []
        text: list[str] = []
        for part in _parts(value):
            if isinstance(part, str):
                text.append(part)
                continue
            self._parts += ["".join(text).encode("ascii"), part]
            text.clear()
        # Text always: a value that holds anything ends with a bracket, a quote or a digit.
        self._last = "".join(text).encode("ascii")
        self.size = len(self._last) + sum(
            part.size if isinstance(part, Base64) else len(part) for part in self._parts
        )
        self.sent = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            if isinstance(part, bytes):
                yield part
                continue
            for at in range(0, len(part.data), _PIECE):
                yield b2a_base64(part.data[at : at + _PIECE], newline=False)
        self.sent = True
        yield self._last


def _parts(value: Any) -> Iterator[str | Base64]:
    """The JSON of `value` in pieces, with the pictures between them as they are."""
    if isinstance(value, Base64):
        yield '"'
        yield value
        yield '"'
    elif isinstance(value, Mapping):
        yield "{"
        for number, (key, held) in enumerate(value.items()):
            yield f"{', ' if number else ''}{json.dumps(str(key))}: "
            yield from _parts(held)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for number, held in enumerate(value):
            yield ", " if number else ""
            yield from _parts(held)
        yield "]"
    else:
        yield json.dumps(value, allow_nan=False)
