"""Webhooks of projects: what their admins may do with them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Literal, cast
from uuid import UUID

from psycopg.types.json import Jsonb

from affiche.domain.webhooks import ENDS, OPERATORS, OVERLAP, TEST, TYPES, message_id
from affiche.errors import (
    AddressRefused,
    FieldProblem,
    Forbidden,
    InvalidInputs,
    NotFound,
    WebhookOff,
    WebhooksFull,
)
from affiche.fetch.posting import checked_target
from affiche.fetch.urls import Policy
from affiche.settings import Settings
from affiche.studio import webhook_secrets as secrets
from affiche.studio.studio import Caller, Studio

MOST: Final = 20
"""Of a project, since each is told of everything."""
State = Literal["on", "failing", "keyless", "off", "gone"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where a project's news goes. `off_because`: `gone` or `failing` where nobody put it off.
    `previous_until`: until when the secret before the last rotation signs too."""

    id: UUID
    project_id: UUID
    user_id: UUID
    url: str
    description: str
    types: list[str]
    previous_until: datetime | None
    key_print: bytes
    rotated_at: datetime
    is_active: bool
    off_because: str | None
    off_at: datetime | None
    failing_since: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One message; `next_at` counts while it is pending."""

    id: UUID
    webhook_id: UUID
    type: str
    data: dict[str, Any]
    status: Literal["pending", "delivered", "failed"]
    attempts: int
    next_at: datetime
    created_at: datetime
    ended_at: datetime | None

    @property
    def message_id(self) -> str:
        return message_id(self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sending: what was answered, at most 1,024 characters of it, or why nothing was."""

    number: int
    at: datetime
    milliseconds: int
    status_code: int | None
    reason: str | None
    answer: str


async def listed(studio: Studio, caller: Caller, project_id: UUID | None = None) -> list[Webhook]:
    """Of the project, or of all that the caller is an admin of."""
    async with studio.database.as_user(caller.id) as transaction:
        return await transaction.all(Webhook, "webhooks.listed", project_id=project_id)


async def get(studio: Studio, caller: Caller, webhook_id: UUID) -> Webhook:
    """Raises NotFound, also where the caller is no admin of its project."""
    async with studio.database.as_user(caller.id) as transaction:
        found = await transaction.maybe(Webhook, "webhooks.by_id", id=webhook_id)
    if found is None:
        raise NotFound(what="webhook")
    return found


async def make(
    studio: Studio,
    caller: Caller,
    url: str,
    *,
    project_id: UUID | None = None,
    types: Sequence[str] = ENDS,
    description: str = "",
) -> tuple[Webhook, str]:
    """A new one and its secret, which is told only here; without a project in the caller's own.

    Raises InvalidInputs, NotFound, Forbidden, WebhooksFull.
    """
    _check(studio.settings, caller, url, types)
    project = await _project(studio, caller, project_id)
    seed, webhook_id = secrets.new_seed(), studio.new_id()
    async with studio.database.as_service() as service:
        added = await service.value(
            "webhooks.add",
            id=webhook_id,
            project_id=project,
            user_id=caller.id,
            url=url,
            description=description,
            types=_in_order(types),
            seed=seed,
            key_print=secrets.print_of(studio),
            most=MOST,
        )
    if added is None:
        raise WebhooksFull(limit=MOST)
    return await get(studio, caller, webhook_id), secrets.secret_of(studio, seed)


async def change(
    studio: Studio,
    caller: Caller,
    webhook_id: UUID,
    *,
    url: str | None = None,
    types: Sequence[str] | None = None,
    description: str | None = None,
    is_active: bool | None = None,
) -> Webhook:
    """What is given anew. Off, nothing is sent, and what happens meanwhile is not kept for it;
    on again, what waited is sent. Raises NotFound, InvalidInputs."""
    before = await get(studio, caller, webhook_id)
    after = replace(
        before,
        url=before.url if url is None else url,
        types=before.types if types is None else _in_order(types),
        description=before.description if description is None else description,
        is_active=before.is_active if is_active is None else is_active,
    )
    _check(studio.settings, caller, after.url, after.types, only_types=url is None)
    async with studio.database.as_service() as service:
        await service.run(
            "webhooks.change",
            id=webhook_id,
            url=after.url,
            description=after.description,
            types=after.types,
            is_active=after.is_active,
        )
        await service.run("webhooks.announce")
    return await get(studio, caller, webhook_id)


async def rotate(
    studio: Studio, caller: Caller, webhook_id: UUID, overlap: timedelta = OVERLAP
) -> tuple[Webhook, str]:
    """A new secret, told only here; for `overlap` the one before signs too. Raises NotFound."""
    await get(studio, caller, webhook_id)
    seed, now = secrets.new_seed(), studio.now()
    async with studio.database.as_service() as service:
        await service.run(
            "webhooks.rotate",
            id=webhook_id,
            seed=seed,
            key_print=secrets.print_of(studio),
            now=now,
            until=now + overlap,
        )
    return await get(studio, caller, webhook_id), secrets.secret_of(studio, seed)


