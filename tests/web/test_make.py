"""Make in three panes: asking beside the picture, again and again, with the address in step."""

from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Page, expect
from tests.support.servers import Client
from tests.support.studios import ask, photograph, reached
from tests.web.test_accessibility import check
from tests.web.test_keyboard import tab_to
from tests.web.visitors import Open, Visit

from affiche.pipeline.crew import Crew
from affiche.studio import recall, treasury, uploads, works
from affiche.studio.studio import Caller, Studio

HTML = {"Accept": "text/html", "Accept-Language": "en"}
FORM = "/templates/klein-i2i"
DONE = "#work[data-status=completed]"
INSIDE = """(selector) => {
  const { top, bottom } = document.querySelector(selector).getBoundingClientRect();
  return top >= 0 && bottom <= innerHeight && document.documentElement.scrollHeight <= innerHeight;
}"""
CARET = "[document.activeElement.id, document.activeElement.selectionStart]"


async def work_shown(page: Page, but: UUID | None = None) -> UUID:
    """The id in the address, once it is of another work than before."""
    await page.wait_for_url(lambda url: "?work=" in url and str(but) not in url)
    return UUID(page.url.partition("?work=")[2])


async def test_one_asks_again_beside_what_was_made(
    visitor: Visit, studio: Studio, alice: Caller, working: Crew, photo: Path
) -> None:
    page = visitor.page
    await visitor.go(FORM)
    await expect(page.locator(".mirror-invite")).to_be_visible()
    await visitor.put(photo)
    await expect(page.locator(".mirror-picture")).to_be_visible()
    await expect(page.locator("#image-hints")).to_contain_text("about 1168 × 880 pixels")
    await page.fill("#prompt", "a quiet beach")
    await page.click("text=Fast")
    await expect(page.locator("#image-hints")).to_contain_text("about 832 × 624 pixels")
    await page.click("#settings summary")
    await page.click("[data-draw]")
    drawn = await page.input_value("#seed")
    for part in (".ask", "#quote"):
        assert await page.evaluate(INSIDE, part), part

    await page.click(".ask")
    first = await work_shown(page)
    await expect(page.locator(DONE)).to_be_visible(timeout=60_000)
    await expect(page.get_by_role("slider", name="Compare")).to_be_visible()
    await expect(page.locator("#quote")).to_contain_text("about")
    await expect(page.locator("#queue")).to_contain_text("Done")
    assert str((await works.get(studio, alice, first)).seed) == drawn
    # The form is as it was, but for a seed that was only drawn.
    await expect(page.locator("#prompt")).to_have_value("a quiet beach")
    await expect(page.locator("#seed")).not_to_have_value(drawn)

    await page.click("[data-lock]")
    kept = await page.input_value("#seed")
    await page.fill("#prompt", "a loud city")
    await page.keyboard.press("Control+Enter")
    second = await work_shown(page, first)
    await expect(page.locator(f"{DONE}[data-work='{second}']")).to_be_visible(timeout=60_000)
    await expect(page.locator("#seed")).to_have_value(kept)
    assert str((await works.get(studio, alice, second)).seed) == kept

    await page.go_back()
    await expect(page.locator(f"#work[data-work='{first}']")).to_be_visible()
    await expect(page.locator("#prompt")).to_have_value("a loud city")
    await page.go_back()
    await expect(page.locator("#work")).to_have_count(0)
    await expect(page.locator(".mirror-picture")).to_be_visible()
    assert visitor.path == FORM
    await page.go_forward()
    await expect(page.locator(f"#work[data-work='{first}']")).to_be_visible()
    await page.reload()
    await expect(page.locator(f"#work[data-work='{first}']")).to_be_visible()
    await expect(page.locator(".mirror-picture")).to_have_attribute(
        "src", "/v1/files/" + str((await works.get(studio, alice, first)).input_data["image"])
    )
    # From the queue into the viewer, and its result back into the form.
    await page.locator(f"#queue a[href='/works/{second}']").last.click()
    await expect(page.locator(f"#work[data-work='{second}']")).to_be_visible()
    result = (await works.outputs(studio, alice, [second]))[0]
    await page.click("[data-input]")
    await expect(page.locator(".drop-held").first).to_have_value(str(result.id))
    await expect(page.locator("#work")).to_have_count(0)


