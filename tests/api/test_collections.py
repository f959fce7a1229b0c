"""Works put together by hand, tagged and saved in numbers; and three people at it."""

import csv
import io
import zipfile
from uuid import UUID

from tests.api.asking import asked, made, uploaded
from tests.api.test_gallery import NOTHING, cancelled, seen
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ended

from affiche.pipeline.crew import Crew
from affiche.studio import collections
from affiche.studio.studio import Caller, Studio


async def collection(client: Client, name: str, works: list[str]) -> str:
    answer = await client.post("/v1/collections", json={"name": name})
    assert answer.status == 201, answer.body
    assert answer.headers["Location"] == f"/v1/collections/{answer.json['id']}"
    put = await client.post(f"/v1/collections/{answer.json['id']}/works", json={"works": works})
    assert (put.status, put.json) == (200, {"works": works}), put.body
    return str(answer.json["id"])


async def count(client: Client, collection_id: str) -> int:
    return int((await client.get(f"/v1/collections/{collection_id}")).json["works"])


async def test_what_is_put_together_is_found_together(client: Client) -> None:
    ids = await cancelled(client, 4)
    summer = await collection(client, " 여름  화보 ", ids[:3])
    winter = await collection(client, "Winter", ids[2:])
    found = (await client.get("/v1/collections")).json["collections"]
    assert [(each["name"], each["works"]) for each in found] == [("Winter", 2), ("여름 화보", 3)]
    assert await seen(client, collection=summer) == [ids[2], ids[1], ids[0]]
    assert await seen(client, collection=winter, words="해변") == await seen(
        client, collection=winter
    )
    first = (await client.get(f"/v1/works?collection={summer}&limit=2")).json
    assert [work["id"] for work in first["works"]] == [ids[2], ids[1]]
    assert [w["id"] for w in (await client.get(first["next"])).json["works"]] == [ids[0]]

    # Twice is once; what was not in it may be taken out.
    again = await client.post(f"/v1/collections/{summer}/works", json={"works": ids[:1]})
    assert again.json == {"works": ids[:1]}
    await client.post(f"/v1/collections/{summer}/works/remove", json={"works": ids[1:4]})
    assert await seen(client, collection=summer) == [ids[0]]
    renamed = await client.call("PATCH", f"/v1/collections/{summer}", json={"name": "가을"})
    assert (renamed.status, renamed.json["name"]) == (200, "가을")
    assert (await client.call("DELETE", f"/v1/collections/{winter}")).status == 204
    assert (await client.get(f"/v1/collections/{winter}")).status == 404
    assert await seen(client) == ids[::-1]


async def test_what_goes_into_the_trash_leaves_and_comes_back(client: Client) -> None:
    ids = await cancelled(client, 3)
    kept = await collection(client, "kept", ids)
    await client.post("/v1/trash", json={"works": ids[:2]})
    assert (await count(client, kept), await seen(client, collection=kept)) == (1, [ids[2]])
    # Put in while it lies there, it is in it from when it is taken out.
    other = await collection(client, "other", ids[:1])
    assert await count(client, other) == 0
    await client.post("/v1/trash/restore", json={"works": ids})
    assert (await count(client, kept), await count(client, other)) == (3, 1)
    assert await seen(client, collection=kept) == ids[::-1]


