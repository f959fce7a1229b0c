"""JSON that comes in: what is read, what is refused, and that nothing else can happen."""

import asyncio
import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from tests.support.servers import Answer, Client

from affiche.api.bodies import DEEPEST, MOST_VALUES, SLACK, limit_of_json, parsed
from affiche.errors import RequestUnreadable
from affiche.studio.studio import Studio

plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain)
def test_all_that_is_json_is_read_as_it_is(value: Any) -> None:
    for compact in (True, False):
        text = json.dumps(value, ensure_ascii=compact)
        assert parsed(text.encode()) == value


PICTURE = "A" * 2 * SLACK


@example("\x1f\\", True)
@example('해변\\"', False)
@given(st.text(st.characters(codec="utf-8"), max_size=50), st.booleans())
def test_beside_a_picture_words_are_read_as_they_are(words: str, escaped: bool) -> None:
    body = {words: words, "image": PICTURE, "prompt": words}
    assert parsed(json.dumps(body, ensure_ascii=escaped).encode()) == body


@given(st.binary(min_size=1, max_size=40), st.sampled_from(['"%s"', '{"%s": 1}', "%s", '"\\%s"']))
def test_beside_a_picture_the_same_is_refused(data: bytes, where: str) -> None:
    """What is no JSON by itself is none before a picture either."""
    piece = where.encode().replace(b"%s", data)
    # Nothing is a list's end, and before a comma it is wrong.
    assume(piece.strip(b" \t\r\n"))
    found: list[object] = []
    for whole in (b"[" + piece + b"]", b"[" + piece + b', "' + PICTURE.encode() + b'"]'):
        try:
            found.append(parsed(whole)[:1])
        except RequestUnreadable:
            found.append(None)
    assert found[0] == found[1]


nearly = st.text(alphabet='{}[]",:0123456789eE+-.\\undNaItrfls ').map(str.encode)


@given(st.binary(max_size=200) | nearly)
def test_all_else_is_refused_and_nothing_worse(data: bytes) -> None:
    with suppress(RequestUnreadable):
        json.dumps(parsed(data), allow_nan=False).encode()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "json"),
        ("{", "json"),
        ("{'a': 1}", "json"),
        ('{"a": 1,}', "json"),
        ('{"a": 1} {"b": 2}', "json"),
        ("\ufeff{}", "json"),
        ('{"a": 1, "a": 2}', "json_twice"),
        ('{"b": [{"a": 1, "\\u0061": 2}]}', "json_twice"),
        ("[NaN]", "json_number"),
        ("[-Infinity]", "json_number"),
        ("[1e999]", "json_number"),
        ("[" + "9" * 5000 + "]", "json_digits"),
        ("[1." + "9" * 5000 + "]", "json_digits"),
        ('["' + "가" * SLACK + '가"]', "json_long"),
        ('["\\ud800"]', "json_text"),
        ('{"\\udfff": 1}', "json_text"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "json_deep"),
        ("[" * 19_000, "json_deep"),
        ("[" + "[]," * MOST_VALUES + "[]]", "json_values"),
        ("[" * 1_000_000, "json_values"),
    ],
    ids=lambda value: value[:20],
)
def test_what_is_refused_and_why(text: str, reason: str) -> None:
    with pytest.raises(RequestUnreadable) as caught:
        parsed(text.encode())
    assert caught.value.params["reason"] == reason
    assert caught.value.message("en") != caught.value.message("ko")


def test_bytes_that_are_no_text() -> None:
    with pytest.raises(RequestUnreadable):
        parsed(b'{"a": "\xff"}')


def test_as_deep_as_allowed() -> None:
    found = parsed(("[" * DEEPEST + "]" * DEEPEST).encode())
    assert found == json.loads("[" * DEEPEST + "]" * DEEPEST)


async def ask(client: Client, body: bytes | str, kind: str = "application/json") -> Answer:
    data = body.encode() if isinstance(body, str) else body
    return await client.post("/v1/works", data=data, headers={"Content-Type": kind})


async def test_a_body_that_cannot_be_read_is_a_problem(client: Client) -> None:
    for body in ("{", '{"template": 1, "template": 2}', '{"inputs": {"cfg": NaN}}', "[[["):
        answer = await ask(client, body)
        assert (answer.status, answer.json["code"]) == (400, "request_unreadable"), body
    korean = await client.post(
        "/v1/works",
        data=b'{"a": 1, "a": 2}',
        headers={"Content-Type": "application/json", "Accept-Language": "ko"},
    )
    assert korean.json["detail"] == "요청을 읽을 수 없습니다: 키 “a”이(가) 두 번 나옵니다."


async def test_a_body_that_is_no_object(client: Client) -> None:
    for body in ("", "[]", "null", "3", '"text"'):
        answer = await ask(client, body)
        assert answer.status == 422
        assert list(answer.fields) == ["body"]


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]
)
async def test_a_body_that_does_not_say_it_is_json(client: Client, kind: str) -> None:
    answer = await ask(client, '{"template": "klein-i2i", "inputs": {}}', kind)
    assert (answer.status, answer.json["code"]) == (415, "media_type")


async def test_a_body_past_the_limit_is_not_read(client: Client, studio: Studio) -> None:
    object.__setattr__(studio.settings, "upload_mb", 1)
    limit = limit_of_json(1)
    assert limit > 4 / 3 * 2**20
    text = '{"template": "klein-i2i", "inputs": {"image": "' + "A" * limit + '"}}'
    answer = await ask(client, text)
    assert (answer.status, answer.json["code"]) == (413, "request_too_large")
    assert answer.json["detail"] == f"The request is larger than {math.ceil(limit / 2**20)} MB."


async def test_a_picture_of_the_largest_size_fits_as_base64(client: Client, studio: Studio) -> None:
    object.__setattr__(studio.settings, "upload_mb", 1)
    encoded = "AAAA" * (2**20 // 3)
    inputs = {"image": f"data:image/jpeg;base64,{encoded}", "prompt": "가" * 500}
    answer = await ask(client, json.dumps({"template": "klein-i2i", "inputs": inputs}))
    # It was read to its end: what is wrong now is the picture.
    assert answer.fields == {"image": "picture_unknown"}


async def test_a_body_that_stops_in_the_middle(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("affiche.api.bodies.SILENCE_SECONDS", 0.1)

    async def stalling():  # type: ignore[no-untyped-def]
        yield b'{"template": '
        await asyncio.sleep(5)
        yield b'"klein-i2i"}'

    answer = await client.post(
        "/v1/works", data=stalling(), headers={"Content-Type": "application/json"}
    )
    assert (answer.status, answer.json["code"]) == (408, "request_stalled")
