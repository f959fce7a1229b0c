"""The bytes of an output: out of base64, or from an address."""

import asyncio
from binascii import a2b_base64
from collections.abc import AsyncIterator
from typing import Final

from affiche.comfy.transport import MB, Limits
from affiche.engines.runpod.reading import begins
from affiche.errors import (
    AddressRefused,
    EngineUnreachable,
    FetchFailed,
    FetchFailedForNow,
    OutputBroken,
    OutputMissing,
    PictureTooLarge,
)
from affiche.fetch import Policy, picture_bytes

# A few milliseconds' work.
_PIECE: Final = MB
_PLAIN: Final = bytes.maketrans(b"-_", b"+/")
_BLANKS: Final = b" \t\r\n"


async def decoded(text: str, limit: int) -> AsyncIterator[bytes]:
    """The bytes that base64 stands for, perhaps with a data URI's prefix, line breaks, the
    alphabet of URLs, or without its padding. Raises PictureTooLarge, OutputBroken."""
    carried, size, first = b"", 0, begins(text)
    for start in range(first, len(text), _PIECE):
        try:
            plain = text[start : start + _PIECE].encode("ascii").translate(_PLAIN, _BLANKS)
            coded = carried + plain
            end = len(coded) // 4 * 4
            if start + _PIECE >= len(text):
                coded += b"=" * (-len(coded) % 4)
                end = len(coded)
            carried = coded[end:]
            piece = a2b_base64(coded[:end], strict_mode=True)
        except ValueError as error:
            raise OutputBroken(detail=f"not base64: {error}") from None
        size += len(piece)
        if size > limit:
            raise PictureTooLarge(limit=limit // MB)
        yield piece
        await asyncio.sleep(0)


async def fetched(url: str, limits: Limits, policy: Policy) -> bytes:
    """What lies at the address of a result, which only public hosts may have unless `policy`
    says so. Raises OutputMissing, PictureTooLarge, EngineUnreachable."""
    try:
        given = await picture_bytes(
            url, limit_bytes=limits.file_bytes, timeout=limits.upload, policy=policy
        )
    except FetchFailedForNow as error:
        raise EngineUnreachable(detail=f"the result's address: {error}") from error
    except (AddressRefused, FetchFailed) as error:
        if error.params.get("reason") == "too_large":
            raise PictureTooLarge(limit=limits.file_bytes // MB) from error
        raise OutputMissing(detail=f"the result's address: {error}") from error
    return given.data
