"""What is around every answer, and what is told of it."""

import logging

import pytest
from fastapi import FastAPI
from tests.support.servers import Client

from affiche.api.envelope import GUARDS
from affiche.serving import Server, application
from affiche.studio import people
from affiche.studio.feed import Feed
from affiche.studio.studio import Caller, Studio


async def test_every_answer_is_guarded_and_numbered(client: Client, nobody: Client) -> None:
    ids = set()
    for who, path in (
        (client, "/v1/me"),
        (nobody, "/v1/me"),
        (nobody, "/health"),
        (nobody, "/openapi.json"),
        (nobody, "/sign-in?token=x"),
        (client, "/no/such/path"),
    ):
        answer = await who.get(path)
        for name, value in GUARDS.items():
            assert answer.headers.getall(name) == [value], (path, name)
        (request_id,) = answer.headers.getall("X-Request-Id")
        ids.add(request_id)
        if answer.status >= 400:
            assert answer.json["request_id"] == request_id
    assert len(ids) == 6


async def test_nothing_from_elsewhere_runs_beside_the_api(nobody: Client) -> None:
    for path in ("/docs", "/redoc"):
        assert (await nobody.get(path)).status == 404


async def test_an_unknown_path_and_a_wrong_method_are_problems(client: Client) -> None:
    absent = await client.get("/v1/nothing")
    assert (absent.status, absent.json["code"]) == (404, "not_found")
    wrong = await client.call("DELETE", "/v1/works")
    assert (wrong.status, wrong.json["code"]) == (405, "method")
    assert wrong.headers["Allow"] == "HEAD, GET, POST"
    for answer in (absent, wrong):
        assert answer.headers["Content-Type"] == "application/problem+json"


async def test_a_problem_says_all_that_it_should(client: Client) -> None:
    answer = await client.get("/v1/works/01a1fe6a-a666-737b-82bf-0123456789ab")
    assert answer.json == {
        "type": "urn:affiche:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is no such work.",
        "code": "not_found",
        "hint": None,
        "fields": [],
        "request_id": answer.headers["X-Request-Id"],
    }
    assert answer.headers["Cache-Control"] == "no-store"


async def test_a_language_that_nobody_asked_for_is_the_user_s(
    client: Client, as_somebody, bob: Caller, nobody: Client
) -> None:  # type: ignore[no-untyped-def]
    theirs = await as_somebody(bob)
    assert (await theirs.get("/v1/works/x")).json["detail"] == "There is no such work."
    mine = Client(client.server, client.session, dict(client.headers))
    del mine.headers["Accept-Language"]
    assert (await mine.get("/v1/works/x")).json["detail"] == "해당하는 작업을(를) 찾을 수 없습니다."
    assert (await nobody.get("/v1/me")).json["detail"] == "로그인해 주세요."


async def test_a_fault_of_ours_shows_nothing_and_is_found_in_the_log(
    studio: Studio, feed: Feed, session, caplog: pytest.LogCaptureFixture
) -> None:  # type: ignore[no-untyped-def]
    app: FastAPI = application(studio, feed)

    @app.get("/v1/broken")
    async def broken() -> None:
        raise ValueError("the password is swordfish")

    async with Server(app, "127.0.0.1", 0, fixed=True) as server:
        answer = await Client(server, session, {"Accept-Language": "en"}).get("/v1/broken")
    assert (answer.status, answer.json["code"]) == (500, "internal")
    assert answer.json["detail"] == "Something went wrong on our side."
    assert b"swordfish" not in answer.body
    assert b"Traceback" not in answer.body
    for name, value in GUARDS.items():
        assert answer.headers[name] == value
    (record,) = [r for r in caplog.records if r.exc_info]
    assert answer.headers["X-Request-Id"] in record.getMessage()


async def test_one_line_for_each_request_and_no_secret_in_it(
    client: Client, studio: Studio, alice: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = await people.make_link(studio, alice.id)
    signed_in = await client.get(f"/sign-in?token={token}")
    await client.get("/v1/me")
    await client.get("/v1/works/%0d%0aforged%20line")
    lines = [r.getMessage() for r in caplog.records if r.name == "affiche.requests"]
    assert [line.split()[1:4] for line in lines] == [
        ["GET", "/sign-in", "303"],
        ["GET", "/v1/me", "200"],
        ["GET", "/v1/works/\\r\\nforged", "line"],
    ]
    assert lines[0].split()[0] == signed_in.headers["X-Request-Id"]
    key = client.headers["Authorization"].removeprefix("Bearer ")
    for record in caplog.records:
        assert token not in record.getMessage()
        assert key not in record.getMessage()


async def test_a_database_that_is_gone_is_said_so(client: Client, studio: Studio) -> None:
    await studio.database.__aexit__()
    answer = await client.get("/v1/me")
    assert (answer.status, answer.json["code"]) == (503, "database_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert b"postgres" not in answer.body.lower()
