"""What cannot be asked for, by field and in both languages, with nothing left behind."""

from typing import Any

import pytest
from tests.api.asking import asked, rows, uploaded
from tests.support.servers import Client

from affiche.studio.studio import Caller, Studio
from affiche.texts import LANGUAGES

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
