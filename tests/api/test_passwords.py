"""Coming in by password, and what cannot be tried: guessing, another site, a used link."""

import asyncio
from dataclasses import replace
from http.cookies import SimpleCookie
from typing import Any

import pytest
from argon2 import PasswordHasher
from tests.support.servers import Answer, Client

from affiche.api import auth
from affiche.errors import Conflict, EmailTaken, Forbidden, InvalidInputs
from affiche.studio import accounts, passwords, people
from affiche.studio.studio import Caller, Studio
from affiche.studio.vault import Vault

OWN = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
GOOD = "correct horse"


@pytest.fixture
async def studio(studio: Studio) -> Studio:
    """With hashes that cost next to nothing."""
    return replace(studio, vault=Vault(PasswordHasher(time_cost=1, memory_cost=64)))


@pytest.fixture
async def dora(studio: Studio, alice: Caller) -> str:
    """The address of somebody with a password."""
    _, token = await accounts.add(studio, alice, "Dora@Example.com", "Dora")
    await passwords.reset(studio, token, GOOD)
    return "dora@example.com"


async def enter(nobody: Client, email: str, password: str, **headers: str) -> Answer:
    sent = {"email": email, "password": password}
    return await nobody.post("/sign-in", data=sent, headers=OWN | headers)


def session_of(answer: Answer) -> dict[str, str]:
    morsel = SimpleCookie(answer.headers["Set-Cookie"])[auth.COOKIE]
    assert morsel["httponly"]
    assert morsel["samesite"].lower() == "lax"
    return {"Cookie": f"{auth.COOKIE}={morsel.value}", **OWN}


async def test_a_password_signs_in_and_out(nobody: Client, dora: str) -> None:
    entered = await enter(nobody, "DORA@example.com", GOOD)
    assert (entered.status, entered.headers["Location"]) == (303, "/")
    browser = session_of(entered)
    assert (await nobody.get("/v1/me", headers=browser)).json["email"] == dora
    foreign = browser | {"Sec-Fetch-Site": "cross-site"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await nobody.post("/sign-out", headers=foreign | form)).status == 403
    assert (await nobody.get("/v1/me", headers=browser)).status == 200
    left = await nobody.post("/sign-out", headers=browser | form)
    assert left.status == 303
    assert SimpleCookie(left.headers["Set-Cookie"])[auth.COOKIE].value == ""
    assert (await nobody.get("/v1/me", headers=browser)).status == 401


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("dora@example.com", "wrong horse!"),
        ("nobody@example.com", GOOD),
        ("", ""),
        ("dora@example.com", ""),
        ("dora@example.com", GOOD + "\0"),
        ("dora@example.com", "x" * 9000),
        ("dora@example.com' --", GOOD),
        ("a\0b@example.com", GOOD),
    ],
)
async def test_wrong_is_wrong_and_takes_the_same_work(
    nobody: Client, studio: Studio, dora: str, email: str, password: str
) -> None:
    before = studio.vault.worked
    answer = await enter(nobody, email, password)
    assert answer.status == 401
    assert "E-mail address or password is wrong." in answer.body.decode()
    assert "Set-Cookie" not in answer.headers
    assert studio.vault.worked == before + 1


