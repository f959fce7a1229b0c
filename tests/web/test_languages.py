"""In which language a page speaks, and that it speaks it throughout."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support.catalogues import catalogue
from tests.support.servers import Client
from tests.web.visitors import Open

from affiche.studio.studio import Caller
from affiche.texts import LANGUAGES
from affiche.web.choices import own_path

WEB = Path(__file__).parents[2] / "src/affiche/web"
HANGUL = re.compile("[가-힣]")
HTML = {"Accept": "text/html"}


async def test_the_choice_is_kept_and_goes_before_the_browser(visit: Open, alice: Caller) -> None:
    visitor = await visit(alice, language="en")
    page = visitor.page
    await visitor.go("/gallery?show=done")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await page.get_by_role("button", name="한국어").click()
    await expect(page.locator("html")).to_have_attribute("lang", "ko")
    assert visitor.path == "/gallery?show=done"
    await visitor.go("/templates/klein-i2i")
    await expect(page.locator("h1")).to_have_text("사진 다시 그리기")
    assert HANGUL.search(await page.title())


async def test_without_a_choice_the_browser_decides_and_else_the_setting(client: Client) -> None:
    del client.headers["Accept-Language"]
    for accepted, language in (("en-GB,ko;q=0.5", "en"), ("ko-KR", "ko"), ("fr", "ko")):
        answer = await client.get("/", headers={**HTML, "Accept-Language": accepted})
        assert f'<html lang="{language}">'.encode() in answer.body
    chosen = {"Cookie": "affiche_language=en", "Accept-Language": "ko"}
    assert b'<html lang="en">' in (await client.get("/", headers=HTML | chosen)).body
    strange = {"Cookie": "affiche_language=tlh", "Accept-Language": "en"}
    assert b'<html lang="en">' in (await client.get("/", headers=HTML | strange)).body


async def test_english_pages_hold_no_hangul_but_the_name_of_the_language(client: Client) -> None:
    for path in ("/", "/gallery", "/templates/klein-i2i", "/templates/klein-poster", "/nowhere"):
        text = (await client.get(path, headers=HTML)).body.decode().replace("한국어", "")
        assert not HANGUL.search(text), path


@pytest.mark.parametrize(
    "path", ["//evil.example", "/\\evil.example", "https://evil.example", "evil", "", "/a\nb"]
)
async def test_the_way_back_stays_on_this_site(client: Client, path: str) -> None:
    assert own_path(path) == "/"
    answer = await client.post("/language", data={"language": "ko", "back": path}, headers=HTML)
    assert (answer.status, answer.headers["Location"]) == (303, "/")


def test_every_sentence_is_said_somewhere() -> None:
    """Nothing in the catalogue is left over from what a page once said."""
    sources = [*WEB.rglob("*.html"), *WEB.glob("*.py")]
    said = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    families = (
        *("web.status.", "web.language.", "web.engine.", "web.works.", "web.refusal."),
        *("web.notifications.channel.", "web.notifications.kind."),
    )
    for key in catalogue("en"):
        room, _, name = key.partition(".")
        if room == "web" and not key.startswith(families):
            assert f'"{name}"' in said or f"'{name}'" in said or f'"{key}"' in said, key


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_its_word(language: str) -> None:
    words = catalogue("en" if language == "en" else "ko")
    for status in ("pending", "taken", "processing", "completed", "failed", "cancelled"):
        assert words[f"web.status.{status}"]
    if language == "en":
        # The words of the first studio's table, as its users know them.
        assert words["web.status.pending"] == "Queued"
        assert words["web.status.taken"] == "Starting..."
        assert words["web.status.processing"] == "Generating..."
        assert words["web.status.completed"] == "Done"
        assert words["web.status.failed"] == "Error"
        assert words["web.status.cancelled"] == "Cancelled"
