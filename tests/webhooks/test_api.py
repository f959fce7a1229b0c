"""Webhooks over the API: made, changed, rotated, tried, looked into, removed."""

from pathlib import Path
from typing import Any

import pytest
from tests.support.databases import Cluster
from tests.support.servers import Client
from tests.webhooks.conftest import sent
from tests.webhooks.receivers import Receiver

from affiche.db.address import Address
from affiche.pipeline.webhooks import Webhooks
from affiche.serving import Server
from affiche.studio import keys, webhook_secrets, webhooks
from affiche.studio.studio import Caller, Studio


async def made(client: Client, url: str, **more: Any) -> dict[str, Any]:
    answer = await client.post("/v1/webhooks", json={"url": url, **more})
    assert answer.status == 201, answer.body
    found: dict[str, Any] = answer.json
    assert answer.headers["Location"] == f"/v1/webhooks/{found['id']}"
    return found


async def test_a_webhook_s_life(client: Client, studio: Studio, receiver: Receiver) -> None:
    one = await made(client, receiver.url, description="our shop")
    path, secret = f"/v1/webhooks/{one['id']}", one.pop("secret")
    assert secret.startswith("whsec_")
    assert one["types"] == ["work.completed", "work.failed", "work.cancelled"]
    assert (await client.get(path)).json == one
    assert (await client.get("/v1/webhooks")).json == {"webhooks": [one]}

    tried = await client.post(f"{path}/test")
    assert (tried.status, tried.json["status"], tried.json["type"]) == (
        *(202, "pending"),
        "webhook.test",
    )
    await sent(Webhooks(studio))
    assert receiver.messages[0].verified(secret)["data"]["webhook_id"] == one["id"]
    log = (await client.get(f"{path}/deliveries/{tried.json['id']}")).json
    assert (log["status"], log["attempts"], log["next_at"]) == ("delivered", 1, None)
    assert (log["log"][0]["status_code"], log["message_id"]) == (200, receiver.messages[0].id)
    again = await client.post(f"{path}/deliveries/{tried.json['id']}/redeliver")
    assert (again.status, again.json["status"]) == (202, "pending")
    await sent(Webhooks(studio))
    assert receiver.messages[1].id == receiver.messages[0].id

    rotated = (await client.post(f"{path}/rotate")).json
    assert rotated["secret"] not in (secret, None)
    assert rotated["previous_until"] is not None
    changed = (await client.call("PATCH", path, json={"is_active": False})).json
    assert (changed["state"], changed["url"]) == ("off", receiver.url)
    for route in ("test", f"deliveries/{tried.json['id']}/redeliver"):
        refused = await client.post(f"{path}/{route}")
        assert (refused.status, refused.json["code"]) == (409, "webhook_off")
    assert (await client.call("DELETE", path)).status == 204
    assert (await client.get(path)).status == 404
    assert (await client.get("/v1/webhooks")).json == {"webhooks": []}


async def test_the_log_goes_page_by_page(
    client: Client, studio: Studio, alice: Caller, receiver: Receiver
) -> None:
    one = await made(client, receiver.url)
    every = [
        str((await webhooks.try_out(studio, alice, webhooks.UUID(one["id"]))).id) for _ in range(5)
    ]
    path: str | None = f"/v1/webhooks/{one['id']}/deliveries?limit=2"
    seen = []
    while path:
        found = (await client.get(path)).json
        seen.append([each["id"] for each in found["deliveries"]])
        path = found["next"]
    assert [len(each) for each in seen] == [2, 2, 1]
    assert [each for page in seen for each in page] == every[::-1]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/hook",
        "https://10.0.0.1/hook",
        "https://localhost/hook",
        "https://[::1]/hook",
        "https://user:word@example.com/",
        "https://example.com:22/",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
    ],
)
async def test_an_address_that_is_none_is_refused_at_once(client: Client, url: str) -> None:
    refused = await client.post("/v1/webhooks", json={"url": url})
    assert (refused.status, refused.fields) == (422, {"url": "webhook_address"})


async def test_what_is_wrong_is_said_at_once(client: Client) -> None:
    body = {"url": "ftp://example.com", "types": ["work.nothing"], "extra": 1}
    refused = await client.post("/v1/webhooks", json=body)
    assert refused.status == 422
    assert set(refused.fields) == {"url", "types.0", "extra"}
    assert (
        await client.post("/v1/webhooks", json={"url": "https://a.example", "types": []})
    ).status == 422


async def test_a_project_has_only_so_many(client: Client, receiver: Receiver) -> None:
    for _ in range(webhooks.MOST):
        await made(client, receiver.url)
    refused = await client.post("/v1/webhooks", json={"url": receiver.url})
    assert (refused.status, refused.json["code"]) == (409, "webhooks_full")


async def test_a_secret_is_shown_once_and_stands_nowhere(
    client: Client,
    studio: Studio,
    receiver: Receiver,
    cluster: Cluster,
    database_address: Address,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Not in a row, a log, another answer, or a file of the data folder."""
    from tests.cli.test_secrets import everything

    caplog.set_level("DEBUG")
    one = await made(client, receiver.url)
    path = f"/v1/webhooks/{one['id']}"
    new = (await client.post(f"{path}/rotate")).json["secret"]
    await client.post(f"{path}/test")
    await sent(Webhooks(studio))
    answers = [
        (await client.get(each)).body.decode()
        for each in (path, "/v1/webhooks", f"{path}/deliveries")
    ]
    files = [each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()]
    rows = everything(database_address, cluster)
    assert receiver.url in rows
    for secret in (one["secret"], new):
        bare = secret.removeprefix("whsec_")
        raw = webhook_secrets.base64.b64decode(bare)
        assert bare not in rows + caplog.text + "".join(answers)
        assert raw.hex() not in rows
        assert not any(bare.encode() in each or raw in each for each in files)


async def test_with_another_key_nothing_is_sent_until_it_is_rotated(
    client: Client, studio: Studio, alice: Caller, receiver: Receiver
) -> None:
    """As in a studio that was restored from a backup: it tells nobody anything."""
    from dataclasses import replace

    one = await made(client, receiver.url)
    other = replace(studio, secret=b"another" * 8)
    webhook_id = webhooks.UUID(one["id"])
    await webhooks.try_out(other, alice, webhook_id)
    assert await sent(Webhooks(other)) == 0
    assert webhooks.state(other, await webhooks.get(other, alice, webhook_id)) == "keyless"
    rotated, secret = await webhooks.rotate(other, alice, webhook_id)
    assert rotated.previous_until is None
    assert await sent(Webhooks(other)) == 1
    receiver.messages[0].verified(secret)


async def test_a_key_that_may_only_ask_changes_no_webhook(
    studio: Studio, server: Server, client: Client, alice: Caller, receiver: Receiver
) -> None:
    """Else a program that makes pictures could have everybody's news sent elsewhere."""
    one = await made(client, receiver.url)
    key = await keys.make(studio, alice.id, keys.Wish("shop", ("read", "ask")))
    asking = Client(server, client.session, {"Authorization": f"Bearer {key.secret}"})
    path = f"/v1/webhooks/{one['id']}"
    assert (await asking.get(path)).status == 200
    for method, where, body in (
        ("POST", "/v1/webhooks", {"url": receiver.url}),
        ("PATCH", path, {"url": "https://elsewhere.example"}),
        ("POST", f"{path}/rotate", None),
        ("POST", f"{path}/test", None),
        ("DELETE", path, None),
    ):
        more = {"json": body} if body else {}
        refused = await asking.call(method, where, **more)
        assert (refused.status, refused.json["code"]) == (403, "scope_missing"), (method, where)
