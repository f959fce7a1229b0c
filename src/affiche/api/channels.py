"""By which channels somebody is told of their works."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.languages import of_request
from affiche.api.notifications import ALL, Type
from affiche.api.problems import refusals
from affiche.errors import (
    AfficheError,
    Busy,
    ChannelOff,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    NoAddress,
    NotFound,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
)
from affiche.studio import channels
from affiche.studio.channels import Browser, Channel, Choices
from affiche.studio.failures import recalled
from affiche.texts import Language

router: Final = APIRouter(
    prefix="/v1/notifications", tags=["notifications"], route_class=StrictRoute
)
BODY: Final[tuple[type[AfficheError], ...]] = (
    *(Forbidden, RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused),
    *(EncodingRefused, Busy, InvalidInputs),
)
_BASE64URL: Final = r"^[A-Za-z0-9_-]+={0,2}$"


class BrowserShape(BaseModel):
    """A browser in which messages are switched on."""

    id: UUID
    name: str
    created_at: datetime


class UndeliveredShape(BaseModel):
    """A message of the last week that was given up, and why."""

    channel: Channel
    code: str
    message: str
    at: datetime


class ChannelsShape(BaseModel):
    """Which ends of works go out by which channel."""

    email: list[Type]
    push: list[Type]
    email_possible: bool = Field(description="Whether mail is set up and your address is known.")
    email_address: str | None
    application_server_key: str = Field(description="What `pushManager.subscribe` takes.")
    browsers: list[BrowserShape]
    undelivered: list[UndeliveredShape]


class ChoiceShape(BaseModel):
    """None of them switches the channel off."""

    model_config = ConfigDict(extra="forbid", strict=True)

    types: Annotated[list[Type], Field(max_length=3)]


class KeysShape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    p256dh: Annotated[str, Field(min_length=1, max_length=100, pattern=_BASE64URL)]
    auth: Annotated[str, Field(min_length=1, max_length=30, pattern=_BASE64URL)]


class SubscriptionShape(BaseModel):
    """A `PushSubscription` as browsers write it; `name` tells it from others of yours."""

    model_config = ConfigDict(extra="ignore", strict=True)

    endpoint: Annotated[str, Field(min_length=8, max_length=2000, pattern=r"^https?://")]
    keys: KeysShape
    name: Annotated[str, Field(max_length=300)] = ""


@router.get("/channels", responses=refusals(*ALL))
async def read_channels(request: Request, caller: SignedIn) -> ChannelsShape:
    """What you chose, the browsers that you switched on, and what did not reach you."""
    return _shape(await channels.choices(studio_of(request), caller), of_request(request))


@router.put("/channels/{channel}", responses=refusals(*ALL, *BODY, NotFound, ChannelOff, NoAddress))
async def choose_channel(
    request: Request, channel: Channel, chosen: ChoiceShape, caller: SignedIn
) -> ChannelsShape:
    """Be told of these ends by that channel, and of no others."""
    studio = studio_of(request)
    await channels.choose(studio, caller, channel, chosen.types)
    return _shape(await channels.choices(studio, caller), of_request(request))


@router.post("/browsers", status_code=201, responses=refusals(*ALL, *BODY))
async def add_browser(
    request: Request, subscription: SubscriptionShape, caller: SignedIn
) -> BrowserShape:
    """Switch messages on in a browser; the same subscription again is the same browser."""
    found = await channels.add_browser(
        studio_of(request),
        caller,
        subscription.endpoint,
        subscription.keys.p256dh,
        subscription.keys.auth,
        subscription.name,
    )
    return _browser(found)


@router.delete("/browsers/{browser_id:uuid}", responses=refusals(*ALL, Forbidden, NotFound))
async def drop_browser(request: Request, browser_id: UUID, caller: SignedIn) -> ChannelsShape:
    """Switch messages off in a browser."""
    studio = studio_of(request)
    await channels.drop_browser(studio, caller, browser_id)
    return _shape(await channels.choices(studio, caller), of_request(request))


def _browser(found: Browser) -> BrowserShape:
    return BrowserShape(id=found.id, name=found.name, created_at=found.created_at)


def _shape(found: Choices, language: Language) -> ChannelsShape:
    undelivered = []
    for each in found.undelivered:
        error = recalled(each.error_code or "", each.error_params)
        undelivered.append(
            UndeliveredShape(
                channel=each.channel,
                code=error.code,
                message=error.message(language),
                at=each.ended_at,
            )
        )
    return ChannelsShape.model_validate(
        {
            "email": found.types["email"],
            "push": found.types["push"],
            "email_possible": found.mail,
            "email_address": found.address,
            "application_server_key": found.key,
            "browsers": [_browser(each) for each in found.browsers],
            "undelivered": undelivered,
        }
    )
