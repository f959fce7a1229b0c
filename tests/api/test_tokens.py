"""Tokens that somebody else issued: let in as they are, and every forgery refused."""

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.support.servers import Client

from affiche.errors import SettingInvalid
from affiche.settings import Settings
from affiche.studio.issuers import configured
from affiche.studio.studio import Caller, Studio

SECRET = "super-secret-jwt-token-with-at-least-32-characters"
RSA, OTHER_RSA = (RSAKey.generate_key(2048, {"kid": kid}) for kid in ("one", "two"))
EC = ECKey.generate_key("P-256", {"kid": "three"})


@dataclass
class Publisher:
    """An issuer's address of keys, and how often it was asked."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=list)
    asked: int = 0
    broken: bool = False

    async def answer(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self.broken:
            return web.Response(status=500)
        return web.json_response({"keys": self.keys})


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    made = Publisher(keys=[key.as_dict(private=False) for key in (RSA, EC)])
    app = web.Application()
    app.router.add_get("/auth/v1/.well-known/jwks.json", made.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    made.url = f"http://127.0.0.1:{port}"
    yield made
    await runner.cleanup()


@pytest.fixture
async def studio(studio: Studio, publisher: Publisher, request: pytest.FixtureRequest) -> Studio:
    """Of a Supabase project; by its secret where a test says so, else by its keys."""
    more = dict(getattr(request, "param", {"jwt_sign_up": True}))
    settings = replace(studio.settings, **{"supabase_url": publisher.url, **more})
    return replace(studio, settings=settings)


BY_SECRET = {"jwt_secret": SECRET, "jwt_sign_up": True}
by_secret = pytest.mark.parametrize("studio", [BY_SECRET], indirect=True)


def claims(studio: Studio, **more: Any) -> dict[str, Any]:
    now = int(studio.now().timestamp())
    found = {
        "iss": f"{studio.settings.supabase_url}/auth/v1",
        "aud": "authenticated",
        "role": "authenticated",
        "sub": str(uuid4()),
        "email": f"{uuid4().hex}@example.com",
        "iat": now,
        "exp": now + 3600,
        "user_metadata": {"full_name": "Dora"},
        **more,
    }
    return {name: value for name, value in found.items() if value is not None}


def by_shared(found: dict[str, Any], secret: str = SECRET) -> str:
    return jwt.encode({"alg": "HS256"}, found, OctKey.import_key(secret))


def by_key(found: dict[str, Any], key: RSAKey | ECKey = RSA, **header: Any) -> str:
    alg = "RS256" if isinstance(key, RSAKey) else "ES256"
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, found, key, algorithms=[alg])


def part(value: object) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def by_hand(header: dict[str, Any], found: dict[str, Any], secret: bytes | None) -> str:
    """As no library would: any header, signed by HMAC or not at all."""
    signed = f"{part(header)}.{part(found)}"
    mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest() if secret else b""
    return f"{signed}.{part(mac)}"


async def me(client: Client, token: str) -> Any:
    return await client.get("/v1/me", headers={"Authorization": f"Bearer {token}"})


async def refused(client: Client, *tokens: str) -> None:
    for token in tokens:
        answer = await me(client, token)
        assert (answer.status, answer.json["code"]) == (401, "not_signed_in"), token[:200]


# --- let in -------------------------------------------------------------------------------------


@by_secret
async def test_a_supabase_token_by_its_secret(nobody: Client, studio: Studio) -> None:
    found = claims(studio)
    first = await me(nobody, by_shared(found))
    assert first.status == 200
    assert first.json["id"] == found["sub"]
    assert (first.json["email"], first.json["name"]) == (found["email"], "Dora")
    assert not first.json["is_operator"]
    assert (await me(nobody, by_shared(found))).json == first.json
    works = await nobody.get("/v1/works", headers={"Authorization": f"Bearer {by_shared(found)}"})
    assert works.json == {"works": [], "next": None}


@pytest.mark.parametrize("key", [RSA, EC], ids=["RS256", "ES256"])
async def test_a_token_by_a_published_key(
    nobody: Client, studio: Studio, publisher: Publisher, key: RSAKey | ECKey
) -> None:
    found = claims(studio)
    for _ in range(3):
        assert (await me(nobody, by_key(found, key))).json["id"] == found["sub"]
    assert publisher.asked == 1


@by_secret
async def test_a_subject_that_is_no_uuid_has_a_user_of_its_own(
    nobody: Client, studio: Studio
) -> None:
    found = claims(studio, sub="auth0|64af")
    first = await me(nobody, by_shared(found))
    assert first.status == 200
    assert (await me(nobody, by_shared(found | {"email": None}))).json["id"] == first.json["id"]


@by_secret
async def test_an_email_that_somebody_has_links_only_where_it_is_verified(
    nobody: Client, studio: Studio, bob: Caller
) -> None:
    for verified in (None, False, "true", 1):
        found = claims(studio, email=bob.email, email_verified=verified)
        answer = await me(nobody, by_shared(found | {"user_metadata": {"email_verified": True}}))
        assert (answer.json["id"], answer.json["email"]) == (found["sub"], None)
    found = claims(studio, email=str(bob.email).upper(), email_verified=True)
    assert (await me(nobody, by_shared(found))).json["id"] == str(bob.id)


@pytest.mark.parametrize("studio", [{"jwt_secret": SECRET}], indirect=True)
async def test_where_nobody_signs_up_only_who_is_known_comes_in(
    nobody: Client, studio: Studio, bob: Caller
) -> None:
    await refused(nobody, by_shared(claims(studio)))
    assert (await me(nobody, by_shared(claims(studio, sub=str(bob.id))))).json["id"] == str(bob.id)


SERVICE = {"jwt_secret": SECRET, "jwt_service_role": True}


@pytest.mark.parametrize("studio", [SERVICE], indirect=True)
async def test_the_service_s_token_acts_as_the_operator_where_that_is_set(
    nobody: Client, studio: Studio, alice: Caller
) -> None:
    own = {"aud": None, "sub": None, "iss": "supabase", "role": "service_role"}
    token = by_shared(claims(studio, **own))
    assert (await me(nobody, token)).json["id"] == str(alice.id)
    await refused(nobody, by_shared(claims(studio, **own | {"role": "anon"})))


@by_secret
async def test_the_service_s_token_is_nobody_s_elsewhere(
    nobody: Client, studio: Studio, alice: Caller
) -> None:
    await refused(
        nobody,
        by_shared(claims(studio, role="service_role")),
        by_shared(claims(studio, role="service_role", sub=None, aud=None, iss="supabase")),
    )


# --- refused ------------------------------------------------------------------------------------


@by_secret
@pytest.mark.parametrize(
    "more",
    [
        {"exp": 1},
        {"exp": None},
        {"exp": "9999999999"},
        {"exp": True},
        {"nbf": 9_999_999_999},
        {"iat": 9_999_999_999},
        {"iss": "https://elsewhere.example"},
        {"iss": None},
        {"iss": ["a"]},
        {"aud": "anon"},
        {"aud": None},
        {"aud": []},
        {"aud": ["somebody", "else"]},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 300},
        {"sub": "a\x00b"},
        {"role": "anon"},
        {"role": "postgres"},
        {"role": ["authenticated"]},
    ],
    ids=str,
)
async def test_a_token_that_says_the_wrong_thing(
    nobody: Client, studio: Studio, more: dict[str, Any]
) -> None:
    await refused(nobody, by_shared(claims(studio, **more)))


@by_secret
async def test_a_token_that_nobody_signed(nobody: Client, studio: Studio) -> None:
    found = claims(studio)
    good = by_shared(found)
    head, body, mac = good.split(".")
    await refused(
        nobody,
        *(by_hand({"alg": alg}, found, None) for alg in ("none", "None", "NONE", "nOnE", "", "x")),
        by_hand({"typ": "JWT"}, found, None),
        by_hand({"alg": "HS256"}, found, None),
        by_hand({"alg": "HS256"}, found, b"wrong"),
        by_hand({"alg": "HS512"}, found, SECRET.encode()),
        by_hand({"alg": ["HS256"]}, found, SECRET.encode()),
        by_hand({"alg": "HS256", "crit": ["x"], "x": 1}, found, SECRET.encode()),
        by_hand({"alg": "HS256", "b64": False, "crit": ["b64"]}, found, SECRET.encode()),
        f"{head}.{part(found | {'role': 'service_role'})}.{mac}",
        f"{head}.{body}.",
        f"{head}.{body}.{mac[:-4]}AAAA",
        f"..{mac}",
        "..",
        "a.b.c",
        f"{part(b'[]')}.{part(b'[]')}.{mac}",
        by_hand({"alg": "HS256"}, [], SECRET.encode()),  # type: ignore[arg-type]
        by_shared(found, "another-secret-that-is-just-as-long-as-it"),
        by_key(found),
        part(b'{"alg":' + b"[" * 3000) + "." + body + "." + mac,
    )
    assert (await me(nobody, good)).status == 200


async def test_a_published_key_is_no_secret(
    nobody: Client, studio: Studio, publisher: Publisher
) -> None:
    """The old trick: HS256 with what everybody may know of an RSA key as its secret."""
    found = claims(studio)
    for key in (RSA, EC):
        forms = [key.as_pem(private=False), key.as_der(private=False)]
        forms.append(json.dumps(key.as_dict(private=False)).encode())
        for form in forms:
            for alg in ("HS256", "RS256", "ES256"):
                header = {"alg": alg, "kid": key.kid}
                await refused(nobody, by_hand(header, found, form))
    assert (await me(nobody, by_key(found))).status == 200


async def test_a_key_of_the_token_s_own_is_not_believed(
    nobody: Client, studio: Studio, publisher: Publisher
) -> None:
    found = claims(studio)
    public = OTHER_RSA.as_dict(private=False)
    for header in (
        {"jwk": public},
        {"jku": publisher.url, "kid": "two"},
        {"kid": "one"},
        {"kid": "../one"},
        {"kid": None},
        {"kid": ["one"]},
        {},
    ):
        text = f"{part({'alg': 'RS256', **header})}.{part(found)}"
        signer = by_key(found, OTHER_RSA)
        await refused(nobody, f"{text}.{signer.rpartition('.')[2]}")
    await refused(
        nobody,
        by_key(found, OTHER_RSA, kid="one"),
        by_key(found, OTHER_RSA, kid="three"),
        by_key(found, EC, kid="one"),
        by_key(found, OTHER_RSA),
    )


async def test_an_unknown_key_is_looked_for_once_and_not_again_at_once(
    nobody: Client, studio: Studio, publisher: Publisher
) -> None:
    found = claims(studio)
    assert (await me(nobody, by_key(found))).status == 200
    for n in range(5):
        await refused(nobody, by_key(found, OTHER_RSA, kid=f"unknown-{n}"))
    assert publisher.asked == 1
    # Half a minute later one may ask, and finds what was published meanwhile.
    publisher.keys.append(OTHER_RSA.as_dict(private=False))
    studio.issuers._asked.clear()
    assert (await me(nobody, by_key(found, OTHER_RSA))).status == 200
    assert publisher.asked == 2


async def test_an_issuer_that_does_not_answer_keeps_whom_it_let_in(
    nobody: Client, studio: Studio, publisher: Publisher
) -> None:
    found = claims(studio)
    publisher.broken = True
    await refused(nobody, by_key(found))
    publisher.broken = False
    studio.issuers._asked.clear()
    assert (await me(nobody, by_key(found))).status == 200
    publisher.broken = True
    studio.issuers._asked.clear()
    await refused(nobody, by_key(found, OTHER_RSA))
    assert (await me(nobody, by_key(found))).status == 200


async def test_keys_that_are_none_are_passed_over(
    nobody: Client, studio: Studio, publisher: Publisher
) -> None:
    secret = {"kty": "oct", "k": part(b"x" * 32), "kid": "oct", "alg": "HS256"}
    publisher.keys[:0] = [secret, {}, {"kty": "RSA"}, {"kty": "EC", "crv": "P-521"}, "x", 7]  # type: ignore[list-item]
    found = claims(studio)
    await refused(nobody, by_hand({"alg": "HS256", "kid": "oct"}, found, b"x" * 32))
    assert (await me(nobody, by_key(found))).status == 200


@by_secret
async def test_a_huge_token(nobody: Client, studio: Studio) -> None:
    await refused(nobody, by_shared(claims(studio, more="x" * 9000)))


@by_secret
async def test_whoever_was_shut_out_stays_out_with_a_good_token(
    nobody: Client, studio: Studio
) -> None:
    found = claims(studio)
    user = (await me(nobody, by_shared(found))).json["id"]
    async with studio.database.as_service() as service:
        await service.run("people.disable", id=user, disabled=True, now=studio.now())
    await refused(nobody, by_shared(found))
    async with studio.database.as_service() as service:
        await service.run("people.forget", id=user, now=studio.now())
    await refused(nobody, by_shared(found))


@pytest.mark.parametrize("studio", [{"supabase_url": None}], indirect=True)
async def test_where_no_issuer_is_set_no_token_counts(
    nobody: Client, studio: Studio, publisher: Publisher
) -> None:
    assert configured(studio.settings) is None
    await refused(nobody, by_key(claims(studio)), by_shared(claims(studio)))
    assert publisher.asked == 0


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"jwt_secret": SECRET}, "jwt_issuer"),
        ({"jwt_secret": "short", "jwt_issuer": "i"}, "jwt_secret"),
        ({"jwt_jwks_url": "http://elsewhere.example/k", "jwt_issuer": "i"}, "jwt_jwks_url"),
        ({"jwt_jwks_url": "file:///etc/passwd", "jwt_issuer": "i"}, "jwt_jwks_url"),
        ({"supabase_url": "ftp://elsewhere.example"}, "jwt_jwks_url"),
    ],
    ids=str,
)
def test_half_an_issuer_is_a_mistake(more: dict[str, Any], name: str) -> None:
    with pytest.raises(SettingInvalid) as caught:
        configured(Settings(**more))
    assert caught.value.params["name"] == name
