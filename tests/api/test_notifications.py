"""Notifications over the API: the list, what is unread, reading, deleting, and the stream."""

from uuid import UUID

import pytest
from tests.api.streams import listening
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask

from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

NOTHING = "01a1fe6a-a666-737b-82bf-0123456789ab"


async def fail(studio: Studio, caller: Caller, picture: File, **error: object) -> UUID:
    """A work that ended by a step's fault, or as somebody's hand ended it."""
    work = await ask(studio, caller, picture)
    async with studio.database.as_service() as service:
        if error:
            await service.connection.execute(
                "UPDATE generation_jobs SET status = 'failed', error_code = %(code)s,"
                " error_params = %(params)s::jsonb, error_message = %(message)s"
                " WHERE work_id = %(id)s",
                {"id": work.id, "params": "{}", **error},
            )
        else:
            await service.connection.execute(
                "UPDATE works SET status = 'failed', error_message = 'by hand' WHERE id = %s",
                (work.id,),
            )
    return work.id


async def test_an_error_is_said_in_the_reader_s_language(
    client: Client, studio: Studio, alice: Caller, picture: File
) -> None:
    failed = await fail(
        studio, alice, picture, code="run_lost", message="엔진이 실행을 잃어버렸습니다."
    )
    (english,) = (await client.get("/v1/notifications")).json["notifications"]
    assert (english["work_id"], english["type"]) == (str(failed), "work.failed")
    assert english["title"] == "Your work failed"
    assert english["message"] == "The engine lost the run."
    assert (english["error_code"], english["credits_refunded"]) == ("run_lost", 0)
    assert english["words"] == "a quiet beach"
    korean = await client.get("/v1/notifications", headers={"Accept-Language": "ko"})
    assert korean.json["notifications"][0]["title"] == "작업을 완성하지 못했습니다"
    assert korean.json["notifications"][0]["message"] == "엔진이 실행을 잃어버렸습니다."


async def test_what_somebody_wrote_by_hand_stays_as_it_is(
    client: Client, studio: Studio, alice: Caller, picture: File
) -> None:
    await fail(studio, alice, picture)
    (found,) = (await client.get("/v1/notifications")).json["notifications"]
    assert (found["title"], found["message"]) == ("Your work failed", "by hand")


async def test_the_list_goes_page_by_page_and_counts_what_is_unread(
    client: Client, studio: Studio, alice: Caller, picture: File
) -> None:
    made = [str(await fail(studio, alice, picture)) for _ in range(7)]
    seen, path = list[str](), "/v1/notifications?limit=3"
    while path:
        page = (await client.get(path)).json
        assert page["unread"] == 7
        seen += [each["work_id"] for each in page["notifications"]]
        path = page["next"]
    assert seen == made[::-1]

    first = (await client.get("/v1/notifications?limit=1")).json["notifications"][0]
    read = await client.post(f"/v1/notifications/{first['id']}/read")
    assert read.json["read_at"] is not None
    again = await client.post(f"/v1/notifications/{first['id']}/read")
    assert again.json == read.json
    unread = (await client.get("/v1/notifications?unread=true&limit=4")).json
    assert unread["unread"] == 6
    assert first["id"] not in {each["id"] for each in unread["notifications"]}
    assert "unread=true" in unread["next"]
    assert len((await client.get(unread["next"])).json["notifications"]) == 2

    newest = unread["notifications"][1]["id"]
    assert (await client.post(f"/v1/notifications/read?newest={newest}")).json == {"unread": 1}
    assert (await client.post("/v1/notifications/read")).json == {"unread": 0}
    assert (await client.call("DELETE", f"/v1/notifications/{first['id']}")).json == {"unread": 0}
    gone = await client.call("DELETE", f"/v1/notifications/{first['id']}")
    assert (gone.status, gone.json["code"]) == (404, "not_found")
    assert len((await client.get("/v1/notifications")).json["notifications"]) == 6


async def test_cancelling_one_s_own_work_calls_nobody(
    client: Client, studio: Studio, alice: Caller, picture: File
) -> None:
    work = await ask(studio, alice, picture)
    await works.cancel(studio, alice, work.id)
    page = (await client.get("/v1/notifications")).json
    assert page["unread"] == 0
    assert [each["type"] for each in page["notifications"]] == ["work.cancelled"]


async def test_the_stream_tells_of_new_and_of_read_ones(
    client: Client, studio: Studio, alice: Caller, picture: File
) -> None:
    async with listening(client) as ear:
        failed = await fail(studio, alice, picture)
        made = (await ear.until("notification.created"))[-1]
        assert made.data["work_id"] == str(failed)
        one = made.data["notification_id"]
        await client.post(f"/v1/notifications/{one}/read")
        assert (await ear.until("notification.read"))[-1].data["notification_id"] == one
        await fail(studio, alice, picture)
        await ear.until("notification.created")
        await client.post("/v1/notifications/read")
        everything = (await ear.until("notification.read"))[-1].data
        assert "notification_id" not in everything
        assert everything["work_id"] is None
        await client.call("DELETE", f"/v1/notifications/{one}")
        assert (await ear.until("notification.deleted"))[-1].data["notification_id"] == one


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "before=x", "unread=perhaps"])
async def test_a_list_that_cannot_be(client: Client, query: str) -> None:
    answer = await client.get(f"/v1/notifications?{query}")
    assert (answer.status, list(answer.fields)) == (422, [query.partition("=")[0]])


async def test_another_s_notification_is_as_absent_as_none(
    client: Client,
    as_somebody: AsSomebody,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    charlie: Caller,
    picture: File,
) -> None:
    await fail(studio, alice, picture)
    one = (await client.get("/v1/notifications")).json["notifications"][0]["id"]
    for other in (bob, charlie):
        theirs = await as_somebody(other)
        assert (await theirs.get("/v1/notifications")).json["notifications"] == []
        assert (await theirs.post("/v1/notifications/read")).json == {"unread": 0}
        for method, tail in (("POST", "/read"), ("DELETE", "")):
            refused = await theirs.call(method, f"/v1/notifications/{one}{tail}")
            none = await theirs.call(method, f"/v1/notifications/{NOTHING}{tail}")
            assert refused.status == none.status == 404
            assert refused.json | {"request_id": ""} == none.json | {"request_id": ""}
    assert (await client.get("/v1/notifications")).json["unread"] == 1
