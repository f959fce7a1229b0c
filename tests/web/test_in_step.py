"""Two browsers of one person's: what is done in one is seen in the other, without a reload, and
whatever happens to the connection in between."""

from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, expect
from tests.support import brush
from tests.support.studios import ask, at_work, photograph, reached
from tests.web.easels import Easel
from tests.web.visitors import Open, Visit

from affiche.api.auth import COOKIE
from affiche.emulators.comfyui import Server as Engine
from affiche.serving import Server, application
from affiche.studio import gallery, people, titles, uploads, works
from affiche.studio.feed import Feed
from affiche.studio.studio import Caller, Studio

CUT = ["ERR_INTERNET_DISCONNECTED", "ERR_NETWORK", "ERR_CONNECTION", "Failed to fetch", "SSE"]
CUT += ["network", "ERR_INCOMPLETE", "ERR_EMPTY"]
PATIENCE = 60_000
WORKS = "(all) => all.map((one) => one.dataset.work)"


def hung(page: Page, work_id: UUID) -> Locator:
    return page.locator(f'.hung[data-work="{work_id}"]')


def starred(page: Page, work_id: UUID) -> Locator:
    return page.locator(f'.hung-starred[data-work="{work_id}"]')


async def order(page: Page) -> list[str]:
    found: list[str] = await page.eval_on_selector_all(".hung", WORKS)
    return found


async def ordered(page: Page, wanted: list[str]) -> None:
    """They hang so, sooner or later."""
    await page.wait_for_function(
        f"(all) => String(({WORKS})([...document.querySelectorAll('.hung')])) === String(all)",
        arg=wanted,
        timeout=PATIENCE,
    )


async def made(studio: Studio, alice: Caller, count: int) -> list[UUID]:
    """Works of Alice's that are done, oldest first."""
    file = await uploads.upload(studio, alice, photograph(320, 240), name="a.jpg")
    found = []
    async with at_work(studio):
        for n in range(count):
            found.append((await ask(studio, alice, file, f"a quiet beach {n}")).id)
        for work_id in found:
            await reached(studio, alice, work_id, "completed")
    return found


async def test_what_is_done_in_one_is_seen_in_the_other(
    visit: Open, studio: Studio, alice: Caller, preview: Engine, photo: Path
) -> None:
    before = await made(studio, alice, 3)
    desk, phone = await visit(alice), await visit(alice, phone=True, language="ko")
    await phone.go("/gallery")
    await expect(phone.page.locator(".hung")).to_have_count(3)
    # Asked for at the desk, and under way in the hand.
    await desk.fill_in(photo)
    await desk.ask()
    one = hung(phone.page, desk.work_id)
    await expect(one).to_be_visible(timeout=PATIENCE)
    await expect(one.locator(".card-state")).to_contain_text("대기")
    bells = [each.page.locator("#bell .bell-count") for each in (desk, phone)]
    rung = int(await bells[0].text_content() or 0)
    async with at_work(studio):
        await desk.reach("completed")
        await expect(one.locator("img.card-picture")).to_be_visible(timeout=PATIENCE)
    for bell in bells:
        await expect(bell).to_have_text(str(rung + 1), timeout=PATIENCE)
    # What it is called, on a page that stands open; then stars, as another window gives them.
    await titles.edit(studio, alice, desk.work_id, title="Dressed for summer")
    await expect(desk.page.locator("#work")).to_contain_text("Dressed for summer")
    await gallery.star(studio, alice, before[:2], 1)
    for work_id in before[:2]:
        await expect(hung(phone.page, work_id)).to_have_class(
            "card hung card-completed hung-starred"
        )
    await gallery.star(studio, alice, before[:1], 0)
    await expect(hung(phone.page, before[0])).not_to_have_class(
        "card hung card-completed hung-starred"
    )
    # Thrown away at the desk, by its keys, and taken back.
    await desk.go("/gallery")
    whole = await order(desk.page)
    await hung(desk.page, before[1]).locator("a").first.focus()
    await desk.page.keyboard.press("Delete")
    for each in (desk, phone):
        await expect(hung(each.page, before[1])).to_have_count(0)
    await desk.page.get_by_role("button", name="Undo").click()
    for each in (desk, phone):
        await expect(hung(each.page, before[1])).to_have_count(1)
        await ordered(each.page, whole)
    # Cancelled in the hand.
    waiting = (await ask(studio, alice, await uploads.upload(studio, alice, photograph()))).id
    # Where one is at work on the wall it waits above until it is wanted.
    await desk.page.locator("new-arrivals button").click(timeout=PATIENCE)
    await expect(hung(desk.page, waiting)).to_be_visible(timeout=PATIENCE)
    await works.cancel(studio, alice, waiting)
    for each in (desk, phone):
        await expect(hung(each.page, waiting).locator(".card-state")).to_contain_text(
            "취소" if each is phone else "Cancelled", timeout=PATIENCE
        )


