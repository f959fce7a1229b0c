"""Who one is to the studio."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from affiche.api.auth import SignedIn
from affiche.api.problems import refusals
from affiche.errors import DatabaseUnavailable, NotSignedIn
from affiche.texts import Language

router: Final = APIRouter(prefix="/v1/me", tags=["people"])


class Person(BaseModel):
    """The user whose key or session this is."""

    id: UUID
    email: str | None
    name: str
    language: Language
    is_operator: bool


@router.get("", responses=refusals(NotSignedIn, DatabaseUnavailable))
async def read_me(caller: SignedIn) -> Person:
    """Whose key or session this is."""
    return Person(
        id=caller.id,
        email=caller.email,
        name=caller.name,
        language=caller.language,
        is_operator=caller.is_operator,
    )
