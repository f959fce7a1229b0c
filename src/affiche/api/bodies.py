"""Reading what was sent: bounded while it arrives, and strictly."""

import asyncio
import json
import math
import re
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, Final, NoReturn

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from affiche.api import auth
from affiche.api.budget import Share
from affiche.api.problems import Refused
from affiche.errors import (
    AfficheError,
    EncodingRefused,
    MediaTypeRefused,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)

SILENCE_SECONDS: Final = 30.0
SLOWEST: Final = 16 * 1024
"""Bytes a second that a body must come with on the whole, the first half minute apart."""
DEEPEST: Final = 32
MOST_VALUES: Final = 20_000
SLACK: Final = 256 * 1024
"""Bytes of a JSON body beside the picture in it, and signs of a text that is no picture."""
LONG: Final = 64 * 1024
"""Bytes from which on reading JSON would hold up other requests."""
LONGEST_NUMBER: Final = 400
"""Digits, more than any number that a double can hold has before its point."""

_HIGH: Final = bytes(range(128, 256))
_RAW: Final = re.compile(rb"[\x80-\xff]+")
_PAST_ASCII: Final = re.compile(rb"[\x80-\xff]+|\\u")
_ESCAPED: Final = re.compile(rb"(?<!\\)(?:\\\\)*+\\[\x80-\xff]")
"""A backslash that would be taken for the escape's own."""

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


async def pieces(request: Request, limit: int, error: AfficheError) -> AsyncIterator[bytes]:
    """The body as it arrives; raises `error` past `limit` bytes, and before they are read if the
    client said so; RequestStalled when nothing came for half a minute, or far too little;
    EncodingRefused for a compressed one, and Busy when there is no room to hold it."""
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise EncodingRefused
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise error
    share: Share = request.state.share
    clock = asyncio.get_running_loop().time
    taken, late, stream = 0, clock() + SILENCE_SECONDS, aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout_at(min(clock() + SILENCE_SECONDS, late)):
                piece = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise RequestStalled from None
        taken += len(piece)
        if taken > limit:
            raise error
        late += len(piece) / SLOWEST + await share.take(len(piece))
        yield piece


async def whole(request: Request, limit: int, error: AfficheError) -> bytes:
    data = bytearray()
    async for piece in pieces(request, limit, error):
        data += piece
    return bytes(data)


def limit_of_json(upload_mb: int) -> int:
    """Bytes: a picture of the largest size as base64, and the words around it."""
    return upload_mb * 2**20 * 4 // 3 + SLACK


def parsed(data: bytes) -> Any:
    """JSON as RFC 8259 has it and no more: no NaN, no key twice, no lone surrogate; not too deep,
    not too many values, no endless number or text. Raises RequestUnreadable."""
    # Counted first, because a byte of brackets becomes a hundred of objects.
    if sum(data.count(mark) for mark in (b",", b"[", b"{")) > MOST_VALUES:
        raise RequestUnreadable(reason="json_values", limit=MOST_VALUES)
    try:
        found = json.loads(
            _text(data),
            object_pairs_hook=_object,
            parse_constant=_no_number,
            parse_float=_finite,
            parse_int=_whole,
        )
    except RecursionError:
        raise RequestUnreadable(reason="json_deep", limit=DEEPEST) from None
    except UnicodeDecodeError:
        raise RequestUnreadable(reason="json_utf8") from None
    except ValueError as error:
        raise RequestUnreadable(reason="json", detail=str(error)) from None
    _check(found)
    return found


def _text(data: bytes) -> str:
    """`data` decoded; where it is long, with escapes for what is past ASCII, of which a single
    sign would make the whole four times as large. Raises RequestUnreadable, UnicodeDecodeError."""
    if len(data) <= SLACK or (data.isascii() and b"\\u" not in data):
        return data.decode()
    if data.count(b"\\u") + len(data) - len(data.translate(None, _HIGH)) > SLACK:
        raise RequestUnreadable(reason="json_long", limit=SLACK)
    # Backslashes in pairs first: the quote behind such a pair is none that they escape.
    marked = data.replace(b"\\\\", b"__").replace(b'\\"', b"\\_")
    for sign in _PAST_ASCII.finditer(data):
        start, end = sign.span()
        before = marked.rfind(b'"', max(0, start - SLACK), start)
        if before < 0 or marked.find(b'"', end, end + SLACK) < 0:
            raise RequestUnreadable(reason="json_long", limit=SLACK)
    if _ESCAPED.search(data):
        raise RequestUnreadable(reason="json")
    return _RAW.sub(lambda raw: json.dumps(raw[0].decode())[1:-1].encode(), data).decode()


class StrictRequest(Request):
    """A request whose body is JSON, read by the rules above and only for whoever may ask.

    `body` says no more than whether there is one: what was sent is let go of as soon as it is
    parsed, where FastAPI would keep it beside the result until the answer.
    """

    _sent: bytes | None = None

    async def body(self) -> bytes:
        if self._sent is None:
            try:
                await auth.caller(self)
                self._sent = await self._read()
            except AfficheError as refusal:
                raise Refused(refusal) from None
        return b"{}" if self._sent else b""

    async def json(self) -> Any:
        data, self._sent = self._sent or b"", b""
        try:
            if len(data) <= LONG:
                return parsed(data)
            share: Share = self.state.share
            async with share.budget.parsing:
                return await asyncio.to_thread(parsed, data)
        except RequestUnreadable as error:
            raise Refused(error) from None

    async def _read(self) -> bytes:
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise MediaTypeRefused(accepted="application/json")
        limit = limit_of_json(self.app.state.studio.settings.upload_mb)
        return await whole(self, limit, RequestTooLarge(limit=math.ceil(limit / 2**20)))


class StrictRoute(APIRoute):
    """A route that reads its JSON body strictly."""

    def get_route_handler(self) -> Handler:
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            return await answer(StrictRequest(request.scope, request.receive))

        return handle


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise RequestUnreadable(reason="json_twice", key=_shown(key))
        made[key] = value
    return made


def _no_number(name: str) -> NoReturn:
    raise RequestUnreadable(reason="json_number", number=name)


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise RequestUnreadable(reason="json_digits", limit=LONGEST_NUMBER)
    return int(text)


def _finite(text: str) -> float:
    if len(text) > LONGEST_NUMBER:
        raise RequestUnreadable(reason="json_digits", limit=LONGEST_NUMBER)
    number = float(text)
    if math.isinf(number):
        raise RequestUnreadable(reason="json_number", number=text[:40])
    return number


def _check(found: Any) -> None:
    """Depth and text, without recursion."""
    level, depth = [found], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            raise RequestUnreadable(reason="json_deep", limit=DEEPEST)
        deeper: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                deeper += value.values()
                for key in value:
                    _check_text(key)
            elif isinstance(value, list):
                deeper += value
            elif isinstance(value, str):
                _check_text(value)
        level = deeper


def _check_text(text: str) -> None:
    # A picture in base64 is ASCII; one sign past it makes a long text four times as large.
    if len(text) > SLACK and not text.isascii():
        raise RequestUnreadable(reason="json_long", limit=SLACK)
    try:
        text.encode()
    except UnicodeEncodeError:
        raise RequestUnreadable(reason="json_text") from None


def _shown(key: str) -> str:
    return key.encode(errors="replace").decode()[:100]
