"""For whoever watches over the studio: does the process live, and could it work?"""

import asyncio
from typing import Final, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel

from affiche import __version__
from affiche.api.auth import studio_of
from affiche.api.problems import refusals
from affiche.errors import AfficheError, NotReady
from affiche.studio import readiness

router: Final = APIRouter(tags=["operation"])
KEPT_SECONDS: Final = 1.0


class Health(BaseModel):
    status: Literal["ok"]
    version: str


class Readiness(BaseModel):
    status: Literal["ready"]


@router.get("/health")
async def read_health() -> Health:
    """The process lives. Says nothing of what it needs."""
    return Health(status="ok", version=__version__)


@router.get("/ready", responses=refusals(NotReady))
async def read_readiness(request: Request) -> Readiness:
    """The database answers, is at this version, and files can be stored; else 503 says what is
    missing. Asked as often as one likes, it looks once a second."""
    missing = await _Looks.of(request).missing()
    if missing:
        raise NotReady(missing)
    return Readiness(status="ready")


class _Looks:
    """One look for all that ask at the same time."""

    def __init__(self, request: Request) -> None:
        self.studio = studio_of(request)
        self.lock = asyncio.Lock()
        self.until = 0.0
        self.found: dict[str, AfficheError] = {}

    @classmethod
    def of(cls, request: Request) -> "_Looks":
        state = request.app.state
        if not hasattr(state, "looks"):
            state.looks = cls(request)
        looks: _Looks = state.looks
        return looks

    async def missing(self) -> dict[str, AfficheError]:
        clock = asyncio.get_running_loop().time
        async with self.lock:
            if clock() >= self.until:
                self.found = await readiness.missing(self.studio)
                self.until = clock() + KEPT_SECONDS
        return self.found
