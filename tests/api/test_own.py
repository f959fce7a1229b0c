"""What is one's own: an archive of it all, nothing of it once its owner is gone, the password."""

import io
import json
import zipfile
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.support.mailboxes import Mailbox, mailbox
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask, at_work, ended, photograph

from affiche.api.auth import COOKIE
from affiche.emulators.comfyui import Server as Engine
from affiche.errors import NotConfirmed, OperatorStays, ProjectsShared
from affiche.pipeline import bygones, removals
from affiche.storage.keys import BUCKETS
from affiche.studio import accounts, erasure, passwords, people, projects, treasury, uploads
from affiche.studio.reckoning import reconcile
from affiche.studio.studio import Caller, Studio

ALL_GONE = {
    *("works", "files", "events", "notifications", "generation_jobs", "messages", "outbox"),
    *("sessions", "sign_in_links", "api_keys", "passwords", "identities", "browsers"),
    *("message_channels", "idempotency_keys", "webhooks", "batches", "work_tags", "alert_mails"),
    *("stars", "work_words", "collections", "collection_works"),
}
LEFT = {
    "credit_transactions": "the ledger, under an account without a name",
    "credit_budgets": "only a project's, which has no user",
    "projects": "theirs alone, without a name",
    "project_members": "of those projects",
    "characters": "a project's, which says who made it by an id without a name",
    "reference_images": "the same, where the picture is another's",
}
"""Tables that say whose a row is, and may still do so."""


async def rows(studio: Studio, query: str, *params: Any) -> list[Any]:
    async with studio.database.singly() as service:
        found = await service.connection.execute(query, params)
        return await found.fetchall() if found.description else []


async def stored(studio: Studio) -> set[str]:
    found: set[str] = set()
    for bucket in BUCKETS:
        found |= {f"{bucket}/{each.key}" async for each in studio.objects.list(bucket)}
    return found


async def test_the_archive_holds_what_is_one_s_own_and_nothing_else(
    as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller, comfyui: Engine
) -> None:
    theirs = await as_somebody(bob)
    data = photograph()
    picture = await uploads.upload(studio, bob, data, name="../a.jpg")
    foreign = await uploads.upload(studio, alice, photograph(), name="hers.jpg")
    async with at_work(studio):
        work = await ended(studio, bob, (await ask(studio, bob, picture, "a beach")).id)
    answer = await theirs.get("/v1/me/export")
    assert answer.status == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="affiche-')
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        pages = {name: archive.read(name) for name in archive.namelist()}
    profile = json.loads(pages["profile.json"])
    assert profile["person"]["email"] == bob.email
    assert [each["name"] for each in profile["keys"]] == ["test"]
    (asked,) = map(json.loads, pages["works.jsonl"].splitlines())
    assert asked["id"] == str(work.id)
    assert asked["input_data"]["prompt"] == "a beach"
    assert asked["uses"] == [str(picture.id)]
    files = {each["id"]: each for each in map(json.loads, pages["files.jsonl"].splitlines())}
    assert set(files) == {str(picture.id), *asked["pictures"]}
    for each in files.values():
        assert len(pages[each["path"]]) == each["file_size"]
    assert pages["README.txt"]
    assert [json.loads(line)["work_id"] for line in pages["notifications.jsonl"].splitlines()] == [
        str(work.id)
    ]
    whole = answer.body
    key = theirs.headers["Authorization"].removeprefix("Bearer ")
    assert key.encode() not in whole
    assert not any(str(foreign.id).encode() in page for page in pages.values())
    assert not any(b"hash" in page for name, page in pages.items() if name.endswith("json"))


async def test_a_picture_that_is_missing_does_not_spoil_the_archive(
    client: Client, studio: Studio, alice: Caller
) -> None:
    lost = await uploads.upload(studio, alice, photograph())
    kept = await uploads.upload(studio, alice, photograph())
    await studio.objects.delete("uploads", lost.object_key)
    with zipfile.ZipFile(io.BytesIO((await client.get("/v1/me/export")).body)) as archive:
        assert json.loads(archive.read("missing.json")) == [str(lost.id)]
        assert f"uploads/{kept.id}.jpg" in archive.namelist()


