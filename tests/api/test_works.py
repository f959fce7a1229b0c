"""Works over HTTP: a wish and a picture in, a record and a picture out."""

import base64
from uuid import UUID

from tests.api.asking import PROMPT, asked, uploaded
from tests.support.servers import Client
from tests.support.studios import at_work, ended, photograph

from affiche.studio.studio import Caller, Studio


async def test_a_picture_a_wish_and_a_work_that_ends_in_a_picture(
    client: Client, studio: Studio, alice: Caller
) -> None:
    """The whole path, with the engine that a laptop has."""
    picture = await uploaded(client)
    async with at_work(studio, host_preview=True):
        answer = await asked(client, picture, inputs={"seed": 42}, output_count=2)
        assert answer.status == 201
        work = answer.json
        address = f"/v1/works/{work['id']}"
        assert answer.headers["Location"] == address
        assert work["status"] == "pending"
        assert work["label"] == "Queued"
        assert work["template"]["slug"] == "klein-i2i"
        assert work["inputs"]["image"] == picture
        assert (work["prompt"], work["seed"], work["output_count"]) == (PROMPT, 42, 2)
        assert work["outputs"] == []
        assert work["estimated_time"] == 30
        await ended(studio, alice, UUID(work["id"]))

    done = (await client.get(address)).json
    assert (done["status"], done["label"], done["engine"]) == ("completed", "Done", "preview")
    assert done["progress"] is None
    assert done["error"] is None
    assert done["title"] == "I2I 작품"
    assert done["seconds"] > 0
    times = [done[f"{at}_at"] for at in ("created", "taken", "processing", "completed")]
    assert times == sorted(times)
    assert len(done["outputs"]) == 2
    first, second = [(await client.get(each["url"])).body for each in done["outputs"]]
    assert first != second
    for output in done["outputs"]:
        picture_itself = await client.get(output["url"])
        assert picture_itself.headers["Content-Type"] == output["mime_type"] == "image/png"
        assert len(picture_itself.body) == output["size"]
        assert (await client.get(output["thumbnail_url"])).status == 200
        assert output["work_id"] == work["id"]


async def test_the_record_is_in_the_language_of_who_reads_it(client: Client) -> None:
    work = (await asked(client, await uploaded(client))).json
    korean = await client.get(f"/v1/works/{work['id']}", headers={"Accept-Language": "ko,en;q=0.5"})
    assert korean.json["label"] == "대기 중"
    assert korean.json["template"]["title"] != work["template"]["title"]
    cookie = await client.get(
        f"/v1/works/{work['id']}",
        headers={"Accept-Language": "en", "Cookie": "affiche_language=ko"},
    )
    assert cookie.json["label"] == "대기 중"


async def test_a_picture_can_come_with_the_request(client: Client) -> None:
    encoded = base64.b64encode(photograph()).decode()
    work = (await asked(client, f"data:image/jpeg;base64,{encoded}")).json
    about = await client.get(f"/v1/files/{work['inputs']['image']}/about")
    assert (about.json["width"], about.json["height"]) == (256, 256)
