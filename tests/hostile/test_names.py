"""What names come in under, are kept as, and are handed out as."""

import re
import unicodedata
from email.message import Message
from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pictures.samples import coded, photograph
from tests.support.servers import Client
from tests.support.studios import ask, ended

from affiche.domain import names
from affiche.errors import NotFound
from affiche.pipeline.crew import Crew
from affiche.storage import keys
from affiche.studio import uploads
from affiche.studio.studio import Caller, Studio

from .names import NAMES

JPEG = coded(photograph(24, 16), "jpeg")


def told(header: str) -> tuple[str, str, str]:
    """Kind, plain name and true name of a Content-Disposition, as a careful reader has them."""
    assert header.isascii()
    assert header.isprintable()
    found = re.fullmatch(
        r"(inline|attachment); filename=\"([A-Za-z0-9._ -]+)\"; filename\*=UTF-8''([^\s;\"]+)",
        header,
    )
    assert found, header
    parsed = Message()
    parsed["Content-Disposition"] = header
    assert parsed.get_content_disposition() == found[1]
    return found[1], found[2], unquote(found[3], errors="strict")


@pytest.mark.parametrize("case", NAMES)
def test_names_by_rule(case: str) -> None:
    name = NAMES[case]
    assert names.bare(name.given) == name.kept
    saved = names.saved(name.given, "jpg")
    assert saved == name.saved or not name.saved
    kind, plain, true = told(names.disposition(saved, attachment=True))
    assert (kind, true) == ("attachment", saved)
    assert len(plain) == len(true)


@given(st.text(max_size=300) | st.text("./\\: \u202e\u200d\0é가\u1100\u1161", max_size=300))
def test_what_a_name_never_holds(given_name: str) -> None:
    bare = names.bare(given_name)
    assert len(bare) <= names.LONGEST
    assert not set(bare) & set("/\\\0\r\n\u202e\u2066")
    assert bare.replace("\u200d", "").isprintable()
    assert not bare.startswith((".", " "))
    assert unicodedata.is_normalized("NFC", bare)
    assert names.bare(bare) == bare
    bare.encode()
    for saved in (names.saved(given_name, "png"), names.saved(bare, "png")):
        assert saved.endswith(".png")
        assert len(saved) > len(".png")
        assert len(saved.encode()) <= names.LONGEST_SAVED
        told(names.disposition(saved, attachment=False))


# Forms send a name between quotes; these signs end it, or the line.
UNSENDABLE = {
    "lines",
    "a lone half of a sign",
    "10 KB",
    "10 KB of marks",
    "quotes",
    "control signs",
}


def form(name: bytes) -> tuple[bytes, dict[str, str]]:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\n' % name
    return head + JPEG + b"\r\n--x--\r\n", {"Content-Type": "multipart/form-data; boundary=x"}


async def test_names_in_forms_and_addresses(client: Client) -> None:
    for case, name in NAMES.items():
        answers = []
        if case not in UNSENDABLE:
            escaped = name.given.replace("\\", "\\\\").encode()
            body, headers = form(escaped)
            answers.append(await client.post("/v1/files", data=body, headers=headers))
        if len(name.given) <= 500 and case != "a lone half of a sign":
            answers.append(
                await client.post(
                    f"/v1/files?name={quote(name.given, safe='')}",
                    data=JPEG,
                    headers={"Content-Type": "image/jpeg"},
                )
            )
        for answer in answers:
            assert (answer.status, answer.json["name"]) == (201, name.kept), case
            saved = await client.get(f"{answer.json['url']}?download=true")
            assert told(saved.headers["Content-Disposition"])[2] == name.saved, case


async def test_names_that_no_form_should_have(client: Client) -> None:
    """Each is refused or borne; nothing else follows from it, no header and no second file."""
    for name in (
        b"n" * 10_240,
        b"a\r\nX-Evil: 1",
        b"a\0b.png",
        b"\xff\xfe\x80.png",
        b"\xeb\x85",
        b'a"b',
    ):
        body, headers = form(name)
        answer = await client.post("/v1/files", data=body, headers=headers)
        assert answer.status in (201, 400), name
        assert "X-Evil" not in answer.headers
        if answer.status == 201:
            assert answer.json["name"] == names.bare(answer.json["name"])
        else:
            assert answer.json["code"] == "request_unreadable"
    long = await client.post(
        f"/v1/files?name={'n' * 10_240}", data=JPEG, headers={"Content-Type": "image/jpeg"}
    )
    assert (long.status, long.fields) == (422, {"name": "too_long"})


