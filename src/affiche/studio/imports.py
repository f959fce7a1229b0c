"""Bringing references: one picture, an archive, a folder. What is there already is known by its
content before it is decoded, so that an import that broke off is simply begun again."""

import asyncio
import hashlib
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final
from uuid import UUID

from affiche.domain import collections, names
from affiche.domain.collections import Found, Listing
from affiche.errors import FieldProblem, PictureError, PictureTooLarge
from affiche.pictures.threads import AT_ONCE
from affiche.studio import references, uploads
from affiche.studio.archives import Archive, Damaged
from affiche.studio.projects import project_of
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio

MOST_UNPACKED: Final = 20 * 2**30
"""Bytes that an archive may unpack to; what is held of it at once is a few pictures."""
MOST_WORDS: Final = 64 * 1024
"""Bytes of a text beside a picture."""
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Brought:
    """A picture as it came, with the words that came with it."""

    data: bytes
    filename: str
    category: str = ""
    caption: str | None = None
    caption_ko: str | None = None


@dataclass(frozen=True, slots=True)
class Imported:
    """`added` and `known` by their ids, those that came twice among the latter; `refused`: by path,
    what is wrong with each; `passed_over`: how many were no pictures at all."""

    added: tuple[UUID, ...]
    known: tuple[UUID, ...]
    refused: tuple[FieldProblem, ...]
    passed_over: int


async def bring(
    studio: Studio,
    caller: Caller,
    brought: Brought,
    *,
    project_id: UUID | None = None,
    is_demo: bool = False,
) -> tuple[Reference, bool]:
    """The reference, and whether it is new to the project.

    Raises a PictureError, NotFound, StorageFull.
    """
    project = await project_of(studio, caller, project_id)
    digest = hashlib.sha256(brought.data).digest()
    known = await _known(studio, project.id, [digest])
    found = known.get(digest)
    added = found is None and await _add(studio, caller, project.id, brought, digest, is_demo)
    if not added:
        # Somebody else may have brought it at the same moment.
        found = found or (await _known(studio, project.id, [digest]))[digest]
    return await references.get(studio, caller, added or found or digest.hex()), bool(added)


async def bring_archive(
    studio: Studio,
    caller: Caller,
    file: BinaryIO,
    *,
    project_id: UUID | None = None,
    category: str | None = None,
    tell: Tell | None = None,
) -> Imported:
    """Every picture in a zip archive. Raises ArchiveRefused, NotFound, StorageFull."""
    archive = await asyncio.to_thread(Archive, file, most_bytes=MOST_UNPACKED)
    by_path = {entry.path: entry for entry in archive.entries}
    limit = studio.limits.bytes
    refused = [
        FieldProblem(_shown(entry.path), "archive_link")
        for entry in archive.entries
        if entry.is_link
    ]
    listing = collections.listing(
        (path for path, entry in by_path.items() if not entry.is_link), category=category
    )
    refused += [FieldProblem(_shown(path), "archive_path") for path in listing.strange]

    def read(path: str, most: int | None = None) -> bytes:
        entry = by_path[path]
        if entry.size > (most or limit):
            raise PictureTooLarge(limit=studio.limits.megabytes)
        return archive.read(entry)

    return await _bring_all(studio, caller, listing, read, refused, project_id, tell)


async def bring_folder(
    studio: Studio,
    caller: Caller,
    folder: Path,
    *,
    project_id: UUID | None = None,
    category: str | None = None,
    tell: Tell | None = None,
) -> Imported:
    """Every picture in a folder of this machine and those below it; links are not followed.

    Raises NotFound, StorageFull, OSError for a folder that cannot be read.
    """
    limit = studio.limits.bytes

    def listed() -> Listing:
        paths = (path.relative_to(folder).as_posix() for path in _within(folder))
        root = folder.resolve().name
        return collections.listing(sorted(paths), category=category, root=root)

    def read(path: str, most: int | None = None) -> bytes:
        with (folder / path).open("rb") as opened:
            data = opened.read((most or limit) + 1)
        if len(data) > (most or limit):
            raise PictureTooLarge(limit=studio.limits.megabytes)
        return data

    listing = await asyncio.to_thread(listed)
    return await _bring_all(studio, caller, listing, read, [], project_id, tell)


