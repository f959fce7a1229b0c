"""The bell on every page and the list behind it, by themselves and without a reload."""

from uuid import UUID

import pytest
from playwright.async_api import expect
from tests.batches.conftest import all_works, asked, finish
from tests.support.servers import AsSomebody, Client
from tests.support.studios import ask, photograph
from tests.web.test_accessibility import check, look
from tests.web.visitors import Open, Visit

from affiche.studio import channels, notifications, uploads, works
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language, say


async def end(studio: Studio, caller: Caller, *ends: str) -> list[UUID]:
    """Works that ended so, as an operator's hand ends them."""
    file = await uploads.upload(studio, caller, photograph(64, 64))
    made = []
    for status in ends:
        work = await ask(studio, caller, file, f"a {status} beach")
        async with studio.database.as_service() as service:
            steps = ("taken", "processing", "completed") if status == "completed" else (status,)
            for step in steps:
                await service.connection.execute(
                    "UPDATE works SET status = %s, error_code = %s WHERE id = %s",
                    (step, "run_lost" if step == "failed" else None, work.id),
                )
        made.append(work.id)
    return made


async def test_the_bell_counts_by_itself_wherever_one_is(
    visitor: Visit, studio: Studio, alice: Caller
) -> None:
    page = visitor.page
    await visitor.go("/")
    count = page.locator("#bell .bell-count")
    await expect(count).to_be_hidden()
    await expect(page.locator("#bell")).to_have_attribute("aria-label", "Notifications")
    await visitor.still()
    await end(studio, alice, "failed", "completed")
    await expect(count).to_have_text("2")
    await expect(page.locator("#bell")).to_have_attribute("aria-label", "Notifications, 2 unread")
    # Read elsewhere, on another device say.
    await notifications.read_all(studio, alice)
    await expect(count).to_be_hidden()
    moved = await visitor.shifts()
    assert sum(shift["value"] for shift in moved) < 0.001, moved


async def test_the_list_follows_and_leads_to_the_work(
    visitor: Visit, studio: Studio, alice: Caller
) -> None:
    page = visitor.page
    await visitor.go("/notifications")
    await expect(page.locator(".empty-title")).to_have_text("Nothing to tell yet.")
    (failed,) = await end(studio, alice, "failed")
    one = page.locator(".told-one")
    await expect(one).to_have_count(1)
    await expect(one.locator(".told-title")).to_have_text("New: Your work failed")
    await expect(one.locator(".told-message")).to_have_text("The engine lost the run.")
    await page.click(".told-link")
    await page.wait_for_url(f"**/works/{failed}")
    await expect(page.locator("#bell .bell-count")).to_be_hidden()
    await visitor.go("/notifications")
    await expect(page.locator(".told-unread")).to_have_count(0)


async def test_reading_all_and_deleting_one(visitor: Visit, studio: Studio, alice: Caller) -> None:
    page = visitor.page
    await end(studio, alice, "failed", "completed", "cancelled")
    await visitor.go("/notifications")
    await expect(page.locator(".told-unread")).to_have_count(3)
    await page.click("text=Mark all as read")
    await expect(page.locator(".told-unread")).to_have_count(0)
    await expect(page.locator("#bell .bell-count")).to_be_hidden()
    await page.get_by_role("button", name="Delete: Your work failed").click()
    await expect(page.locator(".told-one")).to_have_count(2)
    assert len(await notifications.page(studio, alice)) == 2


async def test_what_one_cancels_oneself_rings_nothing(
    visitor: Visit, studio: Studio, alice: Caller
) -> None:
    page = visitor.page
    file = await uploads.upload(studio, alice, photograph(64, 64))
    work = await ask(studio, alice, file)
    await visitor.go("/notifications")
    await works.cancel(studio, alice, work.id)
    await expect(page.locator(".told-one")).to_have_count(1)
    await expect(page.locator(".told-unread")).to_have_count(0)


@pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)
async def test_list_and_bell_are_accessible(
    visit: Open, studio: Studio, alice: Caller, phone: bool, dark: bool, language: str
) -> None:
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    await look(visitor, "/notifications")
    await end(studio, alice, "failed", "completed", "cancelled")
    await expect(visitor.page.locator(".told-one")).to_have_count(3)
    await expect(visitor.page.locator("#bell .bell-count")).to_have_text("3")
    await check(visitor, "with three")


