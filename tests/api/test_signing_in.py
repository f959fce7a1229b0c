"""Who is let in: keys, the link, its cookie; and what another site, name or hand cannot do."""

from http.cookies import SimpleCookie

import pytest
from tests.support.servers import Client
from tests.support.studios import photograph

from affiche.api import auth
from affiche.api.envelope import allowed_hosts
from affiche.settings import Settings
from affiche.studio import people
from affiche.studio.studio import Caller, Studio


@pytest.fixture
async def session_cookie(studio: Studio, alice: Caller) -> str:
    link = await people.make_link(studio, alice.id)
    return await auth.sign_in(studio, link)


def cookie(value: str) -> dict[str, str]:
    return {"Cookie": f"{auth.COOKIE}={value}"}


async def test_the_link_signs_in_once_and_leads_to_the_first_page(
    nobody: Client, studio: Studio, alice: Caller
) -> None:
    token = await people.make_link(studio, alice.id)
    answer = await nobody.get(f"/sign-in?token={token}")
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    morsel = SimpleCookie(answer.headers["Set-Cookie"])[auth.COOKIE]
    assert morsel["httponly"]
    assert (morsel["samesite"].lower(), morsel["path"]) == ("lax", "/")
    assert int(morsel["max-age"]) == 30 * 24 * 3600
    assert not morsel["secure"]
    me = await nobody.get("/v1/me", headers=cookie(morsel.value))
    assert me.json["id"] == str(alice.id)

    again = await nobody.get(f"/sign-in?token={token}")
    assert (again.status, again.json["code"]) == (401, "not_signed_in")
    assert "Set-Cookie" not in again.headers
    # A browser that opens its old tabs again is signed in already.
    reopened = await nobody.get(f"/sign-in?token={token}", headers=cookie(morsel.value))
    assert (reopened.status, reopened.headers["Location"]) == (303, "/")


async def test_behind_https_the_cookie_stays_there(
    nobody: Client, studio: Studio, alice: Caller
) -> None:
    token = await people.make_link(studio, alice.id)
    answer = await nobody.get(f"/sign-in?token={token}", headers={"X-Forwarded-Proto": "https"})
    assert SimpleCookie(answer.headers["Set-Cookie"])[auth.COOKIE]["secure"]


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "%00", "%ff%fe", "' OR 1=1 --"])
async def test_a_link_that_nobody_gave(nobody: Client, token: str) -> None:
    assert (await nobody.get(f"/sign-in?token={token}")).status == 401


async def test_a_link_ends_with_its_day(nobody: Client, studio: Studio, alice: Caller) -> None:
    token = await people.make_link(studio, alice.id)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE sign_in_links SET expires_at = now() - interval '1 second'"
        )
    assert (await nobody.get(f"/sign-in?token={token}")).status == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer aff_forged"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YWxpY2U6eA=="},
        {"Authorization": "Bearer " + "x" * 5000},
        cookie("forged"),
        cookie(""),
        cookie("x" * 5000),
        cookie("%00"),
    ],
    ids=str,
)
async def test_what_proves_nothing_is_refused(nobody: Client, headers: dict[str, str]) -> None:
    answer = await nobody.get("/v1/me", headers=headers)
    assert (answer.status, answer.json["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_wrong_key_is_not_mended_by_a_right_cookie(
    nobody: Client, session_cookie: str
) -> None:
    headers = cookie(session_cookie) | {"Authorization": "Bearer aff_forged"}
    assert (await nobody.get("/v1/me", headers=headers)).status == 401


async def test_a_key_s_hash_is_no_key_and_a_session_is_none_either(
    nobody: Client, studio: Studio, alice: Caller, session_cookie: str
) -> None:
    key = await people.make_key(studio, alice.id, "k")
    for forged in (people.digest(key).hex(), session_cookie):
        answer = await nobody.get("/v1/me", headers={"Authorization": f"Bearer {forged}"})
        assert answer.status == 401
    assert (await nobody.get("/v1/me", headers=cookie(key))).status == 401


async def test_a_key_that_was_taken_back(client: Client, studio: Studio, alice: Caller) -> None:
    assert (await client.get("/v1/me")).status == 200
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE api_keys SET revoked_at = now()")
    assert (await client.get("/v1/me")).status == 401


async def test_a_session_ends(nobody: Client, studio: Studio, session_cookie: str) -> None:
    headers = cookie(session_cookie)
    assert (await nobody.get("/v1/me", headers=headers)).status == 200
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE sessions SET expires_at = now()")
    assert (await nobody.get("/v1/me", headers=headers)).status == 401


async def test_only_our_own_pages_may_act_for_a_browser(
    nobody: Client, session_cookie: str
) -> None:
    own = nobody.server.url
    foreign = [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": own},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": own + "0"},
        {"Origin": "http://127.0.0.1"},
    ]
    picture = {"Content-Type": "image/jpeg"} | cookie(session_cookie)
    for headers in foreign:
        answer = await nobody.post("/v1/files", data=photograph(), headers=picture | headers)
        assert (answer.status, answer.json["code"]) == (403, "forbidden"), headers
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": own}):
        answer = await nobody.post("/v1/files", data=photograph(), headers=picture | headers)
        assert answer.status == 201, headers


async def test_looking_needs_no_page_of_ours(nobody: Client, session_cookie: str) -> None:
    headers = cookie(session_cookie) | {"Sec-Fetch-Site": "cross-site"}
    assert (await nobody.get("/v1/me", headers=headers)).status == 200


async def test_a_program_with_a_key_needs_no_page(client: Client) -> None:
    answer = await client.upload(photograph(), headers={"Origin": "https://elsewhere.example"})
    assert answer.status == 201


async def test_a_name_that_leads_here_is_not_ours(client: Client) -> None:
    port = client.server.port
    for host in (
        f"127.0.0.1:{port}",
        f"localhost:{port}",
        f"[::1]:{port}",
        "LOCALHOST",
        "127.0.0.1",
    ):
        assert (await client.get("/v1/me", headers={"Host": host})).status == 200, host
    for host in (
        "rebound.example",
        f"127.0.0.1.example:{port}",
        "192.168.0.1",
        "",
        "[",
        "a@127.0.0.1:1:2",
    ):
        answer = await client.get("/v1/me", headers={"Host": host})
        assert (answer.status, answer.json["code"]) == (421, "host_refused"), host


def test_which_hosts_a_studio_answers_for() -> None:
    loopback = allowed_hosts(Settings(url="https://studio.example:8443/x"))
    assert loopback is not None
    assert loopback("studio.example")
    assert loopback("localhost")
    assert not loopback("10.0.0.1")

    public = allowed_hosts(Settings(host="0.0.0.0", url="https://studio.example"))
    assert public is not None
    assert public("studio.example")
    assert public("10.0.0.1")
    assert public("fe80::1")
    assert not public("rebound.example")

    assert allowed_hosts(Settings(host="0.0.0.0")) is None
