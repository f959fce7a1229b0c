"""A project made, renamed, handed over and bounded on its page; all of that page by keyboard."""

from dataclasses import replace

import pytest
from playwright.async_api import Page, expect
from tests.web.test_accessibility import check
from tests.web.test_project import House, house  # noqa: F401 - a fixture
from tests.web.visitors import Open

from affiche.domain.translation import Term
from affiche.studio import credits, glossary, keys, projects, webhooks
from affiche.studio.studio import Caller, Studio


@pytest.fixture
async def studio(studio: Studio) -> Studio:
    """One that may send to loopback, and charges."""
    allowed = replace(studio.settings, webhook_private=("127.0.0.1",), webhook_http=True)
    return replace(studio, settings=replace(allowed, credits=True))


@pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)
async def test_a_project_is_made_renamed_bounded_and_handed_over(
    visit: Open,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    house: House,  # noqa: F811
    phone: bool,
    dark: bool,
    language: str,
) -> None:
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    visitor.expected.append("status of 422")
    page = visitor.page
    await visitor.go(house.path)
    await page.click("#another summary")
    await page.fill("#new-name", " ")
    await page.click("#make-project")
    await expect(page.locator("#new-problem")).to_be_visible()
    await check(visitor, "a name is missing")
    await page.fill("#new-name", "봄 캠페인")
    await page.click("#make-project")
    await expect(page.locator("h1")).to_have_text("봄 캠페인")
    made = next(each for each in await projects.mine(studio, alice) if each.name == "봄 캠페인")
    assert (made.user_id, made.role) == (alice.id, "admin")
    await page.click("#naming summary")
    await page.fill("#project-name", "여름 캠페인")
    await page.click("#rename")
    await expect(page.locator("h1")).to_have_text("여름 캠페인")
    # Bounds: what is no number stays in its box; empty is none.
    await page.fill("#budget-month", "many")
    await page.click("#set-budgets")
    await expect(page.locator("#use-problem")).to_be_visible()
    await expect(page.locator("#budget-month")).to_have_value("many")
    await page.fill("#budget-day", "5")
    await page.fill("#budget-month", "1,200")
    await page.click("#set-budgets")
    await expect(page.locator("#use .uses")).to_contain_text("1200")
    found = await credits.budgets_of_project(studio, alice, made.id)
    assert {each.period: each.credits for each in found} == {"day": 5, "month": 1200}
    await page.fill("#budget-day", "")
    await page.click("#set-budgets")
    await expect(page.locator("#budget-day")).to_have_attribute("value", "")
    (month,) = await credits.budgets_of_project(studio, alice, made.id)
    assert (month.period, month.credits) == ("month", 1200)
    # Handed over, she is an admin of what was hers, and can leave it.
    _, token = await projects.invite(studio, alice, made.id, "bob@example.com")
    await projects.accept(studio, bob, token)
    await visitor.go(f"/projects/{made.id}")
    row = page.locator(f"#person-{bob.id}")
    await row.locator(".reveal summary").click()
    await check(visitor, "about to hand over")
    await row.locator(".reveal button").click()
    await expect(page.locator(f"#person-{alice.id} .question")).to_be_visible()
    assert (await projects.get(studio, alice, made.id)).user_id == bob.id
    await page.locator(f"#person-{alice.id} .question summary").click()
    await page.locator(f"#person-{alice.id} .question button").click()
    await page.wait_for_url("**/project")
    assert made.id not in [each.id for each in await projects.mine(studio, alice)]


async def test_a_member_sets_nothing_and_a_stranger_finds_nothing(
    visit: Open,
    studio: Studio,
    bob: Caller,
    charlie: Caller,
    house: House,  # noqa: F811
) -> None:
    root = house.path
    acts = {
        f"{root}/name": {"name": "mine"},
        f"{root}/people/{bob.id}/give": {},
        f"{root}/budgets": {"day": "1"},
    }
    for caller, status in ((bob, 403), (charlie, 404)):
        visitor = await visit(caller)
        own = {"Origin": visitor.base}
        for path, form in acts.items():
            answer = await visitor.context.request.post(visitor.base + path, form=form, headers=own)
            # Budgets are an operator's alone, whoever is in the project.
            expected = 403 if path.endswith("budgets") else status
            assert answer.status == expected, path
    visitor = await visit(bob)
    await visitor.go(root)
    await expect(visitor.page.locator("#naming, #set-budgets")).to_have_count(0)
    await expect(visitor.page.locator("#another summary")).to_be_visible()


async def to(page: Page, selector: str) -> None:
    """By Tab alone, as far as it takes."""
    target = page.locator(selector).first
    await expect(target).to_be_visible()
    for _ in range(200):
        if await target.evaluate("(there) => there === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


async def put(page: Page, selector: str, text: str) -> None:
    await to(page, selector)
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def test_all_of_the_page_by_keyboard(
    visit: Open,
    studio: Studio,
    alice: Caller,
    bob: Caller,
    house: House,  # noqa: F811
) -> None:
    visitor = await visit(alice, reduced_motion="reduce")
    page, project = visitor.page, house.project
    await visitor.go(house.path)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await to(page, "#naming summary")
    await page.keyboard.press("Enter")
    await put(page, "#project-name", "Posters")
    await expect(page.locator("h1")).to_have_text("Posters")
    await to(page, f"#role-{bob.id}")
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#person-{bob.id} [name=role]")).to_have_value("member")
    await put(page, "#invite-email", "erin@example.com")
    await expect(page.locator("#people .once-secret")).to_be_visible()
    await to(page, "#people .once button")
    await to(page, "#withdraw-1")
    await page.keyboard.press("Enter")
    await expect(page.locator("#withdraw-1")).to_have_count(0)
    await put(page, "#key-name", "script")
    await expect(page.locator("#keys .once-secret")).to_contain_text("aff_")
    (made,) = [each for each in await keys.listed(studio, alice) if each.name == "script"]
    await to(page, f"#key-{made.id} summary")
    await page.keyboard.press("Enter")
    await to(page, f"#key-{made.id} .question button")
    await page.keyboard.press("Enter")
    await expect(page.locator(f"#key-{made.id}")).to_have_count(0)
    await put(page, "#webhook-url", house.receiver.url)
    await expect(page.locator("#webhooks .once-secret")).to_be_visible()
    assert len(await webhooks.listed(studio, alice, project.id)) == 1
    await put(page, "#term", "한강")
    await expect(page.locator(".term", has_text="한강")).to_be_visible()
    assert Term("한강", None) in await glossary.listed(studio, alice, project.id)
    await put(page, "#budget-month", "30")
    await expect(page.locator("#use .uses")).to_contain_text("30")
    await to(page, "#webhooks .rows .button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/webhooks/*")
    await to(page, "#pause")
    await page.keyboard.press("Enter")
    await expect(page.locator("header .how-off")).to_be_visible()
    await expect(page.locator("#pause")).to_be_focused()
