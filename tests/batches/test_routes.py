"""`/v1/batches` on the wire, for alice, bob and charlie."""

import io
import zipfile
from typing import Any

import pytest
from tests.api.test_isolation import named_nothing
from tests.batches.conftest import all_works, asked, finish, pictures
from tests.support.servers import AsSomebody, Client, description

from affiche.studio import batches
from affiche.studio.studio import Caller, Studio

LISTS = {"GET /v1/batches"}
ASKING = {"POST /v1/batches", "POST /v1/batches/quote"}
NAMED = {
    "GET /v1/batches/{batch_id}",
    "GET /v1/batches/{batch_id}/works",
    "GET /v1/batches/{batch_id}/zip",
    "POST /v1/batches/{batch_id}/cancel",
    "POST /v1/batches/{batch_id}/retry",
    "POST /v1/batches/{batch_id}/choose",
    "POST /v1/batches/{batch_id}/more",
}
"""Another's batch is as absent as none."""


def body(references: list[str], **more: Any) -> dict[str, Any]:
    return {
        "template": "klein-i2i",
        "inputs": {"prompt": "a quiet beach", "megapixels": 0.5},
        "references": references,
        **more,
    }


def test_all_routes_are_here(client: Client) -> None:
    found = {
        f"{method.upper()} {path}"
        for path, methods in description(client.server)["paths"].items()
        for method in methods
        if path.startswith("/v1/batches")
    }
    assert found == LISTS | ASKING | NAMED


async def test_from_a_quote_to_the_zip(client: Client, studio: Studio, alice: Caller) -> None:
    references = await pictures(studio, alice, 2)
    grid = {"x": {"field": "steps", "values": "4..8/4"}, "y": None}
    wanted = body(references, variations=2, grid=grid, name="봄 카탈로그")
    quote = (await client.post("/v1/batches/quote", json=wanted)).json
    assert (quote["works"], quote["references"], quote["columns"], quote["rows"]) == (8, 2, 2, 1)
    assert quote["prompts"] == [
        {"reference": None, "prompt": "a quiet beach", "negative_prompt": ""}
    ]
    made = await client.post("/v1/batches", json=wanted, headers={"Idempotency-Key": "k"})
    assert made.status == 201
    path = made.headers["Location"]
    batch = made.json
    assert path == f"/v1/batches/{batch['id']}"
    assert (batch["works"], batch["name"], batch["ended"]) == (8, "봄 카탈로그", False)
    assert batch["counts"]["pending"] == 8
    assert batch["grid"] == {"x": {"field": "steps", "values": [4, 8]}}
    again = await client.post("/v1/batches", json=wanted, headers={"Idempotency-Key": "k"})
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.json == batch
    assert [b["id"] for b in (await client.get("/v1/batches")).json["batches"]] == [batch["id"]]

    first = (await client.get(f"{path}/works?limit=3")).json
    assert [(p["reference"], p["variation"], p["x"]) for p in first["places"]] == [
        (0, 0, 0),
        (0, 0, 1),
        (0, 1, 0),
    ]
    rest = (await client.get(first["next"])).json
    assert [p["position"] for p in rest["places"]] == [3, 4, 5]
    ids = [p["work"]["id"] for p in first["places"]]
    found = await batches.works_of(studio, alice, batch["id"])
    await finish(studio, [work.id for work in found[:2]], "completed")
    await finish(studio, [found[2].id], "failed")
    chosen = await client.post(f"{path}/choose", json={"works": ids, "choice": "kept"})
    assert chosen.json["counts"] == batch["counts"] | {
        "pending": 5,
        "completed": 2,
        "failed": 1,
        "kept": 2,
    }
    narrowed = (await client.get(f"{path}/works?choice=kept&status=completed")).json
    assert [p["work"]["choice"] for p in narrowed["places"]] == ["kept", "kept"]
    assert narrowed["places"][0]["work"]["batch_id"] == batch["id"]
    retried = await client.post(f"{path}/retry")
    assert (retried.status, retried.json["counts"]["failed"]) == (201, 0)
    assert (await client.post(f"{path}/retry")).json["code"] == "nothing_failed"
    more = await client.post(f"{path}/more", json={"variations": 2})
    assert (more.status, more.json["works"], more.json["like_id"]) == (201, 4, batch["id"])
    assert (await client.post(f"{path}/cancel")).json["ended"] is True

    answer = await client.get(f"{path}/zip?choice=kept")
    assert answer.headers["Content-Type"] == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    names = zipfile.ZipFile(io.BytesIO(answer.body)).namelist()
    assert len([name for name in names if name.startswith("pictures/")]) == 2


async def test_a_batch_without_works_of_a_state_is_a_list_of_none(
    client: Client, studio: Studio, alice: Caller
) -> None:
    batch = await asked(studio, alice, 1)
    page = (await client.get(f"/v1/batches/{batch.id}/works?status=failed")).json
    assert page == {"places": [], "next": None}