async def _bring_all(
    studio: Studio,
    caller: Caller,
    listing: Listing,
    read: Callable[..., bytes],
    refused: list[FieldProblem],
    project_id: UUID | None,
    tell: Tell | None,
) -> Imported:
    """A few at a time, so that memory holds a few pictures however many there are."""
    project = await project_of(studio, caller, project_id)
    added: list[UUID] = []
    known: list[UUID] = []
    for at in range(0, len(listing.pictures), 2 * AT_ONCE):
        some = listing.pictures[at : at + 2 * AT_ONCE]
        read_ones = await asyncio.gather(*(asyncio.to_thread(_read, read, each) for each in some))
        taken: dict[bytes, Brought] = {}
        again: list[bytes] = []
        for each in read_ones:
            if isinstance(each, FieldProblem):
                refused.append(each)
            elif (digest := hashlib.sha256(each.data).digest()) in taken:
                again.append(digest)
            else:
                taken[digest] = each
        there = await _known(studio, project.id, list(taken))
        known += there.values()
        outcomes = await asyncio.gather(
            *(
                _tried(studio, caller, project.id, brought, digest)
                for digest, brought in taken.items()
                if digest not in there
            )
        )
        for outcome in outcomes:
            if isinstance(outcome, FieldProblem):
                refused.append(outcome)
            elif outcome is not None:
                added.append(outcome)
        if again:
            kept = await _known(studio, project.id, again)
            known += [kept[digest] for digest in again if digest in kept]
        if tell is not None:
            tell(min(at + len(some), len(listing.pictures)), len(listing.pictures))
    return Imported(tuple(added), tuple(known), tuple(refused), listing.passed_over)


def _read(read: Callable[..., bytes], found: Found) -> Brought | FieldProblem:
    try:
        data = read(found.path)
    except PictureTooLarge as error:
        return FieldProblem(_shown(found.path), error.code, tuple(error.params.items()))
    except (Damaged, OSError):
        return FieldProblem(_shown(found.path), "archive_damaged")
    return Brought(
        data,
        found.filename,
        found.category,
        _words(read, found.caption),
        _words(read, found.caption_ko),
    )


def _words(read: Callable[..., bytes], path: str | None) -> str | None:
    """What stands in the text beside a picture; one that cannot be read is none."""
    if path is None:
        return None
    try:
        return collections.caption_from(read(path, MOST_WORDS))
    except (PictureTooLarge, Damaged, OSError):
        return None


async def _tried(
    studio: Studio, caller: Caller, project_id: UUID, brought: Brought, digest: bytes
) -> UUID | FieldProblem | None:
    try:
        return await _add(studio, caller, project_id, brought, digest, is_demo=False)
    except PictureError as error:
        return FieldProblem(_shown(brought.filename), error.code, tuple(error.params.items()))


async def _add(
    studio: Studio,
    caller: Caller,
    project_id: UUID,
    brought: Brought,
    digest: bytes,
    is_demo: bool,
) -> UUID | None:
    """None where the same picture came in at the same time; then this one's file is nobody's, and
    is swept."""
    checked = await uploads.check(brought.data, studio.limits)
    file = await uploads.keep(studio, caller.id, checked, brought.filename, project_id=project_id)
    async with studio.database.as_service() as service:
        found: UUID | None = await service.value(
            "references.add",
            id=studio.new_id(),
            project_id=project_id,
            user_id=caller.id,
            filename=names.bare(brought.filename) or "picture",
            category=collections.checked_category(brought.category),
            file_id=file.id,
            sha256=digest,
            caption=collections.caption(brought.caption or ""),
            caption_ko=collections.caption(brought.caption_ko or ""),
            is_demo=is_demo,
        )
    return found


async def _known(studio: Studio, project_id: UUID, digests: Sequence[bytes]) -> dict[bytes, UUID]:
    async with studio.database.as_service() as service:
        rows: list[dict[str, Any]] = await service.rows(
            "references.of_content", project_id=project_id, digests=list(digests)
        )
    return {bytes.fromhex(row["digest"]): row["id"] for row in rows}


def _within(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.is_symlink():
            continue
        if path.is_dir():
            yield from _within(path)
        elif path.is_file():
            yield path


def _shown(path: str) -> str:
    """A path as it is told: what no name should hold is left out, and a long one cut."""
    return "/".join(filter(None, map(names.bare, path.replace("\\", "/").split("/"))))[-200:] or "?"


def opened(data: bytes) -> BinaryIO:
    return io.BytesIO(data)
