"""The corpus through the server: its upload route, and asks with the picture in them."""

import base64
import logging

import pytest
import pyvips
from tests.pictures.samples import UPRIGHT
from tests.support.servers import Answer, Client

from affiche.pictures import accepted_kinds, sniff
from affiche.pictures.kinds import foreign

from .pictures import CASES, FAMILIES, data
from .pictures_cases import MARK, Either, Fine, Refused

STATUS = {"picture_type": 415, "picture_unknown": 415, "picture_too_large": 413}
FORM = accepted_kinds([".jpg", ".png", ".webp"])
INTERNAL = (b"Traceback", b"/tmp", b"/src/", b"vips", b"libpng", b"heif", b".py", b"site-packages")
# In slices, so that each has a server of its own for a second or two, and a failure says which.
SLICES = [(f, at) for f, cases in FAMILIES.items() for at in range(0, len(cases), 70)]


def slice_of(family: str, at: int) -> list[str]:
    return [f"{family}: {name}" for name in list(FAMILIES[family])[at : at + 70]]


def check_answer(answer: Answer) -> None:
    assert answer.status < 500
    assert not [word for word in INTERNAL if word in answer.body]


async def check_kept(client: Client, name: str, file_id: str) -> None:
    """What is said of the file, and what is served, are what the table says."""
    expected = CASES[name].outcome
    about = (await client.get(f"/v1/files/{file_id}/about")).json
    told = Fine(about["width"], about["height"], about["mime_type"])
    assert isinstance(expected, Either) or told == expected, name
    for address in (about["url"], about["thumbnail_url"]):
        served = await client.get(address)
        assert served.status == 200
        assert MARK not in served.body, name
        kind = sniff(served.body)
        assert served.headers["Content-Type"] == f"image/{kind}", name
        assert served.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in served.headers["Content-Security-Policy"]


def refused(name: str) -> set[str]:
    """The codes that may refuse it; none where it is to be accepted."""
    match CASES[name].outcome:
        case Refused(code):
            return {code}
        case Either(codes):
            return set(codes)
    return set()


@pytest.mark.parametrize(("family", "at"), SLICES)
async def test_uploads(
    client: Client, family: str, at: int, caplog: pytest.LogCaptureFixture
) -> None:
    for name in slice_of(family, at):
        answer = await client.upload(data(name), f"{name}.jpg")
        check_answer(answer)
        if answer.status == 201:
            assert not isinstance(CASES[name].outcome, Refused), name
            await check_kept(client, name, answer.json["id"])
        else:
            code = answer.json["code"]
            assert code in refused(name), name
            assert answer.status == STATUS.get(code, 422), name
            assert answer.fields == {"file": code}
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info]


def refused_in_a_form(name: str) -> set[str]:
    """The form takes three kinds, and says of what is nothing or too much that it is so."""
    picture = data(name)
    if not picture:
        return {"not_a_picture", "required"}
    if len(picture) > 20 * 2**20:
        return {"file_too_large"}
    kind = sniff(picture)
    if (kind and kind not in FORM) or (kind is None and foreign(picture)):
        return {"picture_type"}
    return refused(name)


@pytest.mark.parametrize(("family", "at"), SLICES)
async def test_asks(client: Client, family: str, at: int, caplog: pytest.LogCaptureFixture) -> None:
    for name in slice_of(family, at):
        encoded = base64.b64encode(data(name)).decode()
        inputs = {"image": encoded, "prompt": "a quiet beach"}
        answer = await client.post("/v1/works", json={"template": "klein-i2i", "inputs": inputs})
        check_answer(answer)
        codes = refused_in_a_form(name)
        if answer.status == 201:
            assert not codes or isinstance(CASES[name].outcome, Either), name
            await check_kept(client, name, answer.json["inputs"]["image"])
        else:
            assert (answer.status, answer.json["code"]) == (422, "invalid_inputs"), name
            assert set(answer.fields) == {"image"}, name
            assert answer.fields["image"] in codes, name
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR or r.exc_info]


async def test_what_is_served_is_the_right_way_up(client: Client) -> None:
    for kind in ("jpeg", "png", "webp", "tiff"):
        for orientation in range(1, 9):
            name = f"metadata: {kind} stored under {orientation}"
            file = (await client.upload(data(name))).json
            for address in (file["url"], file["thumbnail_url"]):
                shown = pyvips.Image.new_from_buffer((await client.get(address)).body, "")
                for y, row in enumerate(UPRIGHT):
                    for x, colour in enumerate(row):
                        found = shown.getpoint(x * 32 + 16, y * 32 + 16)[:3]
                        assert found == pytest.approx(colour, abs=16), (name, x, y)
