"""Signing in at another issuer, and every way in which an answer is not to the question."""

from collections.abc import AsyncIterator
from dataclasses import replace
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import pytest
from joserfc.jwk import RSAKey
from tests.support.servers import Answer, Client

from affiche.api.auth import COOKIE
from affiche.emulators.oidc import Server as Issuer
from affiche.emulators.oidc import serving
from affiche.errors import SettingInvalid
from affiche.settings import Settings
from affiche.studio import issuers, oidc
from affiche.studio.studio import Caller, Studio
from affiche.web.doors import ATTEMPT

OWN = {"Accept-Language": "en", "Accept": "text/html"}


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with serving() as server:
        yield server


@pytest.fixture
async def studio(studio: Studio, issuer: Issuer) -> Studio:
    settings = replace(
        studio.settings,
        oidc_issuer=issuer.url,
        oidc_client_id=issuer.client_id,
        oidc_client_secret=issuer.client_secret,
        oidc_sign_up=True,
    )
    return replace(studio, settings=settings)


async def begun(nobody: Client) -> tuple[str, dict[str, str]]:
    """Where the browser is sent, and the cookie that it keeps."""
    answer = await nobody.get("/sign-in/elsewhere", headers=OWN)
    assert answer.status == 303
    morsel = SimpleCookie(answer.headers["Set-Cookie"])[ATTEMPT]
    assert morsel["httponly"]
    assert (morsel["samesite"].lower(), morsel["path"]) == ("lax", "/sign-in")
    return answer.headers["Location"], {"Cookie": f"{ATTEMPT}={morsel.value}"}


async def answered(session: aiohttp.ClientSession, address: str) -> dict[str, str]:
    """What the issuer sends back with the browser."""
    async with session.get(address, allow_redirects=False) as response:
        assert response.status == 302
        query = urlsplit(response.headers["Location"]).query
    return {name: values[0] for name, values in parse_qs(query).items()}


async def come_back(nobody: Client, told: dict[str, str], cookie: dict[str, str]) -> Answer:
    return await nobody.get(f"/sign-in/back?{urlencode(told)}", headers=OWN | cookie)


async def signed_in(nobody: Client, session: aiohttp.ClientSession) -> Answer:
    address, cookie = await begun(nobody)
    return await come_back(nobody, await answered(session, address), cookie)


def key(answer: Answer) -> dict[str, str]:
    for line in answer.headers.getall("Set-Cookie"):
        found = SimpleCookie(line)
        if COOKIE in found:
            return {"Cookie": f"{COOKIE}={found[COOKIE].value}"}
    raise AssertionError("no session")


async def test_somebody_new_and_again(nobody: Client, session: aiohttp.ClientSession) -> None:
    answer = await signed_in(nobody, session)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    me = (await nobody.get("/v1/me", headers=key(answer))).json
    assert (me["email"], me["name"], me["is_operator"]) == ("dora@example.com", "Dora", False)
    again = await signed_in(nobody, session)
    assert (await nobody.get("/v1/me", headers=key(again))).json["id"] == me["id"]


@pytest.mark.parametrize("verified", [True, False])
async def test_an_account_is_linked_by_a_verified_address_only(
    nobody: Client, session: aiohttp.ClientSession, issuer: Issuer, bob: Caller, verified: bool
) -> None:
    issuer.person.email, issuer.person.email_verified = str(bob.email), verified
    me = (await nobody.get("/v1/me", headers=key(await signed_in(nobody, session)))).json
    assert (me["id"] == str(bob.id)) is verified


async def test_a_subject_that_looks_like_somebody_s_id_is_not_them(
    nobody: Client, session: aiohttp.ClientSession, issuer: Issuer, alice: Caller
) -> None:
    issuer.person.subject = str(alice.id)
    me = (await nobody.get("/v1/me", headers=key(await signed_in(nobody, session)))).json
    assert me["id"] != str(alice.id)
    assert not me["is_operator"]


async def test_where_nobody_signs_up(
    nobody: Client, session: aiohttp.ClientSession, studio: Studio, issuer: Issuer, bob: Caller
) -> None:
    nobody.server.app.state.studio = replace(
        studio, settings=replace(studio.settings, oidc_sign_up=False)
    )
    assert (await signed_in(nobody, session)).status == 401
    issuer.person.email = str(bob.email)
    assert (await signed_in(nobody, session)).status == 303


