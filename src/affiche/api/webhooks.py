"""Webhooks of one's projects: list, make, change, rotate, remove, and what was sent to them."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from affiche.api.auth import Administering, SignedIn, studio_of
from affiche.api.bodies import StrictRoute
from affiche.api.problems import refusals
from affiche.errors import (
    AfficheError,
    Busy,
    DatabaseUnavailable,
    EncodingRefused,
    Forbidden,
    InvalidInputs,
    MediaTypeRefused,
    NotFound,
    NotSignedIn,
    RequestStalled,
    RequestTooLarge,
    RequestUnreadable,
    WebhookOff,
    WebhooksFull,
)
from affiche.studio import webhooks
from affiche.studio.studio import Studio
from affiche.studio.webhooks import Attempt, Delivery, Webhook

router: Final = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=StrictRoute)
PAGE: Final = 50
ALL: Final = (NotSignedIn, NotFound, DatabaseUnavailable)
CHANGING: Final = (*ALL, Forbidden)
BODY: Final[tuple[type[AfficheError], ...]] = (
    *(RequestUnreadable, RequestStalled, RequestTooLarge, MediaTypeRefused, EncodingRefused),
    *(Busy, InvalidInputs),
)
Type = Literal[
    "work.created",
    "work.completed",
    "work.failed",
    "work.cancelled",
    "notification.created",
    "studio.alert",
]
Types = Annotated[
    list[Type],
    Field(
        min_length=1,
        description="What it is told of. Of a notification only whoever made the webhook is told;"
        " of `studio.alert`, which only operators may ask for, whichever project it is of.",
        examples=[["work.completed", "work.failed"]],
    ),
]
Url = Annotated[
    str,
    Field(
        max_length=2000,
        pattern=r"^https?://[!-~]+$",
        description="A public https address.",
        examples=["https://example.com/affiche"],
    ),
]
Text = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]


class NewWebhook(BaseModel):
    """Where news is to go."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Url
    project_id: Annotated[UUID, Field(strict=False)] | None = Field(
        default=None, description="Your own project if left out."
    )
    types: Types = ["work.completed", "work.failed", "work.cancelled"]
    description: Text = ""


class WebhookChange(BaseModel):
    """What is to be otherwise; what is left out or null stays."""

    model_config = ConfigDict(extra="forbid", strict=True)

    url: Url | None = None
    types: Types | None = None
    description: Text | None = None
    is_active: bool | None = Field(
        default=None, description="Off, nothing is sent, and nothing new is kept to be sent."
    )


class WebhookShape(BaseModel):
    """A webhook, without its secret."""

    id: UUID
    project_id: UUID
    user_id: UUID = Field(description="Who made it.")
    url: str
    types: list[str]
    description: str
    state: Literal["on", "failing", "keyless", "off", "gone"] = Field(
        description="`failing`: nothing came through since `failing_since`; put off after three "
        "days of it. `keyless`: the studio has lost the key that its secret was made with; rotate "
        "it. `gone`: it answered 410 and was put off."
    )
    is_active: bool
    failing_since: datetime | None
    off_at: datetime | None
    rotated_at: datetime = Field(description="When its secret was made.")
    previous_until: datetime | None = Field(
        description="Until when the secret before the last rotation signs too."
    )
    created_at: datetime


class WebhookWithSecret(WebhookShape):
    """As it is made or rotated: the only time that its secret is told."""

    secret: str = Field(examples=["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD8ikJkIzvyYk="])


class WebhookList(BaseModel):
    webhooks: list[WebhookShape]


class DeliveryShape(BaseModel):
    """One message; `message_id` is the `webhook-id` it is sent with, whenever it is sent."""

    id: UUID
    message_id: str = Field(examples=["msg_01a1fe6aa666737b82bf0123456789ab"])
    type: str
    data: dict[str, Any] = Field(description="What it says, without links, which are made anew.")
    status: Literal["pending", "delivered", "failed"]
    attempts: int
    next_at: datetime | None = Field(description="When it is sent again, while it is pending.")
    created_at: datetime
    ended_at: datetime | None


class AttemptShape(BaseModel):
    """One sending; `answer` is the first of what was answered."""

    number: int
    at: datetime
    milliseconds: int
    status_code: int | None
    reason: str | None = Field(
        description="Why there was no answer: `address` (it leads to a private place), `name`, "
        "`certificate`, `unreachable`, `slow`, `broken_off`, `unreadable`."
    )
    answer: str


class DeliveryWithAttempts(DeliveryShape):
    log: list[AttemptShape]


class DeliveryPage(BaseModel):
    """Newest first; `next` is the address of the page behind, null on the last one."""

    deliveries: list[DeliveryShape]
    next: str | None


@router.get("", responses=refusals(NotSignedIn, DatabaseUnavailable, InvalidInputs))
async def list_webhooks(
    request: Request,
    caller: SignedIn,
    project_id: Annotated[UUID | None, Query(description="Of this project alone.")] = None,
) -> WebhookList:
    """The webhooks of the projects that you are an admin of."""
    studio = studio_of(request)
    found = await webhooks.listed(studio, caller, project_id)
    return WebhookList(webhooks=[shape(studio, each) for each in found])


