"""Batches in the browser: from references to a contact sheet, by mouse, by keyboard, without
scripts, and where there is nothing to choose from."""

import io
import re
import zipfile
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from tests.batches.conftest import finish
from tests.characters.conftest import MILAN
from tests.support.servers import Client
from tests.support.studios import photograph
from tests.web.test_keyboard import tab_to
from tests.web.visitors import Open, Visit

from affiche.pipeline.crew import Crew
from affiche.studio import batches, characters, imports, treasury
from affiche.studio.batches import Batch
from affiche.studio.imports import Brought
from affiche.studio.planning import BatchAsk
from affiche.studio.studio import Caller, Studio

KOREAN = "해변을 걷는 사람"


@pytest.fixture
async def shelf(studio: Studio, alice: Caller) -> list[str]:
    """Two characters, and six references of which the last three are by the sea; their ids as the
    page has them, newest first."""
    await characters.make(studio, alice, MILAN)
    await characters.make(studio, alice, {"name": "Cam", "slug": "cam"})
    found = []
    for n in range(6):
        words = ("walking at the sea", KOREAN) if n > 2 else ("sitting indoors", None)
        brought = Brought(
            photograph(96, 64 + n), f"photo-{n}.jpg", "sea" if n > 2 else "indoors", *words
        )
        found.append((await imports.bring(studio, alice, brought))[0].id)
    return [str(each) for each in reversed(found)]


async def asked(studio: Studio, caller: Caller, references: list[str], **more: object) -> Batch:
    milan = await characters.get(studio, caller, "milan")
    inputs = {"character": str(milan.id), "steps": 10, "seed": 5}
    wanted = BatchAsk(template="img2img-lora", inputs=inputs, references=references, **more)  # type: ignore[arg-type]
    return await batches.ask(studio, caller, wanted)


async def ended(page: Page) -> None:
    await expect(page.locator("#batch")).to_have_attribute("data-ended", "yes", timeout=90_000)


async def test_from_references_to_a_contact_sheet_by_mouse(
    visitor: Visit, working: Crew, shelf: list[str]
) -> None:
    page = visitor.page
    await visitor.go("/generate")
    total, count = page.locator("#sum"), page.locator(".picker-count")
    await expect(total).to_contain_text("Choose a character and references.")
    await page.locator(".who", has_text="Milan").click()
    await expect(total).to_contain_text("Choose references.")
    # A range, across what lies between.
    await page.click(f"#cell-{shelf[0]}")
    await page.locator(f"#cell-{shelf[2]}").click(modifiers=["Shift"])
    await expect(count).to_have_text("3 selected")
    await page.locator(".steps-choice label").nth(1).click()
    await expect(total).to_contain_text("3 references × 2 variations = 6 works")
    await expect(total).to_contain_text("charges no credits")
    # What is chosen stays so while categories and searches come and go.
    await page.locator(".chip-choice", has_text="indoors").click()
    await expect(page.locator(".pick")).to_have_count(3)
    await expect(page.locator(".pick-box:checked")).to_have_count(0)
    await page.click("#pick-all")
    await expect(count).to_have_text("6 selected")
    await page.locator(".chip-choice", has_text="All").click()
    await expect(page.locator(".pick-box:checked")).to_have_count(6)
    await page.fill("[name=shelf-words]", "해변")
    await expect(page.locator(".pick")).to_have_count(3)
    # Enter looks; it never asks.
    await page.press("[name=shelf-words]", "Enter")
    await page.locator(f"#cell-{shelf[0]}").hover()
    await expect(page.locator(f"#cell-{shelf[0]} .pick-words")).to_have_css("opacity", "1")
    await page.click("#pick-none")
    await page.click(f"#cell-{shelf[0]}")
    await page.click(f"#cell-{shelf[1]}")
    await expect(total).to_contain_text("2 references × 2 variations = 4 works")
    # The values of a grid are looked at as they are typed.
    await page.click("#grid summary")
    await page.select_option("#x-field", "steps")
    await page.fill("#x-values", "10..1000")
    await expect(page.locator("#x-problem")).to_be_visible()
    await page.fill("#x-values", "10, 12")
    await expect(page.locator("#x-problem")).to_be_hidden()
    await expect(total).to_contain_text("2 × 1 grid = 8 works")
    await page.click("#final summary")
    await expect(page.locator("#prompts")).to_contain_text("milan, long brunette hair")
    await page.fill("#x-values", "10")
    await expect(page.locator("#ask-batch")).to_have_text("Make 4")
    await page.click("#ask-batch")
    await page.wait_for_url("**/batches/*")
    await ended(page)
    assert sum(shift["value"] for shift in await visitor.shifts()) < 0.001
    await expect(page.locator("#batch-of")).to_have_text("4 of 4 ended")
    await page.click("#tile-0-keep")
    await expect(page.locator("#tile-0-keep")).to_have_attribute("aria-pressed", "true")
    await page.click("#tile-1-reject")
    await expect(page.locator(".legend-rejected dd")).to_have_text("1")
    await page.click("#tile-1-reject")
    await expect(page.locator(".legend-rejected dd")).to_have_text("0")
    address = await page.get_attribute("#zip-kept", "href")
    answer = await page.request.get(f"{visitor.base}{address}")
    names = zipfile.ZipFile(io.BytesIO(await answer.body())).namelist()
    assert sum(name.startswith("pictures/") for name in names) == 1
    await page.select_option("#more-count", "2")
    await page.click("#more")
    await expect(page.locator("#batch-of")).to_contain_text("of 2 ended")
    await expect(page.locator("#batch .meta a", has_text="More like")).to_be_visible()
    await ended(page)


