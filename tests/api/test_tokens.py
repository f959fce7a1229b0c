"""Tokens that somebody else issued: let in as they are, and every forgery refused."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.api.tokens import (
    SECRET,
    Publisher,
    by_hand,
    by_key,
    by_secret,
    by_shared,
    claims,
    me,
    of_supabase,
    part,
    publishing,
    refused,
)
from tests.support.servers import Client

from affiche.studio.studio import Caller, Studio


@pytest.fixture
async def publisher() -> AsyncIterator[Publisher]:
    async with publishing() as made:
        yield made


@pytest.fixture
async def studio(studio: Studio, publisher: Publisher, request: pytest.FixtureRequest) -> Studio:
    return of_supabase(studio, publisher, request)


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
    assert works.json == {"works": [], "next": None, "previous": None}


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
        await service.run("erasure.begin", id=user, now=studio.now())
    await refused(nobody, by_shared(found))