async def test_panes_fold_by_button_and_by_key_and_stay_so(
    visitor: Visit, studio: Studio, alice: Caller, photo: Path
) -> None:
    page = visitor.page
    file = await uploads.upload(studio, alice, photo.read_bytes(), name="a.jpg")
    work = await ask(studio, alice, file, "waits")
    await visitor.go(f"{FORM}?from={work.id}&seed=new")
    await check(visitor, "three panes")
    await visitor.still()
    await page.keyboard.press("Alt+BracketLeft")
    await expect(page.locator("#ask")).to_be_hidden()
    await expect(page.locator("#fold-form")).to_have_attribute("aria-expanded", "false")
    await tab_to(page, "#fold-queue", most=80)
    await page.keyboard.press("Enter")
    await expect(page.locator("#queue")).to_be_hidden()
    await expect(page.locator("#fold-queue")).to_be_focused()
    await page.reload()
    await visitor.still()
    await expect(page.locator("#ask")).to_be_hidden()
    await expect(page.locator("#queue")).to_be_hidden()
    assert await visitor.shifts() == []
    await check(visitor, "both sides folded")
    await page.click("#fold-form")
    await page.keyboard.press("Alt+BracketRight")
    await expect(page.locator("#prompt")).to_have_value("waits")
    await expect(page.locator("#queue")).to_be_visible()


async def test_on_a_phone_the_panes_are_tabs(
    visit: Open, studio: Studio, alice: Caller, working: Crew, photo: Path
) -> None:
    visitor = await visit(alice, phone=True, language="ko", dark=True, reduced_motion="reduce")
    page = visitor.page
    await visitor.go(FORM)
    await check(visitor, "the form")
    await page.focus("#tab-form")
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#tab-picture")).to_be_focused()
    await expect(page.locator("#pane-picture")).to_be_visible()
    await expect(page.locator("#ask")).to_be_hidden()
    await page.keyboard.press("End")
    await expect(page.locator("#queue")).to_be_visible()
    await check(visitor, "the queue")
    await page.keyboard.press("Home")
    await visitor.put(photo)
    await page.fill("#prompt", "노을 지는 해변")
    await expect(page.locator("#image-hints")).to_contain_text("픽셀")
    await page.keyboard.press("Control+Enter")
    await work_shown(page)
    await expect(page.locator("#tab-picture")).to_be_focused()
    await expect(page.locator(DONE)).to_be_visible(timeout=60_000)
    await check(visitor, "the work")


async def test_what_is_written_is_checked_under_the_fingers(
    visit: Open, studio: Studio, alice: Caller, photo: Path
) -> None:
    async with studio.database.as_service() as service:
        await service.run("credits.switch", charging=True)
    visitor = await visit(alice)
    page = visitor.page
    await visitor.go("/templates/poster")
    quote = page.locator(".quote-line")
    await expect(quote).to_contain_text("about 90 s on a GPU, 2 credits short")
    await expect(quote.get_by_role("link")).to_have_attribute("href", "/credits")
    await treasury.grant(studio, alice, alice.id, 43)
    await page.fill("#headline", "a headline")
    await expect(quote).to_have_text("2 credits, about 90 s on a GPU, 41 left")
    await visitor.go(FORM)
    await page.click("#settings summary")
    # Nothing is called wrong that nobody has touched.
    await page.fill("#steps", "99")
    await expect(page.locator("#steps-problem")).to_be_visible()
    await expect(page.locator("#prompt-problem")).to_be_hidden()
    assert await page.evaluate(CARET.replace(", document.activeElement.selectionStart", "")) == [
        "steps"
    ]
    await check(visitor, "a problem that was found while writing")
    await page.fill("#prompt", "a beach")
    await page.evaluate("document.querySelector('#prompt').setSelectionRange(2, 2)")
    await page.keyboard.type("quiet ")
    await page.fill("#steps", "9")
    await expect(page.locator("#steps-problem")).to_be_hidden()
    await page.focus("#prompt")
    # Small, and put in by the picture field itself.
    await page.set_input_files("#image", photo)
    await expect(page.locator("#image-hints")).to_contain_text("is enlarged 2.4 times")
    assert (await page.evaluate(CARET))[0] == "prompt"
    await expect(page.locator("#prompt")).to_have_value("a quiet beach")