async def test_exports_are_not_made_without_end(client: Client) -> None:
    answers = [(await client.get("/v1/me/export")).status for _ in range(7)]
    assert answers == [200] * 6 + [429]


async def test_whoever_leaves_is_gone_at_once_and_to_the_end(
    as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller, comfyui: Engine
) -> None:
    """Of the person nothing is left but the lines of the ledger, which agree as before."""
    before = await stored(studio)
    await rows(studio, "UPDATE credit_rules SET charging = true")
    await treasury.grant(studio, alice, bob.id, 20, reason="welcome")
    await treasury.subscribe(studio, alice, bob.id, 10, day=1)
    theirs = await as_somebody(bob)
    session = await people.redeem_link(studio, await people.make_link(studio, bob.id))
    picture = await uploads.upload(studio, bob, photograph())
    async with at_work(studio):
        await ended(studio, bob, (await ask(studio, bob, picture)).id)
    waiting = await ask(studio, bob, picture)
    spent = await rows(studio, "SELECT sum(amount) FROM credit_transactions WHERE type = 'charge'")
    for wrong in ("", "?confirm=alice@example.com"):
        refused = await theirs.call("DELETE", f"/v1/me{wrong}")
        assert (refused.status, refused.json["code"]) == (409, "not_confirmed")
    answer = await theirs.call("DELETE", f"/v1/me?confirm={bob.email}")
    assert answer.status == 202
    assert COOKIE in answer.headers["Set-Cookie"]

    for headers in (theirs.headers, {"Cookie": f"{COOKIE}={session}", "Authorization": ""}):
        found = Client(theirs.server, theirs.session, {k: v for k, v in headers.items() if v})
        assert (await found.get("/v1/me")).status == 401
    assert await bygones.erase(studio, pause=0) <= 1
    assert await erasure.unfinished(studio) == []
    for table in sorted(ALL_GONE):
        query = f"SELECT count(*) FROM {table} WHERE user_id = %s"
        assert await rows(studio, query, bob.id) == [(0,)], table
    await removals.carry_out(studio)
    assert await stored(studio) == before
    (person,) = await rows(
        studio,
        "SELECT email, name, disabled_at IS NULL, renews_at, subscription_allowance,"
        " erased_at IS NULL FROM users WHERE id = %s",
        bob.id,
    )
    assert person == (None, "", False, None, 0, False)
    # What ran was paid back before it went.
    assert waiting.credits_used > 0
    (sums,) = await rows(
        studio,
        "SELECT sum(amount) FILTER (WHERE type IN ('grant', 'purchase', 'adjustment')),"
        " -sum(amount) FILTER (WHERE type IN ('charge', 'refund', 'expiry')) FROM"
        " credit_transactions WHERE user_id = %s",
        bob.id,
    )
    (balance,) = await rows(
        studio, "SELECT subscription_credits + purchased_credits FROM users WHERE id = %s", bob.id
    )
    assert sums[0] == balance[0] + sums[1]
    assert sums[1] == -spent[0][0] - waiting.credits_used
    assert [each async for _, found in reconcile(studio.database) for each in found] == []
    assert await rows(studio, "SELECT 1 FROM users WHERE position('bob' IN users::text) > 0") == []


async def test_every_table_with_somebody_s_rows_has_its_rule(studio: Studio) -> None:
    found = await rows(
        studio,
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
        " AND a.attname = 'user_id' AND NOT a.attisdropped",
    )
    assert {name for (name,) in found} == ALL_GONE | set(LEFT)


async def test_what_others_use_of_theirs_goes_too(
    studio: Studio, alice: Caller, bob: Caller, project: UUID
) -> None:
    picture = await uploads.upload(studio, replace(bob, project_id=project), photograph())
    work = await ask(studio, alice, picture)
    await accounts.delete(studio, alice, bob.email or "")
    await bygones.erase(studio, pause=0)
    assert await rows(studio, "SELECT id FROM files WHERE user_id = %s", bob.id) == []
    assert await rows(studio, "SELECT status FROM works WHERE id = %s", work.id) == [("pending",)]


