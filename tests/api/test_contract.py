"""The API does what its description says, and nothing that it does not say.

The streams, which do not end, are asked by hand; all else by schemathesis.
"""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import replace

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.api.asking import asked, uploaded
from tests.api.contract import ADMIN, PROBLEM, WEBHOOKS, Here, Report, explore, told
from tests.support.servers import AsSomebody, Client, description

from affiche.studio import people
from affiche.studio.studio import Caller, Studio

STREAM = "/v1/events"
ASKING = {
    ("post", "/v1/works"),
    ("post", "/functions/works/generate"),
    ("post", "/functions/v1/works/generate"),
}
HOOK = ("post", "/v1/hooks/runs/{key}")
"""Its keys are known to engines alone; test_hooks asks."""
BROWSERS = {
    ("post", "/v1/notifications/browsers"),
    ("delete", "/v1/notifications/browsers/{browser_id}"),
}
"""Their keys are browsers' own; test_channels asks."""
ELSEWHERE = {
    ("delete", "/v1/me/sessions/{session_id}"),
    ("delete", "/v1/me"),
    ("put", "/v1/me/password"),
    ("put", "/v1/projects/{project_id}/owner"),
    ("post", "/v1/projects/join"),
    ("put", "/v1/projects/{project_id}/members/{user_id}"),
    ("delete", "/v1/projects/{project_id}/members/{user_id}"),
    ("get", "/v1/credits"),
    ("get", "/v1/credits/transactions"),
    ("get", "/v1/credits/statement.csv"),
    ("delete", "/v1/projects/{project_id}/glossary"),
    ("post", "/v1/works/{work_id}/translations"),
    ("get", "/v1/works/{work_id}/preview"),
    ("post", "/webhook/klein_i2i"),
    ("post", "/api/upload-image"),
    ("post", "/v1/references/import"),
    ("post", "/api/generate"),
    ("get", "/api/jobs"),
    ("get", "/api/jobs/{job_id}"),
    ("post", "/api/jobs/{job_id}/check"),
    ("post", "/v1/captions"),
    *((method, "/v1/collections/{collection_id}") for method in ("get", "patch")),
    *(("post", f"/v1/collections/{{collection_id}}/works{rest}") for rest in ("", "/remove")),
    ("post", "/v1/batches"),
    ("post", "/v1/batches/quote"),
    *(("get", f"/v1/batches/{{batch_id}}{rest}") for rest in ("", "/works", "/zip")),
    *(("post", f"/v1/batches/{{batch_id}}/{act}") for act in ("cancel", "retry", "choose", "more")),
}
"""They take a session that signing out elsewhere did not end before, an account that may go, a
password, an invitation, a second person in a project, a studio where works cost credits, the id of
a job, a collection, or a language model.
That is asked by test_keys, test_projects, test_credits, test_klein, test_collections and
test_captions; for batches, whose references and grids no schema knows, by tests/batches."""


async def here(client: Client, foreign: list[str] | None = None) -> Here:
    """A picture, a work that waits and one that was cancelled, all the caller's own."""
    picture = await uploaded(client)
    works = [(await asked(client, picture)).json for _ in range(4)]
    for work in works[:3]:
        await client.post(f"/v1/works/{work['id']}/cancel")
    told = (await client.get("/v1/notifications")).json["notifications"]
    templates = (await client.get("/v1/templates")).json["templates"]
    projects = [works[0]["project_id"]]
    sessions = (await client.get("/v1/me/sessions")).json["sessions"]
    keys = (await client.get("/v1/keys")).json["keys"]
    characters = [
        (await client.post("/v1/characters", json={"name": name})).json for name in ("Ara", "Bom")
    ]
    return Here(
        [work["id"] for work in works],
        [picture],
        projects,
        templates,
        foreign or [],
        [each["id"] for each in told],
        [each["id"] for each in sessions if not each["is_this"]],
        [each["id"] for each in characters],
        [each["id"] for each in (*keys, *sessions) if each.get("is_this", True)],
    )


