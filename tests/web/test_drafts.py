"""What was written and not sent is still there: after a reload, and after a session that ended."""

from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import expect
from tests.support.studios import ask
from tests.web.test_accessibility import check
from tests.web.visitors import Open, Visit

from affiche.api.auth import COOKIE
from affiche.pipeline.crew import Crew
from affiche.studio import people, uploads
from affiche.studio.studio import Caller, Studio

RESTORED = "This is what you were writing."


async def kept(visitor: Visit) -> None:
    """The browser has put the prompt away."""
    await visitor.page.wait_for_function(
        "(text) => Object.values(localStorage).some((kept) => kept.includes(text))",
        arg=await visitor.page.input_value("#prompt"),
    )


async def test_a_draft_survives_a_reload_and_ends_with_the_asking(
    visitor: Visit, working: Crew, photo: Path
) -> None:
    page = visitor.page
    await visitor.fill_in(photo, "노을 지는 해변")
    await expect(page.locator(".draft-told")).to_have_text("")
    held = await page.input_value(".drop-held")
    await page.click("#settings summary")
    await page.fill("#seed", "77")
    await kept(visitor)
    await page.reload()
    await expect(page.locator(".draft-told")).to_have_text(RESTORED)
    await expect(page.locator("#prompt")).to_have_value("노을 지는 해변")
    await expect(page.locator("#seed")).to_have_value("77")
    await expect(page.locator(".drop-held")).to_have_value(held)
    picture = page.locator(".drop-picture")
    await expect(picture).to_be_visible()
    await expect(page.locator("text-count .count").first).to_have_text("8 of 500")
    await check(visitor, "a form with a draft")
    # A seed that is locked says that one is still at it.
    await page.click("#settings summary")
    await page.click("seed-field [data-lock]")
    await visitor.ask()
    await visitor.reach("completed")
    await visitor.go("/templates/klein-i2i")
    await expect(page.locator("#prompt")).to_have_value("")
    await expect(page.locator(".drop-held")).to_have_value("")


async def test_one_may_start_over(visitor: Visit) -> None:
    page = visitor.page
    await visitor.go("/templates/klein-i2i")
    await page.fill("#prompt", "a quiet beach")
    await kept(visitor)
    # What another work brings along is not written over.
    await page.goto(f"{visitor.base}/templates/klein-i2i?preset=fast")
    await expect(page.locator("#prompt")).to_have_value("")
    await visitor.go("/templates/klein-i2i")
    await expect(page.locator("#prompt")).to_have_value("a quiet beach")
    await page.get_by_role("button", name="Start over").click()
    await expect(page.locator("#prompt")).to_have_value("")
    assert await page.evaluate("localStorage.length") == 0


async def test_a_picture_that_is_gone_is_not_shown(
    visitor: Visit, studio: Studio, alice: Caller, photo: Path
) -> None:
    page = visitor.page
    await visitor.fill_in(photo)
    await kept(visitor)
    held = UUID(await page.input_value(".drop-held"))
    visitor.expected.append("status of 404")
    async with studio.database.as_service() as service:
        await service.connection.execute("DELETE FROM files WHERE id = %s", (held,))
    await page.reload()
    await expect(page.locator("#prompt")).to_have_value("a quiet beach at sunset")
    await expect(page.locator(".drop-held")).to_have_value("")
    await expect(page.locator(".drop-picture")).to_be_hidden()


async def test_a_session_that_ended_is_told_and_loses_nothing(
    visit: Open, studio: Studio, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Streams end by themselves, and are asked for again.
    monkeypatch.setattr("affiche.api.events.OLDEST_SECONDS", 1.0)
    visitor = await visit(alice)
    visitor.expected += ["status of 401", "status 401"]
    page = visitor.page
    await visitor.go("/templates/klein-i2i")
    await page.fill("#prompt", "a quiet beach")
    await kept(visitor)
    (cookie,) = [c for c in await visitor.context.cookies() if c.get("name") == COOKIE]
    await people.end_session(studio, cookie.get("value") or "")
    await expect(page.locator("session-watch .notice")).to_contain_text(
        "You are signed out.", timeout=60_000
    )
    await page.click(".ask")
    await expect(page.locator("#notices")).to_contain_text("sign in", ignore_case=True)
    await expect(page.locator("#prompt")).to_have_value("a quiet beach")
    await page.locator("session-watch").get_by_role("link", name="Sign in again").click()
    await expect(page.locator("h1")).to_have_text("Please sign in")
    session = await people.redeem_link(studio, await people.make_link(studio, alice.id))
    await visitor.context.add_cookies([{"name": COOKIE, "value": session, "url": visitor.base}])
    await page.reload()
    await expect(page.locator("#prompt")).to_have_value("a quiet beach")
    await expect(page.locator(".draft-told")).to_have_text(RESTORED)


async def test_the_prompts_of_before_come_back_by_keys(
    visitor: Visit, studio: Studio, alice: Caller, photo: Path
) -> None:
    page = visitor.page
    file = await uploads.upload(studio, alice, photo.read_bytes(), name="a.jpg")
    for prompt in ("the first", "the second", "the second"):
        await ask(studio, alice, file, prompt)
    await visitor.go("/templates/klein-i2i")
    prompt = page.locator("#prompt")
    await prompt.fill("being written")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(prompt).to_have_value("the second")
    await page.keyboard.press("Alt+ArrowUp")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(prompt).to_have_value("the first")
    await page.keyboard.press("Alt+ArrowDown")
    await page.keyboard.press("Alt+ArrowDown")
    await expect(prompt).to_have_value("being written")
