"""Answers kept back and spoilt on the wire. Shared by the emulators."""

from collections.abc import Callable, MutableMapping
from typing import Any, Final, Protocol

from starlette.types import Message, Receive, Scope, Send

_JUNK: Final = b"\x00junk" * 200


class Spoils(Protocol):
    """A fault of the kinds `drop`, `junk`, `truncate` or `lie`."""

    @property
    def kind(self) -> str: ...
    @property
    def keep(self) -> int | None: ...


class Collected:
    """An answer kept back."""

    def __init__(self) -> None:
        self._start: MutableMapping[str, Any] = {}
        self.body = bytearray()

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
        else:
            self.body += message.get("body", b"")

    async def spoil(
        self,
        fault: Spoils,
        hang_up: Callable[[Any, bool], None],
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """The request was handled; do to its answer as planned."""
        if fault.kind == "drop":
            hang_up(scope["client"], True)
            await _gone(receive)
            return
        data = bytes(self.body)
        left = data[: len(data) // 2 if fault.keep is None else fault.keep]
        if fault.kind == "lie":
            await send(self._begin(len(data)))
            await send({"type": "http.response.body", "body": left, "more_body": True})
            hang_up(scope["client"], False)
            await _gone(receive)
            return
        said = _JUNK if fault.kind == "junk" else left
        await send(self._begin(len(said)))
        await send({"type": "http.response.body", "body": said})

    def _begin(self, length: int) -> Message:
        kept = [(k, v) for k, v in self._start["headers"] if k.lower() != b"content-length"]
        headers = [*kept, (b"content-length", b"%d" % length)]
        return {**self._start, "headers": headers}


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def read(receive: Receive) -> bytes:
    """The whole body of a request."""
    whole = bytearray()
    while True:
        message = await receive()
        whole += message.get("body", b"")
        if message["type"] != "http.request" or not message.get("more_body"):
            return bytes(whole)


def again(whole: bytes) -> Receive:
    """A body that was read, for whoever reads it next."""
    told = False

    async def receive() -> Message:
        nonlocal told
        body, told = (b"" if told else whole), True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


async def nothing() -> Message:
    return {"type": "http.disconnect"}
