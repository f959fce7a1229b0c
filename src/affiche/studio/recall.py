"""What a picture says of how it was made: put into those that leave, read when they come back.

What is stored holds pixels alone (`pictures.normalisation`); the note goes in when somebody saves a
picture with its settings. Reading one stores nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from affiche.domain import notes, seeds
from affiche.domain.notes import Note
from affiche.domain.templates import Template
from affiche.errors import NotFound, PictureEmpty, PictureUnknown
from affiche.graphs import recollection
from affiche.graphs.recollection import Recollection
from affiche.pictures.containers import texts
from affiche.pictures.kinds import KINDS, sniff
from affiche.pictures.threads import in_thread
from affiche.studio import templates, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File
from affiche.studio.works import Work

MEGABYTES: Final = 50
"""The largest picture that is looked into; more than people may bring, since results are larger."""
_LONGEST_PAGE: Final = 20_000
Origin = Literal["here", "comfyui", "elsewhere", "nothing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """`here`: a note of ours, with the `template` if it is on offer to the caller and the `work` if
    it is theirs to see; `comfyui`: another's graph; `elsewhere`: the `page` of settings of another
    program, as it is."""

    origin: Origin
    note: Note | None = None
    template: Template | None = None
    work: Work | None = None
    graph: Recollection | None = None
    page: str = ""


def note_of(work: Work, file: File | None = None) -> Note:
    """The settings of a work, with the seed that was used; of its picture `file` that one's own."""
    inputs = notes.values(work.input_data)
    if (seed := seed_of(work, file)) is not None:
        inputs |= {"seed": seed}
    return Note(
        work.template_slug,
        inputs,
        work=work.id,
        version=work.template_version,
        engine=work.engine or "",
    )


def seed_of(work: Work, file: File | None = None) -> int | None:
    """The seed of one of the work's pictures, else of its first."""
    if work.seed is None or file is None:
        return work.seed
    return seeds.of_output(work.seed, file.output_index)


async def with_note(studio: Studio, work: Work, file: File) -> bytes:
    """The work's picture with its note in it, the pixels as they are stored. Raises PictureBroken,
    StorageFailed."""
    data = await studio.objects.read(file.bucket_id, file.object_key)
    return await in_thread(_noted, data, notes.written(note_of(work, file)))


async def recall(studio: Studio, caller: Caller, data: bytes) -> Recalled:
    """What the picture says. Raises PictureEmpty, PictureUnknown, PictureBroken."""
    found = await in_thread(_texts, data)
    note = notes.read(found.get(notes.KEYWORD, ""))
    if note is not None:
        return await _here(studio, caller, note)
    graph = recollection.read(found.get("prompt", ""))
    if graph is not None:
        return Recalled(origin="comfyui", graph=graph)
    page = found.get("parameters", "") or found.get("", "")
    # Cameras put their own name and a space or two where programs put settings.
    if "Steps:" in page or "Negative prompt:" in page:
        return Recalled(origin="elsewhere", page=_plain(page))
    return Recalled(origin="comfyui" if "workflow" in found else "nothing")


async def _here(studio: Studio, caller: Caller, note: Note) -> Recalled:
    work = await _work(studio, caller, note.work) if note.work else None
    try:
        template = (await templates.find(studio, caller, note.template)).template
    except NotFound:
        template = None
    return Recalled(origin="here", note=note, template=template, work=work)


async def _work(studio: Studio, caller: Caller, work_id: UUID) -> Work | None:
    try:
        return await works.get(studio, caller, work_id)
    except NotFound:
        return None


def _texts(data: bytes) -> Mapping[str, str]:
    kind = sniff(data)
    if not data:
        raise PictureEmpty
    if kind is None:
        raise PictureUnknown(accepted=", ".join(facts.label for facts in KINDS.values()))
    return texts.texts(data, kind)


def _noted(data: bytes, note: str) -> bytes:
    kind = sniff(data)
    return data if kind is None else texts.with_text(data, kind, notes.KEYWORD, note)


def _plain(page: str) -> str:
    return page.encode(errors="replace").decode().replace("\0", "").strip()[:_LONGEST_PAGE]
