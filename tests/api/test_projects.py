"""Projects on the wire: alice owns one, bob is in it, charlie is not; and everybody comes to every
route of theirs."""

from typing import Any
from uuid import UUID

import pytest
from tests.support.servers import AsSomebody, Client, add_person
from tests.support.studios import ended, photograph

from affiche.pipeline.crew import Crew
from affiche.studio import events, people, projects
from affiche.studio.feed import Feed
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

NOTHING = "01a1fe6a-a666-737b-82bf-0123456789ab"


@pytest.fixture
async def project(client: Client, bob: Caller, studio: Studio) -> str:
    """Alice's, in which bob is a member."""
    made = await client.post("/v1/projects", json={"name": "ours"})
    assert made.status == 201
    async with studio.database.as_service() as service:
        await service.run("projects.join", id=UUID(made.json["id"]), user_id=bob.id, role="member")
    return str(made.json["id"])


# Route, its body, and what alice, bob and charlie are answered.
ROUTES: list[tuple[str, dict[str, Any] | None, tuple[int, int, int]]] = [
    ("GET /v1/projects/{project_id}", None, (200, 200, 404)),
    ("PATCH /v1/projects/{project_id}", {"name": "theirs"}, (200, 403, 404)),
    ("GET /v1/projects/{project_id}/members", None, (200, 200, 404)),
    ("GET /v1/projects/{project_id}/invitations", None, (200, 403, 404)),
    ("POST /v1/projects/{project_id}/invitations", {"email": "d@example.com"}, (201, 403, 404)),
    ("DELETE /v1/projects/{project_id}/invitations/{invitation_id}", None, (204, 403, 404)),
    ("PUT /v1/projects/{project_id}/members/{user_id}", {"role": "admin"}, (204, 403, 404)),
    ("DELETE /v1/projects/{project_id}/members/{user_id}", None, (204, 403, 404)),
    ("GET /v1/projects/{project_id}/storage", None, (200, 200, 404)),
    ("GET /v1/projects/{project_id}/glossary", None, (200, 200, 404)),
    ("PUT /v1/projects/{project_id}/glossary", {"terms": [{"term": "x"}]}, (204, 403, 404)),
    ("PUT /v1/projects/{project_id}/owner", {"user_id": "{user_id}"}, (204, 403, 404)),
]


@pytest.mark.parametrize(("route", "body", "statuses"), ROUTES, ids=[r[0] for r in ROUTES])
async def test_who_may_do_what_in_a_project(
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    project: str,
    route: str,
    body: dict[str, Any] | None,
    statuses: tuple[int, int, int],
) -> None:
    member = await studio_member(studio, project)
    made, _ = await projects.invite(studio, alice, UUID(project), "e@example.com")
    method, _, template = route.partition(" ")
    path = template.format(project_id=project, invitation_id=made.id, user_id=member)
    absent = template.format(project_id=NOTHING, invitation_id=made.id, user_id=member)
    if body == {"user_id": "{user_id}"}:
        body = {"user_id": str(member)}
    for caller, status in zip((charlie, bob, alice), reversed(statuses), strict=True):
        who = client if caller is alice else await as_somebody(caller)
        answer = await who.call(method, path, json=body)
        assert answer.status == status, caller.name
        none = await who.call(method, absent, json=body)
        assert none.status == 404
        if answer.status == 404:
            assert answer.json | {"request_id": ""} == none.json | {"request_id": ""}


async def studio_member(studio: Studio, project: str) -> UUID:
    """One more, for the routes that name one."""
    dora = await add_person(studio, "dora")
    async with studio.database.as_service() as service:
        await service.run("projects.join", id=UUID(project), user_id=dora.id, role="member")
    return dora.id


async def test_everybody_lists_what_they_are_in(
    client: Client, as_somebody: AsSomebody, bob: Caller, charlie: Caller, project: str
) -> None:
    async def listed(who: Client) -> dict[str, str]:
        found = (await who.get("/v1/projects")).json["projects"]
        return {each["id"]: each["role"] for each in found if not each["is_default"]}

    assert await listed(client) == {project: "admin"}
    assert await listed(await as_somebody(bob)) == {project: "member"}
    assert await listed(await as_somebody(charlie)) == {}


