"""The one websocket to a server: reconnects by itself, for ever.

Nothing is replayed after a connection was lost, and messages about a run go to the client id it
was submitted with. So every connection has a fresh id (two sockets with one id silence each
other) and begins with `Connected`, at which the owner looks again at what it waits for.
"""

import asyncio
import json
import logging
import random
import uuid
from collections.abc import AsyncGenerator
from typing import Any, Final

import aiohttp

from affiche.comfy.messages import Connected, Message, parse_binary, parse_text
from affiche.comfy.transport import BytesSocket, Transport

_FIRST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 3.0
# A connection that lasted so long was a good one.
_STEADY: Final = 1.0
_FEATURES: Final = json.dumps(
    {"type": "feature_flags", "data": {"supports_preview_metadata": True}}
)
_log = logging.getLogger(__name__)
_chance = random.SystemRandom()


class Socket:
    """`client_id` is that of the connection that stands or is just being made; runs submitted
    while it is being made are covered by its `Connected`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.client_id = uuid.uuid4().hex
        self._open: BytesSocket | None = None

    async def renew(self) -> None:
        """Give up the connection that stands, if one does, for a new one."""
        if self._open is not None:
            await self._open.close()

    async def messages(self) -> AsyncGenerator[Message, None]:
        """Every message that is understood, for ever; one reader only."""
        clock = asyncio.get_running_loop().time
        pause = _FIRST_PAUSE
        while True:
            begun = clock()
            try:
                async with self._transport.websocket(self.client_id) as socket:
                    self._open = socket
                    # Only as the first message; then a preview says of which run it is.
                    await socket.send_str(_FEATURES)
                    yield Connected(self.client_id)
                    async for frame in socket:
                        message = _parsed(frame.type, frame.data)
                        if message is not None:
                            yield message
                _log.info("the socket was closed, code %s", socket.close_code)
            except (aiohttp.ClientError, TimeoutError, OSError) as error:
                _log.info("no socket: %s: %s", type(error).__name__, error)
            self.client_id, self._open = uuid.uuid4().hex, None
            if clock() - begun > _STEADY:
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause * _chance.uniform(0.5, 1.0))
            pause = min(pause * 2, _LONGEST_PAUSE)


def _parsed(kind: aiohttp.WSMsgType, data: Any) -> Message | None:
    if kind is aiohttp.WSMsgType.TEXT:
        return parse_text(data)
    return parse_binary(data) if kind is aiohttp.WSMsgType.BINARY else None
