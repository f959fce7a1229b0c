"""The file that a backup is: a plain tar, so that any system can open it without us.

First `about.json`, then the tables in parts of compressed COPY text, then the objects as they are
(pictures do not shrink), then `manifest.json`, and last `sha256`, the digest of all that stands
before it. Only a whole archive ends so. Written and read from front to back, a piece at a time.
"""

import hashlib
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from affiche.errors import BackupBroken, BackupFailed

ABOUT, MANIFEST, DIGEST = "about.json", "manifest.json", "sha256"
TABLES, OBJECTS = "tables", "objects"
PIECE: Final = 1024 * 1024
LARGEST_PAGE: Final = 16 * 1024 * 1024
"""Of the pages at both ends, in bytes; far more than any studio's."""


class Writer:
    """Members one after another. Every call may raise OSError, as writing does."""

    def __init__(self, file: IO[bytes], seconds: int) -> None:
        """`seconds` since 1970: the time that the members bear."""
        self.file, self.seconds = file, seconds
        self._digest = hashlib.sha256()

    def add(self, name: str, data: bytes) -> None:
        self._begin(name, len(data))
        self._write(data)
        self._pad(len(data))

    def add_file(self, name: str, size: int, source: IO[bytes]) -> None:
        """Of a file that is too large to be held; `size` bytes from its beginning."""
        self._begin(name, size)
        source.seek(0)
        while piece := source.read(PIECE):
            self._write(piece)
        self._pad(size)

    def close(self) -> str:
        """Write the end; the digest."""
        whole = self._digest.hexdigest()
        self.add(DIGEST, whole.encode())
        self.file.write(tarfile.NUL * tarfile.BLOCKSIZE * 2)
        return whole

    def _begin(self, name: str, size: int) -> None:
        member = tarfile.TarInfo(name)
        member.size, member.mode, member.mtime = size, 0o600, self.seconds
        self.file.write(member.tobuf(tarfile.PAX_FORMAT))
        self._digest.update(_heading(name, size))

    def _write(self, data: bytes) -> None:
        self.file.write(data)
        self._digest.update(data)

    def _pad(self, size: int) -> None:
        self.file.write(tarfile.NUL * (-size % tarfile.BLOCKSIZE))


class Member:
    """One member while it is the reader's present one; read it once, from front to back."""

    def __init__(self, name: str, size: int, source: IO[bytes], digest: "hashlib._Hash") -> None:
        self.name, self.size = name, size
        self._source, self._digest = source, digest

    def read(self, most: int = PIECE) -> bytes:
        """The next bytes, none at its end; raises BackupBroken where they are missing."""
        try:
            data = self._source.read(most)
        except (tarfile.TarError, EOFError) as error:
            raise BackupBroken(reason="truncated", detail=str(error)) from error
        self._digest.update(data)
        return data

    def whole(self, limit: int = LARGEST_PAGE) -> bytes:
        if self.size > limit:
            raise BackupBroken(reason="damaged", detail=f"{self.name} has {self.size} bytes")
        return b"".join(iter(self.read, b""))


class Reader:
    """The members of an archive in their order; `digest` is the whole's, once all are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.digest: str | None = None
        self._running = hashlib.sha256()
        try:
            self._tar = tarfile.open(fileobj=file, mode="r|", bufsize=PIECE)  # noqa: SIM115
        except (tarfile.TarError, EOFError) as error:
            raise BackupBroken(reason="no_backup", detail=str(error)) from error

    def __iter__(self) -> Iterator[Member]:
        """All but the digest; what a caller leaves of a member is read all the same.

        Raises BackupBroken when the digest is not that of what was read, or is not there.
        """
        while (member := self._next()) is not None:
            if member.name == DIGEST:
                self._end(member)
                return
            self._running.update(_heading(member.name, member.size))
            yield member
            while member.read():
                pass
        raise BackupBroken(reason="truncated")

    def _end(self, member: Member) -> None:
        found = self._running.hexdigest()
        if member.whole(limit=64).decode("ascii", "replace") != found:
            raise BackupBroken(reason="damaged", detail="the digest differs")
        self.digest = found

    def _next(self) -> Member | None:
        try:
            found = self._tar.next()
            # It keeps every member's name for those who go back, and nobody does.
            self._tar.members.clear()  # type: ignore[attr-defined]
            source = self._tar.extractfile(found) if found else None
        except (tarfile.TarError, EOFError, ValueError) as error:
            raise BackupBroken(reason="truncated", detail=str(error)) from error
        if found is None:
            return None
        if source is None:
            raise BackupBroken(reason="damaged", detail=f"{found.name} is no file")
        return Member(found.name, found.size, source, self._running)


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Raises BackupBroken, also for a file that cannot be opened."""
    try:
        with path.open("rb") as file:
            yield Reader(file)
    except OSError as error:
        reason = "missing" if isinstance(error, FileNotFoundError) else "unreadable"
        raise BackupBroken(reason=reason, detail=str(error)) from error


@contextmanager
def appearing(path: Path) -> Iterator[IO[bytes]]:
    """A new file for its owner's eyes, under its name only once it is whole and on the disk.

    Raises BackupFailed when it cannot be written, or when the name is taken.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        if path.exists():
            raise FileExistsError(17, os.strerror(17))
        with open(os.open(partial, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
            try:
                yield file
                file.flush()
                os.fsync(file.fileno())
                if path.exists():
                    raise FileExistsError(17, os.strerror(17))
                partial.rename(path)
                _keep_name(path.parent)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> BackupFailed:
    reason = error.strerror or type(error).__name__
    return BackupFailed(path=path, reason=reason, detail=str(error))


def _keep_name(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _heading(name: str, size: int) -> bytes:
    return f"{name}\n{size}\n".encode()
