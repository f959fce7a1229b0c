"""axe-core finds nothing on any page, at a desk by day and on a phone by night; and no page is
wider than its screen."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from playwright.async_api import expect
from tests.support.studios import ask, at_work, photograph, reached
from tests.web.visitors import Open, Visit

from affiche.emulators.comfyui import Server as Engine
from affiche.studio import accounts, passwords, people, projects, uploads, works
from affiche.studio.studio import Caller, Studio


@dataclass(frozen=True)
class Wall:
    """One work in each of the states that stay."""

    done: UUID
    failed: UUID
    cancelled: UUID
    waiting: UUID


@pytest.fixture
async def wall(studio: Studio, alice: Caller, preview: Engine) -> Wall:
    file = await uploads.upload(studio, alice, photograph(320, 240), name="a.jpg")
    async with at_work(studio):
        done = (await ask(studio, alice, file, "해변의 노을")).id
        await reached(studio, alice, done, "completed")
        preview.faults.add("node", "fail", exception="ValueError", message="bad latent")
        failed = (await ask(studio, alice, file, "눈 덮인 산")).id
        await reached(studio, alice, failed, "failed")
    cancelled = (await ask(studio, alice, file, "비 오는 거리")).id
    await works.cancel(studio, alice, cancelled)
    waiting = (await ask(studio, alice, file, "벚꽃길")).id
    return Wall(done, failed, cancelled, waiting)


async def look(visitor: Visit, path: str) -> None:
    await visitor.go(path)
    await visitor.page.wait_for_load_state("load")
    await check(visitor, path)


async def check(visitor: Visit, where: str) -> None:
    assert await visitor.inaccessible() == [], where
    wide = await visitor.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0, where


@pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)
async def test_every_page_is_accessible(
    visit: Open, alice: Caller, wall: Wall, phone: bool, dark: bool, language: str
) -> None:
    # Colours on their way to others are nobody's contrast.
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    visitor.expected += ["status of 404", "status of 422"]
    page = visitor.page
    await look(visitor, "/")
    for kind in ("all", "running", "done", "ended"):
        await look(visitor, f"/gallery?show={kind}")
    for work_id in (wall.done, wall.failed, wall.cancelled, wall.waiting):
        await look(visitor, f"/works/{work_id}")
    await visitor.go(f"/works/{wall.done}")
    await page.click("[data-view=beside]")
    await check(visitor, "side by side")
    await look(visitor, f"/templates/klein-i2i?from={wall.done}")
    await look(visitor, "/templates/klein-poster")
    await page.click(".ask")
    await expect(page.locator(".notice-wrong")).to_be_visible()
    await check(visitor, "a form with problems")
    await look(visitor, "/there/is/nothing")


async def test_the_signed_out_and_the_empty_page_are_accessible(visit: Open, alice: Caller) -> None:
    nobody = await visit(None)
    nobody.expected.append("status of 401")
    await look(nobody, "/")
    await expect(nobody.page.locator("h1")).to_have_text("Please sign in")
    visitor = await visit(alice)
    for path in ("/", "/gallery"):
        await look(visitor, path)
        await expect(visitor.page.locator(".empty-title")).to_be_visible()


async def test_what_moves_stays_still_for_those_who_ask(visit: Open, alice: Caller) -> None:
    visitor = await visit(alice, reduced_motion="reduce")
    await visitor.go("/")
    moving = await visitor.page.evaluate(
        """[...document.querySelectorAll("*")].filter((element) => {
          const { transitionDuration, animationName } = getComputedStyle(element);
          return parseFloat(transitionDuration) > 0 || animationName !== "none";
        }).map((element) => element.className || element.localName)"""
    )
    assert moving == []


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_the_ways_in_are_accessible(
    visit: Open, studio: Studio, alice: Caller, language: str
) -> None:
    """Signing in by password, setting one, an invitation; and what each says of a mistake."""
    made, token = await accounts.add(studio, alice, "dora@example.com")
    await passwords.reset(studio, token, "a good long one")
    project = await projects.add(studio, alice, "ours")
    _, invitation = await projects.invite(studio, alice, project.id, "erin@example.com")
    fresh = await people.make_link(studio, made, "password")
    visitor = await visit(None, phone=language == "ko", language=language)
    visitor.expected += ["status of 401", "status of 410", "status of 422"]
    page = visitor.page
    await look(visitor, "/")
    await expect(page.locator("input[name=password]")).to_be_visible()
    await page.fill("input[name=email]", "dora@example.com")
    await page.fill("input[name=password]", "a bad long one")
    await page.click("form.door button")
    await expect(page.locator("form.door .problem")).to_be_visible()
    await page.wait_for_load_state("load")
    await check(visitor, "a wrong password")
    await look(visitor, f"/password?token={fresh}")
    await look(visitor, f"/invitation?token={invitation}")
    await look(visitor, "/invitation?token=over")
