"""API keys and sessions: what a key may do, when it ends, and that each manages only their own."""

import asyncio

import pytest
from tests.support.servers import AsSomebody, Client
from tests.support.studios import photograph

from affiche.api.auth import COOKIE
from affiche.studio import people
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


async def key_of(client: Client, *scopes: str, **more: object) -> tuple[Client, str]:
    made = await client.post("/v1/keys", json={"name": "k", "scopes": list(scopes), **more})
    assert made.status == 201
    headers = {"Authorization": f"Bearer {made.json['secret']}"}
    return Client(client.server, client.session, headers), made.json["key"]["id"]


async def test_a_key_is_shown_once_and_stored_hashed(client: Client, studio: Studio) -> None:
    made = await client.post("/v1/keys", json={"name": "n8n", "days": 2})
    secret, key = made.json["secret"], made.json["key"]
    assert key["scopes"] == ["read", "ask"]
    assert secret.startswith(key["hint"])
    assert len(secret) > len(key["hint"]) + 32
    listed = await client.get("/v1/keys")
    assert key in listed.json["keys"]
    assert secret not in listed.body.decode()
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute("SELECT api_keys::text FROM api_keys")
        assert not any(secret in row[0] for row in await cursor.fetchall())


async def test_what_each_scope_opens(client: Client, studio: Studio, picture: File) -> None:
    reader, _ = await key_of(client, "read")
    asker, _ = await key_of(client, "ask")
    both, _ = await key_of(client, "read", "ask")
    keeper, _ = await key_of(client, "admin")
    body = {"template": "klein-i2i", "inputs": {"image": str(picture.id), "prompt": "a beach"}}
    calls = [
        ("GET", "/v1/works", None, [reader, both, keeper]),
        ("GET", "/v1/me", None, [reader, both, keeper]),
        ("POST", "/v1/works", body, [asker, both, keeper]),
        ("GET", "/v1/keys", None, [keeper]),
        ("POST", "/v1/keys", {"name": "more"}, [keeper]),
        ("GET", "/v1/me/sessions", None, [keeper]),
        ("DELETE", "/v1/me/sessions", None, [keeper]),
    ]
    for method, path, sent, allowed in calls:
        for who in (reader, asker, both, keeper):
            answer = await who.call(method, path, json=sent)
            if who in allowed:
                assert answer.status in (200, 201, 204), (method, path)
            else:
                assert (answer.status, answer.json["code"]) == (403, "scope_missing"), path


async def test_a_revoked_key_opens_nothing(client: Client) -> None:
    other, key_id = await key_of(client, "read")
    assert (await other.get("/v1/me")).status == 200
    assert (await client.call("DELETE", f"/v1/keys/{key_id}")).status == 204
    assert (await other.get("/v1/me")).status == 401
    assert (await client.call("DELETE", f"/v1/keys/{key_id}")).status == 404
    assert key_id not in [key["id"] for key in (await client.get("/v1/keys")).json["keys"]]


async def test_a_key_expires(client: Client, studio: Studio) -> None:
    other, key_id = await key_of(client, "read", days=1)
    assert (await other.get("/v1/me")).status == 200
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE api_keys SET expires_at = now() WHERE id = %s", (key_id,)
        )
    assert (await other.get("/v1/me")).status == 401


async def test_when_it_was_used_is_written_once_a_minute(client: Client, studio: Studio) -> None:
    other, key_id = await key_of(client, "read")

    async def used() -> object:
        listed = (await client.get("/v1/keys")).json["keys"]
        return next(key["last_used_at"] for key in listed if key["id"] == key_id)

    assert await used() is None
    assert {a.status for a in await asyncio.gather(*(other.get("/v1/me") for _ in range(8)))} == {
        200
    }
    first = await used()
    assert first is not None
    await other.get("/v1/me")
    assert await used() == first
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE api_keys SET last_used_at = last_used_at - interval '2 minutes'"
        )
    await other.get("/v1/me")
    assert await used() not in (None, first)


