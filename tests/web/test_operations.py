"""The page for those who look after the studio: what it tells, what it does, and for whom it is."""

from uuid import UUID

import pytest
from playwright.async_api import expect
from tests.support.studios import ask, at_work, photograph, reached
from tests.web.test_accessibility import check, look
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import audit, uploads
from affiche.studio.studio import Caller, Studio


@pytest.fixture
async def troubled(studio: Studio, alice: Caller, preview: Engine) -> UUID:
    """A week with one work done, one failed, an alert, and a run that nobody is at: its id."""
    file = await uploads.upload(studio, alice, photograph(320, 240), name="a.jpg")
    async with at_work(studio):
        done = await ask(studio, alice, file, "해변의 노을")
        await reached(studio, alice, done.id, "completed")
        preview.faults.add("node", "fail", exception="ValueError", message="bad latent")
        failed = await ask(studio, alice, file, "눈 덮인 산")
        await reached(studio, alice, failed.id, "failed")
    lost = await ask(studio, alice, file, "벚꽃길")
    async with studio.database.as_service() as service:
        found = await service.connection.execute(
            "UPDATE generation_jobs SET status = 'taken', token = gen_random_uuid(),"
            " deadline_at = now() - interval '20 minutes' WHERE work_id = %s RETURNING id",
            (lost.id,),
        )
        row = await found.fetchone()
        await service.connection.execute(
            "INSERT INTO alerts (id, rule, subject, params, opened_at, seen_at, told_at)"
            " VALUES (%s, 'failure_rate', '', %s::jsonb, now(), now(), now())",
            (studio.new_id(), '{"percent": 50, "ended": 2, "failed": 1}'),
        )
    assert row is not None
    return UUID(str(row[0]))


@pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)
async def test_it_tells_how_the_studio_fares_and_lets_a_hand_help(
    visit: Open,
    studio: Studio,
    alice: Caller,
    troubled: UUID,
    phone: bool,
    dark: bool,
    language: str,
) -> None:
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    page = visitor.page
    await look(visitor, "/operations")
    await expect(page.locator(".places [aria-current]")).to_have_attribute("href", "/operations")
    await expect(page.locator(".notice-wrong li")).to_have_count(1)
    await expect(page.locator(".causes li")).to_have_count(1)
    await expect(page.locator(".cause-number")).to_have_text("1")
    # Works of today stand in the last column.
    assert await page.locator(".plot").first.locator(".plot-column").count() == 1
    row = page.locator(f"#stuck-{troubled}")
    await expect(row).to_be_visible()
    # By keyboard alone: why, and which of the three.
    await row.get_by_role("textbox").focus()
    await page.keyboard.type("its step is lost")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(row).to_have_count(0)
    (told, *_) = await audit.page(studio, alice, action="jobs.requeue")
    assert (told.subject, told.reason) == (str(troubled), "its step is lost")
    # The engine is paused and goes on; the button that was pressed keeps the focus.
    pause = page.locator("#pause-preview")
    await pause.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".engine-paused")).to_have_count(1)
    await expect(pause).to_be_focused()
    await check(visitor, "paused")
    await page.keyboard.press("Enter")
    await expect(page.locator(".engine-paused")).to_have_count(0)
    assert [each.action for each in await audit.page(studio, alice, action="endpoints")][:2] == [
        "endpoints.resume",
        "endpoints.pause",
    ]


async def test_without_scripts_a_reason_is_asked_for(
    visit: Open, alice: Caller, troubled: UUID
) -> None:
    visitor = await visit(alice, scripts=False)
    page = visitor.page
    await visitor.go("/operations")
    row = page.locator(f"#stuck-{troubled}")
    # A blank is something to the browser, and nothing to the log.
    await row.get_by_role("textbox").fill(" ")
    await row.get_by_role("button", name="Let it fail").click()
    await expect(row.locator(".problem")).to_be_visible()
    await row.get_by_role("textbox").fill("no step began")
    await row.get_by_role("button", name="Let it fail").click()
    await expect(page.locator("h1")).to_have_text("Operations")
    await expect(row).to_have_count(0)
    await expect(page.locator(".cause-number")).to_have_count(2)


async def test_it_is_for_operators_alone(visit: Open, bob: Caller) -> None:
    visitor = await visit(bob)
    visitor.expected.append("status of 403")
    await visitor.go("/")
    await expect(visitor.page.locator(".places a").first).to_be_visible()
    await expect(visitor.page.locator('.places a[href="/operations"]')).to_have_count(0)
    await look(visitor, "/operations")
    await expect(visitor.page.locator(".plate-number")).to_have_text("403")
