"""The page of references: found, read and written by mouse and by keyboard, brought by the handful,
and what it says of pictures that are none and archives that would lead elsewhere."""

import base64
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from tests.support.servers import AsSomebody, Client
from tests.support.studios import photograph
from tests.web.test_accessibility import check, look
from tests.web.test_keyboard import tab_to
from tests.web.visitors import Open, Visit

from affiche import app
from affiche.emulators.llm import MODEL, serving
from affiche.errors import NotFound
from affiche.llm.client import Place
from affiche.pipeline.captions import Captions
from affiche.serving import Server
from affiche.studio import imports, references
from affiche.studio.imports import Brought
from affiche.studio.references import Reference
from affiche.studio.studio import Caller, Studio

LIVE = 60_000
"""Milliseconds for what comes by itself, on a machine that has other things to do."""
HTML = {"Accept": "text/html", "Accept-Language": "en"}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
FIRST, SECOND, THIRD = (photograph(n, 64) for n in (64, 72, 80))


@pytest.fixture
async def shown(studio: Studio, alice: Caller) -> list[Reference]:
    """Three, of two categories; the last has no caption."""
    brought = [
        Brought(FIRST, "umbrella.jpg", "rain", "red umbrella, wet street", "빨간 우산, 젖은 거리"),
        Brought(SECOND, "beach.jpg", "sea", "long beach at dusk", None),
        Brought(THIRD, "plain.jpg", "sea"),
    ]
    return [(await imports.bring(studio, alice, one))[0] for one in brought]


@pytest.fixture
def tricks(tmp_path: Path) -> Path:
    """An archive with a good picture, one that would go elsewhere, one that is none, and words."""
    path = tmp_path / "tricks.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hills/good.jpg", photograph(96, 64))
        archive.writestr("../../evil.jpg", FIRST)
        archive.writestr("hills/broken.jpg", b"\xff\xd8\xff and no more")
        archive.writestr("hills/readme.md", b"hello")
    return path


async def read(client: Client, path: str) -> str:
    answer = await client.get(path, headers=HTML)
    assert answer.status == 200, path
    return answer.body.decode()


async def send(client: Client, path: str, **fields: str) -> Any:
    return await client.post(path, data=fields or {"x": ""}, headers=HTML | FORM)


async def test_found_read_written_and_deleted_by_mouse(
    visitor: Visit, studio: Studio, alice: Caller, shown: list[Reference]
) -> None:
    page = visitor.page
    visitor.expected.append("status of 422")
    umbrella, beach, _ = shown
    await visitor.go("/references")
    await expect(page.locator(".ref")).to_have_count(3)
    words = page.locator(f"#ref-{umbrella.id} .ref-words")
    await expect(words).to_have_css("opacity", "0")
    await page.hover(f"#ref-{umbrella.id}")
    await expect(words).to_have_css("opacity", "1")
    await page.fill("#search", "우산")
    await expect(page.locator(".ref")).to_have_count(1)
    await expect(page.locator("#search")).to_be_focused()
    await page.fill("#search", "nothing like it")
    await expect(page.locator(".empty-title")).to_contain_text("nothing like it")
    await page.fill("#search", "")
    await expect(page.locator(".ref")).to_have_count(3)
    await page.click(".shelves a:has-text('sea')")
    await expect(page.locator(".ref")).to_have_count(2)

    await page.click(f"#ref-{beach.id} a")
    await expect(page.locator("dialog #reference-heading")).to_be_focused()
    await check(visitor, "a reference in its panel")
    await page.fill("#reference-caption_ko", "x" * 2001)
    await page.click(".reference-form .button")
    await expect(page.locator("#reference-caption_ko")).to_be_focused()
    await expect(page.locator("#reference-caption_ko-problem")).to_be_visible()
    await page.fill("#reference-caption_ko", "해 질 녘 바다")
    await page.fill("#reference-caption", "evening sea")
    await page.click(".reference-form .button")
    await expect(page.locator(".reference-saved")).to_have_text("Saved.")
    await page.keyboard.press("Escape")
    await expect(page.locator(f"#ref-{beach.id} a")).to_be_focused()
    await expect(page.locator(f"#ref-{beach.id} .ref-words")).to_contain_text("evening sea")
    found = await references.get(studio, alice, beach.id)
    assert (found.caption_state, found.caption_ko) == ("edited", "해 질 녘 바다")

    await page.click(f"#ref-{beach.id} a")
    await page.click("dialog .question summary")
    await page.click("dialog .question button")
    await expect(page.locator("dialog.panel")).to_be_hidden()
    await expect(page.locator(".ref")).to_have_count(1)
    await expect(page.locator(".ref a")).to_be_focused()
    await expect(page.locator(".shelves a:has-text('All')")).to_contain_text("2")
    with pytest.raises(NotFound):
        await references.get(studio, alice, beach.id)


