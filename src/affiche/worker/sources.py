"""The bytes of the pictures that go in: decoded or fetched, and what their first bytes say."""

import asyncio
import hashlib
from dataclasses import dataclass

from affiche.domain.forms import PictureAddress
from affiche.errors import (
    AfficheError,
    PictureTooLarge,
    PictureTypeRefused,
    PictureUnknown,
)
from affiche.fetch import Policy, picture_bytes
from affiche.worker.plans import Wanted
from affiche.worker.settings import WorkerSettings


class PictureWrong(Exception):
    """`error` met the picture that was asked for at `path` of the input."""

    def __init__(self, path: str, error: AfficheError) -> None:
        self.path = path
        self.error = error
        super().__init__(f"{path}: {error}")


@dataclass(frozen=True, slots=True)
class Picture:
    """`name` is ASCII and follows from the bytes, so that a second upload finds the first."""

    name: str
    data: bytes
    media_type: str


async def picture(wanted: Wanted, settings: WorkerSettings) -> Picture:
    """The picture. Raises PictureWrong.

    Addresses are guarded as the server's are. Nothing is decoded to its pixels here: the one who
    reads the picture next is ComfyUI, and fails the run if it cannot.
    """
    try:
        if isinstance(wanted.source, PictureAddress):
            fetched = await picture_bytes(
                wanted.source.url,
                limit_bytes=settings.upload_bytes,
                timeout=settings.fetch_seconds,
                policy=Policy(allow_private=settings.fetch_private),
            )
            data = fetched.data
        else:
            data = wanted.source.data
        if len(data) > settings.upload_bytes:
            raise PictureTooLarge(limit=settings.upload_mb)
        return await asyncio.to_thread(_told, data)
    except AfficheError as error:
        raise PictureWrong(wanted.path, error) from error


def _told(data: bytes) -> Picture:
    # Loads libvips with it: in a thread, and not before a picture is there.
    from affiche.pictures.kinds import KINDS, foreign, sniff

    kind = sniff(data)
    if kind is None:
        accepted = ", ".join(facts.label for facts in KINDS.values())
        found = foreign(data)
        if found is None:
            raise PictureUnknown(accepted=accepted)
        raise PictureTypeRefused(found=found, accepted=accepted)
    digest = hashlib.sha256(data).hexdigest()[:32]
    return Picture(f"{digest}.{KINDS[kind].extension}", data, KINDS[kind].media_type)
