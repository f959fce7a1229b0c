"""Works page by page."""

import pytest
from tests.api.asking import made
from tests.support.servers import Client

from affiche.errors import InvalidInputs
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


async def test_pages_hold_every_work_once_newest_first(client: Client) -> None:
    ids = await made(client, 7)
    seen, address, pages = [], "/v1/works?limit=3", 0
    while address:
        page = (await client.get(address)).json
        seen += [work["id"] for work in page["works"]]
        address, pages = page["next"], pages + 1
        if pages == 1:
            # What comes meanwhile moves nothing.
            await made(client, 1)
    assert seen == ids[::-1]
    assert pages == 3


async def test_a_last_page_that_is_full_has_no_next(client: Client) -> None:
    await made(client, 3)
    assert (await client.get("/v1/works?limit=3")).json["next"] is None


async def test_filters_and_pages_go_together(client: Client) -> None:
    ids = await made(client, 5)
    for cancelled in ids[1], ids[3]:
        await client.post(f"/v1/works/{cancelled}/cancel")
    query = "/v1/works?status=cancelled&status=failed&template=klein-i2i&limit=1"
    first = (await client.get(query)).json
    second = (await client.get(first["next"])).json
    assert [work["id"] for page in (first, second) for work in page["works"]] == [ids[3], ids[1]]
    assert second["next"] is None
    assert (await client.get("/v1/works?status=completed")).json == {
        "works": [],
        "next": None,
        "previous": None,
    }
    assert (await client.get("/v1/works?template=klein-poster")).json["works"] == []


async def test_filters_that_there_are_not(client: Client) -> None:
    for query in ("status=queued", "limit=0", "limit=101", "before=yesterday"):
        answer = await client.get(f"/v1/works?{query}")
        assert answer.status == 422, query
        assert set(answer.fields) <= {"status.0", "limit", "before"}
    assert (await client.get("/v1/works?template=no-such")).status == 404


async def test_works_outlive_that_their_template_is_offered(client: Client, studio: Studio) -> None:
    ids = await made(client, 2)
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE templates SET is_active = false")
    assert (await client.get("/v1/templates/klein-i2i")).status == 404
    for query in ("template=klein-i2i", "template=klein-i2i&status=pending"):
        answer = await client.get(f"/v1/works?{query}")
        assert [work["id"] for work in answer.json["works"]] == ids[::-1]


async def test_a_state_named_twice_gives_each_work_once(client: Client) -> None:
    (work_id,) = await made(client, 1)
    answer = await client.get("/v1/works?status=pending&status=pending&status=failed")
    assert [work["id"] for work in answer.json["works"]] == [work_id]


@pytest.mark.parametrize("priority", [-11, 11, 2**31, -(2**63)])
async def test_nobody_jumps_the_queue_further_than_is_stated(
    studio: Studio, alice: Caller, picture: File, priority: int
) -> None:
    inputs = {"image": str(picture.id), "prompt": "x"}
    asked = works.Ask(template="klein-i2i", inputs=inputs, priority=priority)
    with pytest.raises(InvalidInputs) as caught:
        await works.ask(studio, alice, asked)
    assert [(p.field, p.code) for p in caught.value.problems] == [("priority", "between")]
