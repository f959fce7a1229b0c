"""Who issues tokens: the keys that it publishes, and the settings that name it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from joserfc.jwk import ECKey, RSAKey
from tests.api.tokens import (
    EC,
    OTHER_RSA,
    RSA,
    SECRET,
    Publisher,
    by_hand,
    by_key,
    by_shared,
    claims,
    me,
    of_supabase,
    part,
    publishing,
    refused,
)
from tests.support.servers import Client

from affiche.errors import SettingInvalid
from affiche.settings import Settings
from affiche.studio.issuers import configured
from affiche.studio.studio import Studio


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as made:
        yield made


@pytest.fixture
async def studio(studio: Studio, publisher: Publisher, request: pytest.FixtureRequest) -> Studio:
    return of_supabase(studio, publisher, request)


@pytest.mark.parametrize("key", [RSA, EC], ids=["RS256", "ES256"])
async def test_a_token_by_a_published_key(
    nobody: Client, studio: Studio, publisher: Publisher, key: RSAKey | ECKey
) -> None:
    found = claims(studio)
    for _ in range(3):
        assert (await me(nobody, by_key(found, key))).json["id"] == found["sub"]
    assert publisher.asked == 1


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
