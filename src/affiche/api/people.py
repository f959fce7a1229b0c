"""Who one is to the studio, and where one is signed in."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Cookie, Request, Response
from pydantic import BaseModel

from affiche.api.auth import COOKIE, Administering, SignedIn, studio_of
from affiche.api.problems import refusals
from affiche.errors import DatabaseUnavailable, Forbidden, NotFound, NotSignedIn
from affiche.studio import people
from affiche.texts import Language

router: Final = APIRouter(prefix="/v1/me", tags=["people"])
ALL: Final = (NotSignedIn, DatabaseUnavailable)
OwnCookie = Annotated[str, Cookie(alias=COOKIE, include_in_schema=False)]


class Person(BaseModel):
    """The user whose key or session this is."""

    id: UUID
    email: str | None
    name: str
    language: Language
    is_operator: bool
    scopes: list[str]


class SessionShape(BaseModel):
    """A browser that is signed in. `seen_at` is exact to a minute."""

    id: UUID
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    agent: str
    is_this: bool


class Sessions(BaseModel):
    """The latest first."""

    sessions: list[SessionShape]


@router.get("", responses=refusals(*ALL))
async def read_me(caller: SignedIn) -> Person:
    """Whose key or session this is."""
    return Person(
        id=caller.id,
        email=caller.email,
        name=caller.name,
        language=caller.language,
        is_operator=caller.is_operator,
        scopes=list(caller.scopes),
    )


@router.get("/sessions", responses=refusals(*ALL, Forbidden))
async def list_sessions(request: Request, caller: Administering, own: OwnCookie = "") -> Sessions:
    """Where you are signed in."""
    found = await people.sessions(studio_of(request), caller, own)
    return Sessions(
        sessions=[
            SessionShape(
                id=each.id,
                created_at=each.created_at,
                seen_at=each.seen_at,
                expires_at=each.expires_at,
                agent=each.agent,
                is_this=each.is_this,
            )
            for each in found
        ]
    )


@router.delete("/sessions", status_code=204, responses=refusals(*ALL, Forbidden))
async def end_other_sessions(
    request: Request, caller: Administering, own: OwnCookie = ""
) -> Response:
    """Sign out everywhere but here."""
    await people.end_others(studio_of(request), caller, own)
    return Response(status_code=204)


@router.delete(
    "/sessions/{session_id}", status_code=204, responses=refusals(*ALL, Forbidden, NotFound)
)
async def end_session(request: Request, session_id: UUID, caller: Administering) -> Response:
    """Sign out there."""
    await people.end_one(studio_of(request), caller, session_id)
    return Response(status_code=204)
