"""A mask by program: what it is told before, what is refused, and what a work then says of it."""

import base64
from typing import Any
from uuid import UUID

import pytest
from tests.support import brush
from tests.support.servers import Answer, Client
from tests.support.studios import at_work, ended, photograph

from affiche.studio.studio import Caller, Studio

OUTSIDE = (brush.WIDE - len(brush.LEFT)) * brush.HIGH


async def asked(client: Client, mask: bytes, **more: Any) -> Answer:
    given = {"image": photograph(brush.WIDE, brush.HIGH), "style": brush.style(), "mask": mask}
    inputs = {name: base64.b64encode(data).decode() for name, data in given.items()}
    body = {"template": "image-brush", "inputs": {**inputs, "megapixels": 0.25, **more}}
    return await client.post("/v1/works", json=body)


async def test_the_form_says_what_a_mask_lies_on_and_what_it_promises(client: Client) -> None:
    template = (await client.get("/v1/templates/image-brush")).json
    field = next(f for f in template["form_fields"] if f["type"] == "mask")
    assert (field["target"], field["feather"], field["promise"]) == ("image", "feather", True)
    assert template["request_dto"]["mask"] == "string"
    assert "transparent" in template["request_schema"]["properties"]["mask"]["description"]


async def test_a_kept_promise_is_told_in_the_reader_s_language(
    client: Client, studio: Studio, alice: Caller
) -> None:
    async with at_work(studio, host_preview=True):
        answer = await asked(client, brush.mask(), feather=3)
        assert answer.status == 201
        assert answer.json["mask"] is None
        work_id = UUID(answer.json["id"])
        await ended(studio, alice, work_id)
    said = set()
    for language in ("ko", "en"):
        work = (
            await client.get(f"/v1/works/{work_id}", headers={"Accept-Language": language})
        ).json
        told = work["mask"]
        said.add(told.pop("said"))
        assert told == {
            "promise": "kept",
            "outside_pixels": OUTSIDE,
            "changed_outside": 0,
            "feather": 3,
        }
    assert len(said) == 2
    assert all(f"{OUTSIDE:,}" in sentence for sentence in said)
    (listed,) = (await client.get("/v1/works")).json["works"]
    assert listed["mask"]["promise"] == "kept"


@pytest.mark.parametrize(
    ("mask", "code"),
    [(brush.flat(0), "mask_empty"), (brush.flat(255), "mask_full")],
)
async def test_a_mask_that_is_none_is_a_problem_of_its_field(
    client: Client, mask: bytes, code: str
) -> None:
    answer = await asked(client, mask)
    assert (answer.status, answer.fields) == (422, {"mask": code})
    (problem,) = answer.json["fields"]
    assert "black" in problem["message"]


async def test_one_without_its_picture_says_so(client: Client) -> None:
    answer = await asked(client, brush.mask(), image="")
    assert answer.fields == {"image": "required", "mask": "mask_without_target"}
