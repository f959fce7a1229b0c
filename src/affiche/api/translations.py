"""Words in English: asked for before a work, or put in the place of a work's own; and the names
that a project keeps."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import Administering, SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.api.shapes import WorkShape
from affiche.api.works import ALL, BODY, CREATED, IdempotencyKey, checked_key, created
from affiche.domain.fields import MAX_TEXT
from affiche.domain.translation import Status, Term
from affiche.errors import Forbidden, InvalidInputs, NotFound
from affiche.studio import glossary, translations

router: Final = APIRouter(prefix="/v1", tags=["language"], route_class=StrictRoute)
# What a textarea holds.
PLAIN: Final = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"
LINE: Final = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
Words = Annotated[str, Field(min_length=1, max_length=MAX_TEXT, pattern=PLAIN)]
Name = Annotated[str, Field(min_length=1, max_length=glossary.LONGEST, pattern=LINE)]


class TranslationWish(BaseModel):
    """Without a project, by the names of your own."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: Words = Field(examples=["배경을 해변으로 바꿔줘"])
    project_id: Annotated[UUID, Field(strict=False)] | None = None


class Translated(BaseModel):
    """`status` as on a work; if that is `failed` or `unavailable`, `english` is the text itself."""

    text: str
    english: str
    status: Status
    model: str | None
    stand_in: bool = Field(description="By the built-in dictionary; no model was used.")


class EnglishWish(BaseModel):
    """What goes to the image model instead, by field; what is left out stays as it was."""

    model_config = ConfigDict(extra="forbid", strict=True)

    translations: dict[str, Words] = Field(
        min_length=1, max_length=20, examples=[{"prompt": "A quiet beach at sunset"}]
    )


class TermShape(BaseModel):
    """A name of a brand or a product; `english` null for one that is kept as it is written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    term: Name = Field(examples=["아피쉬"])
    english: Name | None = Field(None, examples=["Affiche"])


class Glossary(BaseModel):
    terms: list[TermShape]


class GlossaryWish(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    terms: list[TermShape] = Field(min_length=1, max_length=glossary.MOST)


@router.post("/translations", responses=refusals(*ALL, *BODY))
async def translate_text(request: Request, asked: TranslationWish, caller: SignedIn) -> Translated:
    """The text as it would go to the image model. It takes as long as the model does, and a work
    with the same words uses what is answered here."""
    studio = studio_of(request)
    found = await translations.quote(studio, caller, asked.text, asked.project_id)
    return Translated(
        text=asked.text,
        english=found.english,
        status=found.status,
        model=found.model,
        stand_in=bool(found.model and studio.model and studio.model.place.is_stand_in),
    )


@router.post(
    "/works/{work_id}/translations", status_code=201, responses=CREATED | refusals(*ALL, *BODY)
)
async def reword_work(
    request: Request,
    response: Response,
    work_id: UUID,
    asked: EnglishWish,
    caller: SignedIn,
    idempotency_key: IdempotencyKey = None,
) -> WorkShape:
    """Ask for the same with other English words, seed included: a new work, whose `retry_of` is
    this one. The words are sent as they are."""
    work = await translations.reword(
        studio_of(request),
        caller,
        work_id,
        asked.translations,
        idempotency_key=checked_key(idempotency_key),
    )
    return await created(request, response, caller, work)


@router.get("/projects/{project_id:uuid}/glossary", responses=refusals(*ALL, NotFound))
async def read_glossary(request: Request, project_id: UUID, caller: SignedIn) -> Glossary:
    """The names that no translation touches."""
    found = await glossary.listed(studio_of(request), caller, project_id)
    return Glossary(terms=[TermShape(term=each.term, english=each.english) for each in found])


@router.put(
    "/projects/{project_id:uuid}/glossary",
    status_code=204,
    responses=refusals(*ALL, *BODY, Forbidden),
)
async def put_terms(
    request: Request, project_id: UUID, asked: GlossaryWish, caller: Administering
) -> Response:
    """Add names, or say anew what becomes of them; the others stay. By the project's admins."""
    wanted = [Term(each.term, each.english) for each in asked.terms]
    await glossary.put(studio_of(request), caller, project_id, wanted)
    return Response(status_code=204)


@router.delete(
    "/projects/{project_id:uuid}/glossary",
    status_code=204,
    responses=refusals(*ALL, Forbidden, NotFound, InvalidInputs),
)
async def remove_term(
    request: Request,
    project_id: UUID,
    term: Annotated[Name, Query()],
    caller: Administering,
) -> Response:
    """Take a name out. By the project's admins."""
    await glossary.remove(studio_of(request), caller, project_id, term)
    return Response(status_code=204)
