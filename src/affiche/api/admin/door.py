"""Who comes in at `/v1/admin`: operators, with a key that may administer; and that they looked."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import Administering, studio_of
from affiche.errors import (
    AfficheError,
    Busy,
    DatabaseUnavailable,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    NotSignedIn,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import audit
from affiche.studio.audit import LONGEST_REASON
from affiche.studio.studio import Caller

ALL: Final = (NotSignedIn, Forbidden, DatabaseUnavailable)
BODY: Final[tuple[type[AfficheError], ...]] = (
    *(*ALL, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
    *(EncodingRefused, Busy, InvalidInputs),
)
PAGE: Final = 50


def operator(found: Administering) -> Caller:
    """Raises Forbidden for whoever is none."""
    audit.require_operator(found)
    return found


Operating = Annotated[Caller, Depends(operator)]


def looking(action: str) -> Callable[[Request, Caller], Awaitable[Caller]]:
    """For a route that shows something: that the operator looks is written down as `action`, on
    whatever its address names."""

    async def looked(request: Request, found: Operating) -> Caller:
        named = ", ".join(str(value) for value in request.path_params.values())
        await audit.looked(studio_of(request), found, action, named)
        return found

    return looked


Reason = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_REASON,
        pattern=r"\S",
        description="Why; it stands in the audit log, and nowhere that its subject can read.",
    ),
]


class Because(BaseModel):
    """Why it is done."""

    model_config = ConfigDict(extra="forbid", strict=True)

    reason: Reason