@pytest.fixture
async def project(studio: Studio, alice: Caller, bob: Caller) -> UUID:
    """Alice's, in which bob is a member."""
    made = await projects.add(studio, alice, "ours")
    async with studio.database.as_service() as service:
        await service.run("projects.join", id=made.id, user_id=bob.id, role="member")
    return made.id


async def test_a_project_with_others_in_it_is_handed_over_first(
    client: Client, studio: Studio, alice: Caller, bob: Caller, project: UUID
) -> None:
    await accounts.set_operator(studio, alice, bob.email or "", is_operator=True)
    refused = await client.call("DELETE", f"/v1/me?confirm={alice.id}")
    assert (refused.status, refused.json["code"]) == (409, "projects_shared")
    assert "ours" in refused.json["detail"]
    path = f"/v1/projects/{project}"
    absent = await client.call("PUT", f"{path}/owner", json={"user_id": str(UUID(int=7))})
    assert absent.status == 404
    given = await client.call("PUT", f"{path}/owner", json={"user_id": str(bob.id)})
    assert given.status == 204
    assert (await client.get(path)).json["user_id"] == str(bob.id)
    assert (await client.call("DELETE", f"/v1/me?confirm={alice.id}")).status == 202
    (left,) = await rows(studio, "SELECT user_id, name FROM projects WHERE id = %s", project)
    assert left == (bob.id, "ours")


async def test_an_heir_has_what_others_would_lose(
    studio: Studio, alice: Caller, bob: Caller, charlie: Caller
) -> None:
    made = await projects.add(studio, bob, "theirs")
    async with studio.database.as_service() as service:
        await service.run("projects.join", id=made.id, user_id=charlie.id, role="member")
    with pytest.raises(ProjectsShared):
        await accounts.delete(studio, alice, bob.email or "")
    assert (await rows(studio, "SELECT email FROM users WHERE id = %s", bob.id)) == [(bob.email,)]
    await accounts.delete(studio, alice, bob.email or "", charlie.email)
    (left,) = await rows(studio, "SELECT user_id, name FROM projects WHERE id = %s", made.id)
    assert left == (charlie.id, "theirs")
    found = await rows(studio, "SELECT name FROM projects WHERE user_id = %s", bob.id)
    assert all(name == "" for (name,) in found)


async def test_the_last_operator_does_not_leave(studio: Studio, alice: Caller) -> None:
    with pytest.raises(OperatorStays):
        await accounts.leave(studio, alice, str(alice.id))
    with pytest.raises(NotConfirmed):
        await accounts.leave(studio, alice, "")


