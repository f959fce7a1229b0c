"""The stand-in of a language model, asked by hand as OpenAI's reference has it."""

from typing import Any

import httpx
import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
from tests.llm.place import png

from affiche.emulators.listener import Listener, address, bound
from affiche.emulators.llm import MODEL, serving
from affiche.emulators.llm.romanisation import romanised
from affiche.emulators.llm.seeing import seen
from affiche.emulators.llm.translator import translated


def asked(**more: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": "Translate."}, {"role": "user", "content": "산"}]
    return {"model": MODEL, "messages": messages} | more


@pytest.mark.parametrize(
    ("korean", "english"),
    [
        ("이미지 배경을 해변으로 바꿔줘", "Change the picture background to a beach"),
        ("배경을 산 풍경으로 바꿔줘", "Change the background to a mountain landscape"),
        ("배경을 노을 지는 해변으로 바꿔줘", "Change the background to a beach at sunset"),
        ("노을 지는 해변, 따뜻한 빛", "A beach at sunset, warm light"),
        ("빨간 드레스를 입은 여자", "A woman wearing a red dress"),
        ("하늘을 극적인 노을로 바꾸고 나비를 추가해줘",
         "Change the sky to dramatic sunset and add butterflies"),
        ("김민수의 초상화, studio light 4k", "Gimminsu's portrait, studio light 4k"),
        ("간판에 \"안녕하세요\"라고 써줘", "Write \"안녕하세요\" in the sign"),
        ("[[1]] 로고를 넣어줘", "add the [[1]] logo"),
        ("a quiet lake, 8k", "a quiet lake, 8k"),
        ("", ""),
    ],
)  # fmt: skip
def test_what_it_translates(korean: str, english: str) -> None:
    assert translated(korean) == english


@given(st.text(alphabet="가나다 한국어를배경으로바꿔줘,.\n🌙a1힣ㅋ", max_size=60))
def test_nothing_but_jamo_alone_is_left_in_hangul(text: str) -> None:
    assert not any("가" <= letter <= "힣" for letter in translated(text))
    assert not any("가" <= letter <= "힣" for letter in romanised(text))


def test_names_in_latin_letters() -> None:
    assert romanised("서울 한강 별내 2호") == "Seoul Hangang Byeolnae 2Ho"


@pytest.mark.parametrize(
    ("colour", "size", "title", "words"),
    [
        ((30, 60, 200), (64, 32), "푸른 풍경", ["blue", "landscape"]),
        ((250, 250, 250), (32, 64), "하얀 순간", ["white", "portrait", "bright"]),
        ((5, 5, 5), (32, 32), "검은 장면", ["black", "square", "dark"]),
    ],
)
def test_what_it_sees(
    colour: tuple[int, int, int], size: tuple[int, int], title: str, words: list[str]
) -> None:
    plain = pyvips.Image.black(*size, bands=3) + list(colour)
    found = seen(plain.cast("uchar").copy(interpretation="srgb").pngsave_buffer())
    assert found.title == title
    assert all(word in found.caption for word in words)


async def test_an_answer_as_the_reference_has_it() -> None:
    async with serving() as server, httpx.AsyncClient() as client:
        page = (await client.post(f"{server.url}/chat/completions", json=asked())).json()
        [choice] = page["choices"]
        assert choice["message"] == {"role": "assistant", "content": "A mountain", "refusal": None}
        assert (page["object"], choice["finish_reason"]) == ("chat.completion", "stop")
        usage = page["usage"]
        assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
        listed = (await client.get(f"{server.url}/models")).json()
        assert [model["id"] for model in listed["data"]] == [MODEL]


@pytest.mark.parametrize(
    ("page", "status", "param"),
    [
        ([], 400, None),
        ({"model": MODEL}, 400, "messages"),
        (asked(model=""), 400, "model"),
        (asked(model="other"), 404, "model"),
        (asked(stream=True), 400, "stream"),
        (asked(max_tokens=0), 400, "max_tokens"),
        (asked(temperature=3), 400, "temperature"),
        (asked(messages=[{"role": "user"}]), 400, "messages[0]"),
        (asked(messages=[{"role": "system", "content": "x"}]), 400, "messages"),
        (asked(messages=[{"role": "user", "content": [{"type": "sound"}]}]), 400,
         "messages[0].content[0]"),
        (asked(messages=[{"role": "user", "content": [
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,%%"}}]}]), 400,
         "image_url"),
    ],
)  # fmt: skip
async def test_what_it_refuses(page: Any, status: int, param: str | None) -> None:
    async with serving() as server, httpx.AsyncClient() as client:
        answer = await client.post(f"{server.url}/chat/completions", json=page)
        assert answer.status_code == status
        assert answer.json()["error"]["param"] == param


async def test_a_picture_by_its_address_and_a_title() -> None:
    """An address of this machine, as the studio's own links are."""

    async def picture(request: Any) -> Response:
        return Response(png(64, 32), media_type="image/png")

    found = bound("127.0.0.1", 0)
    listener = Listener(Starlette(routes=[Route("/a.png", picture)]))
    await listener.listen(found)
    url = f"{address('127.0.0.1', found.getsockname()[1])}/a.png"
    content = [{"type": "text", "text": "?"}, {"type": "image_url", "image_url": {"url": url}}]
    messages = [{"role": "system", "content": "짧은 제목"}, {"role": "user", "content": content}]
    async with serving(key="k") as server, httpx.AsyncClient() as client:
        head = {"Authorization": "Bearer k"}
        to = f"{server.url}/chat/completions"
        answer = await client.post(to, json=asked(messages=messages), headers=head)
        title = answer.json()["choices"][0]["message"]["content"]
        assert title.endswith("풍경")
        assert len(title) <= 10
        assert (await client.post(to, json=asked(messages=messages))).status_code == 401
    await listener.die()


async def test_the_plan_over_http() -> None:
    async with serving(control=True) as server, httpx.AsyncClient() as client:
        to = f"{server.root}/_faults"
        assert (await client.post(to, json={"point": "moon", "kind": "melt"})).status_code == 400
        await client.post(to, json={"point": "models", "kind": "refuse", "status": 503})
        assert (await client.get(f"{server.url}/models")).status_code == 503
        assert (await client.get(f"{server.url}/models")).status_code == 200
        assert len((await client.get(to)).json()["struck"]) == 1
