"""A picture that comes back says how it was made, whoever wrote it."""

import html
import json
import re
import zlib
from uuid import UUID

import aiohttp
import pytest
import pyvips
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import expect
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask, photograph, reached
from tests.web.test_accessibility import check
from tests.web.visitors import Open

from affiche.domain import notes
from affiche.domain.notes import Note
from affiche.errors import PictureBroken
from affiche.graphs import recollection
from affiche.pictures.containers import exif, png, texts
from affiche.pipeline.crew import Crew
from affiche.studio import uploads, works
from affiche.studio.studio import Caller, Studio

HTML = {"Accept": "text/html", "Accept-Language": "en", "Sec-Fetch-Site": "same-origin"}
PIXELS = pyvips.Image.black(32, 24, bands=3).copy(interpretation="srgb")
PNG: bytes = PIXELS.pngsave_buffer()
JPEG: bytes = PIXELS.jpegsave_buffer()
WEBP: bytes = PIXELS.webpsave_buffer(lossless=True)
LOSSY: bytes = PIXELS.webpsave_buffer()
GRAPH = {
    "1": {"class_type": "CLIPTextEncode", "inputs": {"text": "a red fox", "clip": ["9", 0]}},
    "2": {"class_type": "CLIPTextEncode", "inputs": {"text": "blurry", "clip": ["9", 0]}},
    "3": {
        "class_type": "KSampler",
        "inputs": {"seed": 77, "positive": ["1", 0], "negative": ["2", 0], "model": ["9", 0]},
    },
    "9": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "fox.safetensors"}},
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)


def with_chunk(kind: bytes, body: bytes) -> bytes:
    return PNG[:33] + png.chunk(kind, body) + PNG[33:]


# --- what stands in a picture -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "kind"), [(PNG, "png"), (JPEG, "jpeg"), (WEBP, "webp"), (LOSSY, "webp")]
)
def test_a_note_goes_in_and_comes_out_and_the_pixels_stay(data: bytes, kind: str) -> None:
    note = Note("klein-i2i", {"prompt": "노을 지는 해변", "steps": 4, "cfg": 1.5}, UUID(int=7), 3)
    noted = texts.with_text(data, kind, notes.KEYWORD, notes.written(note))  # type: ignore[arg-type]
    assert notes.read(texts.texts(noted, kind)[notes.KEYWORD]) == note  # type: ignore[arg-type]
    before, after = (pyvips.Image.new_from_buffer(each, "") for each in (data, noted))
    assert before.write_to_memory() == after.write_to_memory()


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"tEXt", b"prompt\0{}"),
        (b"zTXt", b"prompt\0\0" + zlib.compress(b"{}")),
        (b"iTXt", b"prompt\0\0\0ko\0\0{}"),
        (b"iTXt", b"prompt\0\1\0ko\0\0" + zlib.compress(b"{}")),
        (b"eXIf", exif.described("prompt: {}")),
    ],
)
def test_texts_are_read_wherever_programs_put_them(kind: bytes, body: bytes) -> None:
    assert texts.texts(with_chunk(kind, body), "png") == {"prompt": "{}"}


def test_what_unpacks_to_more_than_is_read_is_passed_over() -> None:
    bomb = zlib.compress(b" " * (texts.LONGEST + 1) + b"x")
    assert texts.texts(with_chunk(b"zTXt", b"prompt\0\0" + bomb), "png") == {}


@given(st.binary(max_size=300), st.sampled_from(["png", "jpeg", "webp"]), st.booleans())
def test_whatever_is_brought_is_read_or_refused(data: bytes, kind: str, headed: bool) -> None:
    head = {"png": PNG[:33], "jpeg": b"\xff\xd8", "webp": b"RIFF\xff\0\0\0WEBP"}[kind]
    try:
        found = texts.texts((head if headed else b"") + data, kind)  # type: ignore[arg-type]
    except PictureBroken:
        return
    assert all(isinstance(text, str) for text in found.values())


@given(st.binary(max_size=200))
def test_any_block_of_exif_is_read(data: bytes) -> None:
    for head in (b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b""):
        assert all(isinstance(text, str) for text in exif.texts(head + data))


# --- what the texts say -------------------------------------------------------------------------


@given(st.text(max_size=40) | json_values.map(json.dumps))
def test_any_text_is_a_note_or_none(text: str) -> None:
    assert notes.read(text) is None
    graph = recollection.read(text)
    assert graph is None or graph.nodes


@given(json_values, st.dictionaries(st.text(max_size=9), json_values, max_size=5))
def test_a_note_holds_what_a_form_could_send_and_nothing_else(
    odd: object, inputs: dict[str, object]
) -> None:
    text = json.dumps(
        {"affiche": 1, "template": "x", "inputs": inputs, "version": odd, "work": odd}
    )
    note = notes.read(text)
    assert note is not None
    assert notes.read(notes.written(note)) == note
    for value in note.inputs.values():
        str(value).encode()


def test_a_graph_says_what_it_was_asked_for() -> None:
    found = recollection.read(json.dumps(GRAPH))
    assert found == recollection.Recollection(
        4, ("a red fox",), ("blurry",), (77,), ("fox.safetensors",)
    )
    loop = {"1": {"class_type": "A", "inputs": {"positive": ["1", 0], "text": "round"}}}
    again = recollection.read(json.dumps(loop))
    assert again
    assert again.prompts == ("round",)
    deep = '{"a":' * 100_000
    assert (recollection.read(deep), notes.read(deep)) == (None, None)


# --- the page -----------------------------------------------------------------------------------


