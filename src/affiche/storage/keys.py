"""Names of stored objects: made from ids alone, checked again wherever they come in. Pure.

An object lies at `{bucket}/{key}`, so an output is at `works/{user}/{work}/{token}.png`.
"""

import re
from typing import Final, Literal, get_args
from uuid import UUID

from affiche.errors import NotFound
from affiche.pictures.kinds import EXTENSIONS

Bucket = Literal["works", "uploads", "thumbs"]
BUCKETS: Final[tuple[Bucket, ...]] = get_args(Bucket)

_MEDIA_TYPES: Final = {extension: media_type for media_type, extension in EXTENSIONS.items()}
# No dot at either end of a part, so neither "." nor ".." nor a hidden file can be named, and
# nothing that a disk, a URL or a shell would read as anything but a name.
_PART: Final = r"[a-z0-9](?:[a-z0-9_.-]{0,98}[a-z0-9])?"
_KEY: Final = re.compile(rf"{_PART}(?:/{_PART}){{0,7}}")


def work(user_id: UUID, work_id: UUID, token: UUID, media_type: str = "image/png") -> str:
    """In `works`: an output as the step with `token` stored it."""
    return f"{user_id}/{work_id}/{token}.{_extension(media_type)}"


def upload(user_id: UUID, file_id: UUID, media_type: str) -> str:
    """In `uploads`: a picture that somebody brought."""
    return f"{user_id}/{file_id}.{_extension(media_type)}"


def thumbnail(user_id: UUID, file_id: UUID, media_type: str) -> str:
    """In `thumbs`: the small picture of any file."""
    return f"{user_id}/{file_id}.{_extension(media_type)}"


def media_type(key: str) -> str:
    """What the ending of a key says; for a store that keeps no types itself."""
    return _MEDIA_TYPES.get(key.rpartition(".")[2], "application/octet-stream")


def located(bucket: str, key: str) -> str:
    """The path of an object in its store; raises NotFound for what can be none."""
    if bucket not in BUCKETS or not _KEY.fullmatch(key):
        raise NotFound(what="file")
    return f"{bucket}/{key}"


def _extension(media_type: str) -> str:
    return EXTENSIONS.get(media_type, "bin")
