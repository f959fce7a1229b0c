"""Every route of `/v1/admin`: for operators alone, and none without its entry in the audit log."""

import re
from typing import Any

import pytest
from tests.admin.conftest import Here, sql
from tests.admin.routes import PREFIX, ROUTES, Rule
from tests.support.servers import Answer, AsSomebody, Client, description

from affiche.serving import Server
from affiche.studio import keys
from affiche.studio.keys import Wish
from affiche.studio.studio import Caller, Studio

NOTHING = "01a1fe6a-a666-737b-82bf-0123456789ab"


def test_every_admin_route_is_in_the_table(server: Server) -> None:
    described = {
        f"{method.upper()} {path}"
        for path, methods in description(server)["paths"].items()
        for method in methods
        if path.startswith(PREFIX)
    }
    assert described == set(ROUTES)


def address(route: str, rule: Rule, here: Here) -> tuple[str, str]:
    method, _, path = route.partition(" ")
    named = re.findall(r"\{(\w+)\}", path)
    return method, path.format(**{name: here[rule.subject or name] for name in named})


def body(rule: Rule, here: Here) -> Any:
    if not isinstance(rule.body, dict):
        return rule.body
    return {k: v.format(**here) if isinstance(v, str) else v for k, v in rule.body.items()}


async def call(client: Client, route: str, here: Here) -> Answer:
    rule = ROUTES[route]
    method, path = address(route, rule, here)
    sent = body(rule, here)
    return await client.call(method, path, **({} if sent is None else {"json": sent}))


async def entries(studio: Studio) -> list[tuple[Any, ...]]:
    return await sql(
        studio, "SELECT actor, action, subject, origin, reason FROM audit_log ORDER BY id"
    )


@pytest.mark.parametrize("route", ROUTES)
async def test_an_operator_is_served_and_it_is_written_down(
    client: Client, studio: Studio, alice: Caller, here: Here, route: str
) -> None:
    rule = ROUTES[route]
    before = len(await entries(studio))
    answer = await call(client, route, here)
    assert answer.status == rule.status, answer.body
    (entry,) = (await entries(studio))[before:]
    actor, action, subject, origin, reason = entry
    assert (actor, action) == (alice.id, rule.action)
    if rule.subject:
        assert subject == here[rule.subject]
    assert origin == f"request {answer.headers['X-Request-Id']}"
    if isinstance(rule.body, dict) and "reason" in rule.body:
        assert reason == rule.body["reason"]


@pytest.mark.parametrize("route", ROUTES)
async def test_nobody_else_is_and_nothing_changes(
    nobody: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    bob: Caller,
    charlie: Caller,
    here: Here,
    route: str,
) -> None:
    before = await entries(studio)
    for somebody in (await as_somebody(bob), await as_somebody(charlie)):
        answer = await call(somebody, route, here)
        assert (answer.status, answer.json["code"]) == (403, "forbidden")
    assert (await call(nobody, route, here)).status == 401
    assert await entries(studio) == before
    ((status,),) = await sql(studio, "SELECT status FROM works WHERE id = %s", here["work_id"])
    assert status == "pending"


@pytest.mark.parametrize("route", ROUTES)
async def test_an_operator_s_key_needs_the_scope(
    nobody: Client, studio: Studio, alice: Caller, here: Here, route: str
) -> None:
    made = await keys.make(studio, alice.id, Wish("narrow", ["read", "ask"]))
    nobody.headers["Authorization"] = f"Bearer {made.secret}"
    answer = await call(nobody, route, here)
    assert (answer.status, answer.json["code"]) == (403, "scope_missing")


@pytest.mark.parametrize("route", [each for each in ROUTES if "_id}" in each or "{name}" in each])
async def test_what_is_not_there_is_absent(client: Client, here: Here, route: str) -> None:
    rule = ROUTES[route]
    absent = {name: "none" if name == "name" else NOTHING for name in here}
    method, path = address(route, rule, absent)
    sent = body(rule, here)
    answer = await client.call(method, path, **({} if sent is None else {"json": sent}))
    assert (answer.status, answer.json["code"]) == (404, "not_found")


@pytest.mark.parametrize("route", [each for each in ROUTES if each.startswith("GET")])
async def test_looking_again_within_the_hour_is_not_written_again(
    client: Client, studio: Studio, here: Here, route: str
) -> None:
    await call(client, route, here)
    before = await entries(studio)
    await call(client, route, here)
    assert await entries(studio) == before
    # As an entry cannot be made older, the time is what is moved on: by an hour it is due again.
    async with studio.database.as_service() as service:
        again = await service.run(
            "audit.add_look",
            id=studio.new_id(),
            actor=before[-1][0],
            origin="",
            action=before[-1][1],
            subject=before[-1][2],
            within="0 s",
        )
    assert again == 1