async def test_another_site_signs_nobody_in(nobody: Client, dora: str) -> None:
    answer = await enter(nobody, dora, GOOD, **{"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert "Set-Cookie" not in answer.headers


async def test_guessing_is_slowed_down_for_account_and_address(
    nobody: Client, studio: Studio, dora: str
) -> None:
    studio.gates.clock = lambda: 1000.0
    for _ in range(10):
        assert (await enter(nobody, dora, "wrong horse!")).status == 401
    refused = await enter(nobody, dora, GOOD)
    assert refused.status == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "Try again in" in refused.body.decode()
    # From elsewhere, behind the proxy, the account is not shut.
    assert (await enter(nobody, dora, GOOD, **{"X-Forwarded-For": "192.0.2.7"})).status == 303
    # And one address that tries many accounts is slowed down as well.
    statuses = [
        (await enter(nobody, f"n{n}@example.com", "x", **{"X-Forwarded-For": "192.0.2.9"})).status
        for n in range(101)
    ]
    assert statuses == [401] * 100 + [429]


async def test_a_link_sets_a_password_once_and_ends_what_was_open(
    nobody: Client, studio: Studio, alice: Caller, dora: str
) -> None:
    before = session_of(await enter(nobody, dora, GOOD))
    token = await accounts.link(studio, alice, dora)
    page = await nobody.get(f"/password?token={token}", headers=OWN)
    assert page.status == 200
    sent = {"token": token, "password": "another horse"}
    short = await nobody.post("/password", data=sent | {"password": "short"}, headers=OWN)
    assert short.status == 422
    done = await nobody.post("/password", data=sent, headers=OWN)
    assert (await nobody.get("/v1/me", headers=session_of(done))).json["email"] == dora
    assert (await nobody.get("/v1/me", headers=before)).status == 401
    assert (await nobody.post("/password", data=sent, headers=OWN)).status == 401
    assert (await enter(nobody, dora, GOOD)).status == 401
    assert (await enter(nobody, dora, "another horse")).status == 303


async def test_a_link_for_one_thing_is_none_for_another(
    nobody: Client, studio: Studio, alice: Caller, dora: str
) -> None:
    token = await accounts.link(studio, alice, dora)
    assert (await nobody.get(f"/sign-in?token={token}")).status == 401
    entering = await people.make_link(studio, alice.id)
    sent = {"token": entering, "password": "another horse"}
    assert (await nobody.post("/password", data=sent, headers=OWN)).status == 401


async def test_a_hash_by_old_parameters_is_renewed(
    nobody: Client, studio: Studio, dora: str
) -> None:
    async def stored() -> Any:
        async with studio.database.as_service() as service:
            cursor = await service.connection.execute("SELECT hash FROM passwords")
            return (await cursor.fetchone() or [None])[0]

    old = await stored()
    studio.vault.hasher = PasswordHasher(time_cost=2, memory_cost=64)
    assert (await enter(nobody, dora, "wrong horse!")).status == 401
    assert await stored() == old
    assert (await enter(nobody, dora, GOOD)).status == 303
    new = await stored()
    assert new != old
    assert ",t=2," in new
    assert (await enter(nobody, dora, GOOD)).status == 303
    assert await stored() == new


async def test_changing_it_needs_the_old_one(studio: Studio, dora: str, nobody: Client) -> None:
    token = await passwords.sign_in(studio, dora, GOOD)
    other = await passwords.sign_in(studio, dora, GOOD)
    caller = await people.of_session(studio, token)
    with pytest.raises(passwords.SignInRefused):
        await passwords.change(studio, caller, "wrong horse!", "another horse", token)
    await passwords.change(studio, caller, GOOD, "another horse", token)
    assert await people.of_session(studio, token) == caller
    with pytest.raises(passwords.NotSignedIn):
        await people.of_session(studio, other)
    assert (await enter(nobody, dora, "another horse")).status == 303


async def test_few_hashes_at_once(studio: Studio) -> None:
    most, now = 0, 0

    class Watched(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            nonlocal most, now
            now += 1
            most = max(most, now)
            try:
                return super().hash(password, salt=salt)
            finally:
                now -= 1

    vault = Vault(Watched(time_cost=1, memory_cost=8192))
    await asyncio.gather(*(vault.hash("x" * 12) for _ in range(12)))
    assert 1 <= most <= 2


async def test_the_page_asks_for_a_password_only_where_somebody_has_one(
    nobody: Client, studio: Studio, alice: Caller
) -> None:
    headers = OWN | {"Accept": "text/html"}
    assert 'name="password"' not in (await nobody.get("/works", headers=headers)).body.decode()
    _, token = await accounts.add(studio, alice, "e@example.com")
    await passwords.reset(studio, token, GOOD)
    page = await nobody.get("/works", headers=headers)
    assert page.status == 401
    assert 'name="password"' in page.body.decode()


# --- accounts, as operators look after them -----------------------------------------------------


async def test_only_operators_look_after_accounts(studio: Studio, bob: Caller) -> None:
    for refused in (
        accounts.listed(studio, bob),
        accounts.add(studio, bob, "x@example.com"),
        accounts.link(studio, bob, "alice@example.com"),
        accounts.set_operator(studio, bob, "bob@example.com", is_operator=True),
        accounts.set_disabled(studio, bob, "charlie@example.com", disabled=True),
        accounts.delete(studio, bob, "charlie@example.com"),
    ):
        with pytest.raises(Forbidden):
            await refused


async def test_an_account_from_beginning_to_end(
    nobody: Client, studio: Studio, alice: Caller, dora: str
) -> None:
    with pytest.raises(EmailTaken):
        await accounts.add(studio, alice, "DORA@EXAMPLE.COM")
    for wrong in ("", "dora", "a@b", "a b@example.com", "a@example.com\n", "x" * 300 + "@a.com"):
        with pytest.raises(InvalidInputs):
            await accounts.add(studio, alice, wrong)
    browser = session_of(await enter(nobody, dora, GOOD))
    await accounts.set_disabled(studio, alice, dora, disabled=True)
    assert (await nobody.get("/v1/me", headers=browser)).status == 401
    assert (await enter(nobody, dora, GOOD)).status == 401
    await accounts.set_disabled(studio, alice, dora, disabled=False)
    assert (await nobody.get("/v1/me", headers=browser)).status == 401
    browser = session_of(await enter(nobody, dora, GOOD))
    await accounts.delete(studio, alice, dora)
    assert (await nobody.get("/v1/me", headers=browser)).status == 401
    assert (await enter(nobody, dora, GOOD)).status == 401
    gone = next(a for a in await accounts.listed(studio, alice) if a.id != alice.id)
    assert (gone.email, gone.name, gone.has_password) == (None, "", False)
    assert gone.disabled_at


async def test_the_last_operator_stays(studio: Studio, alice: Caller, dora: str) -> None:
    await accounts.set_operator(studio, alice, dora, is_operator=True)
    await accounts.set_operator(studio, alice, dora, is_operator=False)
    await accounts.set_operator(studio, alice, dora, is_operator=True)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE users SET is_operator = false WHERE id = %s", (alice.id,)
        )
    for refused in (
        accounts.set_operator(studio, alice, dora, is_operator=False),
        accounts.set_disabled(studio, alice, dora, disabled=True),
        accounts.delete(studio, alice, dora),
    ):
        with pytest.raises(Conflict):
            await refused