async def test_the_same_by_keyboard_alone(
    visitor: Visit, studio: Studio, alice: Caller, shown: list[Reference], photo: Path
) -> None:
    page = visitor.page
    *_, plain = shown
    page.on("filechooser", lambda chooser: chooser.set_files(photo))
    await visitor.go("/references")
    await tab_to(page, "#search")
    await page.keyboard.type("sea")
    await expect(page.locator(".ref")).to_have_count(2)
    await tab_to(page, f"#ref-{plain.id} a")
    await expect(page.locator(f"#ref-{plain.id} .ref-words")).to_have_css("opacity", "1")
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog #reference-heading")).to_be_focused()
    for key, name in (("ArrowRight", "beach.jpg"), ("ArrowLeft", "plain.jpg")):
        await page.keyboard.press(key)
        await expect(page.locator(f"#reference-heading:has-text('{name}')")).to_be_focused()
    await tab_to(page, "#reference-caption")
    await page.keyboard.type("a plain thing")
    await tab_to(page, ".reference-form .button")
    await page.keyboard.press("Enter")
    await expect(page.locator(".reference-saved")).to_have_text("Saved.")
    await expect(page.locator(".reference-form .button")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(f"#ref-{plain.id} a")).to_be_focused()
    assert (await references.get(studio, alice, plain.id)).vision_description == "a plain thing"
    await tab_to(page, "#bring-category")
    await page.keyboard.type("sea")
    await tab_to(page, "#bring-file")
    await page.keyboard.press("Enter")
    await expect(page.locator(".bring-status")).to_have_text("1 new.", timeout=LIVE)
    await expect(page.locator(".ref")).to_have_count(3)


async def test_what_is_brought_is_told_of(
    visitor: Visit,
    studio: Studio,
    alice: Caller,
    shown: list[Reference],
    tricks: Path,
    tmp_path: Path,
) -> None:
    page = visitor.page
    for name, data in (
        ("again.jpg", FIRST),
        ("broken.jpg", b"\xff\xd8\xff and no more"),
        ("words.jpg", b"hello"),
        ("torn.zip", b"PK\x03\x04torn"),
    ):
        (tmp_path / name).write_bytes(data)
    (tmp_path / "new.png").write_bytes(photograph(88, 64, ".png"))
    await visitor.go("/references")
    await page.fill("#bring-category", "fresh")
    names = ("new.png", "again.jpg", "broken.jpg", "words.jpg", "torn.zip", "tricks.zip")
    await page.set_input_files("#bring-file", [tmp_path / name for name in names])
    status = page.locator(".bring-status")
    told = "2 new. 1 were there already. 5 were not taken. 1 files"
    await expect(status).to_contain_text(told, timeout=LIVE)
    report = page.locator(".bring-report")
    for words in (
        "again.jpg There already.",
        "torn.zip The archive was not taken",
        "evil.jpg Its name leads out of the archive.",
    ):
        await expect(report).to_contain_text(words)
    await expect(report.locator(".bring-wrong")).to_have_count(5)
    await expect(page.locator(".ref")).to_have_count(5)
    await expect(page.locator(".shelves a:has-text('fresh')")).to_contain_text("2")
    await check(visitor, "what was brought")
    await page.evaluate(
        """(data) => {
          const bytes = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
          const clipboardData = new DataTransfer();
          clipboardData.items.add(new File([bytes], "pasted.jpg", { type: "image/jpeg" }));
          document.dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
        }""",
        base64.b64encode(photograph(104, 64)).decode(),
    )
    await expect(status).to_have_text("1 new.", timeout=LIVE)
    await expect(page.locator(".ref")).to_have_count(6)


async def test_thousands_come_as_one_scrolls(
    visitor: Visit, studio: Studio, alice: Caller, shown: list[Reference]
) -> None:
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "INSERT INTO reference_images (id, project_id, user_id, filename, category, file_id,"
            " sha256) SELECT gen_random_uuid(), project_id, user_id, n || '.jpg', 'many',"
            " file_id, sha256(n::text::bytea) FROM reference_images, generate_series(1, 130) n"
            " WHERE id = %s",
            (shown[0].id,),
        )
    page = visitor.page
    await visitor.go("/references?category=many")
    await expect(page.locator(".ref")).to_have_count(60)
    await page.locator(".ref-more").scroll_into_view_if_needed()
    await expect(page.locator(".ref")).to_have_count(120, timeout=LIVE)
    await page.locator(".ref-more").scroll_into_view_if_needed()
    await expect(page.locator(".ref")).to_have_count(130, timeout=LIVE)
    await expect(page.locator(".ref-more")).to_have_count(0)
    ids = await page.eval_on_selector_all(".ref", "(all) => all.map((one) => one.id)")
    assert len(set(ids)) == 130


