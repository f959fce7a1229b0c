"""The members of a zip that is made while it is sent."""

from collections.abc import AsyncIterator
from datetime import datetime
from stat import S_IFREG
from typing import Final

from stream_zip import ZIP_AUTO, AsyncMemberFile

MODE: Final = S_IFREG | 0o644
STORED: Final = 0
"""Pictures are compressed already."""
DEFLATED: Final = 6


def member(name: str, made: datetime, data: bytes, level: int = STORED) -> AsyncMemberFile:
    """One whose bytes are at hand."""
    return name, made, MODE, ZIP_AUTO(len(data), level=level), _once(data)


async def _once(data: bytes) -> AsyncIterator[bytes]:
    yield data
