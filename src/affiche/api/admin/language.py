"""What the language model took for somebody's work, for operators."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field

from affiche.api.admin.door import ALL, looking
from affiche.api.auth import studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.errors import NotFound
from affiche.studio import language
from affiche.studio.studio import Caller

router: Final = APIRouter(prefix="/v1/admin/works", tags=["admin"], route_class=StrictRoute)


class WordsShape(BaseModel):
    """Every try counts as a call."""

    calls: int
    tokens_in: int
    tokens_out: int
    cost: float | None = Field(
        description="US dollars; null where neither the API nor the settings say what it costs."
    )


@router.get("/{work_id}/language-model", responses=refusals(*ALL, NotFound))
async def read_words(
    request: Request, work_id: UUID, caller: Annotated[Caller, Depends(looking("works.words"))]
) -> WordsShape:
    """What its translation and its title took, as long as its runs are kept."""
    found = await language.of_work(studio_of(request), work_id)
    return WordsShape.model_validate(found, from_attributes=True)