async def test_a_form_does_not_choose_how_its_names_are_read(client: Client) -> None:
    for codec in ("punycode", "unicode_escape", "utf-7", "rot13", "zlib", "x" * 1000):
        body, headers = form("a-\\\\u202e노을.png".encode())
        headers["Content-Type"] += f"; charset={codec}"
        answer = await client.post("/v1/files", data=body, headers=headers)
        assert (answer.status, answer.json["name"]) == (201, "u202e노을.png"), codec


async def test_names_in_place_of_pictures_and_ids(client: Client) -> None:
    """In JSON and in addresses a name is nothing; no answer repeats it as a path."""
    for case, name in NAMES.items():
        if case == "a lone half of a sign":
            continue
        inputs = {"prompt": "a quiet beach", "image": name.given}
        answer = await client.post("/v1/works", json={"template": "klein-i2i", "inputs": inputs})
        assert answer.status == 422, case
        assert set(answer.fields) == {"image"}, case
        answer = await client.post("/v1/works", json={"template": name.given, "inputs": {}})
        assert answer.status in (404, 422), case
        answer = await client.post(
            "/v1/works",
            json={"template": "klein-i2i", "inputs": {"prompt": "x", name.given: "y"}},
        )
        assert answer.status == 422, case
        assert "image" in answer.fields, case
        if "/" not in name.given and name.given.strip(".") and len(name.given) < 500:
            answer = await client.get(f"/v1/files/{quote(name.given, safe='')}")
            assert answer.status in (404, 422), case


@pytest.mark.parametrize("case", NAMES)
def test_no_name_is_an_object_key_that_leads_out(case: str) -> None:
    given_name = NAMES[case].given
    for key in (given_name, f"a/{given_name}", f"{given_name}/a"):
        try:
            located = keys.located("uploads", key)
        except NotFound:
            continue
        assert located == f"uploads/{key}"
        assert re.fullmatch(r"[a-z0-9_.-]+(/[a-z0-9_.-]+)*", located)
        assert ".." not in located.split("/")


async def test_no_name_is_where_an_object_lies(studio: Studio, alice: Caller) -> None:
    """Also not for what comes past HTTP, as from a disk whose names are no Unicode."""
    checked = await uploads.check(JPEG, studio.limits)
    for case, name in NAMES.items():
        file = await uploads.keep(studio, alice.id, checked, name.given)
        assert file.name == name.kept, case
        assert file.object_key == f"{alice.id}/{file.id}.jpg"
    lying = [p for p in (studio.settings.data / "objects").rglob("*") if p.is_file()]
    assert len(lying) == 2 * len(NAMES)
    assert all(re.fullmatch(r"[0-9a-f-]{36}\.(jpg|webp)", p.name) for p in lying)


async def test_an_output_is_saved_under_its_template_and_number(
    client: Client, crew: Crew, studio: Studio, alice: Caller, picture: uploads.File
) -> None:
    work = await ended(studio, alice, (await ask(studio, alice, picture)).id)
    shown = (await client.get(f"/v1/works/{work.id}")).json["outputs"][0]
    for query, kind in (("", "inline"), ("?download=true", "attachment")):
        answer = await client.get(shown["url"] + query)
        name = f"klein-i2i-{work.number}.png"
        assert told(answer.headers["Content-Disposition"]) == (kind, name, name)


def test_the_second_output_has_its_number_too() -> None:
    for name, saved in (
        ("output.png", "brush-7.png"),
        ("output-2.png", "brush-7-2.png"),
        ("output-10.webp", "brush-7-10.png"),
        ("../output-2.png", "brush-7.png"),
    ):
        assert names.saved(name, "png", slug="brush", number=7) == saved
