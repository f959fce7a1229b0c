"""One's own queue on every page: what waits and runs, what one does about it, what came of it."""

import re
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.support.studios import ask, at_work, reached
from tests.web.queues import LAST, asked, showing  # noqa: F401 - a fixture
from tests.web.visitors import Open, Visit

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import queue, works
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File

PERCENT = re.compile(r"^\d+% · ")


async def test_by_mouse_beside_another_page(
    visitor: Visit,
    studio: Studio,
    alice: Caller,
    picture: File,
    showing: Engine,  # noqa: F811
) -> None:
    page = visitor.page
    # So that two looks come close upon one another however long they take.
    studio.gates.clock = lambda: 0.0
    showing.faults.add("node", "hang", node=LAST)
    async with at_work(studio):
        ids = await asked(studio, alice, picture, 5)
        await visitor.go("/gallery")
        await expect(page.locator("#queue-button .queue-count")).to_have_text("5")
        # How far what runs is stands before the title of whatever page.
        await expect(page).to_have_title(PERCENT)
        await page.click("#queue-button")
        entries = page.locator(".queue-sheet .entries").first.locator(".entry")
        await expect(entries).to_have_count(5)
        first = page.locator(f"#entry-{ids[0]}")
        await expect(first).to_contain_text("Generating...")
        await expect(first).to_contain_text(re.compile(r"\d+%"))
        await expect(first.locator("img")).to_have_attribute("src", re.compile("/look"))
        shown = "(image) => image.decode().then(() => image.naturalWidth)"
        assert await first.locator("img").evaluate(shown) > 0
        await expect(page.locator(f"#entry-{ids[1]}")).to_contain_text("1 of 4 waiting")
        # Without history nothing is said of the time.
        await expect(page.locator(f"#entry-{ids[1]} .entry-left")).to_be_empty()

        await page.click(f"#front-{ids[4]}")
        told = page.locator(".news-answer .news-told")
        await expect(told).to_have_text("It now goes before everything else of yours.")
        await expect(entries.nth(1)).to_have_id(f"entry-{ids[4]}")
        await expect(page.locator(f"#entry-{ids[1]}")).to_contain_text("2 of 4 waiting")

        await page.click(f"#check-{ids[0]}")
        await expect(told).to_have_text(re.compile(r"^The engine was asked: Generating\.\.\. \d+%"))
        await page.click(f"#check-{ids[0]}")
        await expect(told).to_have_text("It was checked a moment ago.")

        await page.click(f"#cancel-{ids[2]}")
        await expect(told).to_have_text("Works cancelled: 1.")
        await expect(page.locator(f"#past-{ids[2]}")).to_contain_text("Cancelled")
        await page.click("#queue-rest summary")
        await page.click("#cancel-rest")
        await expect(told).to_have_text("Works cancelled: 3.")
        await expect(page.locator("#queue-button .queue-count")).to_have_text("1")
        assert (await works.get(studio, alice, ids[0])).status == "processing"

        # What was cancelled can be asked for again; it takes a fresh place.
        await page.click(f"#retry-{ids[2]}")
        await expect(told).to_have_text("Asked again.")
        await expect(page.locator("#queue-button .queue-count")).to_have_text("2")
        await page.click(".queue-sheet-close")
        await expect(page.locator("#queue")).to_have_count(0)
        await page.reload()
        await expect(page.locator("#queue-button .queue-count")).to_have_text("2")

        showing.faults.clear()
        toast = page.locator(".news-completed").first
        await expect(toast).to_contain_text("a beach, number")
        await expect(toast.locator("img")).to_be_visible()
        # Nobody who is at them is hurried, however long the rest takes.
        await toast.hover()
        await expect(page.locator("#queue-button .queue-count")).to_be_hidden()
        await expect(page).not_to_have_title(PERCENT)
        await page.locator(".news-completed .news-link").first.click()
        await page.wait_for_url("**/works/*")


async def test_by_keyboard_alone(
    visitor: Visit,
    studio: Studio,
    alice: Caller,
    picture: File,
    showing: Engine,  # noqa: F811
) -> None:
    page = visitor.page
    showing.faults.add("node", "hang", node=LAST)
    async with at_work(studio):
        ids = await asked(studio, alice, picture, 3)
        await visitor.go("/gallery")
        await page.focus("#queue-button")
        await page.keyboard.press("Enter")
        await expect(page.locator(".queue-sheet-close")).to_be_focused()
        await expect(page.locator(f"#entry-{ids[2]}")).to_be_visible()
        await page.focus(f"#cancel-{ids[2]}")
        await page.keyboard.press("Enter")
        # A hand that rests there keeps what is told from leaving before the keys come to it.
        await page.locator(".news").hover()
        await expect(page.locator(f"#entry-{ids[2]}")).to_have_count(0)
        # Its button has gone with it; one is at the list still.
        await expect(page.locator("#queue")).to_be_focused()
        await page.keyboard.press("Tab")
        await expect(page.locator(f"#entry-{ids[0]} .entry-title a")).to_be_focused()
        # A toast is dismissed where it is, and one is back where one was.
        await page.focus(".news-close")
        await page.keyboard.press("Escape")
        await expect(page.locator(".news")).to_have_count(0)
        await expect(page.locator(f"#entry-{ids[0]} .entry-title a")).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.locator("#queue-button")).to_be_focused()
        await expect(page.locator(".queue-sheet")).to_be_hidden()
        showing.faults.clear()