async def test_erasing_goes_on_where_it_was_stopped(
    studio: Studio, alice: Caller, bob: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(erasure, "BATCH", 1)
    monkeypatch.setattr(erasure, "ROWS", 1)
    picture = await uploads.upload(studio, bob, photograph())
    for _ in range(3):
        await ask(studio, bob, picture)
    await accounts.delete(studio, alice, bob.email or "")
    assert await erasure.carry_on(studio, bob.id) is False
    assert await erasure.unfinished(studio) == [bob.id]
    assert await bygones.erase(studio, pause=0) == 1
    assert await bygones.erase(studio, pause=0) == 0
    assert await rows(studio, "SELECT count(*) FROM works") == [(0,)]


async def test_a_password_is_changed_by_whoever_knows_it(
    as_somebody: AsSomebody, studio: Studio, bob: Caller
) -> None:
    async with studio.database.as_service() as service:
        await passwords.put(studio, service, bob.id, await studio.vault.hash("a good long one"))
    theirs = await as_somebody(bob)
    body = {"old": "a bad long one", "new": "another long one"}
    refused = await theirs.call("PUT", "/v1/me/password", json=body)
    assert (refused.status, refused.json["code"]) == (401, "sign_in_refused")
    body["old"] = "a good long one"
    short = await theirs.call("PUT", "/v1/me/password", json=body | {"new": "short"})
    assert (short.status, short.json["code"]) == (422, "password_length")
    assert (await theirs.call("PUT", "/v1/me/password", json=body)).status == 204
    assert await passwords.sign_in(studio, bob.email or "", "another long one")


async def test_an_invitation_goes_out_by_mail(
    client: Client, studio: Studio, project: UUID
) -> None:
    path = f"/v1/projects/{project}/invitations"
    quiet = (await client.post(path, json={"email": "d@example.com"})).json
    assert quiet["mailed"] is False
    async with mailbox() as box:
        client.server.app.state.studio = replace(studio, settings=_mailing(studio, box))
        told = (await client.post(path, json={"email": "e@example.com"})).json
        assert told["mailed"] is True
        (letter,) = box.received
        assert letter["To"] == "e@example.com"
        text = letter.get_body(("plain",))
        assert text
        assert f"https://studio.example{told['path']}" in text.get_content()
        assert "ours" in letter["Subject"]
        # What the server refuses is still an invitation, which is passed on by hand.
        box.will("RCPT", "550 no such mailbox")
        refused = (await client.post(path, json={"email": "f@example.com"})).json
        assert (refused["mailed"], bool(refused["token"])) == (False, True)


def _mailing(studio: Studio, box: Mailbox) -> Any:
    return replace(
        studio.settings,
        smtp_host="127.0.0.1",
        smtp_port=box.port,
        smtp_from="studio@example.com",
        smtp_tls="off",
        url="https://studio.example",
    )


async def test_a_key_for_one_project_opens_nothing_else(
    client: Client, as_somebody: AsSomebody, studio: Studio, alice: Caller, project: UUID
) -> None:
    wish = {"name": "shop", "project_id": str(project)}
    refused = await client.post("/v1/keys", json=wish | {"scopes": ["admin"]})
    assert (refused.status, refused.json["code"]) == (409, "bound_key_rules")
    unknown = await client.post("/v1/keys", json=wish | {"project_id": str(UUID(int=9))})
    assert unknown.status == 404
    made = await client.post("/v1/keys", json=wish)
    assert made.json["key"]["project_id"] == str(project)
    headers = {"Authorization": f"Bearer {made.json['secret']}"}
    bound = Client(client.server, client.session, headers)
    hidden = (await client.upload(photograph())).json["id"]
    own = (await bound.upload(photograph())).json["id"]
    assert (await bound.get(f"/v1/files/{hidden}")).status == 404
    assert (await bound.get(f"/v1/files/{own}")).status == 200
    body = {"template": "klein-i2i", "inputs": {"image": own, "prompt": "a beach"}}
    foreign = await client.post("/v1/works", json=body)
    asked = await bound.post("/v1/works", json=body)
    assert asked.json["project_id"] == str(project)
    assert [each["id"] for each in (await bound.get("/v1/works")).json["works"]] == [
        asked.json["id"]
    ]
    assert (await bound.get(f"/v1/works/{foreign.json['id']}")).status == 404
    assert (await bound.post(f"/v1/works/{foreign.json['id']}/cancel")).status == 404
    assert [p["id"] for p in (await bound.get("/v1/projects")).json["projects"]] == [str(project)]
    assert (await bound.get(f"/v1/projects/{project}/storage")).json["files"] == 1
    elsewhere = body | {"project_id": foreign.json["project_id"]}
    assert (await bound.post("/v1/works", json=elsewhere)).status == 404
    for path in ("/v1/notifications", "/v1/credits", "/v1/events", "/v1/keys", "/v1/me/export"):
        closed = await bound.get(path)
        assert (closed.status, closed.json["code"]) in (
            (403, "key_bound"),
            (403, "scope_missing"),
        ), path
    assert (await bound.get("/v1/me")).json["id"] == str(alice.id)
