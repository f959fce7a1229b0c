"""Reading a form of reference pictures and archives, and saying what became of each."""

from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse

from affiche.errors import (
    ArchiveRefused,
    InvalidInputs,
    NotFound,
    PictureError,
    PictureTooLarge,
    RequestTooLarge,
)
from affiche.studio import imports
from affiche.studio.imports import Brought
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language
from affiche.web.posts import Bounded

TOGETHER_MB: Final = 64
"""Of one form; the command line brings more."""
MOST: Final = 50
"""Files in one form."""
ZIP: Final = b"PK"


@dataclass(slots=True)
class Report:
    """`added` and `known`: how many pictures are new, and how many were there already; `same`: the
    names of the latter that came by themselves, with their ids; `refused`: names, and why."""

    added: int = 0
    known: int = 0
    passed_over: int = 0
    same: list[tuple[str, UUID]] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)

    def told(self) -> JSONResponse:
        return JSONResponse(
            {
                "added": self.added,
                "known": self.known,
                "passed_over": self.passed_over,
                "same": [{"file": file, "id": str(id_)} for file, id_ in self.same],
                "refused": [{"file": file, "message": words} for file, words in self.refused],
            }
        )


async def read(
    request: Request, studio: Studio, caller: Caller, language: Language
) -> tuple[Report, UUID | None]:
    """What became of the form's files, and its project.

    Raises NotFound for a project that is not the caller's to see, RequestTooLarge, StorageFull.
    """
    bounded = Bounded(request, TOGETHER_MB, 1)
    bounded.error = RequestTooLarge(limit=TOGETHER_MB)
    report = Report()
    async with bounded.form(max_files=MOST, max_fields=20) as form:
        project = _id(form.get("project"))
        category = str(form.get("category") or "").strip()
        for sent in form.getlist("file"):
            if isinstance(sent, UploadFile) and sent.filename:
                await _bring(studio, caller, sent, category, project, language, report)
    return report, project


async def _bring(
    studio: Studio,
    caller: Caller,
    sent: UploadFile,
    category: str,
    project: UUID | None,
    language: Language,
    report: Report,
) -> None:
    name = sent.filename or ""
    try:
        if await _is_archive(sent):
            found = await imports.bring_archive(
                studio, caller, sent.file, project_id=project, category=category or None
            )
            report.added += len(found.added)
            report.known += len(found.known)
            report.passed_over += found.passed_over
            report.refused += [(each.field, each.message(language)) for each in found.refused]
            return
        if (sent.size or 0) > studio.limits.bytes:
            raise PictureTooLarge(limit=studio.limits.megabytes)
        brought = Brought(await sent.read(), name, category)
        reference, is_new = await imports.bring(studio, caller, brought, project_id=project)
    except (PictureError, ArchiveRefused, InvalidInputs) as error:
        report.refused.append((name, error.message(language)))
    else:
        report.added += is_new
        report.known += not is_new
        if not is_new:
            report.same.append((name, reference.id))


async def _is_archive(sent: UploadFile) -> bool:
    """By its content, or a name that promises one."""
    start = await sent.read(len(ZIP))
    await sent.seek(0)
    return start == ZIP or (sent.filename or "").lower().endswith(".zip")


def _id(text: object) -> UUID | None:
    try:
        return UUID(str(text)) if text else None
    except ValueError as error:
        raise NotFound(what="project") from error
