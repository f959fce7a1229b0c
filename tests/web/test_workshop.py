"""The workshop: a workflow becomes a form, is tried, published, changed, and brought back."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from playwright.async_api import Route, expect
from tests.web.test_accessibility import look
from tests.web.visitors import Open, Visit

from affiche.catalog import catalog
from affiche.domain import drafts as edits
from affiche.domain.drafts import Content
from affiche.graphs.schemas import known
from affiche.graphs.suggestions import suggest
from affiche.pipeline.crew import Crew
from affiche.studio import drafts, workshop
from affiche.studio.studio import Caller, Studio

KLEIN = next(t for t in catalog.shipped() if t.slug == "klein-i2i")
GRAPH = KLEIN.stages[0].workflow.graph
WORDS = {
    "title.ko": "다시 그리기",
    "title.en": "Repaint",
    "description.ko": "사진을 말로 고칩니다.",
    "description.en": "Changes a picture by words.",
    "fallback_title.ko": "작품",
    "fallback_title.en": "Work",
    "slug": "repaint",
    "template_name": "repaint",
}


@pytest.fixture
def workflow(tmp_path: Path) -> Path:
    path = tmp_path / "repaint.json"
    path.write_text(json.dumps(GRAPH.api()), encoding="utf-8")
    return path


async def snap(visitor: Visit, name: str) -> None:
    if folder := os.environ.get("SNAPS"):
        await visitor.still()
        await visitor.page.screenshot(path=f"{folder}/{name}.png", full_page=True)


async def bring(visitor: Visit, workflow: Path) -> None:
    await visitor.go("/workshop/new")
    await visitor.page.set_input_files("#workflow-file", workflow)
    await visitor.page.click("#bring-it")
    await visitor.page.wait_for_url("**/workshop/drafts/*")


async def make(visitor: Visit, node: str, name: str) -> None:
    """A field of an input, by mouse."""
    page = visitor.page
    await page.click(f'[id="node-{node}"]')
    await page.click(f"#make-{name}")
    await expect(page.locator("#field-form")).to_be_visible()


async def describe(visitor: Visit) -> None:
    page = visitor.page
    await page.click("#tab-details")
    for key, words in WORDS.items():
        await page.fill(f'[id="about-{key}"]', words)
    await page.click("#save-details")
    await expect(page.locator("#about [role=status]")).to_be_visible()


async def leave_before_it_is_answered(visitor: Visit) -> None:
    """What is asked for of the form is done, and nobody is led back to it."""
    page, left = visitor.page, asyncio.Event()

    async def late(route: Route) -> None:
        await left.wait()
        await route.continue_()

    await page.route("**/fields/image/down", late, times=1)
    await page.click("#down-image")
    await page.click("#tab-details")
    async with page.expect_response("**/fields/image/down"):
        left.set()
    await expect(page.locator("#tab-details")).to_have_attribute("aria-current", "page")
    await page.click("#tab-form")
    await expect(page.locator(".field-row").nth(2)).to_have_attribute("data-name", "image")
    await page.click("#up-image")
    await expect(page.locator(".field-row").nth(1)).to_have_attribute("data-name", "image")


async def test_a_workflow_becomes_a_form_and_its_versions_go_and_come_back(
    visit: Open, studio: Studio, alice: Caller, workflow: Path, photo: Path, working: Crew
) -> None:
    visitor = await visit(alice, reduced_motion="reduce")
    page = visitor.page
    await bring(visitor, workflow)
    await expect(page.locator(".graph-node")).to_have_count(len(GRAPH.nodes))
    await snap(visitor, "graph-fresh")
    for node, name in (("76", "image"), ("75:74", "text"), ("75:73", "noise_seed")):
        await make(visitor, node, name)
    await snap(visitor, "graph-field")
    await make(visitor, "75:62", "steps")
    await page.fill('[id="field-label.en"]', "How many steps")
    await page.click("#save-field")
    await expect(page.locator("#field-form > [role=status]")).to_be_visible()
    await expect(page.locator('[id="node-75:62"] .graph-mark')).to_have_text("How many steps")
    # The form as people will see it, in another order.
    await page.click("#tab-form")
    await expect(page.locator(".field-row")).to_have_count(4)
    await page.click("#up-seed")
    await expect(page.locator(".field-row strong").nth(1)).to_have_text("Seed")
    await page.locator('[data-name="steps"]').drag_to(
        page.locator('[data-name="image"]'), target_position={"x": 60, "y": 3}
    )
    await expect(page.locator(".field-row strong").first).to_have_text("How many steps")
    await expect(page.locator(".preview-sheet .field")).to_have_count(4)
    await snap(visitor, "form")
    await leave_before_it_is_answered(visitor)
    await describe(visitor)
    await snap(visitor, "details")
    # It is tried before anybody else sees it.
    await page.click("#tab-try")
    await page.set_input_files("#image", photo)
    await expect(page.locator(".drop-held")).not_to_have_value("")
    await page.fill("#prompt", "a quiet beach at sunset")
    await page.click("#try-preview")
    await expect(page.locator(".trial[data-status=completed]")).to_have_count(1, timeout=60_000)
    await snap(visitor, "try")
    await page.click("#tab-publish")
    await snap(visitor, "publish-new")
    await page.click("#publish-it")
    await page.wait_for_url("**/workshop/templates/repaint")
    await visitor.go("/templates/repaint")
    await expect(page.locator("h1")).to_have_text("Repaint")
    await expect(page.locator(".field-slider, .field-number")).not_to_have_count(0)
    # Changed, and brought back.
    await visitor.go("/workshop/templates/repaint")
    await page.click("text=Edit")
    await page.wait_for_url("**/workshop/drafts/*")
    await page.click("#tab-form")
    await page.click("#row-steps")
    await page.click("#remove-field")
    await expect(page.locator(".field-row")).to_have_count(3)
    await page.click("#tab-publish")
    await expect(page.locator(".changes li").first).to_contain_text("steps")
    await snap(visitor, "publish-change")
    await page.fill("#publish-note", "Fewer questions")
    await page.click("#publish-it")
    await expect(page.locator("#version-2.version-now")).to_be_visible()
    await page.click("#back-1")
    await page.click("#version-1 .button-primary")
    await expect(page.locator("#version-3.version-now")).to_be_visible()
    await snap(visitor, "versions")
    await visitor.go("/workshop")
    await snap(visitor, "all")
    assert (await workshop.get(studio, alice, "repaint")).row.version == 3
    assert await drafts.listed(studio, alice) == []


@pytest.mark.parametrize(
    ("phone", "dark", "language"),
    [(False, False, "en"), (True, True, "ko")],
    ids=["desk-light-en", "phone-dark-ko"],
)
async def test_every_part_of_the_bench_is_for_everybody(
    visit: Open,
    studio: Studio,
    alice: Caller,
    workflow: Path,
    phone: bool,
    dark: bool,
    language: str,
) -> None:
    draft = await drafts.begin(studio, alice, GRAPH)
    await drafts.change(studio, alice, draft, bound)
    other = await drafts.begin_from(studio, alice, "klein-i2i")
    looks = {"phone": phone, "dark": dark, "language": language, "reduced_motion": "reduce"}
    visitor = await visit(alice, **looks)
    name = "phone" if phone else "desk"
    bench = f"/workshop/drafts/{draft}"
    for path in (
        *("/workshop", "/workshop/new", "/workshop/templates/klein-i2i", bench),
        *(f"{bench}?node=75:73", f"{bench}?node=75:73&field=seed", f"{bench}?view=form&field=mask"),
        *(f"{bench}?view={view}" for view in ("form", "presets", "details", "try", "publish")),
        f"/workshop/drafts/{other}?view=presets&field=fast",
    ):
        await look(visitor, path)
        await snap(visitor, f"{name}-{path.rpartition('/')[2].partition('?')[2] or path[-4:]}")


def bound(content: Content) -> Content:
    """With a seed, and a mask that lies on nothing yet."""
    seed = suggest(GRAPH, known(), "75:73", "noise_seed")
    mask = suggest(GRAPH, known(), "76", "image", "mask")
    assert seed
    assert mask
    content = edits.with_field(content, 0, seed.field, seed.binding)
    return edits.with_field(content, 0, {**mask.field, "name": "mask"}, mask.binding)


async def test_by_keyboard_alone(visit: Open, studio: Studio, alice: Caller) -> None:
    draft = await drafts.begin(studio, alice, GRAPH)
    visitor = await visit(alice, reduced_motion="reduce")
    page = visitor.page
    await visitor.go(f"/workshop/drafts/{draft}")
    # Along the links, from the picture to the size that is made of it.
    await page.focus('[id="node-76"]')
    for key, node in (("ArrowRight", "75:80"), ("ArrowLeft", "76"), ("ArrowDown", "75:71")):
        await page.keyboard.press(key)
        await expect(page.locator(f'[id="node-{node}"]')).to_be_focused()
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Enter")
    await expect(page.locator('[id="node-76"][aria-current]')).to_be_focused()
    await page.focus("#make-image")
    await page.keyboard.press("Enter")
    await expect(page.locator("#field-form")).to_be_visible()
    await expect(page.locator("#panel-heading")).to_be_focused()
    await page.focus('[id="field-label.en"]')
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("Your photo")
    await page.keyboard.press("Enter")
    await expect(page.locator('[id="node-76"] .graph-mark')).to_have_text("Your photo")
    # The order, by its buttons, which keep the focus.
    await drafts.change(studio, alice, draft, bound_seed)
    await visitor.go(f"/workshop/drafts/{draft}?view=form")
    await page.focus("#up-seed")
    await page.keyboard.press("Enter")
    await expect(page.locator(".field-row strong").first).to_have_text("Seed")
    await expect(page.locator("#up-seed")).to_be_focused()
    content = (await drafts.get(studio, alice, draft)).content
    assert edits.names(content) == ["seed", "image"]


def bound_seed(content: Content) -> Content:
    seed = suggest(GRAPH, known(), "75:73", "noise_seed")
    assert seed
    return edits.with_field(content, 0, seed.field, seed.binding)


async def test_two_at_one_draft_lose_nothing(visit: Open, studio: Studio, alice: Caller) -> None:
    draft = await drafts.begin(studio, alice, GRAPH)
    await drafts.change(studio, alice, draft, bound_seed)
    one, other = await visit(alice), await visit(alice)
    for visitor in (one, other):
        visitor.expected.append("status of 409")
        await visitor.go(f"/workshop/drafts/{draft}?view=form&field=seed")
    await one.page.fill('[id="field-label.en"]', "Chance")
    await one.page.click("#save-field")
    await expect(one.page.locator("#field-form > [role=status]")).to_be_visible()
    await other.page.fill('[id="field-label.en"]', "Luck")
    await other.page.click("#save-field")
    # What was written is still there, with what the first one saved beside it.
    await expect(other.page.locator("#bench-error")).to_be_visible()
    await expect(other.page.locator('[id="field-label.en"]')).to_have_value("Luck")
    await expect(other.page.locator(".theirs")).to_contain_text("Chance")
    await snap(other, "conflict")
    await other.page.click("#save-field")
    await expect(other.page.locator(".field-row strong")).to_have_text("Luck")