@router.post("", status_code=201, responses=refusals(*CHANGING, *BODY, WebhooksFull))
async def create_webhook(
    request: Request, response: Response, asked: NewWebhook, caller: Administering
) -> WebhookWithSecret:
    """Have a project's news sent to an address. The answer holds the secret, this once."""
    studio = studio_of(request)
    made, secret = await webhooks.make(
        studio,
        caller,
        asked.url,
        project_id=asked.project_id,
        types=asked.types,
        description=asked.description,
    )
    response.headers["Location"] = f"/v1/webhooks/{made.id}"
    return WebhookWithSecret(**shape(studio, made).model_dump(), secret=secret)


@router.get("/{webhook_id}", responses=refusals(*ALL))
async def read_webhook(request: Request, webhook_id: UUID, caller: SignedIn) -> WebhookShape:
    """The webhook as it stands."""
    studio = studio_of(request)
    return shape(studio, await webhooks.get(studio, caller, webhook_id))


@router.patch("/{webhook_id}", responses=refusals(*CHANGING, *BODY))
async def change_webhook(
    request: Request, webhook_id: UUID, asked: WebhookChange, caller: Administering
) -> WebhookShape:
    """Send elsewhere, tell of other things, turn off or on."""
    studio = studio_of(request)
    found = await webhooks.change(
        studio,
        caller,
        webhook_id,
        url=asked.url,
        types=asked.types,
        description=asked.description,
        is_active=asked.is_active,
    )
    return shape(studio, found)


@router.post("/{webhook_id}/rotate", responses=refusals(*CHANGING))
async def rotate_webhook(
    request: Request, webhook_id: UUID, caller: Administering
) -> WebhookWithSecret:
    """A new secret. For 24 hours the present one signs beside it."""
    studio = studio_of(request)
    found, secret = await webhooks.rotate(studio, caller, webhook_id)
    return WebhookWithSecret(**shape(studio, found).model_dump(), secret=secret)


@router.delete(
    "/{webhook_id}", status_code=204, response_class=Response, responses=refusals(*CHANGING)
)
async def delete_webhook(request: Request, webhook_id: UUID, caller: Administering) -> None:
    """Remove it, its log, and what waits to be sent to it."""
    await webhooks.remove(studio_of(request), caller, webhook_id)


@router.post("/{webhook_id}/test", status_code=202, responses=refusals(*CHANGING, WebhookOff))
async def test_webhook(request: Request, webhook_id: UUID, caller: Administering) -> DeliveryShape:
    """Send it a `webhook.test`. What came of it stands in the deliveries."""
    return _delivery(await webhooks.try_out(studio_of(request), caller, webhook_id))


@router.get("/{webhook_id}/deliveries", responses=refusals(*ALL, InvalidInputs))
async def list_deliveries(
    request: Request,
    webhook_id: UUID,
    caller: SignedIn,
    before: Annotated[UUID | None, Query(description="Older than this one.")] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = PAGE,
) -> DeliveryPage:
    """What was sent to it in the last 30 days and what waits, newest first, page by page."""
    found = await webhooks.deliveries(
        studio_of(request), caller, webhook_id, before=before, limit=limit + 1
    )
    following = None
    if len(found) > limit:
        query = urlencode({"before": found[limit - 1].id, "limit": limit})
        following = f"/v1/webhooks/{webhook_id}/deliveries?{query}"
    return DeliveryPage(deliveries=[_delivery(each) for each in found[:limit]], next=following)


@router.get("/{webhook_id}/deliveries/{delivery_id}", responses=refusals(*ALL))
async def read_delivery(
    request: Request, webhook_id: UUID, delivery_id: UUID, caller: SignedIn
) -> DeliveryWithAttempts:
    """One message, and each time that it was sent."""
    found, attempts = await webhooks.delivery(studio_of(request), caller, webhook_id, delivery_id)
    return DeliveryWithAttempts(**_delivery(found).model_dump(), log=list(map(_attempt, attempts)))


@router.post(
    "/{webhook_id}/deliveries/{delivery_id}/redeliver",
    status_code=202,
    responses=refusals(*CHANGING, WebhookOff),
)
async def redeliver(
    request: Request, webhook_id: UUID, delivery_id: UUID, caller: Administering
) -> DeliveryShape:
    """Send it again under the same id, now and if need be on the whole schedule."""
    return _delivery(await webhooks.redeliver(studio_of(request), caller, webhook_id, delivery_id))


def shape(studio: Studio, webhook: Webhook) -> WebhookShape:
    return WebhookShape(
        id=webhook.id,
        project_id=webhook.project_id,
        user_id=webhook.user_id,
        url=webhook.url,
        types=webhook.types,
        description=webhook.description,
        state=webhooks.state(studio, webhook),
        is_active=webhook.is_active,
        failing_since=webhook.failing_since,
        off_at=webhook.off_at,
        rotated_at=webhook.rotated_at,
        previous_until=webhook.previous_until,
        created_at=webhook.created_at,
    )


def _delivery(delivery: Delivery) -> DeliveryShape:
    return DeliveryShape(
        id=delivery.id,
        message_id=delivery.message_id,
        type=delivery.type,
        data=delivery.data,
        status=delivery.status,
        attempts=delivery.attempts,
        next_at=delivery.next_at if delivery.status == "pending" else None,
        created_at=delivery.created_at,
        ended_at=delivery.ended_at,
    )


def _attempt(attempt: Attempt) -> AttemptShape:
    return AttemptShape(
        number=attempt.number,
        at=attempt.at,
        milliseconds=attempt.milliseconds,
        status_code=attempt.status_code,
        reason=attempt.reason,
        answer=attempt.answer,
    )
