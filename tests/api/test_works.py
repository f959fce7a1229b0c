"""Works over HTTP: asked for, looked at, and asked for again, by the rules of the form."""

import asyncio
import base64
from typing import Any
from uuid import UUID

import pytest
from tests.support.servers import Answer, Client
from tests.support.studios import at_work, ended, photograph, reached

from affiche.emulators.comfyui import Server as ComfyUI
from affiche.pipeline.crew import Crew
from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.texts import LANGUAGES

PROMPT = "배경을 노을 지는 해변으로 바꿔줘"


async def uploaded(client: Client) -> str:
    answer = await client.upload(photograph(), "사진.jpg")
    assert answer.status == 201
    return str(answer.json["id"])


async def asked(client: Client, picture: str, **more: Any) -> Answer:
    inputs = {"image": picture, "prompt": PROMPT, "megapixels": 0.5, **more.pop("inputs", {})}
    headers = more.pop("headers", {})
    body = {"template": "klein-i2i", "inputs": inputs, **more}
    return await client.post("/v1/works", json=body, headers=headers)


async def rows(studio: Studio, table: str = "works") -> int:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(f"SELECT count(*) FROM {table}")
        row = await cursor.fetchone()
    return row[0] if row else -1


# --- the path ---------------------------------------------------------------------------------


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


