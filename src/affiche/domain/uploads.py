"""The ways in which a form's file field can be filled: three, told apart by their shape alone.

Nothing is fetched or decoded as a picture here; that is done where the bytes are.
"""

import binascii
import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

MAX_ADDRESS: Final = 2_048
"""Characters of a URL."""

_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DATA: Final = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w.+-]+=[^;,]*)*);base64,", re.I | re.A)


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file that was uploaded before; whose it is, is for the database to say."""

    id: UUID


@dataclass(frozen=True, slots=True)
class PictureAddress:
    """An http(s) URL, well formed; whether it may be fetched is for `affiche.fetch` to say."""

    url: str


@dataclass(frozen=True, slots=True)
class InlinePicture:
    """Bytes that came with the request, and the type their sender claimed for them, if any."""

    media_type: str | None
    data: bytes


UploadReference = UploadedFile | PictureAddress | InlinePicture


class NotAnUpload(ValueError):
    """`code` names a sentence under `forms.problems`, with `params`."""

    def __init__(self, code: str, **params: Any) -> None:
        self.code = code
        self.params = params
        super().__init__(code)


def reference(value: object, *, max_size: int) -> UploadReference:
    """What `value` refers to: a file id, an http(s) URL, a data URI, or base64 text.

    Raises NotAnUpload when it is none of them, or when inline data is more than `max_size` bytes
    (seen before it is decoded).
    """
    if isinstance(value, UploadedFile | PictureAddress | InlinePicture):
        return value
    if isinstance(value, UUID):
        return UploadedFile(value)
    if not isinstance(value, str):
        raise NotAnUpload("not_a_picture")
    value = value.strip()
    if _UUID.fullmatch(value):
        return UploadedFile(UUID(value))
    if value[:6].lower() in ("http:/", "https:"):
        return PictureAddress(_address(value))
    claimed, encoded = None, value
    if value[:5].lower() == "data:":
        head = _DATA.match(value)
        if head is None:
            raise NotAnUpload("not_a_picture")
        claimed, encoded = head[1], value[head.end() :]
    return InlinePicture(claimed and claimed.lower(), _decoded(encoded, max_size))


def _address(url: str) -> str:
    if len(url) > MAX_ADDRESS or not url.isprintable() or " " in url:
        raise NotAnUpload("bad_address")
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise NotAnUpload("bad_address")
    return url


def _decoded(text: str, max_size: int) -> bytes:
    # Line breaks, as `base64` writes them, add one character in 76; the rest is a third on top.
    if len(text) > max_size * 3 // 2 + 1_000:
        raise too_big(max_size)
    bare = "".join(text.split()).rstrip("=")
    if len(bare) * 3 // 4 > max_size:
        raise too_big(max_size)
    try:
        data = binascii.a2b_base64(bare + "=" * (-len(bare) % 4), strict_mode=True)
    except ValueError:
        raise NotAnUpload("not_a_picture") from None
    if not data:
        raise NotAnUpload("not_a_picture")
    return data


def too_big(max_size: int) -> NotAnUpload:
    return NotAnUpload("file_too_large", limit=megabytes(max_size))


def megabytes(size: int) -> str:
    """Bytes as people read them: "20", "0.5"."""
    return f"{size / 1024 / 1024:.3g}"
