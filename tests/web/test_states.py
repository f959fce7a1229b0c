"""Slow, cut off, or not there: each page says so, loses nothing and has a way on."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import Browser, Route, expect
from tests.support.outages import Breakable, breakable, studio_on
from tests.support.servers import Client
from tests.support.studios import photograph
from tests.web.test_accessibility import check, look
from tests.web.visitors import Open, Visit, opened

from affiche.serving import Server, application
from affiche.studio import imports, people
from affiche.studio.feed import Feed
from affiche.studio.imports import Brought
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language, say

CUT = ["ERR_INTERNET_DISCONNECTED", "SSE", "sse", "Failed to fetch", "network", "ERR_NETWORK"]
PATIENCE = 60_000
"""Milliseconds: longer than the studio itself waits for a connection."""
LOOKS = pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)


@LOOKS
async def test_a_connection_that_is_lost_is_told_and_heals(
    visit: Open, studio: Studio, alice: Caller, phone: bool, dark: bool, language: Language
) -> None:
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    visitor.expected += CUT
    page = visitor.page
    await visitor.go("/project")
    told = page.locator("connection-watch .notice")
    lost, unsent = (
        told.filter(has_text=say(language, f"states.connection.{each}"))
        for each in ("lost", "unsent")
    )
    await expect(told).to_have_count(0)
    await visitor.context.set_offline(True)
    await expect(lost).to_be_visible()
    await check(visitor, "cut off")
    # What somebody sends meanwhile stays where it is, and they are told that nobody answered.
    await page.fill("#term", "한강")
    await page.click("#add-term")
    await expect(unsent).to_be_visible()
    await expect(page.locator("#term")).to_have_value("한강")
    await visitor.context.set_offline(False)
    await expect(lost).to_have_count(0)
    await page.click("#add-term")
    await expect(told).to_have_count(0)
    await expect(page.locator(".term", has_text="한강")).to_be_visible()


@LOOKS
async def test_a_picture_that_is_gone_keeps_its_place(
    visit: Open,
    studio: Studio,
    alice: Caller,
    tmp_path: Path,
    phone: bool,
    dark: bool,
    language: Language,
) -> None:
    for n in range(3):
        await imports.bring(studio, alice, Brought(photograph(64, 64 + n), f"{n}.jpg", ""))
    shutil.move(tmp_path / "objects", tmp_path / "elsewhere")
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    visitor.expected += ["status of 404", "status of 503", "status of 500", *CUT]
    page = visitor.page
    await visitor.go("/references")
    gone = page.locator(".ref img[data-broken]")
    await expect(gone).to_have_count(3)
    await expect(gone.first).to_have_attribute("alt", say(language, "states.picture.broken"))
    box = await gone.first.bounding_box()
    assert box
    assert box["height"] > 60
    await check(visitor, "without its pictures")
    # They are there again, and so is the studio: the page shows them by itself.
    shutil.move(tmp_path / "elsewhere", tmp_path / "objects")
    await visitor.context.set_offline(True)
    await expect(page.locator("connection-watch .notice")).to_be_visible()
    await visitor.context.set_offline(False)
    await expect(gone).to_have_count(0)


async def test_a_form_goes_once_however_slow_the_studio_is(
    visitor: Visit, studio: Studio, alice: Caller, photo: Path
) -> None:
    page = visitor.page
    arrived, answered, asked = asyncio.Event(), asyncio.Event(), 0

    async def slow(route: Route) -> None:
        nonlocal asked
        asked += 1
        arrived.set()
        await answered.wait()
        await route.continue_()

    await page.route("**/glossary", slow)
    await visitor.go("/project")
    await page.fill("#term", "한강")
    await page.press("#term", "Enter")
    await arrived.wait()
    await page.press("#term", "Enter")
    await page.click("#add-term")
    line = "getComputedStyle(document.body, '::before').opacity"
    await page.wait_for_function(f"() => {line} === '1'")
    answered.set()
    await expect(page.locator(".term", has_text="한강")).to_be_visible()
    await page.wait_for_function("() => !document.querySelector('[data-sent]')")
    assert asked == 1


@LOOKS
async def test_what_is_not_there_or_not_allowed_has_a_way_on(
    visit: Open, bob: Caller, phone: bool, dark: bool, language: Language
) -> None:
    looks = {"phone": phone, "dark": dark, "language": language}
    visitor = await visit(bob, **looks)
    visitor.expected += ["status of 404", "status of 403"]
    page = visitor.page
    for path, number in (("/nowhere", "404"), ("/works/42", "404"), ("/operations", "403")):
        await look(visitor, path)
        await expect(page.locator(".plate-number")).to_have_text(number)
        await page.get_by_role("link", name=say(language, "states.page.gallery")).click()
        await page.wait_for_url("**/gallery")


async def test_a_form_that_was_refused_leads_back_without_scripts(
    visit: Open, alice: Caller
) -> None:
    visitor = await visit(alice, scripts=False)
    page = visitor.page
    await visitor.go("/project")
    target = f"{visitor.path}s/00000000-0000-0000-0000-000000000000/glossary"
    form = page.locator("form", has=page.locator("#add-term"))
    await form.evaluate("(form, action) => form.setAttribute('action', action)", target)
    await page.fill("#term", "한강")
    await page.click("#add-term")
    await expect(page.locator(".plate-number")).to_have_text("404")
    await page.get_by_role("link", name="Back").click()
    await page.wait_for_url("**/project")


@pytest.fixture(scope="module")
def database_server() -> Iterator[Breakable]:
    # Not pytest's own folder, which lies too deep for a socket's name.
    with (
        tempfile.TemporaryDirectory(prefix="affiche-test-") as folder,
        breakable(Path(folder)) as server,
    ):
        yield server


@pytest.fixture
async def away(
    database_server: Breakable, tmp_path: Path, browser: Browser
) -> AsyncIterator[Visit]:
    """The first user at a studio whose database may die."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        studio = await enter(studio_on(database_server.address, tmp_path))
        feed = await enter(Feed(studio).running())
        server = await enter(Server(application(studio, feed), "127.0.0.1", 0, fixed=True))
        alice = await people.first_user(studio)
        session = await people.redeem_link(studio, await people.make_link(studio, alice.id))
        yield await enter(opened(browser, server.url, session, reduced_motion="reduce"))


async def test_a_database_that_is_away_is_told_and_the_page_comes_back(
    away: Visit, database_server: Breakable
) -> None:
    away.expected += ["status of 503", *CUT]
    page = away.page
    await away.go("/project")
    await expect(page.locator("#people")).to_be_visible()
    with database_server.down():
        # On the page that is there, at the foot of it; nothing of it is lost.
        await page.fill("#term", "한강")
        await page.click("#add-term")
        await expect(page.locator("#notices")).to_contain_text(
            "The database cannot be reached", timeout=PATIENCE
        )
        await expect(page.locator("#term")).to_have_value("한강")
        await page.goto(f"{away.base}/references", timeout=PATIENCE)
        await expect(page.locator(".plate-number")).to_have_text("503")
        await expect(page.locator("h1")).to_have_text("Away for a moment")
        await expect(page.get_by_role("link", name="Try again")).to_be_visible()
        await check(away, "the database is away")
    # By itself.
    await expect(page.locator("#found")).to_be_visible(timeout=PATIENCE)
    assert away.path == "/references"


async def test_a_refusal_tells_programs_nothing_about_the_house(nobody: Client) -> None:
    answer = await nobody.get("/nowhere", headers={"Accept": "text/html", "Referer": "x://y/z"})
    assert answer.status == 404
    assert b"x://y" not in answer.body