async def sign_in(studio: Studio, caller: Caller) -> None:
    """In one browser more, whose session can be ended."""
    await people.redeem_link(studio, await people.make_link(studio, caller.id), "another")


async def explored(client: Client, found: Here, headers: Mapping[str, str]) -> Report:
    described = description(client.server)
    api, url = told(described, found), client.server.url
    report = await asyncio.to_thread(explore, url, headers, api, found.foreign, found.asking)
    assert not report.errors, report.errors
    assert not report.findings, "\n\n".join(map(str, report.findings[:10]))
    # It says nothing of what it did not come to try.
    missing: set[tuple[str, str, str]] = set()
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            if path != STREAM and not path.startswith((WEBHOOKS, ADMIN)):
                seen = report.statuses[f"{method.upper()} {path}"]
                # Whether a whole form comes out right is chance; test_works and test_supabase ask.
                # So is whether what is deleted is still there; each noun's own tests ask.
                chance = ASKING | BROWSERS | ELSEWHERE | {HOOK}
                if (method, path) not in chance and method != "delete":
                    missing |= set() if seen & {200, 201, 204} else {(method, path, "2xx")}
                # Methods that an address does not take are tried beside one that it does.
                every = set().union(
                    *(report.statuses[f"{each.upper()} {path}"] for each in methods)
                )
                missing |= set() if 405 in every or path == "/v1/works" else {(method, path, "405")}
                # Tried without a key where it came out right with one; test_isolation asks of all.
                unknown = (method, path) in BROWSERS | ELSEWHERE or "security" not in operation
                missing |= set() if unknown or 401 in seen else {(method, path, "401")}
    assert not missing
    return report


async def test_a_laptop_s_studio_keeps_to_its_description(
    client: Client, nobody: Client, studio: Studio, alice: Caller
) -> None:
    """As its owner, from a page in a browser."""
    token = await people.make_link(studio, alice.id)
    cookie = (await nobody.get(f"/sign-in?token={token}")).headers["Set-Cookie"].partition(";")[0]
    headers = {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}
    nobody.headers.update(headers)
    await sign_in(studio, alice)
    await explored(nobody, await here(nobody), headers)


async def test_a_studio_with_users_keeps_to_its_description_and_each_to_their_own(
    client: Client, studio: Studio, bob: Caller, charlie: Caller, as_somebody: AsSomebody
) -> None:
    """As one of them, with a key, and with everybody else's ids at hand."""
    # No other member asks as much in a minute; test_keys asks where the limit is.
    patient = replace(studio.settings, ask_rate=1_000_000)
    client.server.app.state.studio = replace(studio, settings=patient)
    others = [await here(client), await here(await as_somebody(charlie))]
    foreign = [
        thing for each in others for thing in (*each.works, *each.files, *each.notifications)
    ]
    member = await as_somebody(bob)
    await sign_in(studio, bob)
    await explored(member, await here(member, foreign), member.headers)


# --- streams ----------------------------------------------------------------------------------

odd = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=60)
cursors = (
    st.builds("{}-{}".format, st.integers(-1, 2**70), st.integers(-1, 2**70))
    | st.sampled_from(
        ["", "0-0", "-", "1-", "9" * 4_000, "1-2-3", "１-２", "0x1-1", "1e3-1", "null"]
    )
    | odd
)


