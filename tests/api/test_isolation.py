"""Alice, bob and charlie at every route: what is one's is nobody else's, whatever the route.

A route that stands in the description and not in this table fails the last test.
"""

import re
from typing import Any

import pytest
from tests.admin.routes import ROUTES as ADMIN
from tests.api.test_projects import ROUTES as PROJECTS
from tests.characters import routes as characters
from tests.support.servers import AsSomebody, Client, description
from tests.support.studios import ask, photograph
from tests.webhooks import routes as webhooks

from affiche.serving import Server
from affiche.studio import people
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

PUBLIC = {"GET /health", "GET /ready"}
KEYED = {"POST /v1/hooks/runs/{key}"}
"""Open to whoever has the key that the address itself holds."""
"""Routes that answer anybody."""
SHARED = {"GET /v1/templates", "GET /v1/templates/{template}"}
"""Routes that say the same to everybody who is signed in."""
OWN = {
    "GET /v1/works",
    "GET /v1/me",
    "GET /v1/events",
    "POST /v1/files",
    "GET /v1/keys",
    "POST /v1/keys",
    "GET /v1/me/sessions",
    "DELETE /v1/me/sessions",
    "GET /v1/projects",
    "POST /v1/projects",
    "POST /v1/projects/join",
}
TOLD = {
    "GET /v1/notifications",
    "POST /v1/notifications/read",
    "POST /v1/notifications/{notification_id}/read",
    "DELETE /v1/notifications/{notification_id}",
    "GET /v1/notifications/channels",
    "PUT /v1/notifications/channels/{channel}",
    "POST /v1/notifications/browsers",
    "DELETE /v1/notifications/browsers/{browser_id}",
}
"""Routes that test_notifications and test_channels try in the same way."""
"""Routes that name nothing: each sees or makes only what is their own; each has a test below."""
PAID = {
    "GET /v1/credits",
    "GET /v1/credits/transactions",
    "GET /v1/credits/statement.csv",
    "POST /v1/quotes",
}
"""Routes to what is one's own money, which test_credits tries."""
NAMED = {
    "GET /v1/files/{file_id}",
    "GET /v1/files/{file_id}/thumbnail",
    "GET /v1/files/{file_id}/about",
    "GET /v1/works/{work_id}",
    "POST /v1/works/{work_id}/cancel",
    "POST /v1/works/{work_id}/retry",
    "DELETE /v1/keys/{key_id}",
    "DELETE /v1/me/sessions/{session_id}",
}
"""Routes to one thing: another's is as absent as none."""
HUNG = {"PUT /v1/stars", "GET /v1/trash", "POST /v1/trash", "POST /v1/trash/restore"}
"""Routes that name works in their body or none; test_gallery tries them."""
SHOWN = {"GET /v1/works/{work_id}/preview"}
"""Routes to what is there while a work is made; test_queue tries them."""
COLLECTED = {
    "GET /v1/collections",
    "POST /v1/collections",
    "GET /v1/collections/{collection_id}",
    "PATCH /v1/collections/{collection_id}",
    "DELETE /v1/collections/{collection_id}",
    "POST /v1/collections/{collection_id}/works",
    "POST /v1/collections/{collection_id}/works/remove",
    "GET /v1/tags",
    "POST /v1/tags",
    "POST /v1/zips",
}
"""Routes to what somebody put together; test_collections tries them."""
EDITED = {"PATCH /v1/works/{work_id}"}
"""Routes by which a project's members change what is another's; test_titles tries them."""
CAPTIONED = {"GET /v1/captions", "POST /v1/captions", "DELETE /v1/captions"}
"""Routes to the captions of a project's references; test_captions tries them."""
WOKEN = {"POST /webhook/klein_i2i"}
"""Routes that name a job in their body; test_klein tries them."""
GENERATED = {
    "POST /api/upload-image",
    "POST /api/generate",
    "GET /api/jobs",
    "GET /api/jobs/{job_id}",
    "POST /api/jobs/{job_id}/check",
    "GET /api/workflows",
}
"""Routes of the first generator's page, which test_generator tries."""
WORDED = {
    "POST /v1/translations",
    "POST /v1/works/{work_id}/translations",
    "DELETE /v1/projects/{project_id}/glossary",
}
"""Routes to English words; tests/language/test_routes.py tries them."""
KEPT = {"GET /v1/me/export", "DELETE /v1/me", "PUT /v1/me/password"}
"""Routes to all that is one's own, which test_own tries."""
BATCHED = {
    "GET /v1/batches",
    "POST /v1/batches",
    "POST /v1/batches/quote",
    "GET /v1/batches/{batch_id}",
    "GET /v1/batches/{batch_id}/works",
    "GET /v1/batches/{batch_id}/zip",
    "POST /v1/batches/{batch_id}/cancel",
    "POST /v1/batches/{batch_id}/retry",
    "POST /v1/batches/{batch_id}/choose",
    "POST /v1/batches/{batch_id}/more",
}
"""Routes to works that are asked for together; tests/batches/test_routes.py tries them."""
RULED = {route for route, *_ in PROJECTS}
"""Routes to a project, in which each is something; test_projects tries each of them."""
ASKING = {
    "POST /v1/works",
    "POST /functions/v1/works/generate",
    "POST /functions/works/generate",
}
"""Routes whose body names things: another's picture or project is as absent as none."""


def named_nothing(template: str) -> str:
    """The address with ids of nothing in it."""
    return re.sub(r"\{\w+\}", "01a1fe6a-a666-737b-82bf-0123456789ab", template)


async def work_of(studio: Studio, caller: Caller, picture: File) -> str:
    return str((await ask(studio, caller, picture)).id)