async def brought(client: Client, data: bytes) -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field("picture", data, filename="picture.png")
    answer = await client.post("/recall", data=form, headers=HTML)
    return answer.status, html.unescape(answer.body.decode())


async def test_what_left_comes_back(
    client: Client,
    studio: Studio,
    alice: Caller,
    as_somebody: AsSomebody,
    bob: Caller,
    working: Crew,
) -> None:
    file = await uploads.upload(studio, alice, photograph(96, 64))
    work = await ask(studio, alice, file, '비 오는 "거리"')
    await reached(studio, alice, work.id, "completed")
    saved = await client.get(f"/works/{work.id}/picture", headers=HTML)
    assert saved.status == 200
    assert saved.headers["Content-Disposition"].startswith("attachment; filename=")
    assert (await client.get(f"/works/{work.id}/picture?output=2", headers=HTML)).status == 404
    stored = (await works.outputs(studio, alice, [work.id]))[0]
    plain = await studio.objects.read(stored.bucket_id, stored.object_key)
    one, other = (pyvips.Image.new_from_buffer(each, "") for each in (plain, saved.body))
    assert one.write_to_memory() == other.write_to_memory()

    status, page = await brought(client, saved.body)
    assert status == 200
    for said in ("Made here", "Repaint a photograph", '비 오는 "거리"'):
        assert said in page
    assert f'href="/templates/klein-i2i?from={work.id}"' in page
    # Whoever may not see the work is told its settings, and not where it is.
    theirs = await as_somebody(bob)
    assert (await theirs.get(f"/works/{work.id}/picture", headers=HTML)).status == 404
    status, page = await brought(theirs, saved.body)
    assert (status, str(work.id) in page) == (200, False)
    assert 'action="/templates/klein-i2i/recalled"' in page
    assert str(file.id) not in page
    # What is stored says nothing of it.
    assert "This picture holds no settings" in (await brought(client, plain))[1]


async def test_what_others_made_is_named_as_theirs(client: Client) -> None:
    status, page = await brought(
        client, with_chunk(b"tEXt", b"prompt\0" + json.dumps(GRAPH).encode())
    )
    assert status == 200
    for said in (
        "A ComfyUI workflow from elsewhere",
        "a red fox",
        "blurry",
        "77",
        "fox.safetensors",
    ):
        assert said in page
    page = (await brought(client, with_chunk(b"tEXt", b"workflow\0{}")))[1]
    assert "cannot be read" in page
    settings = "a fox\nNegative prompt: <b>dull</b>\nSteps: 20, Seed: 5"
    page = (await brought(client, with_chunk(b"tEXt", b"parameters\0" + settings.encode())))[1]
    assert "Settings of another program" in page
    assert "<b>dull</b>" in page
    for data, status in ((b"", 422), (b"no picture", 415), (PNG[:60], 422)):
        found = await brought(client, data)
        assert found[0] == status, found
        assert "notice-wrong" in found[1]


async def test_values_of_a_picture_go_through_the_form_s_checks(client: Client) -> None:
    sent = {"prompt": "a quiet beach", "steps": "99999", "seed": "12"}
    answer = await client.post("/templates/klein-i2i/recalled", data=sent, headers=HTML)
    page = answer.body.decode()
    assert answer.status == 200
    assert "a quiet beach</textarea>" in page
    assert re.search(r'id="steps-problem">', page)
    assert re.search(r'id="image-problem" hidden', page)
    back = await client.get("/templates/klein-i2i/recalled", headers=HTML)
    assert (back.status, back.headers["Location"]) == (303, "/templates/klein-i2i")


@pytest.mark.parametrize("phone", [False, True], ids=["desk-light-en", "phone-dark-ko"])
async def test_dropped_on_the_page(visit: Open, alice: Caller, phone: bool) -> None:
    note = notes.written(Note("klein-i2i", {"prompt": "a quiet beach", "seed": 77}))
    data = list(texts.with_text(PNG, "png", notes.KEYWORD, note))
    looks = {"phone": phone, "dark": phone, "language": "ko" if phone else "en"}
    visitor = await visit(alice, reduced_motion="reduce", **looks)
    page = visitor.page
    await visitor.go("/gallery" if phone else "/")
    await expect(page.locator("picture-recall:defined")).to_be_attached()
    carried = await page.evaluate_handle(
        """(data) => {
          const carried = new DataTransfer();
          carried.items.add(new File([new Uint8Array(data)], "a.png", { type: "image/png" }));
          return carried;
        }""",
        data,
    )
    veil = page.locator(".recall-veil")
    await page.dispatch_event("main", "dragover", {"dataTransfer": carried})
    await expect(veil).to_be_visible()
    await check(visitor, "a file over the page")
    await page.dispatch_event("main", "drop", {"dataTransfer": carried})
    dialog = page.locator(".recall-dialog")
    await expect(dialog).to_contain_text("a quiet beach")
    await expect(veil).to_be_hidden()
    await check(visitor, "recalled")
    await dialog.locator("form[action*=recalled] button").click()
    await expect(page.locator("#prompt")).to_have_value("a quiet beach")
    await expect(page.locator("#seed")).to_have_value("77")
    # The same by keyboard alone, on a page of its own.
    await visitor.go("/recall")
    await page.set_input_files(
        "input[type=file]", {"name": "a.png", "mimeType": "image/png", "buffer": PNG}
    )
    await page.locator(".recall-file button").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#recall .record")).to_have_count(0)
    await expect(page.locator("#recall h1")).to_contain_text("없습니다" if phone else "no settings")
    await check(visitor, "nothing")