async def test_an_answer_to_another_s_question(
    nobody: Client, session: aiohttp.ClientSession
) -> None:
    address, cookie = await begun(nobody)
    other, others_cookie = await begun(nobody)
    told = await answered(session, address)
    for more, kept in (
        ({}, {}),
        ({}, others_cookie),
        ({"state": "x" * 43}, cookie),
        ({"state": ""}, cookie),
        ({"state": "\u00e9"}, cookie),
        ({"code": ""}, cookie),
        ({"code": "forged"}, cookie),
        ({}, {"Cookie": f"{ATTEMPT}=a.b.c"}),
        ({}, {"Cookie": f"{ATTEMPT}={'x' * 5000}"}),
    ):
        answer = await come_back(nobody, told | more, kept)
        assert answer.status == 401, (more, kept)
        assert COOKIE not in str(answer.headers.getall("Set-Cookie", []))
    # A code that was stolen is of no use without the browser that asked: PKCE.
    stolen = await answered(session, other)
    verifiers = cookie["Cookie"]
    assert (
        await come_back(nobody, told | {"code": stolen["code"]}, {"Cookie": verifiers})
    ).status == 401
    assert (await come_back(nobody, told, cookie)).status == 303
    assert (await come_back(nobody, told, cookie)).status == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "somebody-else"},
        {"aud": ["affiche", "other"], "azp": "other"},
        {"iss": "https://elsewhere.example"},
        {"exp": 1},
        {"sub": None},
        {"sub": 7},
    ],
    ids=str,
)
async def test_a_token_that_is_not_for_us(
    nobody: Client,
    session: aiohttp.ClientSession,
    issuer: Issuer,
    claims: dict[str, object],
) -> None:
    issuer.person.claims = claims
    assert (await signed_in(nobody, session)).status == 401


async def test_a_token_by_another_key(
    nobody: Client, session: aiohttp.ClientSession, issuer: Issuer
) -> None:
    issuer.signer = RSAKey.generate_key(2048, {"kid": "emulated"})
    assert (await signed_in(nobody, session)).status == 401


async def test_an_issuer_that_is_away_or_another(
    nobody: Client, studio: Studio, issuer: Issuer
) -> None:
    for address in ("http://127.0.0.1:9", issuer.url + "/"):
        changed = replace(studio.settings, oidc_issuer=address)
        nobody.server.app.state.studio = replace(studio, settings=changed)
        answer = await nobody.get("/sign-in/elsewhere", headers=OWN)
        assert answer.status == 503
        assert "Retry-After" in answer.headers


async def test_whoever_is_shut_out_cannot_come_in_from_elsewhere(
    nobody: Client, session: aiohttp.ClientSession, studio: Studio
) -> None:
    me = (await nobody.get("/v1/me", headers=key(await signed_in(nobody, session)))).json
    async with studio.database.as_service() as service:
        await service.run("people.disable", id=me["id"], disabled=True, now=studio.now())
    assert (await signed_in(nobody, session)).status == 401


async def test_the_page_shows_the_way(nobody: Client) -> None:
    page = (await nobody.get("/works", headers=OWN)).body.decode()
    assert 'href="/sign-in/elsewhere"' in page
    assert 'name="password"' not in page


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"oidc_issuer": "http://elsewhere.example", "oidc_client_id": "a"}, "oidc_issuer"),
        ({"oidc_issuer": "https://elsewhere.example"}, "oidc_client_id"),
    ],
    ids=str,
)
def test_half_an_issuer_is_a_mistake(more: dict[str, str], name: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        oidc.configured(Settings(**more))  # type: ignore[arg-type]
    assert caught.value.params["name"] == name


async def test_what_an_issuer_says_of_itself_is_asked_for_now_and_then(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, moment, real = list[str](), [0.0], issuers.read

    async def counted(url: str) -> bytes:
        asked.append(url)
        return await real(url)

    monkeypatch.setattr(issuers, "read", counted)
    known = issuers.Issuers(clock=lambda: moment[0])
    url = issuer.url.rstrip("/") + oidc.WELL_KNOWN
    assert await known.description(url) == await known.description(url)
    assert len(asked) == 1
    moment[0] = issuers.FRESH + 1
    await known.description(url)
    assert len(asked) == 2
    known.forget(url)
    await known.description(url)
    assert len(asked) == 3
