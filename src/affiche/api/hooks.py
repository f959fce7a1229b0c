"""Where engines elsewhere tell that a run has ended. What they say is never believed: it only makes
the studio ask the engine, with its own key."""

import asyncio
import json
import re
from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel

from affiche.api.auth import studio_of
from affiche.api.bodies import pieces, whole
from affiche.api.problems import refusals
from affiche.errors import (
    Busy,
    DatabaseUnavailable,
    EncodingRefused,
    NotFound,
    RequestStalled,
    RequestTooLarge,
)
from affiche.studio import hooks

router: Final = APIRouter(prefix="/v1/hooks", tags=["engines"])
LIMIT_MB: Final = 64
"""RunPod sends the input along, and the result."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,100}")


class Heard(BaseModel):
    heard: bool


@router.post(
    "/runs/{key}",
    responses=refusals(
        NotFound, RequestTooLarge, RequestStalled, EncodingRefused, Busy, DatabaseUnavailable
    ),
)
async def hear_run(request: Request, key: UUID) -> Heard:
    """A run that was sent under this key has ended, says its engine. Repeatable.

    The answer is 200, because RunPod takes any other for a failure.
    """
    studio = studio_of(request)
    too_large = RequestTooLarge(limit=LIMIT_MB)
    if await hooks.heard(studio, key):
        # To its end, lest the engine take a closed connection for a failure.
        async for _ in pieces(request, LIMIT_MB * 2**20, too_large):
            pass
        return Heard(heard=True)
    told = await asyncio.to_thread(name_in, await whole(request, LIMIT_MB * 2**20, too_large))
    return Heard(heard=told is not None and await hooks.heard(studio, key, told))


def name_in(body: bytes) -> str | None:
    """The engine's name of the run in what it posted; None if there is none that could be one."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return None
    name = told.get("id") if isinstance(told, dict) else None
    return name if isinstance(name, str) and _NAME.fullmatch(name) else None