async def test_a_connection_that_comes_back_has_missed_nothing(
    visit: Open,
    studio: Studio,
    alice: Caller,
    preview: Engine,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = await made(studio, alice, 4)
    # Besides, the studio itself ends every stream after a second.
    monkeypatch.setattr("affiche.api.events.OLDEST_SECONDS", 1.0)
    visitor = await visit(alice)
    visitor.expected += CUT
    page = visitor.page
    await visitor.go("/gallery")
    await expect(page.locator(".hung")).to_have_count(4)
    await standing(page)
    await visitor.context.set_offline(True)
    after = await made(studio, alice, 1)
    await gallery.star(studio, alice, before[:1], 5)
    await gallery.throw(studio, alice, before[1:3])
    await gallery.put_back(studio, alice, before[1:2])
    await visitor.context.set_offline(False)
    await expect(hung(page, after[0]).locator("img.card-picture")).to_be_visible(timeout=PATIENCE)
    await expect(hung(page, before[2])).to_have_count(0)
    await expect(starred(page, before[0])).to_have_count(1)
    await ordered(page, [str(work_id) for work_id in (after[0], before[3], before[1], before[0])])

    # The server goes, and another one comes in its place.
    await server.__aexit__()
    await gallery.throw(studio, alice, before[3:])
    await gallery.star(studio, alice, after, 1)
    async with (
        Feed(studio).running() as feed,
        Server(application(studio, feed), "127.0.0.1", server.port, fixed=True),
    ):
        await expect(hung(page, before[3])).to_have_count(0, timeout=PATIENCE)
        await expect(starred(page, after[0])).to_have_count(1, timeout=PATIENCE)
        await visitor.check()
        await page.goto("about:blank")


async def standing(page: Page) -> None:
    """The stream of signals has its first place to go on from."""
    await page.wait_for_function("() => document.getElementById('signals')._htmx?.sse?.lastEventId")


async def test_a_session_that_ended_in_another_tab_loses_neither_words_nor_mask(
    visitor: Visit, studio: Studio, alice: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("affiche.api.events.OLDEST_SECONDS", 1.0)
    visitor.expected += ["status of 401", "status 401"]
    page, easel = visitor.page, Easel(visitor, studio, alice)
    for name, data in {"image": photograph(brush.WIDE, brush.HIGH), "style": brush.style()}.items():
        (tmp_path / name).with_suffix(".png").write_bytes(data)
    await visitor.go("/templates/image-brush")
    for name in ("image", "style"):
        await easel.put(name, (tmp_path / name).with_suffix(".png"))
    await expect(page.locator("mask-brush[data-ready]")).to_be_visible()
    await easel.draw((60, 80), (180, 80))
    await easel.saved()
    mask = await page.locator("input.drop-held[name=mask]").input_value()
    await page.wait_for_function(
        "(held) => Object.values(localStorage).some((kept) => kept.includes(held))", arg=mask
    )
    # Signed out in the other tab of the same browser.
    other = await visitor.context.new_page()
    await other.goto(visitor.base)
    (cookie,) = [c for c in await visitor.context.cookies() if c.get("name") == COOKIE]
    await people.end_session(studio, cookie.get("value") or "")
    for tab in (page, other):
        await expect(tab.locator("session-watch .notice")).to_contain_text(
            "You are signed out.", timeout=PATIENCE
        )
    assert await page.locator("input.drop-held[name=mask]").input_value() == mask
    await other.close()
    session = await people.redeem_link(studio, await people.make_link(studio, alice.id))
    await visitor.context.add_cookies([{"name": COOKIE, "value": session, "url": visitor.base}])
    await page.reload()
    await expect(page.locator("mask-brush[data-ready]")).to_be_visible()
    await expect(page.locator("input.drop-held[name=mask]")).to_have_value(mask)
    await expect(page.locator("input.drop-held[name=image]")).not_to_have_value("")
