"""A work while it runs: what the page says, that it stays still, and how it ends."""

import re
from pathlib import Path

from playwright.async_api import Route, expect
from tests.support.studios import at_work, reached
from tests.web.visitors import Open, Visit

from affiche.emulators.comfyui import Server as Engine
from affiche.pipeline.crew import Crew
from affiche.serving import Server
from affiche.studio import works
from affiche.studio.studio import Caller, Studio

SAMPLER, LAST = "75:64", "9"


async def unread(route: Route) -> None:
    """Pages are not read again; what is posted goes through."""
    await (route.abort() if route.request.method == "GET" else route.continue_())


async def test_every_state_is_shown_without_a_reload_and_without_a_jump(
    visitor: Visit, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    page = visitor.page
    preview.faults.add("node", "hang", node=LAST)
    await visitor.fill_in(photo)
    await visitor.ask()
    await visitor.still()
    await page.evaluate("window.arrived = true")
    await expect(page.locator(".state")).to_have_text("Queued")
    await expect(page).to_have_title("Queued · a quiet beach at sunset — Affiche")
    await expect(page.locator("#announcement")).to_have_text("Queued")

    async with at_work(studio):
        await visitor.reach("processing")
        await expect(page.locator(".state")).to_have_text("Generating...")
        await expect(page.locator(".print-node")).to_contain_text(f"· {LAST}")
        percent = int(await page.locator("#print progress").get_attribute("value") or 0)
        assert 50 < percent < 100
        await expect(page.locator("#print-percent")).to_have_text(f"{percent}%")
        await expect(page).to_have_title(re.compile(f"^{percent}% · "))
        said = f"Generating... {percent - percent % 25}%"
        await expect(page.locator("#announcement")).to_have_text(said)
        elapsed = await page.inner_text("elapsed-time")
        await expect(page.locator("elapsed-time")).not_to_have_text(elapsed)
        preview.faults.clear()
        await visitor.reach("completed")
    await expect(page).to_have_title(re.compile("^Done · "))
    await expect(page.get_by_role("slider", name="Compare")).to_be_visible()
    # The same document all the way, and nothing in it was pushed about.
    assert await page.evaluate("window.arrived")
    moved = await visitor.shifts()
    assert sum(shift["value"] for shift in moved) < 0.001, moved
    assert (await works.get(studio, alice, visitor.work_id)).status == "completed"
    # Back leads to the whole page, not to the part of it that was read last.
    await page.click(".places a[href='/gallery']")
    await page.go_back()
    await expect(page.locator(".masthead")).to_be_visible()
    await expect(page.locator("#work[data-status=completed]")).to_be_visible()


async def test_a_work_of_two_stages_says_at_which_it_is(
    visitor: Visit, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    page = visitor.page
    preview.faults.add("node", "hang", node=LAST)
    await visitor.go("/templates/poster")
    await page.set_input_files("input[type=file]", photo)
    await page.fill("#headline", "Dressed for summer")
    await page.fill("#prompt", "a quiet beach at sunset")
    await visitor.ask()
    async with at_work(studio):
        await visitor.reach("processing")
        await expect(page.locator("#print-stage")).to_have_text("Stage 1 of 2", timeout=60_000)
        # Only who is held there is let go by what follows; the stage is shown long before.
        await expect(page.locator(".print-node")).to_contain_text(f"· {LAST}", timeout=60_000)
        preview.faults.clear()
        preview.faults.add("node", "hang", node=LAST)
        await expect(page.locator("#print-stage")).to_have_text("Stage 2 of 2", timeout=60_000)
        percent = int(await page.locator("#print progress").get_attribute("value") or 0)
        assert 50 <= percent < 100
        preview.faults.clear()
        await visitor.reach("completed")
    assert len(await works.outputs(studio, alice, [visitor.work_id])) == 1


async def test_the_tall_picture_of_a_phone_stays_still_too(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, tall: Path
) -> None:
    visitor = await visit(alice, phone=True, language="ko")
    preview.faults.add("node", "hang", node=LAST)
    await visitor.fill_in(tall, "노을 지는 해변")
    await visitor.ask()
    await visitor.still()
    async with at_work(studio):
        await visitor.reach("processing")
        await expect(visitor.page.locator(".print-node")).to_contain_text(LAST)
        preview.faults.clear()
        await visitor.reach("completed")
    moved = await visitor.shifts()
    assert sum(shift["value"] for shift in moved) < 0.001, moved


async def test_what_waits_is_cancelled_at_once(
    visitor: Visit, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    page = visitor.page
    await visitor.fill_in(photo)
    await visitor.ask()
    await page.click("text=Cancel")
    await visitor.reach("cancelled")
    await expect(page.locator(".state")).to_have_text("Cancelled")
    work = await works.get(studio, alice, visitor.work_id)
    assert work.status == "cancelled"
    await page.click("text=Try again")
    await page.wait_for_url(lambda url: str(work.id) not in url)
    again = await works.get(studio, alice, visitor.work_id)
    assert (again.retry_of, again.input_data) == (work.id, work.input_data)


async def test_what_runs_is_cancelled_on_the_engine_as_well(
    visitor: Visit, studio: Studio, alice: Caller, preview: Engine, working: Crew, photo: Path
) -> None:
    preview.faults.add("node", "hang", node=SAMPLER)
    await visitor.fill_in(photo)
    await visitor.ask()
    await visitor.reach("processing")
    await visitor.page.click("text=Cancel")
    await visitor.reach("cancelled")
    await expect(visitor.page.get_by_role("button", name="Cancel", exact=True)).to_have_count(0)
    await reached(studio, alice, visitor.work_id, "cancelled")


async def test_a_cancel_that_comes_too_late_shows_the_picture(
    visitor: Visit, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    page = visitor.page
    await visitor.fill_in(photo)
    await visitor.ask()
    # The page does not learn of it, so that its button is still there when the work is done.
    await page.route("**/works/*", unread)
    async with at_work(studio):
        await reached(studio, alice, visitor.work_id, "completed")
    visitor.expected += ["net::ERR_FAILED", "Failed to fetch"]
    await page.click("text=Cancel")
    await visitor.reach("completed")


async def test_a_failure_says_what_happened_and_what_to_do(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, working: Crew, photo: Path
) -> None:
    visitor = await visit(alice, language="ko")
    page = visitor.page
    preview.faults.add("node", "fail", node=SAMPLER, exception="ValueError", message="bad latent")
    await visitor.fill_in(photo, "노을 지는 해변")
    await visitor.ask()
    await visitor.reach("failed")
    await expect(page.locator(".state")).to_have_text("오류")
    notice = page.locator(".next .notice")
    await expect(notice).to_contain_text("이미지를 만들지 못했습니다")
    await expect(notice).to_contain_text("다른 이미지나 다른 문장으로 시도해 보세요")
    assert "bad latent" not in await page.content()
    await page.click("text=설정을 바꿔서 다시")
    await expect(page.locator("#prompt")).to_have_value("노을 지는 해변")
    await page.go_back()
    await page.click("text=다시 시도")
    await page.wait_for_url("**/works/*")
    await visitor.reach("completed")


async def test_a_stream_that_broke_heals_and_misses_nothing(
    visitor: Visit, studio: Studio, alice: Caller, server: Server, preview: Engine, photo: Path
) -> None:
    await visitor.fill_in(photo)
    await visitor.ask()
    await visitor.context.set_offline(True)
    visitor.expected += ["ERR_INTERNET_DISCONNECTED", "SSE", "sse", "Failed to fetch", "network"]
    async with at_work(studio):
        await reached(studio, alice, visitor.work_id, "completed")
    await visitor.context.set_offline(False)
    await visitor.reach("completed")


async def test_the_wall_follows_what_runs(
    visitor: Visit, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    page = visitor.page
    preview.faults.add("node", "hang", node=SAMPLER)
    await visitor.fill_in(photo)
    await visitor.ask()
    await visitor.go("/")
    await expect(page.locator(".card-state")).to_have_text("Queued")
    async with at_work(studio):
        await expect(page.locator(".card-state")).to_contain_text("Generating...")
        preview.faults.clear()
        await expect(page.locator(".card-completed")).to_have_count(1)
