"""Several pictures of one work: asked for from the form, and looked at one after the other."""

from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
from playwright.async_api import Page, expect
from tests.support.servers import Client
from tests.support.studios import at_work, photograph
from tests.web.test_accessibility import check
from tests.web.test_keyboard import tab_to
from tests.web.test_make import DONE, FORM, HTML, work_shown
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server as Engine
from affiche.errors import FieldProblem
from affiche.studio import treasury, uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.web import counts

PLACES = """() => [".mat", ".outputs", ".seen-next"].map((part) => {
  const { top, height } = document.querySelector(`#work ${part}`).getBoundingClientRect();
  return [part, Math.round(top), Math.round(height)];
})"""
MADE = ".outputs-one a"


async def charged(studio: Studio, alice: Caller, credits: int) -> None:
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=True)
    await treasury.grant(studio, alice, alice.id, credits)


async def seeds_of(studio: Studio, work_id: UUID) -> list[int]:
    async with studio.database.as_service() as service:
        cursor = await service.connection.execute(
            "SELECT (parameters->>'seed')::bigint FROM generation_jobs"
            " WHERE work_id = %s ORDER BY output_index",
            (work_id,),
        )
        return [row[0] for row in await cursor.fetchall()]


async def test_three_pictures_by_keys_alone(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    await charged(studio, alice, 40)
    visitor = await visit(alice)
    page = visitor.page
    await visitor.go(FORM)
    await visitor.put(photo)
    await page.fill("#prompt", "a quiet beach")
    await page.click("text=Fast")
    await page.click("#settings summary")
    await page.fill("#seed", "77")
    await expect(page.locator(".quote-line")).to_have_text("1 credit, about 20 s on a GPU, 39 left")
    await tab_to(page, "#output-count")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#output-count")).to_have_value("3")
    await expect(page.locator(".quote-line")).to_have_text(
        "1 × 3 = 3 credits, about 60 s on a GPU, 37 left"
    )
    await expect(page.locator("#seed-hints")).to_have_text(
        "The pictures have the seeds from 77 to 79."
    )
    await check(visitor, "three pictures")
    # More than may be is brought back by itself, and the buttons end there.
    await page.keyboard.press("Control+a")
    await page.keyboard.type("40")
    await page.keyboard.press("Tab")
    await expect(page.locator("#output-count")).to_have_value("10")
    await expect(page.locator("[data-step='1']")).to_have_attribute("aria-disabled", "true")
    await page.fill("#output-count", "3")
    await page.wait_for_function(
        '() => Object.values(localStorage).some((kept) => kept.includes(\'["output-count","3"]\'))'
    )
    await page.reload()
    await expect(page.locator("#output-count")).to_have_value("3")
    await expect(page.locator(".quote-line")).to_contain_text("1 × 3 = 3 credits")

    await page.press("#prompt", "Control+Enter")
    work_id = await work_shown(page)
    await expect(page.locator("#work .outputs-one")).to_have_count(3)
    await expect(page.locator(MADE)).to_have_count(0)
    await visitor.still()
    before = await page.evaluate(PLACES)
    async with at_work(studio):
        await expect(page.locator(DONE)).to_be_visible(timeout=60_000)
    await expect(page.locator(MADE)).to_have_count(3)
    assert await page.evaluate(PLACES) == before
    assert await seeds_of(studio, work_id) == [77, 78, 79]
    await look_through(page, studio, alice, work_id)
    await check(visitor, "one of three")
    await visitor.go(f"/works/{work_id}?output=3")
    await expect(page.locator(".record-seed")).to_contain_text("79")
    await expect(page.locator(".outputs [aria-current]")).to_have_count(1)
    await visitor.go(f"{FORM}?from={work_id}")
    await expect(page.locator("#output-count")).to_have_value("3")


async def look_through(page: Page, studio: Studio, alice: Caller, work_id: UUID) -> None:
    """From one to the next by the arrow keys, and closer."""
    files = await works.outputs(studio, alice, [work_id])
    await page.locator(MADE).first.focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    second = page.locator(MADE).nth(1)
    await expect(second).to_have_attribute("aria-current", "true")
    await expect(second).to_be_focused()
    assert page.url.endswith(f"?work={work_id}&output=2")
    shown = page.locator("#work .compare-result img")
    await expect(shown).to_have_attribute("src", f"/v1/files/{files[1].id}")
    await expect(page.locator("#work [download]")).to_have_attribute(
        "href", f"/v1/files/{files[1].id}?download=true"
    )
    pane = page.locator("#work zoom-pane:defined")
    await expect(pane.locator("xpath=..").locator(".zoom-percent")).not_to_have_text("")
    await page.keyboard.press("+")
    await expect(pane).to_have_attribute("data-zoomed", "")
    await page.click("#work [data-zoom=fit]")
    await expect(pane).not_to_have_attribute("data-zoomed", "")


async def test_a_phone_asks_from_whatever_tab(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    visitor = await visit(alice, phone=True, language="ko", dark=True, reduced_motion="reduce")
    visitor.expected.append("status of 422")
    page = visitor.page
    await visitor.go(FORM)
    await expect(page.locator("picture-count:defined")).to_be_visible()
    ask = page.locator(".ask")
    for pane in ("queue", "picture", "form"):
        await visitor.turn_to(pane)
        await expect(ask).to_be_in_viewport(ratio=1)
    for _ in range(3):
        await page.tap("[data-step='1']")
    await expect(page.locator("#output-count")).to_have_value("4")
    # What is wrong is shown, from wherever it was asked.
    await visitor.turn_to("queue")
    await ask.tap()
    await expect(page.locator("#ask .notice-wrong")).to_be_visible()
    await expect(page.locator("#output-count")).to_have_value("4")
    await check(visitor, "a form that was refused")
    await visitor.put(photo)
    await page.fill("#prompt", "노을 지는 해변")
    await visitor.turn_to("picture")
    await ask.tap()
    work_id = await work_shown(page)
    await expect(page.locator("#work .outputs-one")).to_have_count(4)
    assert (await works.get(studio, alice, work_id)).output_count == 4
    # The first of them fails; the others are shown as what they are.
    preview.faults.add("node", "fail", exception="ValueError", message="bad latent")
    async with at_work(studio):
        await expect(page.locator(DONE)).to_be_visible(timeout=60_000)
    await expect(page.locator("#work .notice")).to_contain_text("4장 가운데 3장")
    await expect(page.locator(MADE)).to_have_count(3)
    await page.locator(MADE).nth(2).tap()
    await expect(page.locator(MADE).nth(2)).to_have_attribute("aria-current", "true")
    await page.tap("[data-zoom=in]")
    await expect(page.locator("#work zoom-pane")).to_have_attribute("data-zoomed", "")
    await check(visitor, "three of four")
    await visitor.go(f"/works/{work_id}")
    await expect(page.locator("#work .notice")).to_contain_text("4장 가운데 3장")


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        *(("", 1), (" 2 ", 2), ("10", 10), ("0", None), ("11", None), ("2.5", None)),
        *(("x", None), ("-1", None), ("٣", None), ("9" * 50, None)),
    ],
)
def test_a_count_is_read_as_it_was_typed(typed: str, count: int | None) -> None:
    assert counts.read(typed) == count
    assert counts.counted(typed) == (count or 1)
    named = FieldProblem("output-count", "between", (("low", 1), ("high", 10)))
    assert counts.problems(typed) == (() if count else (named,))


@pytest.mark.parametrize(("typed", "status"), [("4", 303), ("11", 422)])
async def test_without_scripts_several_are_asked_for_and_too_many_refused(
    client: Client, studio: Studio, alice: Caller, typed: str, status: int
) -> None:
    file = await uploads.upload(studio, alice, photograph(96, 64))
    form = aiohttp.FormData({"image": str(file.id), "prompt": "a beach", "output-count": typed})
    answer = await client.post(f"{FORM}/works", data=form, headers=HTML)
    assert answer.status == status
    text = answer.body.decode()
    refused = status == 422
    assert ('href="#output-count">Pictures — Between 1 and 10, please.' in text) == refused
    assert ('name="output-count" min="1" max="10" step="1" value="11"' in text) == refused
    asked = [work.output_count for work in await works.page(studio, alice)]
    assert asked == ([] if refused else [4])