@pytest.mark.parametrize("phone", [False, True], ids=["desk, English", "phone, Korean, dark"])
async def test_every_state_is_accessible(
    visit: Open,
    studio: Studio,
    alice: Caller,
    picture: File,
    showing: Engine,  # noqa: F811
    phone: bool,
) -> None:
    visitor = await visit(alice, phone=phone, dark=phone, language="ko" if phone else "en")
    page = visitor.page
    await visitor.go("/queue")
    await expect(page.locator(".queue-empty")).to_be_visible()
    assert await visitor.inaccessible() == []
    async with at_work(studio):
        showing.faults.add("node", "fail", node=LAST, exception="ValueError", message="bad")
        failed = await ask(studio, alice, picture)
        await expect(page.locator(".news-failed")).to_be_visible()
        showing.faults.clear()
        showing.faults.add("node", "hang", node=LAST)
        await asked(studio, alice, picture, 3)
        await expect(page.locator(".entries").first.locator(".entry")).to_have_count(3)
        await page.click("#queue-rest summary")
        await expect(page.locator(f"#retry-{failed.id}")).to_be_visible()
        # The window's own place to scroll is not pushed about by what comes.
        assert await visitor.inaccessible() == []
        await visitor.go("/notifications" if not phone else "/gallery")
        await page.click("#queue-button")
        await expect(page.locator(".queue-sheet .entry").first).to_be_visible()
        assert await visitor.inaccessible() == []
        showing.faults.clear()


async def test_nothing_moves_while_it_runs(
    visitor: Visit,
    studio: Studio,
    alice: Caller,
    picture: File,
    showing: Engine,  # noqa: F811
) -> None:
    showing.faults.add("node", "hang", node=LAST)
    await ask(studio, alice, picture)
    waiting = await ask(studio, alice, picture)
    await visitor.go("/queue")
    page = visitor.page
    await expect(page.locator(".entry-pending")).to_have_count(2)
    await visitor.still()
    async with at_work(studio):
        await expect(page.locator(".entry-processing img[src*=look]")).to_be_visible()
        await expect(page.locator(".entry-processing .entry-stage")).to_contain_text(LAST)
        moved = await visitor.shifts()
        assert sum(shift["value"] for shift in moved) < 0.001, moved
        showing.faults.clear()
        # Seen from another device, it is the same.
        await reached(studio, alice, waiting.id, "completed")
        await expect(page.locator(f"#past-{waiting.id}")).to_contain_text("Done")


async def test_without_scripts(
    visit: Open,
    studio: Studio,
    alice: Caller,
    picture: File,
) -> None:
    visitor = await visit(alice, scripts=False)
    ids = [(await ask(studio, alice, picture)).id for _ in range(3)]
    await visitor.go("/gallery")
    await visitor.page.click("#queue-button")
    entries = visitor.page.locator(".entries").first.locator(".entry")
    await expect(entries.first).to_have_id(f"entry-{ids[0]}")
    assert visitor.path == "/queue"
    await visitor.page.click(f"#front-{ids[2]}")
    await expect(entries.first).to_have_id(f"entry-{ids[2]}")
    assert [entry.work.id for entry in await queue.page(studio, alice)] == [ids[2], *ids[:2]]
    await visitor.page.click(f"#cancel-{ids[0]}")
    await visitor.page.click("#queue-rest summary")
    await visitor.page.click("#cancel-rest")
    await expect(visitor.page.locator(".queue-empty")).to_be_visible()


async def test_ctrl_shift_enter_asks_first_of_one_s_own(
    visitor: Visit, studio: Studio, alice: Caller, picture: File, photo: Path
) -> None:
    before = [(await ask(studio, alice, picture)).id for _ in range(2)]
    await visitor.fill_in(photo)
    await visitor.page.press("#prompt", "Control+Shift+Enter")
    await expect(visitor.page.locator("#queue-button .queue-count")).to_have_text("3")
    line = [entry.work.id for entry in await queue.page(studio, alice)]
    assert line[1:] == before
    # And so does the button that says it.
    await visitor.fill_in(photo, "a beach in the morning")
    await visitor.page.click("[name=ask-front]")
    await expect(visitor.page.locator("#queue-button .queue-count")).to_have_text("4")
    assert [entry.work.id for entry in await queue.page(studio, alice)][1:] == line