async def remove(studio: Studio, caller: Caller, webhook_id: UUID) -> None:
    """It, its log, and what waits for it. Raises NotFound."""
    await get(studio, caller, webhook_id)
    async with studio.database.as_service() as service:
        await service.run("webhooks.remove", id=webhook_id)


async def try_out(studio: Studio, caller: Caller, webhook_id: UUID) -> Delivery:
    """Send a `webhook.test`, as all else is sent. Raises NotFound, WebhookOff."""
    found = await get(studio, caller, webhook_id)
    if not found.is_active:
        raise WebhookOff
    delivery_id = studio.new_id()
    data = {"webhook_id": str(found.id), "project_id": str(found.project_id)}
    async with studio.database.as_service() as service:
        await service.run(
            "webhooks.add_delivery",
            id=delivery_id,
            webhook_id=found.id,
            type=TEST,
            data=Jsonb(data),
        )
        await service.run("webhooks.announce")
    return await _delivery(studio, found.id, delivery_id)


async def deliveries(
    studio: Studio, caller: Caller, webhook_id: UUID, *, before: UUID | None, limit: int
) -> list[Delivery]:
    """The log, newest first; kept for 30 days. Raises NotFound."""
    await get(studio, caller, webhook_id)
    async with studio.database.singly() as service:
        return await service.all(
            Delivery,
            "webhooks.deliveries",
            webhook_id=webhook_id,
            before=before or UUID(int=2**128 - 1),
            limit=limit,
        )


async def delivery(
    studio: Studio, caller: Caller, webhook_id: UUID, delivery_id: UUID
) -> tuple[Delivery, list[Attempt]]:
    """Raises NotFound."""
    await get(studio, caller, webhook_id)
    found = await _delivery(studio, webhook_id, delivery_id)
    async with studio.database.singly() as service:
        return found, await service.all(Attempt, "webhooks.attempts", delivery_id=delivery_id)


async def log(
    studio: Studio, caller: Caller, webhook_id: UUID, *, before: UUID | None, limit: int
) -> list[tuple[Delivery, list[Attempt]]]:
    """`deliveries`, each with its attempts, the first one first. Raises NotFound."""
    found = await deliveries(studio, caller, webhook_id, before=before, limit=limit)
    attempts: dict[UUID, list[Attempt]] = {each.id: [] for each in found}
    async with studio.database.singly() as service:
        rows = await service.rows("webhooks.attempts_of", delivery_ids=list(attempts))
    for row in rows:
        attempts[row.pop("delivery_id")].append(Attempt(**row))
    return [(each, attempts[each.id]) for each in found]


async def redeliver(
    studio: Studio, caller: Caller, webhook_id: UUID, delivery_id: UUID
) -> Delivery:
    """Send it again under the same id, now and on the whole schedule. Raises NotFound,
    WebhookOff."""
    found = await get(studio, caller, webhook_id)
    await _delivery(studio, webhook_id, delivery_id)
    if not found.is_active:
        raise WebhookOff
    async with studio.database.as_service() as service:
        await service.run("webhooks.redeliver", id=delivery_id, webhook_id=webhook_id)
        await service.run("webhooks.announce")
    return await _delivery(studio, webhook_id, delivery_id)


def policy(settings: Settings) -> Policy:
    """Whereto messages may go."""
    return Policy(allow_private=frozenset(settings.webhook_private))


def state(studio: Studio, webhook: Webhook) -> State:
    """One word for how it stands: on, failing, keyless (its secret was made with a key that this
    process does not have), off, or why it was put off."""
    if not webhook.is_active:
        return cast(State, webhook.off_because or "off")
    if webhook.key_print != secrets.print_of(studio):
        return "keyless"
    return "failing" if webhook.failing_since else "on"


async def _delivery(studio: Studio, webhook_id: UUID, delivery_id: UUID) -> Delivery:
    async with studio.database.singly() as service:
        found = await service.maybe(
            Delivery, "webhooks.delivery", id=delivery_id, webhook_id=webhook_id
        )
    if found is None:
        raise NotFound(what="delivery")
    return found


async def _project(studio: Studio, caller: Caller, project_id: UUID | None) -> UUID:
    async with studio.database.as_user(caller.id) as transaction:
        rows = await transaction.rows("webhooks.project", project_id=project_id)
    if not rows:
        raise NotFound(what="project")
    if not rows[0]["is_admin"]:
        raise Forbidden
    found: UUID = rows[0]["id"]
    return found


def _check(
    settings: Settings,
    caller: Caller,
    url: str,
    types: Sequence[str],
    *,
    only_types: bool = False,
) -> None:
    allowed, wrong = OPERATORS if caller.is_operator else TYPES, []
    try:
        if not only_types:
            checked_target(url, policy(settings), plain=settings.webhook_http)
    except AddressRefused:
        wrong.append(FieldProblem("url", "webhook_address"))
    if not types or not set(types) <= set(allowed):
        wrong.append(FieldProblem("types", "webhook_type", (("types", ", ".join(allowed)),)))
    if wrong:
        raise InvalidInputs(wrong)


def _in_order(types: Sequence[str]) -> list[str]:
    return [each for each in OPERATORS if each in types]