async def test_boxes_that_are_ticked_are_kept(
    visitor: Visit, studio: Studio, alice: Caller
) -> None:
    page = visitor.page
    await visitor.go("/notifications")
    box = page.get_by_label("A work failed: Browser")
    await box.check()
    await expect(page.get_by_label("A work failed: E-mail")).to_be_disabled()
    await page.click("#save-channels")
    await expect(page.locator("#channels [role=status]").first).to_have_text("Saved.")
    await expect(page.locator("#save-channels")).to_be_focused()
    await expect(page.get_by_label("A work failed: Browser")).to_be_checked()
    chosen = await channels.choices(studio, alice)
    assert chosen.types == {"email": (), "push": ("work.failed",)}


async def test_all_of_it_works_without_scripts(visit: Open, studio: Studio, alice: Caller) -> None:
    await end(studio, alice, "failed", "completed")
    visitor = await visit(alice, scripts=False)
    page = visitor.page
    await visitor.go("/")
    await page.click("#bell")
    await expect(page.locator(".told-unread")).to_have_count(2)
    await page.click("text=Mark all as read")
    await expect(page.locator(".told-unread")).to_have_count(0)
    await page.get_by_role("button", name="Delete: Your work failed").click()
    await expect(page.locator(".told-one")).to_have_count(1)


@pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)
async def test_days_kinds_and_a_batch_by_keyboard(
    visit: Open, studio: Studio, alice: Caller, phone: bool, dark: bool, language: Language
) -> None:
    await end(studio, alice, "failed", "completed")
    batch = await asked(studio, alice, 3, name="봄 포스터")
    made = [work.id for work in await all_works(studio, alice, batch)]
    await finish(studio, made[1:], "completed")
    async with studio.database.as_service() as service:
        await service.connection.execute(
            "UPDATE notifications SET created_at = created_at - interval '1 day'"
        )
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    page = visitor.page
    await visitor.go("/notifications")
    days = page.locator(".told-day h2")
    await expect(days).to_have_text([say(language, "notifications.page.yesterday")])
    # It comes by itself when the last of the batch has ended, as one and above the others.
    await finish(studio, made[:1], "failed")
    await expect(days.first).to_have_text(say(language, "notifications.page.today"))
    one = page.locator(".told-one").first
    ends = say(language, "notifications.batch", completed=2, failed=1, cancelled=0)
    await expect(one.locator(".told-message")).to_have_text(ends)
    await expect(one.locator(".told-words")).to_have_text("봄 포스터")
    await expect(page.locator(".told-one")).to_have_count(3)
    await check(visitor, "by day")
    kinds = page.locator(".told-kinds a")
    await kinds.nth(3).focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**?show=failed")
    await expect(page.locator(".told-one")).to_have_count(1)
    await page.locator(".told-delete").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".empty")).to_be_visible()
    await check(visitor, "none of these")
    await visitor.go("/notifications?show=unread")
    await page.locator("#read-all").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".empty")).to_be_visible()
    await visitor.go("/notifications")
    await page.locator(".told-link").first.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/batches/{batch.id}")


async def test_the_service_worker_is_at_the_root_and_asked_for_again(nobody: Client) -> None:
    answer = await nobody.get("/push.js")
    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert b"showNotification" in answer.body


async def test_the_service_worker_starts_under_the_policy(visitor: Visit) -> None:
    await visitor.go("/notifications")
    state = await visitor.page.evaluate(
        """async () => {
          const registration = await navigator.serviceWorker.register("/push.js");
          await navigator.serviceWorker.ready;
          return registration.active.scriptURL;
        }"""
    )
    assert state.endswith("/push.js")


async def test_another_s_notification_is_not_there(
    studio: Studio, alice: Caller, bob: Caller, as_somebody: AsSomebody
) -> None:
    await end(studio, alice, "failed")
    (one,) = await notifications.page(studio, alice)
    theirs = await as_somebody(bob)
    html = {"Accept": "text/html"}
    assert (await theirs.get(f"/notifications/{one.id}", headers=html)).status == 404
    answer = await theirs.post(f"/notifications/{one.id}/delete", headers=html)
    assert answer.status == 404
    assert b"beach" not in (await theirs.get("/notifications", headers=html)).body
    assert (await notifications.page(studio, alice))[0].read_at is None


async def test_what_reads_itself_again_leaves_nothing_behind(visitor: Visit) -> None:
    """A tab stays open for days, and is told of thousands of things."""
    await visitor.go("/")
    held = await visitor.page.evaluate(
        """async () => {
          const held = [];
          for (let told = 0; told < 5; told += 1) {
            const swapped = new Promise((done) => {
              document.addEventListener("htmx:after:swap", done, { once: true });
            });
            document.body.dispatchEvent(new CustomEvent("notification.created"));
            await swapped;
            held.push(document.querySelector(".masthead").childNodes.length);
          }
          return held;
        }"""
    )
    assert len(set(held)) == 1, held
