"""Answers that are sent piece by piece, to clients that take them."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Final

from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from affiche.domain import names

SLOWEST_SECONDS: Final = 60.0
"""In which a client takes one piece of an archive."""


class BoundedStream(StreamingResponse):
    """A stream that ends where the client does not take one piece in so many `seconds`: what it
    holds is wanted by others. `pieces` are closed with it."""

    def __init__(
        self, pieces: AsyncGenerator[bytes], seconds: float, headers: Mapping[str, str]
    ) -> None:
        self.pieces, self.seconds = pieces, seconds
        super().__init__(pieces, headers=headers)

    async def stream_response(self, send: Send) -> None:
        async def sending(message: Message) -> None:
            async with asyncio.timeout(self.seconds):
                await send(message)

        try:
            async with aclosing(self.pieces):
                await super().stream_response(sending)
        except TimeoutError:
            self.let_go()

    def let_go(self) -> None:
        # Not an answer that looks complete.
        raise ClientDisconnect from None


class ZipStream(BoundedStream):
    """A zip under way, to be saved as `name`."""

    media_type = "application/zip"

    def __init__(self, name: str, pieces: AsyncGenerator[bytes]) -> None:
        headers = {"Content-Disposition": names.disposition(name, attachment=True)}
        super().__init__(pieces, SLOWEST_SECONDS, headers)