@pytest.mark.parametrize(
    ("more", "status", "code", "fields"),
    [
        ({"references": []}, 422, "invalid_inputs", {"references": "required"}),
        ({"references": ["a"] * 10_000}, 422, "batch_too_large", {}),
        ({"variations": 6}, 422, "invalid_inputs", {"variations": "too_large"}),
        (
            {"grid": {"x": {"field": "seed", "values": [1]}}},
            422,
            "invalid_inputs",
            {"grid.x": "grid_seed"},
        ),
        ({"template": "no-such"}, 404, "not_found", {}),
    ],
)
async def test_what_is_refused(
    client: Client,
    studio: Studio,
    alice: Caller,
    more: dict[str, Any],
    status: int,
    code: str,
    fields: dict[str, str],
) -> None:
    wanted = body(await pictures(studio, alice, 1)) | more
    for path in ("/v1/batches", "/v1/batches/quote"):
        refused = await client.post(path, json=wanted)
        assert (refused.status, refused.json["code"], refused.fields) == (status, code, fields)
    assert code != "batch_too_large" or refused.json["hint"]


@pytest.mark.parametrize("route", sorted(NAMED))
async def test_another_s_batch_is_as_absent_as_none(
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    route: str,
) -> None:
    batch = await asked(studio, alice, 1)
    ids = [str(work.id) for work in await all_works(studio, alice, batch)]
    method, _, template = route.partition(" ")
    sent: dict[str, Any] = {}
    if route.endswith("choose"):
        sent = {"json": {"works": ids, "choice": "kept"}}
    elif route.endswith("more"):
        sent = {"json": {}}
    for other in (bob, charlie):
        theirs = await as_somebody(other)
        refused = await theirs.call(method, template.format(batch_id=batch.id), **sent)
        none = await theirs.call(method, named_nothing(template), **sent)
        assert refused.status == none.status == 404
        assert refused.json | {"request_id": ""} == none.json | {"request_id": ""}
    assert (await batches.get(studio, alice, batch.id)).counts == {"pending": 1}


async def test_lists_hold_one_s_own_and_nobody_asks_with_another_s(
    as_somebody: AsSomebody, studio: Studio, alice: Caller, bob: Caller
) -> None:
    batch = await asked(studio, alice, 1)
    theirs = await as_somebody(bob)
    assert (await theirs.get("/v1/batches")).json["batches"] == []
    assert (await theirs.get(f"/v1/batches?project={batch.project_id}")).json["batches"] == []
    assert (await theirs.get(f"/v1/works?batch={batch.id}")).json["works"] == []
    hers = await pictures(studio, alice, 1)
    own = await pictures(studio, bob, 1)
    for path in ("/v1/batches", "/v1/batches/quote"):
        refused = await theirs.post(path, json=body(hers))
        assert (refused.status, refused.fields) == (422, {"references": "file_unknown"})
        elsewhere = body(own, project_id=str(batch.project_id))
        if path == "/v1/batches":
            assert (await theirs.post(path, json=elsewhere)).status == 404
    assert (await theirs.post("/v1/batches", json=body(own))).status == 201


async def test_a_page_of_works_is_narrowed_down(
    client: Client, studio: Studio, alice: Caller
) -> None:
    batch = await asked(studio, alice, 2)
    other = await asked(studio, alice, 1)
    works = await all_works(studio, alice, batch)
    await finish(studio, [works[0].id], "completed")

    async def seen(query: str) -> list[str]:
        return [work["id"] for work in (await client.get(f"/v1/works?{query}")).json["works"]]

    mine = [str(work.id) for work in works]
    assert await seen(f"batch={batch.id}") == mine[::-1]
    assert await seen(f"batch={batch.id}&status=completed") == mine[:1]
    assert len(await seen(f"batch={other.id}&template=klein-i2i")) == 1
    assert await seen(f"batch={other.id}&template=poster") == []
    assert len(await seen("template=klein-i2i&status=pending")) == 2
    assert len(await seen(f"project={batch.project_id}&template=klein-i2i")) == 3
    assert await seen("character=01a1fe6a-a666-737b-82bf-0123456789ab") == []
    assert await seen("until=2020-01-01T00:00:00Z") == []
    assert len(await seen("since=2020-01-01T00:00:00%2B09:00")) == 3
    assert await seen("since=2999-01-01T00:00:00Z") == []
    assert (await client.get("/v1/works?since=2020-01-01T00:00:00")).status == 422
    page = (await client.get(f"/v1/works?batch={batch.id}&since=2020-01-01T00:00:00Z&limit=1")).json
    assert page["works"][0]["id"] == mine[1]
    following = (await client.get(page["next"])).json
    assert [work["id"] for work in following["works"]] == mine[:1]
