"""A batch as a zip: its table first, then contact sheets, then the pictures, sent as it is made.

One picture is in memory at a time, and one page of the contact sheet. A picture is read to its end
before its place in the zip begins: what the store does not give is named in a text at the end, and
never breaks the zip.
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from stream_zip import ZIP_AUTO, AsyncMemberFile, async_stream_zip

from affiche.domain import parcels as rules
from affiche.domain.batches import place_of
from affiche.domain.subjects import subject_from
from affiche.errors import AfficheError, Busy
from affiche.pictures import sheets
from affiche.pictures.kinds import EXTENSIONS
from affiche.pictures.threads import in_thread
from affiche.studio import templates
from affiche.studio.batches import Batch, Choice
from affiche.studio.studio import Caller, Studio
from affiche.studio.zips import DEFLATED, MODE, member
from affiche.texts import Language, say

PAGE: Final = 200
CHUNK: Final = 256 * 1024
MOST_OPEN: Final = 3
"""Zips at once in one process: each holds a thread whenever it reads, and others want threads."""
LARGEST: Final = 256 * 2**20
"""Bytes of a picture that is read whole."""
_UNSHOWN: Final = ("seed", "prompt", "negative_prompt")


@dataclass(frozen=True, slots=True)
class Selection:
    """Which works: all, those of one `choice`, or those of `work_ids`; of both, those that are
    both."""

    choice: Choice | None = None
    work_ids: Sequence[UUID] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One work of it: its row, its file's name in the zip, and its line in the table."""

    row: Mapping[str, Any]
    name: str
    line: Mapping[str, Any]

    @property
    def has_picture(self) -> bool:
        return self.row["status"] == "completed" and self.row["object_key"] is not None

    @property
    def heading(self) -> str:
        return str(self.line["reference_name"] or self.line["reference"] or "")


_open = 0


def check_room() -> None:
    """Raises Busy while as many are sent as may be."""
    if _open >= MOST_OPEN:
        raise Busy(detail="zips of batches")