# --- refusals ---------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], dict[str, str], str, str]] = {
    "a prompt of 501 characters": (
        {"inputs": {"prompt": "가" * 501}},
        {"prompt": "too_long"},
        "Up to 500 characters; this has 501.",
        "최대 500자까지 쓸 수 있습니다. 지금은 501자입니다.",
    ),
    "a seed of 2^64": (
        {"inputs": {"seed": 2**64}},
        {"seed": "too_large"},
        "9007199254740991 at most, please.",
        "9007199254740991 이하여야 합니다.",
    ),
    "no prompt": (
        {"inputs": {"prompt": " "}},
        {"prompt": "required"},
        "Please fill this in.",
        "입력해 주세요.",
    ),
    "forty-one steps": (
        {"inputs": {"steps": 41}},
        {"steps": "too_large"},
        "40 at most, please.",
        "40 이하여야 합니다.",
    ),
    "a field that there is not": (
        {"inputs": {"colour": "red"}},
        {"colour": "unknown"},
        "This form has no such field.",
        "이 양식에 없는 항목입니다.",
    ),
    "eleven outputs": (
        {"output_count": 11},
        {"output_count": "too_large"},
        "10 at most, please.",
        "10 이하여야 합니다.",
    ),
    "a picture that is nobody's": (
        {"inputs": {"image": "01a1fe6a-a666-737b-82bf-0123456789ab"}},
        {"image": "file_unknown"},
        "There is no such file among yours. Please upload it again.",
        "올려 두신 파일 중에 없습니다. 다시 올려 주세요.",
    ),
    "an address within": (
        {"inputs": {"image": "http://169.254.169.254/latest/meta-data"}},
        {"image": "address_refused"},
        "Pictures are not fetched from this address.",
        "이 주소에서는 이미지를 가져오지 않습니다.",
    ),
    "base64 that is no picture": (
        {"inputs": {"image": "data:image/png;base64,bm8gcGljdHVyZQ=="}},
        {"image": "picture_unknown"},
        "This is not a picture that can be read; accepted are JPEG, PNG, WebP.",
        "읽을 수 있는 이미지가 아닙니다. 올릴 수 있는 형식은 JPEG, PNG, WebP입니다.",
    ),
    "a key that the request has not": (
        {"colour": 1},
        {"colour": "unknown"},
        "This form has no such field.",
        "이 양식에 없는 항목입니다.",
    ),
    "a project that is no id": (
        {"project_id": "mine"},
        {"project_id": "not_id"},
        "This is not an id (a UUID).",
        "id(UUID)가 아닙니다.",
    ),
    "a count that is text": (
        {"output_count": "2"},
        {"output_count": "not_number"},
        "This must be a number.",
        "숫자로 입력해 주세요.",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_does_not_fit_is_refused_by_field_in_both_languages(
    client: Client, studio: Studio, case: str
) -> None:
    more, fields, english, korean = REFUSED[case]
    picture = await uploaded(client)
    said = {}
    for language in LANGUAGES:
        answer = await asked(client, picture, headers={"Accept-Language": language}, **more)
        assert (answer.status, answer.json["code"]) == (422, "invalid_inputs")
        assert answer.fields == fields
        said[language] = answer.json["fields"][0]["message"]
    assert said == {"en": english, "ko": korean}
    assert await rows(studio) == 0
    assert await rows(studio, "files") == 1


async def test_all_that_is_wrong_is_said_at_once(client: Client) -> None:
    inputs = {"prompt": "", "steps": 0.5, "cfg": "much", "seed": 2**64, "x": 1}
    answer = await asked(client, "no picture", inputs=inputs, output_count=3)
    assert set(answer.fields) == {"image", "prompt", "steps", "cfg", "seed", "x"}


async def test_a_template_or_project_that_is_not_there(
    client: Client, bob: Caller, studio: Studio
) -> None:
    picture = await uploaded(client)
    for more in (
        {"template": "no-such"},
        {"project_id": "01a1fe6a-a666-737b-82bf-0123456789ab"},
    ):
        answer = await asked(client, picture, **more)
        assert (answer.status, answer.json["code"]) == (404, "not_found")
    assert await rows(studio) == 0


async def test_a_name_that_no_database_takes(client: Client) -> None:
    picture = await uploaded(client)
    for name in ("a\x00b", "", "x" * 201):
        assert (await asked(client, picture, template=name)).status == 422
    assert (await client.get("/v1/templates/a%00b")).status == 404
    assert (await client.get("/v1/works?template=a%00b")).status == 422
    assert (await asked(client, picture, inputs={"prompt": "a\x00b"})).fields == {
        "prompt": "control_characters"
    }


async def test_a_wrong_seed_draws_a_random_one(client: Client) -> None:
    picture = await uploaded(client)
    drawn = set()
    for seed in (0, -1, 1.5, None):
        work = (await asked(client, picture, inputs={"seed": seed})).json
        assert 1 <= work["seed"] < 2**53
        assert work["inputs"]["seed"] == work["seed"]
        drawn.add(work["seed"])
    assert len(drawn) == 4


# --- the same request again -------------------------------------------------------------------


async def test_a_key_replays_the_first_answer(
    client: Client, studio: Studio, alice: Caller, comfyui: ComfyUI
) -> None:
    picture = await uploaded(client)
    key = {"Idempotency-Key": "once-and-only"}
    first = await asked(client, picture, headers=key)
    assert "Idempotency-Replayed" not in first.headers
    at_once = await asked(client, picture, headers=key)
    async with at_work(studio):
        await ended(studio, alice, UUID(first.json["id"]))
    much_later = await asked(client, picture, headers=key)
    for again in (at_once, much_later):
        assert (again.status, again.body) == (first.status, first.body)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.headers["Location"] == first.headers["Location"]
    assert await rows(studio) == 1


async def test_a_key_with_another_request_is_refused(client: Client, studio: Studio) -> None:
    picture = await uploaded(client)
    key = {"Idempotency-Key": "k"}
    await asked(client, picture, headers=key)
    other = await asked(client, picture, headers=key, output_count=2)
    assert (other.status, other.json["code"]) == (409, "idempotency_mismatch")
    assert await rows(studio) == 1


async def test_twenty_at_once_with_one_key_are_one_work(client: Client, studio: Studio) -> None:
    picture = await uploaded(client)
    key = {"Idempotency-Key": "k"}
    inputs = {"seed": 7}
    answers = await asyncio.gather(
        *(asked(client, picture, headers=key, inputs=inputs) for _ in range(20))
    )
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 19
    assert await rows(studio) == 1


async def test_a_refused_request_does_not_use_its_key_up(client: Client) -> None:
    picture = await uploaded(client)
    key = {"Idempotency-Key": "k"}
    assert (await asked(client, picture, headers=key, inputs={"prompt": ""})).status == 422
    assert (await asked(client, picture, headers=key)).status == 201


async def test_keys_of_two_people_do_not_meet(
    client: Client, as_somebody: Any, bob: Caller
) -> None:
    other = await as_somebody(bob)
    key = {"Idempotency-Key": "k"}
    mine = await asked(client, await uploaded(client), headers=key)
    theirs = await asked(other, await uploaded(other), headers=key)
    assert (mine.status, theirs.status) == (201, 201)
    assert mine.json["id"] != theirs.json["id"]


async def test_a_key_that_is_none(client: Client) -> None:
    picture = await uploaded(client)
    for key in ("x" * 256, "two words", "é"):
        answer = await asked(client, picture, headers={"Idempotency-Key": key})
        assert (answer.status, answer.json["code"]) == (400, "request_unreadable")


# --- lists ------------------------------------------------------------------------------------


async def made(client: Client, count: int) -> list[str]:
    picture = await uploaded(client)
    return [(await asked(client, picture)).json["id"] for _ in range(count)]


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
    assert (await client.get("/v1/works?status=completed")).json == {"works": [], "next": None}
    assert (await client.get("/v1/works?template=klein-poster")).json["works"] == []


async def test_filters_that_there_are_not(client: Client) -> None:
    for query in ("status=queued", "limit=0", "limit=101", "before=yesterday"):
        answer = await client.get(f"/v1/works?{query}")
        assert answer.status == 422, query
        assert set(answer.fields) <= {"status.0", "limit", "before"}
    assert (await client.get("/v1/works?template=no-such")).status == 404


# --- cancelled and retried --------------------------------------------------------------------


async def test_a_work_that_waits_is_cancelled_at_once(client: Client) -> None:
    (work_id,) = await made(client, 1)
    for _ in range(2):
        answer = await client.post(f"/v1/works/{work_id}/cancel")
        assert (answer.status, answer.json["status"]) == (200, "cancelled")
    assert answer.json["label"] == "Cancelled"


async def test_a_work_that_was_taken_is_cancelled(
    client: Client, studio: Studio, alice: Caller
) -> None:
    """Taken by a process that then stands still: nothing but the row moves."""
    (work_id,) = await made(client, 1)
    async with studio.database.as_service() as service:
        await service.connection.execute("UPDATE generation_jobs SET status = 'taken'")
    assert (await works.get(studio, alice, UUID(work_id))).status == "taken"
    answer = await client.post(f"/v1/works/{work_id}/cancel")
    assert (answer.status, answer.json["status"]) == (200, "cancelled")


async def test_a_work_that_runs_is_cancelled_on_the_engine_too(
    client: Client, studio: Studio, alice: Caller, slow_comfyui: ComfyUI
) -> None:
    (work_id,) = await made(client, 1)
    async with at_work(studio):
        await reached(studio, alice, UUID(work_id), "processing")
        answer = await client.post(f"/v1/works/{work_id}/cancel")
        assert (answer.status, answer.json["status"]) == (200, "cancelled")
        await withdrawn(studio)
    again = (await client.get(f"/v1/works/{work_id}")).json
    assert (again["status"], again["outputs"], again["progress"]) == ("cancelled", [], None)


async def withdrawn(studio: Studio) -> None:
    for _ in range(500):
        async with studio.database.as_service() as service:
            cursor = await service.connection.execute(
                "SELECT count(*) FROM withdrawals WHERE done_at IS NOT NULL"
            )
            row = await cursor.fetchone()
        if row and row[0]:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the run was never withdrawn")


async def test_a_work_that_ended_is_not_cancelled(
    client: Client, studio: Studio, alice: Caller, crew: Crew
) -> None:
    (work_id,) = await made(client, 1)
    await ended(studio, alice, UUID(work_id))
    english = await client.post(f"/v1/works/{work_id}/cancel")
    korean = await client.post(f"/v1/works/{work_id}/cancel", headers={"Accept-Language": "ko"})
    assert (english.status, english.json["code"]) == (409, "transition_refused")
    assert english.json["detail"] == "The work is done; that cannot be done now."
    assert "완료" in korean.json["detail"]


async def test_a_retry_is_a_new_work_of_the_same_inputs(client: Client, studio: Studio) -> None:
    (work_id,) = await made(client, 1)
    early = await client.post(f"/v1/works/{work_id}/retry")
    assert (early.status, early.json["code"]) == (409, "transition_refused")
    cancelled = (await client.post(f"/v1/works/{work_id}/cancel")).json
    key = {"Idempotency-Key": "again"}
    first = await client.post(f"/v1/works/{work_id}/retry", headers=key)
    second = await client.post(f"/v1/works/{work_id}/retry", headers=key)
    assert first.status == second.status == 201
    assert first.body == second.body
    assert second.headers["Idempotency-Replayed"] == "true"
    again = first.json
    assert again["id"] != work_id
    assert again["retry_of"] == work_id
    assert (again["inputs"], again["seed"]) == (cancelled["inputs"], cancelled["seed"])
    assert await rows(studio) == 2


async def test_why_a_work_failed_is_said_in_the_reader_s_language(
    client: Client, studio: Studio
) -> None:
    (work_id,) = await made(client, 1)
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE generation_jobs SET status = 'failed', error_code = 'run_timed_out',"
            """ error_params = '{"minutes": 6}', error_message = 'in the owner''s words'"""
        )
    english = (await client.get(f"/v1/works/{work_id}")).json
    korean = (await client.get(f"/v1/works/{work_id}", headers={"Accept-Language": "ko"})).json
    assert (english["status"], english["label"]) == ("failed", "Error")
    assert english["error"] == {
        "code": "run_timed_out",
        "message": "The engine took longer than 6 minutes.",
        "hint": "Try again with fewer steps or a smaller picture.",
    }
    assert korean["error"]["message"] == "엔진이 6분 안에 끝내지 못했습니다."
    retried = await client.post(f"/v1/works/{work_id}/retry")
    assert retried.json["retry_of"] == work_id


async def test_a_picture_can_come_with_the_request(client: Client) -> None:
    encoded = base64.b64encode(photograph()).decode()
    work = (await asked(client, f"data:image/jpeg;base64,{encoded}")).json
    about = await client.get(f"/v1/files/{work['inputs']['image']}/about")
    assert (about.json["width"], about.json["height"]) == (256, 256)