async def test_the_same_by_keyboard_alone(visitor: Visit, working: Crew, shelf: list[str]) -> None:
    page, press = visitor.page, visitor.page.keyboard.press
    await visitor.go("/generate")
    await tab_to(page, "[name=batch-character]")
    await press("Space")
    await tab_to(page, ".pick-box")
    await press("Space")
    await press("ArrowRight")
    await press("ArrowRight")
    await press("Shift+Space")
    await expect(page.locator(".picker-count")).to_have_text("3 selected")
    await press("Home")
    await press("Space")
    await expect(page.locator(".pick-box:checked")).to_have_count(2)
    # One Tab leaves all the references behind.
    await tab_to(page, "[name=batch-variations]", most=1)
    await press("ArrowRight")
    await expect(page.locator("#sum")).to_contain_text("= 4 works")
    await tab_to(page, "#ask-batch")
    await press("Enter")
    await page.wait_for_url("**/batches/*")
    await ended(page)
    await tab_to(page, "#tile-0-link")
    await press("k")
    await expect(page.locator("#tile-0")).to_have_attribute("data-choice", "kept")
    await press("ArrowRight")
    await press("x")
    await expect(page.locator("#tile-1")).to_have_attribute("data-choice", "rejected")
    # The page was read again under the focus, and it is still there.
    await expect(page.locator("#tile-1-link")).to_be_focused()
    await press("ArrowDown")
    await expect(page.locator("#tile-3-link")).to_be_focused()
    await press("Enter")
    await page.wait_for_url("**/works/*")


async def test_what_failed_is_tried_again_and_the_rest_cancelled(
    visitor: Visit, studio: Studio, alice: Caller, shelf: list[str]
) -> None:
    batch = await asked(studio, alice, shelf[:2], variations=2)
    works = await batches.works_of(studio, alice, batch.id)
    page = visitor.page
    # The queue beside the form follows what happens.
    await visitor.go("/generate")
    await expect(page.locator("main .queue-count")).to_have_text("0 of 4 ended")
    await finish(studio, [works[0].id], "completed")
    await finish(studio, [works[1].id], "failed")
    await expect(page.locator("main .queue-count")).to_have_text("2 of 4 ended")
    await visitor.go(f"/batches/{batch.id}?show=failed")
    await expect(page.locator(".proof")).to_have_count(1)
    await expect(page.locator(".proof-why")).not_to_be_empty()
    await page.click("#show-all")
    await expect(page.locator(".proof")).to_have_count(4)
    await page.click("#retry")
    await expect(page.locator("#tile-1")).to_have_attribute("data-status", "pending")
    await expect(page.locator("#retry")).to_be_focused()
    await page.click("#cancel")
    await expect(page.locator("#batch-of")).to_have_text("4 of 4 ended")
    await visitor.go("/batches")
    await expect(page.locator(".batch-row")).to_have_count(1)
    await page.click(".batch-link")
    await expect(page.locator("#tile-0-link img")).to_be_visible()


async def test_what_is_chosen_stays_while_more_comes_in(
    visitor: Visit, studio: Studio, alice: Caller, shelf: list[str]
) -> None:
    async with studio.database.as_service() as service:
        # As many as scroll: one picture under many names.
        await service.connection.execute(
            "INSERT INTO reference_images (id, project_id, user_id, filename, category, file_id,"
            " sha256, caption_state)"
            " SELECT gen_random_uuid(), project_id, user_id, 'again-' || n, 'again', file_id,"
            " sha256(n::text::bytea), 'none' FROM reference_images, generate_series(1, 130) n"
            " WHERE id = %s",
            (shelf[0],),
        )
    page = visitor.page
    await visitor.go("/generate?shelf-category=%3Dagain")
    await expect(page.locator(".pick")).to_have_count(60)
    first = page.locator(".pick-box").first
    await first.check()
    await page.locator("#pick-more").scroll_into_view_if_needed()
    await expect(page.locator(".pick")).to_have_count(120)
    await page.locator("#pick-more").scroll_into_view_if_needed()
    await expect(page.locator(".pick")).to_have_count(130)
    await expect(first).to_be_checked()
    # One stop for Tab among them all.
    stops = page.locator(".pick-box[tabindex='0'], .pick-box:not([tabindex])")
    await expect(stops).to_have_count(1)
    await page.click("#pick-all")
    await expect(page.locator(".picker-count")).to_have_text("130 selected")


