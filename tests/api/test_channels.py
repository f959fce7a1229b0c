"""What somebody chose to hear of by which channel, and the browsers that they switched on."""

import base64
import os
from typing import Any
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from tests.support.servers import AsSomebody, Client

from affiche.settings import Settings
from affiche.studio import channels
from affiche.studio.studio import Caller, Studio

CHANNELS = "/v1/notifications/channels"
BROWSERS = "/v1/notifications/browsers"


def text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def subscription(endpoint: str | None = None, **more: Any) -> dict[str, Any]:
    """As a browser writes it."""
    point = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    keys = {"p256dh": text(point), "auth": text(os.urandom(16))}
    endpoint = endpoint or f"https://push.example.com/{uuid4()}"
    return {"endpoint": endpoint, "expirationTime": None, "keys": keys, **more}


async def test_nothing_is_sent_until_somebody_asks_for_it(client: Client) -> None:
    found = (await client.get(CHANNELS)).json
    assert (found["email"], found["push"], found["browsers"]) == ([], [], [])
    assert found["email_possible"] is False
    assert len(channels.octets(found["application_server_key"])) == 65


async def test_a_choice_is_kept(client: Client) -> None:
    chosen = ["work.failed", "work.completed", "work.failed"]
    answer = await client.call("PUT", f"{CHANNELS}/push", json={"types": chosen})
    assert answer.json["push"] == ["work.completed", "work.failed"]
    assert (await client.get(CHANNELS)).json["push"] == ["work.completed", "work.failed"]
    await client.call("PUT", f"{CHANNELS}/push", json={"types": []})
    assert (await client.get(CHANNELS)).json["push"] == []


@pytest.mark.parametrize(
    ("channel", "types", "status"),
    [
        ("pigeon", [], 404),
        ("push", ["work.created"], 422),
        ("push", None, 422),
        ("push", ["work.failed"] * 4, 422),
        # No mail server is set up.
        ("email", ["work.failed"], 409),
        ("email", [], 200),
    ],
)
async def test_what_cannot_be_chosen(
    client: Client, channel: str, types: list[str] | None, status: int
) -> None:
    answer = await client.call("PUT", f"{CHANNELS}/{channel}", json={"types": types})
    assert answer.status == status


async def test_mail_needs_an_address(
    client: Client, as_somebody: AsSomebody, studio: Studio, bob: Caller
) -> None:
    for name, value in (("smtp_host", "127.0.0.1"), ("smtp_from", "studio@example.com")):
        object.__setattr__(studio.settings, name, value)
    assert isinstance(studio.settings, Settings)
    refused = await client.call("PUT", f"{CHANNELS}/email", json={"types": ["work.failed"]})
    assert (refused.status, refused.json["code"]) == (409, "no_address")
    theirs = await as_somebody(bob)
    chosen = await theirs.call("PUT", f"{CHANNELS}/email", json={"types": ["work.failed"]})
    assert chosen.json["email"] == ["work.failed"]
    assert (chosen.json["email_possible"], chosen.json["email_address"]) == (True, bob.email)


async def test_a_browser_is_one_however_often_it_is_switched_on(client: Client) -> None:
    given = subscription(name="Firefox")
    first = await client.post(BROWSERS, json=given)
    assert (first.status, first.json["name"]) == (201, "Firefox")
    again = await client.post(BROWSERS, json=given | {"name": "Firefox 2"})
    assert again.json["id"] == first.json["id"]
    assert [b["name"] for b in (await client.get(CHANNELS)).json["browsers"]] == ["Firefox 2"]
    dropped = await client.call("DELETE", f"{BROWSERS}/{first.json['id']}")
    assert dropped.json["browsers"] == []
    assert (await client.call("DELETE", f"{BROWSERS}/{first.json['id']}")).status == 404


async def test_of_many_browsers_the_latest_are_kept(client: Client) -> None:
    for n in range(channels.MOST_BROWSERS + 2):
        await client.post(BROWSERS, json=subscription(name=str(n)))
    names = [b["name"] for b in (await client.get(CHANNELS)).json["browsers"]]
    assert names == [str(n) for n in range(2, channels.MOST_BROWSERS + 2)]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/plain",
        "https://10.0.0.1/private",
        "https://169.254.169.254/latest/meta-data",
        "https://user:secret@push.example.com/",
        "https://push.example.com:22/",
        "https://localhost/",
    ],
)
async def test_an_address_that_is_no_push_service_s(client: Client, endpoint: str) -> None:
    answer = await client.post(BROWSERS, json=subscription(endpoint))
    assert (answer.status, answer.fields) == (422, {"endpoint": "bad_address"})


@pytest.mark.parametrize(
    ("name", "value"), [("p256dh", text(b"\x04" + bytes(64))), ("auth", text(bytes(15)))]
)
async def test_keys_that_are_none(client: Client, name: str, value: str) -> None:
    given = subscription()
    given["keys"][name] = value
    answer = await client.post(BROWSERS, json=given)
    assert (answer.status, answer.fields) == (422, {f"keys.{name}": "not_valid"})


async def test_another_s_browser_is_as_absent_as_none(
    client: Client, as_somebody: AsSomebody, bob: Caller, charlie: Caller
) -> None:
    given = subscription()
    one = (await client.post(BROWSERS, json=given)).json["id"]
    for other in (bob, charlie):
        theirs = await as_somebody(other)
        assert (await theirs.get(CHANNELS)).json["browsers"] == []
        assert (await theirs.call("DELETE", f"{BROWSERS}/{one}")).status == 404
        await theirs.call("PUT", f"{CHANNELS}/push", json={"types": ["work.failed"]})
    assert (await client.get(CHANNELS)).json["push"] == []
    # A browser that is handed on is its new owner's, under another id.
    theirs = await as_somebody(bob)
    assert (await theirs.post(BROWSERS, json=given)).json["id"] != one
    assert (await client.get(CHANNELS)).json["browsers"] == []
