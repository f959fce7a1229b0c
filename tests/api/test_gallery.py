"""Works that are searched, given stars, thrown away and taken out again; and three people at it."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb
from tests.api.asking import asked, made, uploaded
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ended

from affiche.pipeline import bygones
from affiche.pipeline.crew import Crew
from affiche.studio import gallery
from affiche.studio.studio import Caller, Studio

NOTHING = "01a1fe6a-a666-737b-82bf-000000000000"
PROMPTS = ("노을 지는 해변", "해변의 아침", "a Quiet 100% beach_", "겨울 산", "바닷가\u00a0산책")


async def asked_with(client: Client, prompt: str) -> str:
    answer = await client.post(
        "/v1/works",
        json={
            "template": "klein-i2i",
            "inputs": {"image": await uploaded(client), "prompt": prompt},
        },
    )
    assert answer.status == 201, answer.body
    return str(answer.json["id"])


@pytest.fixture
async def wall(client: Client) -> list[str]:
    """Works by their prompts, oldest first."""
    return [await asked_with(client, prompt) for prompt in PROMPTS]


async def seen(client: Client, **query: Any) -> list[str]:
    answer = await client.get(f"/v1/works?{urlencode(query)}")
    assert answer.status == 200, answer.body
    return [work["id"] for work in answer.json["works"]]


async def cancelled(client: Client, count: int) -> list[str]:
    ids = await made(client, count)
    for work_id in ids:
        await client.post(f"/v1/works/{work_id}/cancel")
    return ids


async def test_words_are_found_wherever_they_stand(client: Client, wall: list[str]) -> None:
    for words, found in (
        ("해변", [1, 0]),
        ("변", [1, 0]),
        ("해변 노을", [0]),
        ("quiet", [2]),
        ("QUIET BEA", [2]),
        ("100%", [2]),
        ("h_", [2]),
        ("_", [2]),
        ("%", [2]),
        ("바닷가 산책", [4]),
        ("산", [4, 3]),
        ("\u1112\u1162\u1107\u1167\u11ab", [1, 0]),
        ("해 변", [1, 0]),
        ("펭귄", []),
        ("image", []),
    ):
        assert await seen(client, words=words) == [wall[n] for n in found], words


async def test_titles_tags_and_english_are_words_too(
    client: Client, studio: Studio, wall: list[str]
) -> None:
    changes = {"title": "눈꽃 편지", "tags": ["Polar", "겨울밤"]}
    await client.call("PATCH", f"/v1/works/{wall[3]}", json=changes)
    fields = {
        name: {"status": "translated", "english": english}
        for name, english in (
            ("prompt", "a beach in the glow of sunset"),
            ("negative_prompt", "blurry"),
        )
    }
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE works SET translation = %s WHERE id = %s",
            (
                Jsonb({"status": "translated", "model": "x", "stand_in": False, "fields": fields}),
                UUID(wall[0]),
            ),
        )
    for words, found in (
        ("눈꽃", [3]),
        ("polar", [3]),
        ("겨울밤 편지 산", [3]),
        ("sunset", [0]),
        ("해변 glow", [0]),
        ("blurry", []),
    ):
        assert await seen(client, words=words) == [wall[n] for n in found], words
    assert await seen(client, words="겨울", tag="polar") == [wall[3]]
    assert await seen(client, words="해변", tag="polar") == []


async def test_what_is_searched_goes_on_in_both_directions(client: Client, wall: list[str]) -> None:
    first = (await client.get(f"/v1/works?{urlencode({'words': '해변', 'limit': 1})}")).json
    assert [work["id"] for work in first["works"]] == [wall[1]]
    assert first["previous"] is None
    second = (await client.get(first["next"])).json
    assert [work["id"] for work in second["works"]] == [wall[0]]
    assert second["next"] is None
    back = (await client.get(second["previous"])).json
    assert [work["id"] for work in back["works"]] == [wall[1]]
    assert (back["previous"], back["next"] is None) == (None, False)


async def test_pages_upwards_are_those_next_above(client: Client) -> None:
    ids = await made(client, 6)
    page = (await client.get(f"/v1/works?after={ids[1]}&limit=2")).json
    assert [work["id"] for work in page["works"]] == [ids[3], ids[2]]
    page = (await client.get(page["previous"])).json
    assert [work["id"] for work in page["works"]] == [ids[5], ids[4]]
    assert page["previous"] is None
    assert [w["id"] for w in (await client.get(page["next"])).json["works"]] == [ids[3], ids[2]]


async def test_stars_are_each_person_s_own(
    client: Client, studio: Studio, bob: Caller, charlie: Caller, as_somebody: AsSomebody
) -> None:
    ids = await made(client, 3)
    member, stranger = await as_somebody(bob), await as_somebody(charlie)
    project = (await client.get(f"/v1/works/{ids[0]}")).json["project_id"]
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO project_members (project_id, user_id) VALUES (%s, %s)",
            (UUID(project), bob.id),
        )
    given = {"works": [*ids[:2], NOTHING], "stars": 3}
    answer = await client.call("PUT", "/v1/stars", json=given)
    assert (answer.status, sorted(answer.json["works"])) == (200, sorted(ids[:2]))
    answer = await member.call("PUT", "/v1/stars", json={"works": ids[1:], "stars": 5})
    assert sorted(answer.json["works"]) == sorted(ids[1:])
    answer = await stranger.call("PUT", "/v1/stars", json=given)
    assert (answer.status, answer.json["works"]) == (200, [])

    assert await seen(client, stars=1) == [ids[1], ids[0]]
    assert await seen(client, stars=4) == []
    assert await seen(client, stars=3, status="cancelled") == []
    assert await seen(member, stars=4, project=project) == [ids[2], ids[1]]
    assert await seen(member, stars=1) == []
    assert await seen(stranger, stars=1, project=project) == []
    assert await seen(stranger, words="해변", project=project) == []
    assert (await client.get(f"/v1/works/{ids[1]}")).json["stars"] == 3
    assert (await member.get(f"/v1/works/{ids[1]}")).json["stars"] == 5
    await client.call("PUT", "/v1/stars", json={"works": ids, "stars": 0})
    assert await seen(client, stars=1) == []
    assert (await member.get(f"/v1/works/{ids[1]}")).json["stars"] == 5


async def test_what_is_thrown_away_is_in_no_list_until_it_is_put_back(
    client: Client, bob: Caller, as_somebody: AsSomebody
) -> None:
    ids = await cancelled(client, 3)
    await client.call("PATCH", f"/v1/works/{ids[0]}", json={"tags": ["sea"]})
    character_less = {"words": "해변"}, {"tag": "sea"}, {"status": "cancelled"}, {}
    template = {"template": "klein-i2i"}
    project = {"project": (await client.get(f"/v1/works/{ids[0]}")).json["project_id"]}
    lists = (*character_less, template, project, project | template, project | {"tag": "sea"})
    before = [await seen(client, **query) for query in lists]
    assert all(ids[0] in found for found in before)

    theirs = await as_somebody(bob)
    assert (await theirs.post("/v1/trash", json={"works": ids})).json == {"works": []}
    moved = await client.post("/v1/trash", json={"works": [ids[0], ids[2], NOTHING]})
    assert moved.json == {"works": [ids[0], ids[2]]}
    assert (await client.post("/v1/trash", json={"works": ids[:1]})).json == {"works": []}
    for query in lists:
        found = await seen(client, **query)
        assert not {ids[0], ids[2]} & set(found), query
    lying = (await client.get("/v1/trash?limit=1")).json
    assert [work["id"] for work in lying["works"]] == [ids[2]]
    assert [w["id"] for w in (await client.get(lying["next"])).json["works"]] == [ids[0]]
    assert (await theirs.get("/v1/trash")).json["works"] == []
    record = (await client.get(f"/v1/works/{ids[0]}")).json
    assert (record["status"], record["trashed_at"] is None) == ("cancelled", False)

    assert (await theirs.post("/v1/trash/restore", json={"works": ids})).json == {"works": []}
    back = await client.post("/v1/trash/restore", json={"works": ids})
    assert back.json == {"works": [ids[0], ids[2]]}
    assert [await seen(client, **query) for query in lists] == before
    assert (await client.get("/v1/trash")).json["works"] == []


async def test_what_has_not_ended_is_not_thrown_away(client: Client) -> None:
    (work_id,) = await made(client, 1)
    assert (await client.post("/v1/trash", json={"works": [work_id]})).json == {"works": []}
    assert await seen(client) == [work_id]


async def test_after_its_days_in_the_trash_a_work_goes_with_its_files(
    client: Client, studio: Studio, alice: Caller, crew: Crew
) -> None:
    work = (await asked(client, await uploaded(client))).json
    kept = (await asked(client, await uploaded(client))).json
    for each in (work, kept):
        await ended(studio, alice, UUID(each["id"]))
    (output,) = (await client.get(f"/v1/works/{work['id']}")).json["outputs"]
    await gallery.throw(studio, alice, [UUID(work["id"])])

    async def lying_since(days: float) -> int:
        async with studio.database.as_service() as service:
            await service.connection.execute(
                "UPDATE works SET trashed_at = %s WHERE trashed_at IS NOT NULL",
                (studio.now() - timedelta(days=days),),
            )
        return await bygones.drop(studio)

    assert await lying_since(studio.settings.trash_days - 1) == 0
    assert await lying_since(studio.settings.trash_days + 1) == 1
    assert (await client.get(f"/v1/works/{work['id']}")).status == 404
    assert (await client.get(output["url"])).status == 404
    assert await seen(client) == [kept["id"]]


async def test_selections_that_are_none(client: Client) -> None:
    for method, path, body, problems in (
        ("POST", "/v1/trash", {"works": []}, {"works": "too_few"}),
        ("POST", "/v1/trash/restore", {"works": ["x"]}, {"works.0": "not_valid"}),
        ("PUT", "/v1/stars", {"works": [NOTHING], "stars": 6}, {"stars": "too_large"}),
        ("PUT", "/v1/stars", {"works": [NOTHING]}, {"stars": "required"}),
        ("POST", "/v1/trash", {"works": [NOTHING] * 501}, {"works": "too_many"}),
    ):
        answer = await client.call(method, path, json=body)
        assert (answer.status, set(answer.fields)) == (422, set(problems)), (path, answer.fields)