async def test_a_member_leaves_and_the_owner_stays(
    client: Client, as_somebody: AsSomebody, alice: Caller, bob: Caller, project: str
) -> None:
    theirs = await as_somebody(bob)
    path = f"/v1/projects/{project}/members"
    assert (await theirs.call("DELETE", f"{path}/{bob.id}")).status == 204
    assert (await theirs.get(f"/v1/projects/{project}")).status == 404
    for method, body in (("DELETE", None), ("PUT", {"role": "member"})):
        refused = await client.call(method, f"{path}/{alice.id}", json=body)
        assert (refused.status, refused.json["code"]) == (409, "owner_stays")


async def test_a_project_s_works_and_pictures_are_its_members(
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    picture: File,
    project: str,
    crew: Crew,
) -> None:
    inputs = {"image": str(picture.id), "prompt": "a quiet beach", "megapixels": 0.5}
    body = {"template": "klein-i2i", "inputs": inputs, "project_id": project}
    asked = (await client.post("/v1/works", json=body)).json["id"]
    await ended(studio, alice, UUID(asked))
    theirs, none = await as_somebody(bob), await as_somebody(charlie)
    shown = await theirs.get(f"/v1/works/{asked}")
    assert shown.json["status"] == "completed"
    output = shown.json["outputs"][0]["id"]
    for file in (output, str(picture.id)):
        for more in ("", "/thumbnail", "/about"):
            assert (await theirs.get(f"/v1/files/{file}{more}")).status == 200
            assert (await none.get(f"/v1/files/{file}{more}")).status == 404

    async def listed(who: Client, query: str = "") -> list[str]:
        found = (await who.get(f"/v1/works?project={project}{query}")).json["works"]
        return [each["id"] for each in found]

    assert await listed(theirs) == await listed(client) == [asked]
    assert await listed(theirs, "&status=completed&template=klein-i2i") == [asked]
    assert await listed(theirs, "&status=failed") == []
    assert await listed(none) == []
    assert (await theirs.get("/v1/works")).json["works"] == []

    again = await theirs.post(f"/v1/works/{asked}/retry")
    assert (again.status, again.json["retry_of"]) == (201, asked)
    assert again.json["project_id"] == project
    assert (await none.post(f"/v1/works/{asked}/retry")).status == 404


async def test_only_its_asker_and_an_admin_cancel(
    client: Client,
    as_somebody: AsSomebody,
    bob: Caller,
    charlie: Caller,
    picture: File,
    project: str,
) -> None:
    inputs = {"image": str(picture.id), "prompt": "a beach"}
    body = {"template": "klein-i2i", "inputs": inputs, "project_id": project}
    mine = (await client.post("/v1/works", json=body)).json["id"]
    theirs, none = await as_somebody(bob), await as_somebody(charlie)
    refused = await theirs.post(f"/v1/works/{mine}/cancel")
    assert (refused.status, refused.json["code"]) == (403, "forbidden")
    assert (await none.post(f"/v1/works/{mine}/cancel")).status == 404
    own = (await theirs.upload(photograph())).json["id"]
    body["inputs"] = inputs | {"image": own}
    his = (await theirs.post("/v1/works", json=body)).json["id"]
    assert (await client.post(f"/v1/works/{his}/cancel")).json["status"] == "cancelled"
    assert (await client.post(f"/v1/works/{mine}/cancel")).json["status"] == "cancelled"
    assert (await none.post("/v1/works", json=body)).status in (404, 422)


async def test_a_stream_tells_members_and_nobody_else(
    client: Client,
    studio: Studio,
    feed: Feed,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    picture: File,
    project: str,
) -> None:
    start = str(await events.now(studio))
    inputs = {"image": str(picture.id), "prompt": "a beach"}
    body = {"template": "klein-i2i", "inputs": inputs}
    hidden = (await client.post("/v1/works", json=body)).json["id"]
    stream = feed.follow(studio, bob, start)
    shared = (await client.post("/v1/works", json=body | {"project_id": project})).json["id"]
    told = [event async for event in first(stream)]
    assert [(str(event.work_id), event.type) for event in told] == [(shared, "work.created")]
    seen = [str(each.work_id) for each in await events.after(studio, alice, start)]
    assert seen == [hidden, shared]
    assert await events.after(studio, charlie, start) == []