async def test_whoever_is_shut_out_is_out_at_once(
    as_somebody: AsSomebody, nobody: Client, studio: Studio, bob: Caller
) -> None:
    theirs = await as_somebody(bob)
    token = await people.redeem_link(studio, await people.make_link(studio, bob.id))
    cookie = {"Cookie": f"{COOKIE}={token}"}
    link = await people.make_link(studio, bob.id)
    assert (await theirs.get("/v1/me")).status == 200
    assert (await nobody.get("/v1/me", headers=cookie)).status == 200
    async with studio.database.as_service() as service:
        await service.run("people.disable", id=bob.id, disabled=True, now=studio.now())
    assert (await theirs.get("/v1/me")).status == 401
    assert (await nobody.get("/v1/me", headers=cookie)).status == 401
    assert (await nobody.get(f"/sign-in?token={link}")).status == 401


async def test_sessions_are_listed_and_ended(nobody: Client, studio: Studio, bob: Caller) -> None:
    tokens = [
        await people.redeem_link(studio, await people.make_link(studio, bob.id), f"Browser {n}\n")
        for n in range(3)
    ]
    browsers = [
        {"Cookie": f"{COOKIE}={token}", "Sec-Fetch-Site": "same-origin"} for token in tokens
    ]
    listed = (await nobody.get("/v1/me/sessions", headers=browsers[0])).json["sessions"]
    assert [each["agent"] for each in listed] == ["Browser 2", "Browser 1", "Browser 0"]
    assert [each["is_this"] for each in listed] == [False, False, True]
    path = f"/v1/me/sessions/{listed[0]['id']}"
    assert (await nobody.call("DELETE", path, headers=browsers[0])).status == 204
    assert (await nobody.get("/v1/me", headers=browsers[2])).status == 401
    assert (await nobody.call("DELETE", path, headers=browsers[0])).status == 404
    ending = await nobody.call("DELETE", "/v1/me/sessions", headers=browsers[0])
    assert ending.status == 204
    assert (await nobody.get("/v1/me", headers=browsers[1])).status == 401
    assert (await nobody.get("/v1/me", headers=browsers[0])).status == 200


async def test_another_site_ends_no_session(nobody: Client, studio: Studio, bob: Caller) -> None:
    token = await people.redeem_link(studio, await people.make_link(studio, bob.id))
    headers = {"Cookie": f"{COOKIE}={token}", "Sec-Fetch-Site": "cross-site"}
    assert (await nobody.call("DELETE", "/v1/me/sessions", headers=headers)).status == 403


@pytest.mark.parametrize("what", ["keys", "me/sessions"])
async def test_nobody_ends_what_is_another_s(
    client: Client, as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller, what: str
) -> None:
    await people.redeem_link(studio, await people.make_link(studio, alice.id))
    listed = (await client.get(f"/v1/{what}")).json
    (mine,) = listed[what.removeprefix("me/")]
    theirs = await as_somebody(bob)
    refused = await theirs.call("DELETE", f"/v1/{what}/{mine['id']}")
    assert (refused.status, refused.json["code"]) == (404, "not_found")
    assert (await client.get(f"/v1/{what}")).status == 200


async def test_whoever_asks_too_often_is_told_when_to_come_again(
    as_somebody: AsSomebody, client: Client, studio: Studio, bob: Caller, charlie: Caller
) -> None:
    studio.gates.clock = lambda: 1000.0
    theirs = await as_somebody(bob)
    burst = studio.settings.ask_rate // 5
    answers = [await theirs.post("/v1/works", json={}) for _ in range(burst)]
    assert {answer.status for answer in answers} == {422}
    refused = await theirs.upload(photograph(), headers={"Accept-Language": "en"})
    assert (refused.status, refused.json["code"]) == (429, "too_many_requests")
    seconds = int(refused.headers["Retry-After"])
    assert seconds >= 1
    assert refused.json["hint"] == f"Try again in {seconds} s."
    korean = await theirs.post("/v1/works", json={}, headers={"Accept-Language": "ko"})
    assert "초 뒤에" in korean.json["hint"]
    assert (await theirs.get("/v1/works")).status == 200
    assert (await (await as_somebody(charlie)).post("/v1/works", json={})).status == 422


async def test_an_operator_asks_as_often_as_they_like(client: Client, studio: Studio) -> None:
    studio.gates.clock = lambda: 1000.0
    for _ in range(studio.settings.ask_rate // 5 + 5):
        assert (await client.post("/v1/works", json={})).status == 422
