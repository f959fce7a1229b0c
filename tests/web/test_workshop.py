"""The workshop: a workflow becomes a form, is tried, published, changed, and brought back."""

import json
import os
from pathlib import Path

import pytest
from playwright.async_api import expect
from tests.web.visitors import Open, Visit

from affiche.catalog import catalog
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
