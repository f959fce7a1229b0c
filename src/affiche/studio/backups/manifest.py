"""The two pages of an archive: what it is, at its beginning, and what is in it, at its end."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_json

from affiche.db.dump import Schema
from affiche.db.migrate import Migration
from affiche.errors import BackupBroken, BackupNewer

KIND: Final = "affiche backup"
FORMAT: Final = 1
MOST_NAMED: Final = 1000
Page = TypeVar("Page", "Heading", "About", "Manifest")


@dataclass(frozen=True, slots=True)
class Heading:
    """What can be read of an archive of any version."""

    kind: str
    format: int
    version: str


@dataclass(frozen=True, slots=True)
class About:
    """`version`: the Affiche that made it; `made_at`: about when its snapshot was taken."""

    kind: str
    format: int
    version: str
    made_at: datetime
    schema: Schema


@dataclass(frozen=True, slots=True)
class Gap:
    """An object that a row names and that is not in the archive. `reason`: missing, damaged (it
    is not what its row says) or unreadable."""

    bucket: str
    key: str
    reason: str
    work_id: str | None
    file_id: str


@dataclass(slots=True)
class Manifest:
    """`rows` by table; `bytes` of all objects together; of the gaps the first thousand."""

    rows: dict[str, int] = field(default_factory=dict)
    objects: int = 0
    bytes: int = 0
    gaps: int = 0
    named_gaps: list[Gap] = field(default_factory=list)

    def add_gap(self, gap: Gap) -> None:
        self.gaps += 1
        if len(self.named_gaps) < MOST_NAMED:
            self.named_gaps.append(gap)


def written(page: About | Manifest) -> bytes:
    return to_json(asdict(page), indent=1)


def read(kind: type[Page], data: bytes) -> Page:
    """Raises BackupBroken for what is not such a page."""
    try:
        return TypeAdapter(kind).validate_json(data)
    except ValidationError as error:
        raise BackupBroken(reason="damaged", detail=str(error)[:300]) from error


def read_about(data: bytes, known: list[Migration]) -> About:
    """The first page; raises BackupNewer for an archive of a later version, and BackupBroken for
    what is none of ours or has another history than the migrations that we know."""
    heading = read(Heading, data)
    if heading.kind != KIND:
        raise BackupBroken(reason="no_backup")
    if heading.format > FORMAT:
        raise BackupNewer(version=heading.version)
    about = read(About, data)
    numbers = [number for number, _ in about.schema.migrations]
    if not numbers or max(numbers) > known[-1].number:
        raise BackupNewer(version=about.version) if numbers else BackupBroken(reason="no_backup")
    expected = tuple((m.number, m.digest) for m in known if m.number <= numbers[-1])
    if about.schema.migrations != expected:
        raise BackupBroken(reason="schema", detail=f"made by version {about.version}")
    return about


def summary(manifest: Manifest) -> dict[str, Any]:
    """For people and programs: counts and what is missing."""
    return {
        "works": manifest.rows.get("works", 0),
        "rows": sum(manifest.rows.values()),
        "objects": manifest.objects,
        "object_bytes": manifest.bytes,
        "gaps": manifest.gaps,
        "missing": [asdict(gap) for gap in manifest.named_gaps],
    }
