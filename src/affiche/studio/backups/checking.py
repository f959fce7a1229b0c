"""Whether an archive is whole, all of it read once; and reading what its members hold."""

import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from affiche.db import migrate
from affiche.errors import BackupBroken, NotFound
from affiche.storage.keys import located
from affiche.studio.backups import archive
from affiche.studio.backups.archive import Member
from affiche.studio.backups.manifest import About, Manifest, read, read_about


@dataclass(frozen=True, slots=True)
class Checked:
    """An archive that is whole; `digest` tells it from every other."""

    path: Path
    digest: str
    about: About
    manifest: Manifest


def check(path: Path) -> Checked:
    """Read all of it; blocks. Raises BackupBroken, or BackupNewer for a later version's."""
    about: About | None = None
    manifest: Manifest | None = None
    rows: Counter[str] = Counter()
    objects = size = 0
    with archive.reading(path) as reader:
        for member in reader:
            if about is None:
                about = _about(member)
            elif member.name == archive.MANIFEST:
                manifest = read(Manifest, member.whole())
            elif (table := table_of(member)) is not None:
                rows[table] += sum(piece.count(b"\n") for piece in unpacked(member))
            else:
                object_of(member)
                objects, size = objects + 1, size + member.size
    if about is None or manifest is None or reader.digest is None:
        raise BackupBroken(reason="truncated")
    tables = {table.name for table in about.schema.tables}
    # A table without rows has no parts.
    counted = {table: rows[table] for table in tables}
    if not (set(rows) <= tables and counted == manifest.rows):
        raise BackupBroken(reason="damaged", detail="the rows are not as many as its manifest says")
    if (objects, size) != (manifest.objects, manifest.bytes):
        raise BackupBroken(reason="damaged", detail="the objects are not those of its manifest")
    return Checked(path, reader.digest, about, manifest)


def table_of(member: Member) -> str | None:
    """The table whose rows the member holds, if it holds any."""
    room, _, rest = member.name.partition("/")
    return rest.partition("/")[0] if room == archive.TABLES else None


def object_of(member: Member) -> tuple[str, str]:
    """Bucket and key of the object that the member is; raises BackupBroken for a name that can be
    none, and so could lead elsewhere."""
    room, _, rest = member.name.partition("/")
    bucket, _, key = rest.partition("/")
    try:
        if room == archive.OBJECTS:
            located(bucket, key)
            return bucket, key
    except NotFound:
        pass
    raise BackupBroken(reason="damaged", detail=f"it has no place for {member.name!r}")


def unpacked(member: Member) -> Iterator[bytes]:
    """What a compressed member holds, in pieces of a megabyte at most."""
    unpacking = zlib.decompressobj(wbits=31)
    try:
        while data := member.read():
            while data:
                yield unpacking.decompress(data, archive.PIECE)
                data = unpacking.unconsumed_tail
    except zlib.error as error:
        raise BackupBroken(reason="damaged", detail=f"{member.name}: {error}") from error
    if not unpacking.eof:
        raise BackupBroken(reason="damaged", detail=f"{member.name} ends too early")


def _about(member: Member) -> About:
    if member.name != archive.ABOUT:
        raise BackupBroken(reason="no_backup")
    return read_about(member.whole(), migrate.migrations())
