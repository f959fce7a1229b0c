"""English words over HTTP: asked for, brought along, put in the place of a work's; names kept."""

from typing import Any

import pytest
from tests.api.asking import asked, uploaded
from tests.support.servers import AsSomebody, Client, add_person
from tests.support.studios import at_work, ended

from affiche.emulators.comfyui import Server as Comfyui
from affiche.emulators.llm import Server
from affiche.studio import projects
from affiche.studio.studio import Caller, Studio

KOREAN, ENGLISH = "배경을 해변으로 바꿔줘", "Change the background to a beach"
NOTHING = "01a1fe6a-a666-737b-82bf-000000000000"


async def own_project(client: Client) -> str:
    found = (await client.get("/v1/projects")).json["projects"]
    return str(next(each["id"] for each in found if each["is_default"]))


async def test_what_a_text_would_be(client: Client, model: Server) -> None:
    answer = await client.post("/v1/translations", json={"text": KOREAN})
    assert answer.json == {
        "text": KOREAN,
        "english": ENGLISH,
        "status": "translated",
        "model": "affiche-stand-in",
        "stand_in": False,
    }
    again = await client.post("/v1/translations", json={"text": KOREAN})
    assert again.json["status"] == "cached"
    plain = await client.post("/v1/translations", json={"text": "a beach"})
    assert (plain.json["status"], plain.json["english"]) == ("english", "a beach")
    model.faults.add("chat", "refuse", times=0, status=401)
    failed = await client.post("/v1/translations", json={"text": "산"})
    assert (failed.status, failed.json["status"], failed.json["english"]) == (200, "failed", "산")


@pytest.mark.parametrize("sent", [{}, {"text": ""}, {"text": "a\x07"}, {"text": "x", "more": 1}])
async def test_what_is_no_text(client: Client, sent: dict[str, Any]) -> None:
    assert (await client.post("/v1/translations", json=sent)).status == 422


async def test_another_s_project_is_as_absent_as_none(
    client: Client, as_somebody: AsSomebody, bob: Caller, model: Server
) -> None:
    hers = await own_project(client)
    theirs = await as_somebody(bob)
    for path, body in (
        ("/v1/translations", {"text": KOREAN}),
        ("DELETE", None),
    ):
        answers = []
        for project in (hers, NOTHING):
            if body is None:
                answers.append(
                    await theirs.call("DELETE", f"/v1/projects/{project}/glossary?term=x")
                )
            else:
                answers.append(await theirs.post(path, json=body | {"project_id": project}))
        assert [answer.status for answer in answers] == [404, 404]
        assert answers[0].json | {"request_id": ""} == answers[1].json | {"request_id": ""}
    assert not model.asked


async def test_a_work_shows_both_and_takes_other_words(
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    comfyui: Comfyui,
) -> None:
    first = (await asked(client, await uploaded(client), inputs={"prompt": KOREAN})).json
    assert (first["prompt"], first["translation"]) == (KOREAN, None)
    async with at_work(studio):
        await ended(studio, alice, first["id"])
        done = (await client.get(f"/v1/works/{first['id']}")).json
        assert done["prompt"] == KOREAN
        assert done["translation"] == {
            "status": "translated",
            "label": "Sent in English",
            "model": "affiche-stand-in",
            "stand_in": False,
            "fields": {"prompt": {"status": "translated", "english": ENGLISH}},
        }
        korean = {"Accept-Language": "ko"}
        told = await client.get(f"/v1/works/{first['id']}", headers=korean)
        assert told.json["translation"]["label"] == "영어로 번역해서 보냄"
        path = f"/v1/works/{first['id']}/translations"
        wanted = {"translations": {"prompt": "A quiet beach"}}
        made = await client.post(path, json=wanted, headers={"Idempotency-Key": "k"})
        same = await client.post(path, json=wanted, headers={"Idempotency-Key": "k"})
        assert (made.status, made.json["retry_of"]) == (201, first["id"])
        assert made.json["id"] == same.json["id"]
        await ended(studio, alice, made.json["id"])
        done = (await client.get(f"/v1/works/{made.json['id']}")).json
        assert done["translation"]["fields"]["prompt"]["english"] == "A quiet beach"
    refused = await client.post(path, json={"translations": {"image": "x"}})
    assert (refused.status, refused.fields) == (422, {"image": "unknown"})
    theirs = await as_somebody(bob)
    for work in (first["id"], NOTHING):
        answer = await theirs.post(f"/v1/works/{work}/translations", json=wanted)
        assert answer.status == 404


async def test_names_that_are_kept(
    client: Client, as_somebody: AsSomebody, studio: Studio, alice: Caller, model: Server
) -> None:
    path = f"/v1/projects/{await own_project(client)}/glossary"
    terms = [{"term": "갤럭시", "english": "Galaxy"}, {"term": "한강", "english": None}]
    assert (await client.call("PUT", path, json={"terms": terms})).status == 204
    assert (await client.get(path)).json == {"terms": terms}
    found = await client.post("/v1/translations", json={"text": "한강의 갤럭시 로고"})
    assert found.json["english"] == "한강's Galaxy logo"
    assert (await client.call("DELETE", f"{path}?term=한강")).status == 204
    assert (await client.call("DELETE", f"{path}?term=한강")).status == 404
    assert (await client.call("DELETE", path)).status == 422
    assert (await client.get(path)).json == {"terms": terms[:1]}
    for wrong in ([], [{"term": ""}], [{"term": "x" * 101}], [{"term": "a\nb"}], [{"a": 1}]):
        assert (await client.call("PUT", path, json={"terms": wrong})).status == 422
    member = await add_person(studio, "dora")
    shared = (await projects.add(studio, alice, "shared")).id
    async with studio.database.as_service() as service:
        await service.run("projects.join", id=shared, user_id=member.id, role="member")
    hers = await as_somebody(member)
    path = f"/v1/projects/{shared}/glossary"
    assert (await hers.call("DELETE", f"{path}?term=x")).status == 403
