"""A studio that may send to loopback, and a project with a webhook."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.webhooks.receivers import Receiver, receiving

from affiche.db.database import Database
from affiche.pipeline.webhooks import Webhooks
from affiche.studio import webhooks
from affiche.studio.studio import Caller, Studio
from affiche.studio.webhooks import Webhook


@pytest.fixture
async def studio(studio: Studio) -> Studio:
    allowed = replace(
        studio.settings, webhook_private=("127.0.0.1",), public_url="https://studio.example"
    )
    return replace(studio, settings=allowed)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as running:
        yield running


@pytest.fixture
async def made(studio: Studio, alice: Caller, receiver: Receiver) -> tuple[Webhook, str]:
    """Alice's webhook for the receiver, and its secret."""
    return await webhooks.make(studio, alice, receiver.url)


async def sent(service: Webhooks) -> int:
    """Send what is due, to its end; how many."""
    count = await service.begin()
    for task in list(service.under_way):
        await task
    return count


async def come_due(database: Database) -> None:
    """As if all pauses were over."""
    async with database.as_service() as service:
        await service.connection.execute(
            "UPDATE webhook_deliveries SET next_at = now() WHERE status = 'pending'"
        )