async def first(stream: Any) -> Any:
    """The events of the first batch that has any."""
    async for batch in stream:
        if batch:
            for event in batch:
                yield event
            await stream.aclose()
            return


# --- invitations --------------------------------------------------------------------------------


async def test_an_invitation_is_for_one_address_and_once(
    client: Client, as_somebody: AsSomebody, bob: Caller, charlie: Caller, project: str
) -> None:
    path = f"/v1/projects/{project}/invitations"
    made = await client.post(path, json={"email": "Charlie@Example.com", "role": "admin"})
    assert made.json["invitation"]["email"] == "charlie@example.com"
    token = made.json["token"]
    assert token not in (await client.get(path)).body.decode()
    refused = await (await as_somebody(bob)).post("/v1/projects/join", json={"token": token})
    assert refused.status == 403
    invited = await as_somebody(charlie)
    assert (await invited.post("/v1/projects/join", json={"token": token})).status == 204
    assert (await invited.get(f"/v1/projects/{project}")).json["role"] == "admin"
    again = await invited.post("/v1/projects/join", json={"token": token})
    assert (again.status, again.json["code"]) == (410, "invitation_over")
    assert (await client.get(path)).json == {"invitations": []}
    wrong = await client.post(path, json={"email": "nobody"})
    assert (wrong.status, wrong.fields) == (422, {"email": "email"})


async def test_an_invitation_ends(
    client: Client, as_somebody: AsSomebody, studio: Studio, charlie: Caller, project: str
) -> None:
    path = f"/v1/projects/{project}/invitations"
    made = [await client.post(path, json={"email": "charlie@example.com"}) for _ in range(2)]
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE invitations SET expires_at = now() WHERE id = %s",
            (made[0].json["invitation"]["id"],),
        )
    gone = f"{path}/{made[1].json['invitation']['id']}"
    assert (await client.call("DELETE", gone)).status == 204
    invited = await as_somebody(charlie)
    for each in made:
        answer = await invited.post("/v1/projects/join", json={"token": each.json["token"]})
        assert answer.status == 410


async def test_an_invitation_makes_an_account_where_there_is_none(
    nobody: Client, client: Client, studio: Studio, project: str
) -> None:
    path = f"/v1/projects/{project}/invitations"
    token = (await client.post(path, json={"email": "erin@example.com"})).json["token"]
    own = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
    page = await nobody.get(f"/invitation?token={token}", headers=own)
    assert page.status == 200
    assert "erin@example.com" in page.body.decode()
    sent = {"token": token, "name": "Erin", "password": "correct horse"}
    answer = await nobody.post("/invitation", data=sent, headers=own)
    assert answer.status == 303
    assert (await nobody.post("/invitation", data=sent, headers=own)).status == 410
    members = (await client.get(f"/v1/projects/{project}/members")).json["members"]
    assert {each["name"]: each["role"] for each in members}["Erin"] == "member"
    assert (await nobody.get("/invitation?token=forged", headers=own)).status == 410


async def test_an_account_is_not_taken_over_by_an_invitation(
    nobody: Client, client: Client, studio: Studio, charlie: Caller, project: str
) -> None:
    path = f"/v1/projects/{project}/invitations"
    token = (await client.post(path, json={"email": "charlie@example.com"})).json["token"]
    own = {"Sec-Fetch-Site": "same-origin"}
    page = await nobody.get(f"/invitation?token={token}", headers=own)
    assert 'name="password"' not in page.body.decode()
    sent = {"token": token, "name": "x", "password": "correct horse"}
    assert (await nobody.post("/invitation", data=sent, headers=own)).status == 403
    session = await people.redeem_link(studio, await people.make_link(studio, charlie.id))
    cookie = own | {"Cookie": f"affiche_session={session}"}
    assert (await nobody.post("/invitation", data={"token": token}, headers=cookie)).status == 303