async def test_addresses_fill_the_form(
    client: Client, studio: Studio, alice: Caller, bob: Caller, working: Crew
) -> None:
    async def read(path: str) -> str:
        answer = await client.get(path, headers=HTML)
        assert answer.status == 200, path
        return answer.body.decode()

    file = await uploads.upload(studio, alice, photograph(), name="a.jpg")
    work = await reached(studio, alice, (await ask(studio, alice, file, "mine")).id, "completed")
    made = (await works.outputs(studio, alice, [work.id]))[0]
    held = '<input class="drop-held" type="hidden" name="image" value="{}">'.format
    text = await read(f"{FORM}?from={work.id}")
    assert held(file.id) in text
    assert f'value="{work.seed}"' in text
    assert f'value="{work.seed}"' not in await read(f"{FORM}?from={work.id}&seed=new")
    for id_ in (made.id, work.id):
        text = await read(f"{FORM}?input={id_}")
        assert held(made.id) in text
        assert 'data-brought="image" data-fresh' in text
    answer = await client.get(f"{FORM}?input={made.id}&brush=1", headers=HTML)
    led = answer.headers["Location"]
    assert led == f"/templates/image-brush?input={made.id}&brush=1"
    text = await read(led)
    assert held(made.id) in text
    assert 'data-tab="picture" data-brush' in text
    answer = await client.get(f"/templates/poster?work={work.id}", headers=HTML)
    assert answer.headers["Location"] == f"{FORM}?work={work.id}"
    theirs = await uploads.upload(studio, bob, photograph(), name="b.jpg")
    for query in (f"input={theirs.id}", f"work={theirs.id}", "from=x", "seed=old", "output=0"):
        assert (await client.get(f"{FORM}?{query}", headers=HTML)).status in (404, 422), query


async def test_a_picture_dropped_beside_the_fields_brings_its_settings(
    visitor: Visit, studio: Studio, alice: Caller, working: Crew
) -> None:
    file = await uploads.upload(studio, alice, photograph(96, 64), name="a.jpg")
    asked = works.Ask(
        template="klein-i2i",
        inputs={"image": str(file.id), "prompt": "a brought beach", "megapixels": 0.5},
        output_count=2,
    )
    work = await works.ask(studio, alice, asked)
    await reached(studio, alice, work.id, "completed")
    made = (await works.outputs(studio, alice, [work.id]))[1]
    data = list(await recall.with_note(studio, await works.get(studio, alice, work.id), made))
    page = visitor.page
    await visitor.go(f"{FORM}?work={work.id}")
    carried = await page.evaluate_handle(
        """(data) => {
          const carried = new DataTransfer();
          carried.items.add(new File([new Uint8Array(data)], "a.png", { type: "image/png" }));
          return carried;
        }""",
        data,
    )
    veil = page.locator(".recall-veil")
    await expect(page.locator("picture-recall:defined")).to_be_attached()
    # A field takes the picture itself; everything else asks it how it was made.
    await page.dispatch_event("picture-drop", "dragover", {"dataTransfer": carried})
    await expect(veil).to_be_hidden()
    await page.dispatch_event("#work", "dragover", {"dataTransfer": carried})
    await expect(veil).to_be_visible()
    await page.dispatch_event("#work", "drop", {"dataTransfer": carried})
    dialog = page.locator(".recall-dialog")
    await expect(dialog).to_contain_text("a brought beach")
    # Of two pictures it is the second, and so is its seed.
    seed = (await works.get(studio, alice, work.id)).seed
    assert seed is not None
    await expect(dialog).to_contain_text(str(seed % (2**53 - 1) + 1))
    await check(visitor, "recalled beside a form")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(page.locator("#prompt")).to_have_value("a brought beach")


@pytest.mark.parametrize("kind", ["", "?kind=poster", "?kind=nothing"])
async def test_templates_are_shown_by_kind(client: Client, kind: str) -> None:
    text = (await client.get(f"/{kind}", headers=HTML)).body.decode()
    assert ("Repaint a photograph" in text) == (kind == "")
    assert ("Magazine cover" in text) == (kind != "?kind=nothing")
    assert ("no template of this kind" in text) == (kind == "?kind=nothing")
    assert text.count('aria-current="page"') == (2 if kind != "?kind=nothing" else 1)