class Parcel:
    """The zip of a batch. `pieces` may be iterated once, and left at any moment."""

    def __init__(
        self,
        studio: Studio,
        caller: Caller,
        batch: Batch,
        selection: Selection,
        language: Language,
    ) -> None:
        self.studio, self.caller, self.batch = studio, caller, batch
        self.selection, self.language = selection, language
        self._left = False
        self._keys: Sequence[str] = ()

    @property
    def name(self) -> str:
        return f"{self.batch.template_slug}-batch-{self.batch.number}.zip"

    async def pieces(self) -> AsyncGenerator[bytes]:
        global _open
        template = await templates.at_version(
            self.studio, self.batch.template_id, self.batch.template_version
        )
        self._keys = [f.request_key for f in template.fields if f.request_key not in _UNSHOWN]
        _open += 1
        try:
            async for piece in async_stream_zip(self._members(), chunk_size=CHUNK):
                yield piece
        finally:
            # A thread may still wait for the next member; it is the last that it gets.
            self._left = True
            _open -= 1

    async def _members(self) -> AsyncGenerator[AsyncMemberFile]:
        now = self.studio.now()
        # Its size is not known yet; what may be larger than 4 GB would be said so from the start.
        yield "works.csv", now, MODE, ZIP_AUTO(0, level=DEFLATED), self._table()
        number = 0
        async with aclosing(self._sheets()) as pages:
            async for page in pages:
                number += 1
                yield member(f"contact-sheet-{number:02}.jpg", now, page)
        missing: list[str] = []
        async with aclosing(self._entries()) as entries:
            async for entry in entries:
                if self._left:
                    return
                if not entry.has_picture:
                    continue
                try:
                    data = await self.studio.objects.read("works", entry.row["object_key"], LARGEST)
                except AfficheError as error:
                    missing.append(f"{entry.name}: {error.message(self.language)}")
                    continue
                yield member(f"pictures/{entry.name}", entry.row["created_at"], data)
        if missing:
            words = say(self.language, "batches.missing", n=len(missing))
            text = "\r\n".join((words, "", *missing, ""))
            yield member("missing.txt", now, (rules.BOM + text).encode(), DEFLATED)

    async def _table(self) -> AsyncGenerator[bytes]:
        heading = rules.columns(self._keys)
        first = rules.table(heading, [dict(zip(heading, heading, strict=True))])
        yield (rules.BOM + first).encode()
        async with aclosing(self._parts()) as parts:
            async for part in parts:
                yield rules.table(heading, (entry.line for entry in part)).encode()

    async def _sheets(self) -> AsyncGenerator[bytes]:
        """Page after page, as JPEGs; small pictures are read when their page is painted."""
        layout: sheets.Layout[Entry] = sheets.Layout()
        async with aclosing(self._entries()) as entries:
            async for entry in entries:
                if (full := layout.add(entry.heading, entry)) is not None:
                    yield await self._painted(full)
        if layout.page.rows:
            yield await self._painted(layout.page)

    async def _painted(self, page: sheets.Page[Entry]) -> bytes:
        rows: list[str | list[sheets.Cell]] = [
            row if isinstance(row, str) else [await self._cell(entry) for entry in row]
            for row in page.rows
        ]
        return await in_thread(sheets.painted, sheets.Page(rows))

    async def _cell(self, entry: Entry) -> sheets.Cell:
        picture = None
        if entry.has_picture and entry.row["thumbnail_key"]:
            try:
                picture = await self.studio.objects.read(
                    "thumbs", entry.row["thumbnail_key"], LARGEST
                )
            except AfficheError:
                picture = None
        parts = [str(entry.row["seed"])]
        for axis in self.batch.grid.values():
            parts.append(f"{axis['field']} {entry.row['input_data'].get(axis['key'])}")
        if not entry.has_picture:
            parts.insert(0, say(self.language, f"works.state.{entry.row['status']}"))
        note = " · ".join(parts)
        return sheets.Cell(picture, entry.name, note, entry.row["choice"])

    async def _entries(self) -> AsyncGenerator[Entry]:
        async with aclosing(self._parts()) as parts:
            async for part in parts:
                for entry in part:
                    yield entry

    async def _parts(self) -> AsyncGenerator[list[Entry]]:
        """The works in the batch's order, some at a time; the same names each time through."""
        first, taken = 0, set[str]()
        while not self._left:
            async with self.studio.database.as_user(self.caller.id) as transaction:
                rows = await transaction.rows(
                    "batches.pictures",
                    batch_id=self.batch.id,
                    reference_key=self.batch.reference_key or "",
                    first=first,
                    choice=self.selection.choice,
                    work_ids=self.selection.work_ids and list(self.selection.work_ids),
                    limit=PAGE,
                )
            if rows:
                yield [self._entry(row, taken) for row in rows]
            if len(rows) < PAGE:
                return
            first = rows[-1]["batch_position"] + 1

    def _entry(self, row: Mapping[str, Any], taken: set[str]) -> Entry:
        subject = subject_from(row["subject"])
        extension = EXTENSIONS.get(row["mime_type"], "png")
        name = rules.picture_name(
            subject, self.batch.template_slug, row["number"], extension, taken
        )
        at = place_of(row["batch_position"], self.batch.shape)
        inputs = row["input_data"]
        known = {key: inputs.get(key) for key in self._keys}
        reference = subject.reference.filename if subject.reference else row["source_name"]
        has = self.batch.reference_key is not None
        line = known | {
            "file": name if row["object_key"] else None,
            "reference": at.reference + 1 if has else None,
            "reference_name": reference,
            "variation": at.variation + 1,
            "x": at.x + 1,
            "y": at.y + 1,
            "status": row["status"],
            "choice": row["choice"],
            "seed": row["seed"],
            "prompt": row["prompt_used"] or inputs.get("prompt"),
            "negative_prompt": row["negative_prompt_used"] or inputs.get("negative_prompt"),
            "engine": row["engine"],
            "created_at": row["created_at"].isoformat(timespec="seconds"),
            "work_id": row["id"],
        }
        return Entry(row, name, line)
