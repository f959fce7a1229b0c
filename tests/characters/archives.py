"""Zip archives, honest ones and others."""

import io
import stat
import struct
import zipfile
from collections.abc import Mapping


def zipped(entries: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return made.getvalue()


def named(raw: bytes, data: bytes, *, utf8: bool = False) -> bytes:
    """An archive with one entry whose name is exactly those bytes."""
    placeholder = "n" * len(raw)
    made = zipped({placeholder: data}, zipfile.ZIP_STORED).replace(placeholder.encode(), raw)
    if not utf8:
        return made
    whole = bytearray(made)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = whole.index(mark) + place
        struct.pack_into("<H", whole, at, 0x800)
    return bytes(whole)


def linked(name: str, target: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        info = zipfile.ZipInfo(name)
        info.create_system = 3
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, target)
    return made.getvalue()


def locked(data: bytes) -> bytes:
    """One that says that its entries are encrypted."""
    whole = bytearray(zipped({"a.png": data}))
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = whole.index(mark) + place
        struct.pack_into("<H", whole, at, 1)
    return bytes(whole)


def overlapping(data: bytes) -> bytes:
    """Two entries in the list of contents that are one in the archive."""
    whole = zipped({"a.png": data, "b.png": data})
    second = whole.rindex(b"PK\x01\x02")
    patched = bytearray(whole)
    struct.pack_into("<L", patched, second + 42, 0)
    return bytes(patched)


def boasting(data: bytes, size: int) -> bytes:
    """One whose entry says that it unpacks to `size` bytes."""
    whole = bytearray(zipped({"a.png": data}))
    struct.pack_into("<L", whole, whole.index(b"PK\x03\x04") + 22, size)
    struct.pack_into("<L", whole, whole.index(b"PK\x01\x02") + 24, size)
    return bytes(whole)


def crowded(count: int) -> bytes:
    return zipped({f"{number}.txt": b"" for number in range(count)}, zipfile.ZIP_STORED)
