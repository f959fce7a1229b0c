"""The pictures of works that somebody chose, as one zip that is made while it is sent: the pictures
under names that say what they are, and a table of what they were made with."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from stream_zip import AsyncMemberFile, async_stream_zip

from affiche.domain import parcels as rules
from affiche.domain import selections
from affiche.domain.subjects import subject_from
from affiche.errors import AfficheError, Busy, InvalidInputs
from affiche.pictures.kinds import EXTENSIONS
from affiche.studio.parcels import CHUNK, LARGEST
from affiche.studio.studio import Caller, Studio
from affiche.studio.zips import DEFLATED, member
from affiche.texts import Language, say

MOST_OPEN: Final = 3
"""In one process: each holds a thread whenever it reads."""
COLUMNS: Final = (
    *("file", "title", "tags", "stars", "template", "seed", "prompt", "english"),
    *("negative_prompt", "created_at", "work_id"),
)
_open: Final[set[object]] = set()


class Bundle:
    """Raises InvalidInputs for no works or too many, Busy while as many are sent as may be.
    `pieces` may be iterated once, and left at any moment."""

    def __init__(
        self, studio: Studio, caller: Caller, chosen: Sequence[UUID], language: Language
    ) -> None:
        if found := selections.problems(chosen):
            raise InvalidInputs(found)
        if len(_open) >= MOST_OPEN:
            raise Busy(detail="zips of pictures")
        self.studio, self.caller, self.language = studio, caller, language
        self.chosen = list(chosen)

    @property
    def name(self) -> str:
        return f"affiche-{self.studio.now():%Y%m%d-%H%M}.zip"

    async def pieces(self) -> AsyncGenerator[bytes]:
        place = object()
        _open.add(place)
        try:
            async for piece in async_stream_zip(self._members(), chunk_size=CHUNK):
                yield piece
        finally:
            _open.discard(place)

    async def _members(self) -> AsyncGenerator[AsyncMemberFile]:
        now = self.studio.now()
        rows = await self._rows()
        table = rules.table(COLUMNS, [dict(zip(COLUMNS, COLUMNS, strict=True)), *map(_line, rows)])
        yield member("works.csv", now, (rules.BOM + table).encode(), DEFLATED)
        missing: list[str] = []
        for row in rows:
            try:
                data = await self.studio.objects.read("works", row["object_key"], LARGEST)
            except AfficheError as error:
                missing.append(f"{row['file']}: {error.message(self.language)}")
                continue
            yield member(row["file"], row["created_at"], data)
        if missing:
            words = say(self.language, "batches.missing", n=len(missing))
            text = "\r\n".join((words, "", *missing, ""))
            yield member("missing.txt", now, (rules.BOM + text).encode(), DEFLATED)

    async def _rows(self) -> list[Mapping[str, Any]]:
        """One a picture, with the stars of its work and its name in the zip."""
        async with self.studio.database.as_user(self.caller.id) as transaction:
            rows = await transaction.rows("gallery.pictures", work_ids=self.chosen)
            stars = await transaction.rows("gallery.stars", work_ids=self.chosen)
        given = {row["work_id"]: row["stars"] for row in stars}
        taken: set[str] = set()
        return [row | {"stars": given.get(row["id"]), "file": _name(row, taken)} for row in rows]


def _name(row: Mapping[str, Any], taken: set[str]) -> str:
    extension = EXTENSIONS.get(row["mime_type"], "png")
    subject = subject_from(row["subject"])
    stem = row["slug"] if subject.character else row["title"] or row["slug"]
    return rules.picture_name(subject, stem, row["number"], extension, taken)


def _line(row: Mapping[str, Any]) -> Mapping[str, Any]:
    inputs, fields = row["input_data"], (row["translation"] or {}).get("fields") or {}
    return {
        "file": row["file"],
        "title": row["title"],
        "tags": ", ".join(row["tags"]),
        "stars": row["stars"],
        "template": row["slug"],
        "seed": row["seed"],
        "prompt": inputs.get("prompt"),
        "english": (fields.get("prompt") or {}).get("english"),
        "negative_prompt": inputs.get("negative_prompt"),
        "created_at": row["created_at"].isoformat(timespec="seconds"),
        "work_id": row["id"],
    }