async def test_the_sum_in_credits(client: Client, studio: Studio, alice: Caller) -> None:
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=True)
    milan = await characters.make(studio, alice, MILAN)
    reference, _ = await imports.bring(studio, alice, Brought(photograph(), "a.jpg", "", "a beach"))
    form = {
        "batch-character": str(milan.id),
        "batch-picked": str(reference.id),
        "batch-variations": "3",
    }

    async def told(path: str) -> str:
        headers = {
            "Accept": "text/html",
            "Accept-Language": "en",
            "HX-Request": "true",
        }
        return (await client.post(path, data=form, headers=headers)).body.decode()

    assert "3 credits short: there are 0." in await told("/generate/look")
    # Refused with its reason, and nothing was asked.
    assert 'id="sum"' in await told("/generate")
    assert await batches.page(studio, alice) == []
    await treasury.subscribe(studio, alice, alice.id, 41)
    text = await told("/generate/look")
    assert "<strong>3 works, 3 credits</strong>" in text
    assert "41 credits left" in text
    assert "milan, long brunette hair" in text


async def test_a_studio_with_nothing_to_choose_from(
    visit: Open, studio: Studio, alice: Caller
) -> None:
    visitor = await visit(alice)
    page = visitor.page
    await visitor.go("/generate")
    await expect(page.locator(".empty-title")).to_have_text(
        ["There are no characters yet.", "There are no references yet."]
    )
    assert await visitor.inaccessible() == []
    await visitor.go("/batches")
    await expect(page.locator(".empty-title")).to_have_text("There are no batches yet.")
    await characters.make(studio, alice, {"name": "Cam"})
    await visitor.go("/generate")
    # Said before anything is asked.
    await expect(page.locator(".who-missing")).to_have_text("No LoRA on this engine")
    await expect(page.locator("#sum")).to_contain_text("Cam")


async def test_a_batch_is_asked_for_without_scripts(
    visit: Open, studio: Studio, alice: Caller, shelf: list[str]
) -> None:
    visitor = await visit(alice, scripts=False)
    page = visitor.page
    await visitor.go("/generate")
    await page.locator(".who", has_text="Milan").click()
    await page.check(f"#pick-{shelf[0]}")
    await page.locator(".chip-choice", has_text="indoors").click()
    await page.click(".picker-show")
    await expect(page.locator(".pick")).to_have_count(3)
    await page.check(f"#pick-{shelf[4]}")
    await page.locator(".steps-choice label").nth(2).click()
    await page.locator("noscript button").click()
    await expect(page.locator("#sum")).to_contain_text("2 references × 3 variations = 6 works")
    await page.click("#ask-batch")
    await page.wait_for_url(re.compile("/batches/[0-9a-f-]{36}$"))
    batch = await batches.get(studio, alice, UUID(visitor.path.removeprefix("/batches/")))
    await finish(studio, [(await batches.works_of(studio, alice, batch.id))[0].id], "completed")
    await page.reload()
    await page.click("#tile-0-keep")
    await expect(page.locator("#tile-0-keep")).to_have_attribute("aria-pressed", "true")
    assert (await batches.get(studio, alice, batch.id)).counts["kept"] == 1


@pytest.mark.parametrize("look", [("en", False), ("ko", True)], ids=["desk", "phone"])
async def test_pages_for_batches_are_accessible(
    visit: Open, studio: Studio, alice: Caller, shelf: list[str], look: tuple[str, bool]
) -> None:
    language, phone = look
    plain = await asked(studio, alice, shelf[:2], variations=2)
    works = [work.id for work in await batches.works_of(studio, alice, plain.id)]
    await finish(studio, works[:2], "completed")
    await finish(studio, works[2:3], "failed")
    await batches.choose(studio, alice, plain.id, works[:1], "kept")
    await batches.choose(studio, alice, plain.id, works[1:2], "rejected")
    grid = {"x": {"field": "cfg", "values": "3, 4"}, "y": {"field": "steps", "values": "10, 12"}}
    gridded = await asked(studio, alice, shelf[:1], grid=grid)
    visitor = await visit(
        alice, phone=phone, dark=phone, language=language, reduced_motion="reduce"
    )
    page = visitor.page
    for path in (f"/batches/{plain.id}", f"/batches/{gridded.id}", "/batches"):
        await visitor.go(path)
        assert await visitor.inaccessible() == [], path
    await visitor.go(f"/generate?character=milan&reference={shelf[0]}")
    await expect(page.locator(".pick-box:checked")).to_have_count(1)
    for part in ("#grid", "#settings", "#final"):
        await page.click(f"{part} summary")
    await page.locator(".pick-box").nth(1).focus()
    assert await visitor.inaccessible() == []
    await page.fill("#y-values", "many")
    await page.select_option("#y-field", "steps")
    await expect(page.locator("#y-problem")).to_be_visible()
    assert await visitor.inaccessible() == []
