"""For whoever watches over the studio: does the process live, and could it work?"""

from typing import Final, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from affiche import __version__
from affiche.api.auth import studio_of
from affiche.api.problems import refusals
from affiche.errors import NotReady
from affiche.studio.readiness import Watch

router: Final = APIRouter(tags=["operation"])


class Health(BaseModel):
    status: Literal["ok"]
    version: str


class Readiness(BaseModel):
    status: Literal["ready"]
    working: bool = Field(
        description="A process that makes pictures was seen lately. Without one works are taken "
        "and wait."
    )
    engine: bool = Field(description="An engine answers. Without one works are taken and wait.")


@router.get("/health")
async def read_health() -> Health:
    """The process lives. Says nothing of what it needs."""
    return Health(status="ok", version=__version__)


@router.get("/ready", responses=refusals(NotReady))
async def read_readiness(request: Request) -> Readiness:
    """The database answers, is at this version, and files can be stored; else 503 says what is
    missing. Asked as often as one likes, it looks once a second at most."""
    state = await _watch(request).state()
    if state.missing:
        raise NotReady(state.missing)
    return Readiness(status="ready", working=state.workers, engine=state.engines)


def _watch(request: Request) -> Watch:
    """One for the whole process."""
    found: Watch | None = getattr(request.app.state, "watch", None)
    if found is None:
        found = request.app.state.watch = Watch(studio_of(request))
    return found
