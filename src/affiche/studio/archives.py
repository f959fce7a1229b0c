"""Zip archives that somebody sends: looked through before anything is unpacked, and then read entry
by entry into memory, each within a limit. Nothing is ever written under a name that one holds.
"""

import stat
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import BinaryIO, Final

from affiche.errors import ArchiveRefused

MOST_ENTRIES: Final = 20_000
MOST_DIRECTORY: Final = 16 * 2**20
"""Bytes of an archive's list of contents, each entry of which takes ten times as much when read."""
_ENCRYPTED, _UTF8, _UNKNOWN = 0x1, 0x800, 0xFFFFFFFF
_TAIL: Final = 22 + 65_535
_UNREADABLE: Final = (
    zipfile.BadZipFile,
    ValueError,
    struct.error,
    OSError,
    NotImplementedError,
)
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """`path`: as whoever packed it named it; `size`: what it says it unpacks to, and no more than
    that is ever read of it."""

    path: str
    size: int
    is_link: bool
    info: zipfile.ZipInfo


class Damaged(Exception):
    """An entry cannot be unpacked to its end."""


class Archive:
    """One that was looked through. Its entries may be read from several threads."""

    def __init__(self, file: BinaryIO, *, most_bytes: int) -> None:
        """`most_bytes`: what all of it together may unpack to. Raises ArchiveRefused."""
        if _directory_size(file) > MOST_DIRECTORY:
            raise ArchiveRefused(reason="too_many", limit=MOST_ENTRIES)
        try:
            self._zip = zipfile.ZipFile(file)
        except _UNREADABLE as error:
            raise ArchiveRefused(reason="not_zip", detail=str(error)) from None
        infos = self._zip.infolist()
        if len(infos) > MOST_ENTRIES:
            raise ArchiveRefused(reason="too_many", limit=MOST_ENTRIES)
        if any(info.flag_bits & _ENCRYPTED for info in infos):
            raise ArchiveRefused(reason="encrypted")
        if sum(info.file_size for info in infos) > most_bytes:
            raise ArchiveRefused(reason="too_large", limit=most_bytes // 2**20)
        _check_apart(infos)
        found = [Entry(path_of(info), info.file_size, _is_link(info), info) for info in infos]
        self.entries = [entry for entry in found if not entry.path.endswith("/")]

    def read(self, entry: Entry) -> bytes:
        """Raises Damaged."""
        try:
            with self._zip.open(entry.info) as opened:
                return opened.read()
        except _BROKEN as error:
            raise Damaged(str(error)) from None


def path_of(info: zipfile.ZipInfo) -> str:
    """The name as its packer meant it, with slashes: UTF-8 if it says so or is it, else as Korean
    Windows writes it."""
    name = info.orig_filename
    if not info.flag_bits & _UTF8:
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        for encoding in ("utf-8", "cp949"):
            try:
                name = raw.decode(encoding) if raw else name
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _is_link(info: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(info.external_attr >> 16)


def _check_apart(infos: list[zipfile.ZipInfo]) -> None:
    """Entries that share their bytes are how a small archive becomes petabytes."""
    end = -1
    for info in sorted(infos, key=lambda each: each.header_offset):
        if info.header_offset < end:
            raise ArchiveRefused(reason="overlapping")
        # Behind the local head, whose length is at least this.
        end = info.header_offset + 30 + info.compress_size


def _directory_size(file: BinaryIO) -> int:
    """Bytes of the list of contents, as the archive's end says. Raises ArchiveRefused."""
    length = file.seek(0, 2)
    file.seek(max(0, length - _TAIL))
    tail = file.read(_TAIL)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise ArchiveRefused(reason="not_zip")
    (size,) = struct.unpack_from("<L", tail, at + 12)
    if size == _UNKNOWN:
        # The 64-bit form says it elsewhere, and where that is 20 bytes before.
        if at < 20 or tail[at - 20 : at - 16] != b"PK\x06\x07":
            raise ArchiveRefused(reason="not_zip")
        (where,) = struct.unpack_from("<Q", tail, at - 12)
        if where + 56 > length:
            raise ArchiveRefused(reason="not_zip")
        file.seek(where)
        (size,) = struct.unpack_from("<Q", file.read(56), 40)
    file.seek(0)
    return int(size)