def bodies(picture: str, project: str | None = None) -> dict[str, dict[str, Any]]:
    inputs = {"image": picture, "prompt": "a beach"}
    edge = {
        "type": "image_to_image",
        "template_id": "klein-i2i",
        "input_data": inputs,
        "project_id": project,
    }
    return {
        "POST /v1/works": {"template": "klein-i2i", "inputs": inputs, "project_id": project},
        "POST /functions/v1/works/generate": edge,
        "POST /functions/works/generate": edge,
    }


@pytest.mark.parametrize("route", sorted(NAMED))
async def test_another_s_thing_is_as_absent_as_none(
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    picture: File,
    route: str,
) -> None:
    work_id = await work_of(studio, alice, picture)
    await people.redeem_link(studio, await people.make_link(studio, alice.id))
    method, _, template = route.partition(" ")
    names = {
        "file_id": str(picture.id),
        "work_id": work_id,
        "key_id": (await client.get("/v1/keys")).json["keys"][0]["id"],
        "session_id": (await client.get("/v1/me/sessions")).json["sessions"][0]["id"],
    }
    path, absent = template.format_map(names), named_nothing(template)
    for other in (bob, charlie):
        theirs = await as_somebody(other)
        refused, none = await theirs.call(method, path), await theirs.call(method, absent)
        assert refused.status == none.status == 404
        assert refused.json | {"request_id": ""} == none.json | {"request_id": ""}
    record = (await client.get(f"/v1/works/{work_id}")).json
    assert record["status"] == "pending"
    if route != "POST /v1/works/{work_id}/retry":
        assert (await client.call(method, path)).status in (200, 204)


@pytest.mark.parametrize("route", sorted(ASKING))
async def test_another_s_picture_or_project_cannot_be_asked_with(
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    picture: File,
    route: str,
) -> None:
    theirs = await as_somebody(bob)
    path = route.removeprefix("POST ")
    refused = await theirs.post(path, json=bodies(str(picture.id))[route])
    assert (refused.status, refused.fields) == (422, {"image": "file_unknown"})

    own = (await theirs.upload(photograph())).json["id"]
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT id::text FROM projects WHERE user_id = %s", (alice.id,)
        )
        row = await cursor.fetchone()
    assert row
    refused = await theirs.post(path, json=bodies(own, row[0])[route])
    assert (refused.status, refused.json["code"]) == (404, "not_found")
    assert (await theirs.post(path, json=bodies(own)[route])).status in (200, 201)


async def test_lists_hold_one_s_own(
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    picture: File,
) -> None:
    mine = await work_of(studio, alice, picture)
    theirs = await as_somebody(bob)
    own = (await theirs.upload(photograph())).json["id"]
    asked = await theirs.post("/v1/works", json=bodies(own)["POST /v1/works"])

    async def seen(who: Client, query: str = "") -> list[str]:
        return [work["id"] for work in (await who.get(f"/v1/works{query}")).json["works"]]

    assert await seen(client) == [mine]
    for query in (
        "",
        "?status=pending",
        "?template=klein-i2i",
        f"?before={'f' * 8}-ffff-7fff-bfff-{'f' * 12}",
    ):
        assert await seen(theirs, query) == [asked.json["id"]]
        assert await seen(await as_somebody(charlie), query) == []


async def test_everybody_is_told_who_they_are(
    as_somebody: AsSomebody, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    for caller in (alice, bob, charlie):
        me = (await (await as_somebody(caller)).get("/v1/me")).json
        assert me["id"] == str(caller.id)
        assert me["is_operator"] == (caller is alice)


async def test_a_retry_of_another_s_work_leaves_no_trace(
    as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller, picture: File
) -> None:
    work_id = await work_of(studio, alice, picture)
    theirs = await as_somebody(bob)
    await theirs.post(f"/v1/works/{work_id}/cancel")
    await theirs.post(f"/v1/works/{work_id}/retry", headers={"Idempotency-Key": "k"})
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT (SELECT count(*) FROM works), (SELECT count(*) FROM idempotency_keys)"
        )
        assert await cursor.fetchone() == (1, 0)


def operations(server: Server) -> set[str]:
    return {
        f"{method.upper()} {path}"
        for path, methods in description(server)["paths"].items()
        for method in methods
    }


async def test_nobody_is_let_in_anywhere_but_where_anybody_is(nobody: Client) -> None:
    nothing = "01a1fe6a-a666-737b-82bf-0123456789ab"
    for route in sorted(operations(nobody.server)):
        method, _, template = route.partition(" ")
        path = template.replace("{template}", "klein-i2i")
        path = re.sub(r"\{\w+_id\}", nothing, path)
        answer = await nobody.call(method, path, json={} if method == "POST" else None)
        if route in PUBLIC:
            assert answer.status == 200, route
        elif route in KEYED:
            assert (answer.status, answer.json["code"]) == (404, "not_found"), route
        else:
            assert (answer.status, answer.json["code"]) == (401, "not_signed_in"), route


def test_every_route_has_its_rule(server: Server) -> None:
    # Those of webhooks have their tests in tests/webhooks/test_isolation.py, those of characters
    # and references in tests/characters/test_routes.py, and operators' in
    # tests/admin/test_routes.py.
    rules = [
        PUBLIC,
        KEYED,
        SHARED,
        OWN,
        TOLD,
        NAMED,
        ASKING,
        EDITED,
        HUNG,
        SHOWN,
        COLLECTED,
        WOKEN,
        CAPTIONED,
        GENERATED,
        BATCHED,
        PAID,
        KEPT,
        WORDED,
        RULED,
        characters.NAMED,
        characters.LISTS,
        webhooks.NAMED,
        webhooks.LISTS,
        set(ADMIN),
    ]
    assert set().union(*rules) == operations(server)
    assert sum(map(len, rules)) == len(operations(server))
