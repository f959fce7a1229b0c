"""Titles and tags of works: changed by who may, found by tag, told to who watches."""

from typing import Any
from uuid import UUID

import pytest
from tests.api.asking import asked, uploaded
from tests.api.streams import kinds, listening
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask, ended

from affiche.pipeline.crew import Crew
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

NOTHING = "01a1fe6a-a666-737b-82bf-000000000000"


@pytest.fixture
async def work(client: Client) -> dict[str, Any]:
    found: dict[str, Any] = (await asked(client, await uploaded(client))).json
    return found


async def edited(client: Client, work_id: str, **changes: Any) -> Any:
    answer = await client.call("PATCH", f"/v1/works/{work_id}", json=changes)
    assert answer.status == 200, answer.body
    return answer.json


async def test_both_are_changed_and_what_is_left_out_stays(
    client: Client, work: dict[str, Any]
) -> None:
    found = await edited(client, work["id"], title="  바닷가의   저녁 ")
    assert (found["title"], found["tags"]) == ("바닷가의 저녁", [])
    found = await edited(client, work["id"], tags=[" 바다", "Sea", "sea", "", "바다"])
    assert (found["title"], found["tags"]) == ("바닷가의 저녁", ["바다", "Sea"])
    found = await edited(client, work["id"], title="Evening", tags=[])
    assert (found["title"], found["tags"]) == ("Evening", [])
    assert (await client.get(f"/v1/works/{work['id']}")).json["title"] == "Evening"


async def test_hangul_comes_out_composed(client: Client, work: dict[str, Any]) -> None:
    apart = "\u1112\u1162\u1107\u1167\u11ab"
    found = await edited(client, work["id"], title=apart, tags=[apart])
    assert (found["title"], found["tags"]) == ("해변", ["해변"])


async def test_what_cannot_be_a_title_or_a_tag(client: Client, work: dict[str, Any]) -> None:
    path = f"/v1/works/{work['id']}"
    for sent, problems in (
        ({}, {"body": "not_valid"}),
        ({"title": None}, {"title": "not_text"}),
        ({"title": ""}, {"title": "required"}),
        ({"title": "\u200b \u202e"}, {"title": "required"}),
        ({"title": "x" * 101}, {"title": "too_long"}),
        ({"title": "a\x07b"}, {"title": "not_valid"}),
        ({"tags": "sea"}, {"tags": "not_valid"}),
        ({"tags": ["x"] * 21}, {"tags": "too_many"}),
        ({"tags": ["ok", "x" * 41]}, {"tags.1": "too_long"}),
        ({"status": "completed"}, {"status": "unknown"}),
    ):
        answer = await client.call("PATCH", path, json=sent)
        assert (answer.status, answer.fields) == (422, problems), sent
    record = (await client.get(path)).json
    assert (record["title"], record["tags"], record["status"]) == (None, [], "pending")


async def test_a_member_may_and_a_stranger_finds_nothing(
    client: Client,
    studio: Studio,
    bob: Caller,
    charlie: Caller,
    as_somebody: AsSomebody,
    work: dict[str, Any],
) -> None:
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO project_members (project_id, user_id) VALUES (%s, %s)",
            (UUID(work["project_id"]), bob.id),
        )
    member, stranger = await as_somebody(bob), await as_somebody(charlie)
    assert (await edited(member, work["id"], title="우리 것"))["title"] == "우리 것"
    change = {"title": "mine", "tags": ["mine"]}
    refused = await stranger.call("PATCH", f"/v1/works/{work['id']}", json=change)
    absent = await stranger.call("PATCH", f"/v1/works/{NOTHING}", json=change)
    assert refused.status == absent.status == 404
    assert refused.json | {"request_id": ""} == absent.json | {"request_id": ""}
    assert (await client.get(f"/v1/works/{work['id']}")).json["title"] == "우리 것"


async def test_whoever_watches_is_told_once_and_nobody_of_no_change(
    client: Client,
    studio: Studio,
    bob: Caller,
    charlie: Caller,
    as_somebody: AsSomebody,
    work: dict[str, Any],
) -> None:
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO project_members (project_id, user_id) VALUES (%s, %s)",
            (UUID(work["project_id"]), bob.id),
        )
    member, stranger = await as_somebody(bob), await as_somebody(charlie)
    async with listening(client) as ear, listening(member) as other, listening(stranger) as third:
        await edited(client, work["id"], title="하나", tags=["바다"])
        await edited(client, work["id"], title="하나", tags=["바다"])
        await client.post(f"/v1/works/{work['id']}/cancel")
        theirs = await asked(stranger, await uploaded(stranger))
        heard = await ear.until("work.cancelled")
        assert kinds(heard) == ["work.changed", "work.cancelled"]
        assert heard[0].data["work_id"] == work["id"]
        assert kinds(await other.until("work.cancelled")) == ["work.changed", "work.cancelled"]
        # Whose first news is of their own work has heard of no other.
        assert (await third.until("work.created"))[0].data["work_id"] == theirs.json["id"]


async def test_works_are_found_by_a_tag(
    client: Client, studio: Studio, alice: Caller, bob: Caller, as_somebody: AsSomebody
) -> None:
    picture = await uploaded(client)
    made = [(await asked(client, picture)).json["id"] for _ in range(4)]
    for each, tags in zip(made, (["Sea"], ["sea", "저녁"], ["산"], []), strict=True):
        await edited(client, each, tags=tags)
    theirs = await as_somebody(bob)
    other = (await asked(theirs, await uploaded(theirs))).json["id"]
    await edited(theirs, other, tags=["sea"])

    async def seen(who: Client, query: str) -> list[str]:
        return [each["id"] for each in (await who.get(f"/v1/works?{query}")).json["works"]]

    assert await seen(client, "tag=sea") == await seen(client, "tag=SEA") == made[1::-1]
    assert await seen(client, "tag=%EC%A0%80%EB%85%81") == [made[1]]
    assert await seen(client, "tag=nothing") == []
    assert await seen(theirs, "tag=sea") == [other]
    assert await seen(client, "tag=sea&status=pending&template=klein-i2i") == made[1::-1]
    assert await seen(client, "tag=sea&status=completed") == []
    page = (await client.get("/v1/works?tag=sea&limit=1")).json
    assert page["works"][0]["id"] == made[1]
    assert [each["id"] for each in (await client.get(page["next"])).json["works"]] == [made[0]]
    await edited(client, made[1], tags=["산"])
    assert await seen(client, "tag=sea") == [made[0]]
    project = (await client.get(f"/v1/works/{made[0]}")).json["project_id"]
    assert await seen(client, f"tag=sea&project={project}") == [made[0]]
    assert await seen(theirs, f"tag=sea&project={project}") == []


async def test_a_title_and_tags_given_while_it_waits_stay(
    client: Client, studio: Studio, alice: Caller, picture: File, crew: Crew
) -> None:
    asked_for = await ask(studio, alice, picture)
    await edited(client, str(asked_for.id), title="내 작품", tags=["나"])
    work = await ended(studio, alice, asked_for.id)
    assert (work.status, work.title, work.tags) == ("completed", "내 작품", ["나"])


async def test_the_template_s_tags_are_found_too(
    client: Client, studio: Studio, alice: Caller, picture: File, crew: Crew
) -> None:
    work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    assert work.tags == ["I2I", "Image_to_Image", "AI생성"]
    for tag in ("I2I", "image_to_image", "ai생성"):
        found = (await client.get("/v1/works", params={"tag": tag})).json["works"]
        assert [each["id"] for each in found] == [str(work.id)]