async def test_a_stream_opens_whatever_the_cursor(client: Client) -> None:
    described = description(client.server)["paths"][STREAM]["get"]["responses"]

    async def opened(cursor: str, in_header: bool, accept: str) -> None:
        headers = client.headers | {"Accept": accept}
        headers |= {"Last-Event-ID": cursor} if in_header else {}
        query = {} if in_header else {"last_event_id": cursor}
        url = client.server.url + STREAM
        async with client.session.get(url, headers=headers, params=query) as response:
            assert str(response.status) in described
            assert response.status == 200, await response.text()
            assert response.content_type == "text/event-stream"
            assert (await response.content.readline()).startswith(b"retry: ")
            assert (await response.content.readline()).startswith(b"id: ")

    loop = asyncio.get_running_loop()

    @settings(
        derandomize=True,
        max_examples=60,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(cursors, st.booleans(), st.sampled_from(["*/*", "text/event-stream", "image/png"]))
    def every(cursor: str, in_header: bool, accept: str) -> None:
        asyncio.run_coroutine_threadsafe(opened(cursor, in_header, accept), loop).result(20)

    await asyncio.to_thread(every)


async def test_a_stream_is_refused_as_described(client: Client, nobody: Client) -> None:
    for headers in ({}, {"Authorization": "Basic x"}, {"Authorization": "Bearer aff_no"}):
        answer = await nobody.get(STREAM, headers=headers)
        assert (answer.status, answer.json["code"]) == (401, "not_signed_in")
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        answer = await client.call(method, STREAM)
        assert (answer.status, answer.headers["Allow"]) == (405, "HEAD, GET")


# --- methods and media types ------------------------------------------------------------------


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PURGE"])
async def test_a_method_that_an_address_does_not_take(client: Client, method: str) -> None:
    for path, methods in description(client.server)["paths"].items():
        address = path.replace("{template}", "klein-i2i")
        address = re.sub(r"\{\w+_id\}", "01a1fe6a-a666-737b-82bf-0123456789ab", address)
        address = address.replace("{channel}", "push")
        if method.lower() in methods:
            continue
        answer = await client.call(method, address)
        assert answer.status == 405, (method, path)
        assert set(answer.json) == PROBLEM
        allowed = {each.upper() for each in methods} | ({"HEAD"} if "get" in methods else set())
        assert set(answer.headers["Allow"].split(", ")) == allowed


async def test_head_is_get_without_the_body(client: Client) -> None:
    found = await here(client)
    work, file = found.works[0], found.files[0]
    for path in (
        *("/health", "/ready", "/v1/me", "/v1/templates", "/v1/templates/klein-i2i", "/v1/works"),
        *(f"/v1/works/{work}", f"/v1/files/{file}", f"/v1/files/{file}/thumbnail", "/openapi.json"),
        *(f"/v1/files/{file}/about", "/v1/works/none", "/v1/nothing", "/"),
    ):
        whole, head = await client.get(path), await client.call("HEAD", path)
        assert (head.status, head.body) == (whole.status, b""), path
        for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
            if name != "Content-Length" or path not in ("/ready", "/v1/works"):
                assert head.headers.get(name) == whole.headers.get(name), (path, name)


async def test_head_of_a_stream_ends(client: Client) -> None:
    async with asyncio.timeout(10):
        answer = await client.call("HEAD", STREAM)
    assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (
        200,
        "text/event-stream",
    )
    # The connection is as good as new.
    assert (await client.get("/v1/me")).status == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "", "application/jsonx", "a/b/c"]
)
async def test_a_media_type_that_is_not_read(client: Client, kind: str) -> None:
    for path, accepted in (
        ("/v1/works", "application/json"),
        ("/functions/v1/works/generate", "application/json"),
        ("/v1/files", "multipart/form-data"),
    ):
        answer = await client.post(path, data=b"{}", headers={"Content-Type": kind})
        assert (answer.status, answer.json["code"]) == (415, "media_type")
        assert accepted in answer.json["detail"]


async def test_each_answer_says_its_address_in_the_description(
    client: Client, session: aiohttp.ClientSession
) -> None:
    """Every code that a problem can have is told of, by route and status."""
    paths = description(client.server)["paths"]
    for path, methods in paths.items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if status != "default" and int(status) >= 400:
                    schema = response["content"]["application/problem+json"]["schema"]
                    codes = schema["properties"]["code"]["enum"]
                    assert codes, (path, method, status)
                    assert all(f"`{code}`" in response["description"] for code in codes)
