"""The keyboard alone: from the first Tab to the compared picture."""

from pathlib import Path

from playwright.async_api import Page, expect
from tests.web.visitors import Visit

from affiche.pipeline.crew import Crew
from affiche.studio import works
from affiche.studio.studio import Caller, Studio

FOCUSED = "(s) => [s, ':focus-visible'].map((each) => document.activeElement.matches(each))"


async def tab_to(page: Page, selector: str, most: int = 40) -> None:
    """Tab until the element has the focus, and see that the focus is shown."""
    for _ in range(most):
        await page.keyboard.press("Tab")
        found, shown = await page.evaluate(FOCUSED, selector)
        if found:
            assert shown
            return
    raise AssertionError(f"{selector} cannot be reached")


async def test_the_whole_path_by_keyboard(
    visitor: Visit, studio: Studio, alice: Caller, working: Crew, photo: Path
) -> None:
    page = visitor.page
    page.on("filechooser", lambda chooser: chooser.set_files(photo))
    await visitor.go("/")
    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("main")).to_be_focused()
    await tab_to(page, "a[href='/templates/klein-i2i']")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/templates/klein-i2i")

    await tab_to(page, "#image")
    await page.keyboard.press("Enter")
    await expect(page.locator(".drop-held")).not_to_have_value("")
    await tab_to(page, "#prompt")
    await page.keyboard.type("a quiet beach")
    await tab_to(page, ".chip")
    await page.keyboard.press("Space")
    await tab_to(page, "summary")
    await page.keyboard.press("Enter")
    await tab_to(page, "#steps")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#steps")).to_have_value("5")
    await expect(page.locator("range-field .range").first).to_have_value("5")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url("**/templates/klein-i2i?work=*")
    await visitor.reach("completed")
    await expect(page.locator("#steps")).to_be_focused()
    work = await works.get(studio, alice, visitor.work_id)
    assert (work.input_data["steps"], work.input_data["megapixels"]) == (5, 0.5)

    slider = page.get_by_role("slider", name="Compare")
    await tab_to(page, ".compare-handle")
    for key, shown in (
        ("ArrowLeft", 52),
        ("ArrowRight", 50),
        ("PageUp", 60),
        ("Home", 100),
        ("End", 0),
        ("ArrowLeft", 2),
    ):
        await page.keyboard.press(key)
        await expect(slider).to_have_attribute("aria-valuenow", str(shown))
        await expect(slider).to_have_attribute("aria-valuetext", f"{shown}% result")
    await tab_to(page, "[data-view=result]")
    await page.keyboard.press("Enter")
    await expect(slider).to_be_hidden()
    for _ in range(12):
        await page.keyboard.press("Shift+Tab")
        if await page.evaluate("document.activeElement.matches('.seen-back')"):
            break
    await expect(page.locator(".seen-back")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".mirror-picture")).to_be_visible()
    await expect(page.locator("#prompt")).to_have_value("a quiet beach")
    await expect(page).to_have_url(f"{visitor.base}/templates/klein-i2i")


async def test_the_focus_outlives_the_progress(visitor: Visit, working: Crew, photo: Path) -> None:
    """Reading the page again takes the focus from nothing that stays."""
    page = visitor.page
    await visitor.fill_in(photo)
    await page.click("#settings summary")
    await page.fill("#seed", "7")
    await visitor.ask()
    await tab_to(page, "copy-button button")
    await visitor.reach("completed")
    await expect(page.locator("copy-button button")).to_be_focused()
