"""Alice, bob and charlie at every route of webhooks: admins of a project, and nobody else."""

from typing import Any
from uuid import UUID

import pytest
from tests.support.servers import AsSomebody, Client, description
from tests.support.studios import ask
from tests.webhooks.conftest import sent
from tests.webhooks.receivers import Receiver
from tests.webhooks.routes import LISTS, NAMED

from affiche.domain.webhooks import TYPES
from affiche.pipeline.webhooks import Webhooks
from affiche.serving import Server
from affiche.studio import webhooks, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

NOTHING = "01a1fe6a-a666-737b-82bf-0123456789ab"
BODIES: dict[str, Any] = {
    "POST /v1/webhooks": {"url": "https://example.com/hook"},
    "PATCH /v1/webhooks/{webhook_id}": {"description": "other"},
}
SHOWN = {
    *("id", "project_id", "user_id", "url", "types", "description", "state", "is_active"),
    *("failing_since", "off_at", "rotated_at", "previous_until", "created_at"),
}


async def project_of(studio: Studio, caller: Caller) -> UUID:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT id FROM projects WHERE user_id = %s AND is_default", (caller.id,)
        )
        row = await cursor.fetchone()
    assert row
    found: UUID = row[0]
    return found


async def join(studio: Studio, caller: Caller, project: UUID, role: str) -> None:
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO project_members (project_id, user_id, role) VALUES (%s, %s, %s)"
            " ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role",
            (project, caller.id, role),
        )


def test_every_route_of_webhooks_is_named(server: Server) -> None:
    found = {
        f"{method.upper()} {path}"
        for path, methods in description(server)["paths"].items()
        for method in methods
        if path.startswith("/v1/webhooks")
    }
    assert found == NAMED | LISTS
    assert not NAMED & LISTS


@pytest.mark.parametrize("route", sorted(NAMED))
async def test_another_s_webhook_is_as_absent_as_none(
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    receiver: Receiver,
    route: str,
) -> None:
    """Also to a member of the project who is no admin of it."""
    webhook, _ = await webhooks.make(studio, alice, receiver.url)
    delivery = await webhooks.try_out(studio, alice, webhook.id)
    await join(studio, bob, webhook.project_id, "member")
    method, _, template = route.partition(" ")
    path = template.format(webhook_id=webhook.id, delivery_id=delivery.id)
    absent = template.format(webhook_id=NOTHING, delivery_id=NOTHING)
    for other in (bob, charlie):
        theirs = await as_somebody(other)
        body = {"json": BODIES[route]} if route in BODIES else {}
        refused, none = (
            await theirs.call(method, path, **body),
            await theirs.call(method, absent, **body),
        )
        assert refused.status == none.status == 404, refused.body
        assert refused.json | {"request_id": ""} == none.json | {"request_id": ""}
    # An admin may; and nobody else's delivery is reached through a webhook of one's own.
    await join(studio, bob, webhook.project_id, "admin")
    theirs = await as_somebody(bob)
    if "{delivery_id}" in template:
        own, _ = await webhooks.make(studio, charlie, receiver.url)
        path_of_own = template.format(webhook_id=own.id, delivery_id=delivery.id)
        answer = await (await as_somebody(charlie)).call(method, path_of_own)
        assert answer.status == 404
    assert (await theirs.call(method, path, **body)).status in (200, 202, 204)


async def test_lists_hold_what_one_looks_after(
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    receiver: Receiver,
) -> None:
    made = [(await webhooks.make(studio, who, receiver.url))[0] for who in (alice, bob)]

    async def seen(who: Caller, query: str = "") -> set[str]:
        found = (await (await as_somebody(who)).get(f"/v1/webhooks{query}")).json["webhooks"]
        assert all(set(each) == SHOWN for each in found)
        return {each["id"] for each in found}

    first, second = (str(each.id) for each in made)
    assert await seen(alice) == {first}
    assert await seen(bob) == {second}
    assert await seen(charlie) == set()
    await join(studio, charlie, made[0].project_id, "member")
    assert await seen(charlie) == set()
    await join(studio, charlie, made[0].project_id, "admin")
    assert await seen(charlie) == {first}
    assert await seen(charlie, f"?project_id={made[1].project_id}") == set()
    assert await seen(bob, f"?project_id={made[0].project_id}") == set()


async def test_a_webhook_is_made_where_one_is_an_admin(
    as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    project = await project_of(studio, alice)
    await join(studio, bob, project, "member")
    body = {"url": "https://example.com/hook", "project_id": str(project)}
    for who, status, code in ((bob, 403, "forbidden"), (charlie, 404, "not_found")):
        refused = await (await as_somebody(who)).post("/v1/webhooks", json=body)
        assert (refused.status, refused.json["code"]) == (status, code)
    await join(studio, bob, project, "admin")
    made = await (await as_somebody(bob)).post("/v1/webhooks", json=body)
    assert (made.status, made.json["project_id"]) == (201, str(project))


async def test_the_news_of_a_project_goes_to_its_own_webhooks_alone(
    studio: Studio, alice: Caller, bob: Caller, picture: File, receiver: Receiver
) -> None:
    await webhooks.make(studio, bob, receiver.url, types=TYPES)
    work = await ask(studio, alice, picture)
    await works.cancel(studio, alice, work.id)
    assert await sent(Webhooks(studio)) == 0


async def test_what_concerns_a_person_alone_is_told_to_nobody_else(
    studio: Studio, alice: Caller, bob: Caller, receiver: Receiver
) -> None:
    """Not even to an admin of their project."""
    project = await project_of(studio, alice)
    await join(studio, bob, project, "admin")
    own, secret = await webhooks.make(studio, alice, receiver.url, types=["notification.created"])
    await webhooks.make(
        studio, bob, receiver.url, project_id=project, types=["notification.created"]
    )
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO events (user_id, type, data)"
            " VALUES (%s, 'notification.created', '{\"notification_id\": \"n\"}')",
            (alice.id,),
        )
    assert await sent(Webhooks(studio)) == 1
    told = receiver.messages[0].verified(secret)
    assert told["data"] == {"notification_id": "n", "user_id": str(alice.id)}
    assert receiver.messages[0].headers["webhook-id"].startswith("msg_")
    assert own.user_id == alice.id