async def test_without_scripts(
    visit: Open, studio: Studio, alice: Caller, shown: list[Reference], tricks: Path
) -> None:
    visitor = await visit(alice, scripts=False)
    page = visitor.page
    await visitor.go("/references")
    await page.fill("#search", "umbrella")
    await page.click(".references-search button")
    await page.click(".ref a")
    await expect(page.locator("#reference-heading")).to_have_text("umbrella.jpg")
    await page.fill("#reference-caption", "blue umbrella")
    await page.click(".reference-form .button")
    await expect(page.locator("#reference-caption")).to_have_value("blue umbrella")
    await visitor.go("/references")
    await page.set_input_files("#bring-file", tricks)
    await page.click(".bring-form button")
    await expect(page.locator(".bring-status")).to_contain_text("1 new. 2 were not taken.")
    await expect(page.locator(".bring-report")).to_contain_text("leads out of the archive")
    (good,) = await references.page(studio, alice, category="hills")
    assert good.filename == "good.jpg"


async def test_a_form_may_be_wrong_in_itself(client: Client, shown: list[Reference]) -> None:
    answer = await client.post("/references", data={"project": "x"}, headers=HTML | FORM)
    assert answer.status == 404
    assert (await client.get(f"/references?search={'x' * 201}", headers=HTML)).status == 422
    assert (await send(client, f"/references/{shown[0].id}", filename=" ")).status == 422


async def test_captions_without_a_model_are_said_to_be_by_hand(
    client: Client, shown: list[Reference]
) -> None:
    text = await read(client, "/references")
    assert "No language model is connected" in text
    assert "captions-act" not in text
    assert (await send(client, "/references/captions")).status == 409


async def test_the_model_writes_captions_while_one_looks_on(
    visit: Open, studio: Studio, alice: Caller, shown: list[Reference], server: Server
) -> None:
    async with serving() as model:
        place = Place(url=model.url, key="k", model=MODEL, seconds=10.0)
        made = app.language_model(place, replace(studio.settings, llm_rate=60_000), studio.database)
        worded = server.app.state.studio = replace(studio, model=made)
        visitor = await visit(alice)
        page = visitor.page
        await visitor.go("/references")
        button = page.locator("#captions-act")
        await expect(button).to_have_text("Let the model caption 1", timeout=LIVE)
        await button.click()
        await expect(button).to_have_text("Stop the rest", timeout=LIVE)
        await expect(page.locator("#captions progress")).to_be_visible()
        await check(visitor, "captions under way")
        await button.click()
        await expect(button).to_have_text("Let the model caption 1", timeout=LIVE)
        await button.click()
        await expect(button).to_have_text("Stop the rest", timeout=LIVE)
        assert await Captions(worded).write() == 1
        await expect(button).to_have_count(0, timeout=LIVE)
        await expect(page.locator(".captions-counts")).to_contain_text("3")
        await page.click(f"#ref-{shown[2].id} a")
        await expect(page.locator("dialog #panel")).to_contain_text("Seen by the model: just now")
        await expect(page.locator("#reference-caption")).not_to_have_value("")
        await made.close()


async def test_another_s_and_another_site_s(
    client: Client, bob: Caller, shown: list[Reference], as_somebody: AsSomebody
) -> None:
    theirs = await as_somebody(bob)
    path = f"/references/{shown[0].id}"
    other = f"/references?project={shown[0].project_id}"
    assert (await theirs.get(path, headers=HTML)).status == 404
    assert (await theirs.get(other, headers=HTML)).status == 404
    for below in ("", "/delete"):
        assert (await send(theirs, path + below, caption="mine")).status == 404
    captions = await send(theirs, "/references/captions", project=str(shown[0].project_id))
    assert captions.status == 404
    elsewhere = HTML | FORM | {"Sec-Fetch-Site": "cross-site"}
    for one in ("/references/captions", path, f"{path}/delete"):
        assert (await client.post(one, data={"x": ""}, headers=elsewhere)).status == 403, one


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
async def test_anybody_can_read_it(
    visit: Open, studio: Studio, alice: Caller, shown: list[Reference], phone: bool
) -> None:
    looks = {"phone": phone, "dark": phone, "language": "ko" if phone else "en"}
    visitor = await visit(alice, reduced_motion="reduce", **looks)
    for path in ("/references", "/references?search=xyz", f"/references/{shown[0].id}"):
        await look(visitor, path)
    await visitor.go("/references")
    await visitor.page.click(f"#ref-{shown[0].id} a")
    await expect(visitor.page.locator("dialog #reference-heading")).to_be_visible()
    await check(visitor, "the panel")
