"""Captions over HTTP: wanted, followed and stopped by a project's members and nobody else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from uuid import UUID

import pytest
from tests.pipeline.test_captions import brought
from tests.support.servers import AsSomebody, Client

from affiche import app
from affiche.emulators.llm import MODEL, Server, serving
from affiche.llm.client import Place
from affiche.pipeline.captions import Captions
from affiche.studio.projects import project_of
from affiche.studio.studio import Caller, Studio

NOTHING = "01a1fe6a-a666-737b-82bf-000000000000"
PATH = "/v1/captions"


@pytest.fixture
async def model() -> AsyncIterator[Server]:
    async with serving() as server:
        yield server


@pytest.fixture
async def worded(client: Client, studio: Studio, model: Server) -> AsyncIterator[Studio]:
    """The served studio, with a model."""
    place = Place(url=model.url, key="k", model=MODEL, seconds=10.0)
    made = app.language_model(place, replace(studio.settings, llm_rate=60_000), studio.database)
    found = replace(studio, model=made)
    client.server.app.state.studio = found
    yield found
    await made.close()


def stands(**counts: int) -> dict[str, object]:
    nothing = dict.fromkeys(("none", "waiting", "written", "edited", "failed"), 0)
    return {**nothing, **counts, "reasons": []}


async def test_from_wanting_to_having(client: Client, worded: Studio, alice: Caller) -> None:
    await brought(worded, alice, 2)
    assert (await client.get(PATH)).json == stands(none=2)
    assert (await client.post(PATH, json={})).json == stands(waiting=2)
    assert (await client.post(PATH, json={})).json == stands(waiting=2)
    assert await Captions(worded).write() == 2
    assert (await client.get(PATH)).json == stands(written=2)
    assert (await client.post(PATH, json={"again": True})).json == stands(written=2)


async def test_stopped(client: Client, worded: Studio, alice: Caller) -> None:
    await brought(worded, alice, 2)
    await client.post(PATH, json={"category": "beach"})
    answer = await client.call("DELETE", PATH)
    assert (answer.status, answer.json) == (200, stands(none=2))


async def test_why_there_are_none_is_said_in_the_reader_s_language(
    client: Client, worded: Studio, model: Server, alice: Caller
) -> None:
    await brought(worded, alice, 2)
    await client.post(PATH, json={})
    model.faults.add("chat", "decline", times=0)
    assert await Captions(worded).write() == 2
    (reason,) = (await client.get(PATH)).json["reasons"]
    assert (reason["code"], reason["references"]) == ("language_model_unfit", 2)
    korean = (await client.get(PATH, headers={"Accept-Language": "ko"})).json["reasons"][0]
    assert korean["message"] != reason["message"]


async def test_without_a_model_it_is_said(client: Client, studio: Studio, alice: Caller) -> None:
    await brought(studio, alice, 1)
    answer = await client.post(PATH, json={})
    assert (answer.status, answer.json["code"]) == (409, "language_model_off")
    assert (await client.get(PATH)).json == stands(none=1)


async def test_a_project_is_its_members(
    client: Client, worded: Studio, alice: Caller, bob: Caller, as_somebody: AsSomebody
) -> None:
    await brought(worded, alice, 1)
    hers = (await project_of(worded, alice, None)).id
    theirs = await as_somebody(bob)
    assert (await theirs.get(PATH)).json == stands()

    async def asked(project: str | UUID) -> list[int]:
        return [
            (await theirs.get(f"{PATH}?project={project}")).status,
            (await theirs.post(PATH, json={"project_id": str(project)})).status,
            (await theirs.call("DELETE", f"{PATH}?project={project}")).status,
        ]

    assert await asked(hers) == await asked(NOTHING) == [404, 404, 404]
    assert (await client.get(PATH)).json == stands(none=1)
    async with worded.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO project_members (project_id, user_id) VALUES (%s, %s)", (hers, bob.id)
        )
    assert await asked(hers) == [200, 200, 200]


@pytest.mark.parametrize(
    ("sent", "problems"),
    [
        ({"category": 7}, {"category": "not_text"}),
        ({"category": "x" * 101}, {"category": "too_long"}),
        ({"again": "yes"}, {"again": "not_valid"}),
        ({"project_id": "x"}, {"project_id": "not_id"}),
        ({"pictures": []}, {"pictures": "unknown"}),
        ({"references": ["x"]}, {"references.0": "not_id"}),
    ],
)
async def test_what_is_wrong_is_named(
    client: Client, sent: dict[str, object], problems: dict[str, str]
) -> None:
    answer = await client.post(PATH, json=sent)
    assert (answer.status, answer.fields) == (422, problems)
