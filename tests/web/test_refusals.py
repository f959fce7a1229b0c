"""What is wrong is said beside its field, in the reader's language, and nothing typed is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support.studios import photograph
from tests.web.visitors import Open, Visit

from affiche.studio import works
from affiche.studio.studio import Caller, Studio
from affiche.texts import LANGUAGES, Language, say

GIF = photograph(64, 64, ".gif")
TIFF = photograph(64, 64, ".tif")
LIMIT: dict[str, object] = {"limit": 20}
NOT_TAKEN = "status of 422"


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_field_says_what_is_wrong_with_it(
    visit: Open, studio: Studio, alice: Caller, photo: Path, language: Language
) -> None:
    visitor = await visit(alice, language=language)
    visitor.expected.append(NOT_TAKEN)
    page = visitor.page
    await visitor.go("/templates/klein-i2i")
    await page.fill("#prompt", "가" * 501)
    await page.click("#settings summary")
    await page.fill("#steps", "41")
    await page.fill("#cfg", "")
    await page.fill("#megapixels", "0.52")
    await page.fill("#seed", str(2**64))
    await page.click(".ask")
    said = {
        "image": say(language, "web.form.picture_required"),
        "prompt": say(language, "forms.problems.too_long", limit=500, length=501),
        "steps": say(language, "forms.problems.too_large", limit=40),
        "megapixels": say(language, "forms.problems.off_step", step=0.05, start=0.5),
        "seed": say(language, "forms.problems.too_large", limit=2**53 - 1),
    }
    for name, words in said.items():
        await expect(page.locator(f"#{name}-problem")).to_have_text(words)
        await expect(page.locator(f"#{name}")).to_have_attribute("aria-invalid", "true")
        described = await page.locator(f"#{name}").get_attribute("aria-describedby")
        assert f"{name}-problem" in (described or "").split()
    await expect(page.locator(".notice-wrong li")).to_have_count(len(said))
    # What was typed is still there, and the first wrong field has the focus.
    await expect(page.locator("#prompt")).to_have_value("가" * 501)
    await expect(page.locator("#seed")).to_have_value(str(2**64))
    await expect(page.locator("#image")).to_be_focused()
    assert visitor.path == "/templates/klein-i2i"

    # Each is mended on its own, and the picture is held meanwhile.
    await visitor.put(photo)
    await expect(page.locator("#image-problem")).to_be_hidden()
    await page.fill("#prompt", "해변")
    await expect(page.locator("#prompt-problem")).to_be_hidden()
    await page.click(".ask")
    await expect(page.locator(".notice-wrong li")).to_have_count(3)
    await expect(page.locator(".drop-picture")).to_be_visible()
    await expect(page.locator("#steps")).to_be_focused()
    await page.fill("#steps", "4")
    await page.fill("#megapixels", "0.5")
    await page.fill("#seed", "7")
    await visitor.ask()
    work = await works.get(studio, alice, visitor.work_id)
    assert (work.input_data["prompt"], work.seed) == ("해변", 7)


Spoil = Callable[[bytes], bytes]
TAKEN = "JPEG, PNG, WebP"
# Name, what is done to a good picture, the sentence and its parameters.
WRONG: list[tuple[str, Spoil, str, dict[str, object]]] = [
    ("letter.txt", lambda _: b"Dear Sir", "picture_unknown", {"accepted": TAKEN}),
    ("still.gif", lambda _: GIF, "picture_type", {"found": "GIF", "accepted": TAKEN}),
    ("empty.jpg", lambda _: b"", "picture_empty", {}),
    ("large.jpg", lambda good: good + bytes(20 * 2**20), "picture_too_large", LIMIT),
    ("cut.jpg", lambda good: good[: len(good) // 2], "picture_broken", {}),
    ("tiff.jpg", lambda _: TIFF, "picture_type", {"found": "TIFF", "accepted": TAKEN}),
]
"""The last two only the server can tell."""


async def nothing_is_kept(studio: Studio, tmp_path: Path) -> None:
    async with studio.database.as_service() as service:
        rows = await (await service.connection.execute("SELECT count(*) FROM files")).fetchone()
    assert rows == (0,)
    assert [path for path in (tmp_path / "objects").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_wrong_picture_is_refused_when_it_is_chosen(
    visit: Open, studio: Studio, alice: Caller, tmp_path: Path, language: Language
) -> None:
    visitor = await visit(alice, language=language)
    visitor.expected += ["status of 422", "status of 415"]
    page = visitor.page
    await visitor.go("/templates/klein-i2i")
    for name, spoil, code, params in WRONG:
        path = tmp_path / name
        path.write_bytes(spoil(photograph(300, 200)))
        await page.set_input_files("#image", path)
        words = say(language, f"errors.{code}.message", **params)
        await expect(page.locator("#image-problem")).to_have_text(words)
        await expect(page.locator(".drop-held")).to_have_value("")
        await expect(page.locator(".drop-picture")).to_be_hidden()
    await nothing_is_kept(studio, tmp_path)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_wrong_picture_is_refused_with_the_form_where_no_script_looked(
    visit: Open, studio: Studio, alice: Caller, tmp_path: Path, language: Language
) -> None:
    visitor = await visit(alice, language=language, scripts=False)
    page = visitor.page
    for name, spoil, code, params in WRONG:
        path = tmp_path / name
        path.write_bytes(spoil(photograph(300, 200)))
        await visitor.go("/templates/klein-i2i")
        await page.set_input_files("#image", path)
        await page.fill("#prompt", "a quiet beach")
        await page.click(".ask")
        words = say(language, f"errors.{code}.message", **params)
        await expect(page.locator("#image-problem")).to_have_text(words)
        await expect(page.locator("#prompt")).to_have_value("a quiet beach")
    await nothing_is_kept(studio, tmp_path)


async def test_the_count_turns_red_before_the_form_is_sent(visitor: Visit) -> None:
    page = visitor.page
    await visitor.go("/templates/klein-i2i")
    # Decomposed Hangul is composed before it is counted, as the server does.
    await page.fill("#prompt", "\u1112\u1161\u11ab" * 500)
    await expect(page.locator(".count").first).to_have_text("500 of 500")
    await page.fill("#prompt", "a" * 502)
    await expect(page.locator(".count").first).to_have_text("2 over the limit of 500")


async def test_a_session_that_ended_says_so_and_loses_nothing(visitor: Visit, photo: Path) -> None:
    visitor.expected.append("status of 401")
    page = visitor.page
    await visitor.fill_in(photo)
    await visitor.context.clear_cookies()
    await page.click(".ask")
    await expect(page.locator("#notices")).to_contain_text("Please sign in.")
    await expect(page.locator("#prompt")).to_have_value("a quiet beach at sunset")
    await expect(page.locator(".ask")).to_be_enabled()
