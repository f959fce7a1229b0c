"""A project that keeps as much as it may takes nothing more, by whatever way it comes."""

from typing import Any
from uuid import UUID

import pytest
from tests.api.asking import asked, rows, uploaded
from tests.characters.archives import zipped
from tests.support.servers import Answer, Client
from tests.support.studios import photograph

from affiche.studio import storage
from affiche.studio.studio import Caller, Studio


@pytest.fixture
async def picture(client: Client) -> str:
    return await uploaded(client)


@pytest.fixture
async def full(client: Client, studio: Studio, alice: Caller, picture: str) -> Client:
    """Hers, whose project has room for nothing but what is there."""
    (project,) = (await client.get("/v1/projects")).json["projects"]
    used = (await client.get(f"/v1/projects/{project['id']}/storage")).json["bytes"]
    await storage.set_quota(studio, alice, UUID(project["id"]), used)
    return client


def check(answer: Answer) -> None:
    """What happened and what to do, in megabytes and without anything of the database's."""
    assert (answer.status, answer.json["code"]) == (409, "storage_full")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "MB" in answer.json["detail"]
    assert answer.json["hint"]
    for inner in ("AF004", "take_room", "storage_counts"):
        assert inner not in answer.body.decode()


async def objects(studio: Studio) -> int:
    return len([each async for each in studio.objects.list("uploads")])


async def test_an_upload_is_refused_and_nothing_of_it_stays(full: Client, studio: Studio) -> None:
    before, stored = await rows(studio, "files"), await objects(studio)
    check(await full.upload(photograph(64, 64), "more.jpg"))
    korean = await full.upload(photograph(64, 64), "more.jpg", headers={"Accept-Language": "ko"})
    check(korean)
    assert any("가" <= sign <= "힣" for sign in korean.json["detail"])
    assert await rows(studio, "files") == before
    assert await objects(studio) == stored


@pytest.mark.parametrize(
    ("path", "data", "kind"),
    [
        ("/v1/references?name=1.jpg", photograph(64, 64), "image/jpeg"),
        ("/v1/references/import", zipped({"1.jpg": photograph(64, 64)}), "application/zip"),
    ],
)
async def test_a_reference_is_refused(
    full: Client, studio: Studio, path: str, data: bytes, kind: str
) -> None:
    check(await full.post(path, data=data, headers={"Content-Type": kind}))
    assert await rows(studio, "reference_images") == 0


async def test_a_work_is_refused_and_so_is_a_batch(
    full: Client, studio: Studio, picture: str
) -> None:
    check(await asked(full, picture))
    body: dict[str, Any] = {
        "template": "klein-i2i",
        "inputs": {"prompt": "a quiet beach", "megapixels": 0.5},
        "references": [picture],
        "variations": 2,
    }
    check(await full.post("/v1/batches", json=body))
    for table in ("works", "batches", "generation_jobs"):
        assert await rows(studio, table) == 0


async def test_with_room_again_everything_goes_on(
    full: Client, studio: Studio, alice: Caller, picture: str
) -> None:
    (project,) = (await full.get("/v1/projects")).json["projects"]
    await storage.set_quota(studio, alice, UUID(project["id"]), 0)
    assert (await asked(full, picture)).status == 201
    assert (await full.upload(photograph(64, 64), "more.jpg")).status == 201