async def test_a_collection_is_one_person_s(
    client: Client, studio: Studio, bob: Caller, charlie: Caller, as_somebody: AsSomebody
) -> None:
    ids = await cancelled(client, 2)
    kept = await collection(client, "kept", ids)
    project = (await client.get(f"/v1/works/{ids[0]}")).json["project_id"]
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO project_members (project_id, user_id) VALUES (%s, %s)",
            (UUID(project), bob.id),
        )
    for other in (bob, charlie):
        theirs = await as_somebody(other)
        assert (await theirs.get("/v1/collections")).json == {"collections": []}
        for method, rest, body in (
            ("GET", "", None),
            ("PATCH", "", {"name": "mine"}),
            ("DELETE", "", None),
            ("POST", "/works", {"works": ids}),
            ("POST", "/works/remove", {"works": ids}),
        ):
            refused = await theirs.call(method, f"/v1/collections/{kept}{rest}", json=body)
            none = await theirs.call(method, f"/v1/collections/{NOTHING}{rest}", json=body)
            assert refused.status == none.status == 404
            assert refused.json | {"request_id": ""} == none.json | {"request_id": ""}
        for query in ({}, {"words": "해변"}, {"after": NOTHING}):
            assert await seen(theirs, collection=kept, **query) == []
    assert await count(client, kept) == 2
    # A member's own collection takes the works of the project; a stranger's does not.
    member, stranger = await as_somebody(bob), await as_somebody(charlie)
    ours = await collection(member, "ours", ids)
    assert await seen(member, collection=ours) == ids[::-1]
    theirs = (await stranger.post("/v1/collections", json={"name": "x"})).json["id"]
    put = await stranger.post(f"/v1/collections/{theirs}/works", json={"works": ids})
    assert put.json == {"works": []}
    for path in ("/v1/tags", "/v1/zips"):
        answer = await stranger.post(path, json={"works": ids})
        assert answer.status == 200
    assert (await stranger.post("/v1/tags", json={"works": ids, "add": ["x"]})).json["works"] == []
    assert (await stranger.get("/v1/tags")).json == {"tags": []}


async def test_names_and_numbers_have_bounds(client: Client, studio: Studio, alice: Caller) -> None:
    for body, problem in (
        ({"name": ""}, "required"),
        ({"name": " \u200b "}, "required"),
        ({"name": "x" * 81}, "too_long"),
        ({"name": "a\nb"}, "not_valid"),
        ({}, "required"),
    ):
        answer = await client.post("/v1/collections", json=body)
        assert (answer.status, answer.fields) == (422, {"name": problem}), body
    for n in range(collections.MOST):
        await collections.make(studio, alice, f"{n}")
    refused = await client.post("/v1/collections", json={"name": "one more"})
    assert (refused.status, refused.fields) == (422, {"name": "too_many"})


async def test_many_are_tagged_at_once(client: Client) -> None:
    ids = await made(client, 3)
    await client.call("PATCH", f"/v1/works/{ids[0]}", json={"tags": ["Sea", "old"]})
    full = [f"t{n}" for n in range(20)]
    await client.call("PATCH", f"/v1/works/{ids[2]}", json={"tags": full})
    body = {"works": ids, "add": ["바다", "sea"], "remove": ["OLD"]}
    answer = await client.post("/v1/tags", json=body)
    assert answer.json == {"works": ids[:2]}
    tags = [(await client.get(f"/v1/works/{one}")).json["tags"] for one in ids]
    assert tags == [["Sea", "바다"], ["바다", "sea"], full]
    assert await seen(client, tag="바다") == [ids[1], ids[0]]
    told = (await client.get("/v1/tags")).json["tags"]
    assert {"바다", "t0"} < set(told)
    assert "old" not in told
    assert len(told) == 22
    refused = await client.post("/v1/tags", json={"works": ids, "add": ["x" * 41]})
    assert refused.status == 422


async def test_pictures_of_a_selection_in_one_zip(
    client: Client, studio: Studio, alice: Caller, crew: Crew
) -> None:
    done = [(await asked(client, await uploaded(client))).json["id"] for _ in range(2)]
    for one in done:
        await ended(studio, alice, UUID(one))
    (open_,) = await made(client, 1)
    await client.call(
        "PATCH", f"/v1/works/{done[0]}", json={"title": "해변/노을?", "tags": ["=1+1", "sea"]}
    )
    await client.call("PUT", "/v1/stars", json={"works": done[:1], "stars": 4})
    answer = await client.post("/v1/zips", json={"works": [*done, open_, NOTHING]})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        numbers = [(await client.get(f"/v1/works/{one}")).json["number"] for one in done]
        assert names[0] == "works.csv"
        assert f"해변-노을--{numbers[0]}.png" in names
        assert len(names) == 3
        table = list(csv.DictReader(io.StringIO(archive.read("works.csv").decode("utf-8-sig"))))
    assert [row["work_id"] for row in table] == done[::-1]
    assert (table[1]["stars"], table[1]["tags"]) == ("4", "'=1+1, sea")
    refused = await client.post("/v1/zips", json={"works": [NOTHING] * 501})
    assert refused.status == 422
