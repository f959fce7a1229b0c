"""The workshop: workflows as people have them, presets, and engines that moved away."""

import json
from pathlib import Path

import pyvips
from playwright.async_api import expect
from tests.support.editors import saved
from tests.web.test_accessibility import check
from tests.web.test_workshop import GRAPH, snap
from tests.web.visitors import Open

from affiche.emulators.comfyui import Server
from affiche.graphs.schemas import known
from affiche.pictures.containers import png
from affiche.studio import drafts, workshop
from affiche.studio.studio import Caller, Studio


def pictured() -> bytes:
    """A picture as ComfyUI saves it, with what the editor had."""
    whole: bytes = pyvips.Image.black(32, 24, bands=3).pngsave_buffer()
    text = b"workflow\0" + json.dumps(saved(GRAPH.api(), known())).encode()
    return whole[:33] + png.chunk(b"tEXt", text) + whole[33:]


async def test_what_the_editor_saved_comes_in_from_its_file_and_from_a_picture(
    visit: Open, alice: Caller, tmp_path: Path
) -> None:
    visitor = await visit(alice, reduced_motion="reduce")
    page = visitor.page
    for name, data in (
        ("editor.json", json.dumps(saved(GRAPH.api(), known())).encode()),
        ("made.png", pictured()),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        await visitor.go("/workshop/new")
        await page.set_input_files("#workflow-file", path)
        await expect(page.locator(".workflow-told")).to_contain_text(name)
        await expect(page.locator("#bring-it")).to_be_focused()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/workshop/drafts/*")
        await expect(page.locator(".graph-node")).to_have_count(len(GRAPH.nodes))
        await expect(page.locator('[id="node-75:73"]')).to_be_visible()
    # A picture in the place of a stage's graph, too.
    await page.click(".more > summary")
    await page.set_input_files("#exchange-file", path)
    await page.click(".more .button")
    await expect(page.locator("#bench-error")).to_have_count(0)
    await expect(page.locator(".graph-node")).to_have_count(len(GRAPH.nodes))


async def test_what_cannot_be_brought_in_is_explained(
    visit: Open, alice: Caller, bob: Caller, tmp_path: Path, photo: Path
) -> None:
    visitor = await visit(alice)
    page = visitor.page
    visitor.expected.append("status of 422")
    broken = GRAPH.api()
    broken["75:63"]["inputs"]["model"] = ["none", 0, 1]
    for name, data, said in (
        ("editor.json", {"nodes": [{"id": 7, "type": "Mystery"}]}, "#7 Mystery: No engine"),
        ("editor.json", {"nodes": [{"id": 7, "type": "Mystery"}]}, "connect the ComfyUI"),
        ("broken.json", broken, "#75:63 CFGGuider “Guidance” .model"),
    ):
        path = tmp_path / name
        path.write_text(json.dumps(data), encoding="utf-8")
        await visitor.go("/workshop/new")
        await page.set_input_files("#workflow-file", path)
        await page.click("#bring-it")
        await expect(page.locator(".notice-wrong")).to_contain_text(said)
        await expect(page.locator(".notice-wrong")).to_contain_text(name)
    # A picture that holds nothing, and half of one.
    for data, said in ((photo.read_bytes(), "holds no workflow"), (pictured()[:-9], "to its end")):
        path = tmp_path / "picture.png"
        path.write_bytes(data)
        await visitor.go("/workshop/new")
        await page.set_input_files("#workflow-file", path)
        await page.click("#bring-it")
        await expect(page.locator(".notice-wrong")).to_contain_text(said)
    # A node that nobody knows is drawn and named, and what was pasted goes in too.
    unknown = GRAPH.api()
    unknown["75:61"]["class_type"] = "NobodyKnows"
    await visitor.go("/workshop/new")
    await page.fill("#workflow-text", json.dumps(unknown))
    await page.click("#bring-it")
    await page.wait_for_url("**/workshop/drafts/*")
    await expect(page.locator('[id="node-75:61"].graph-node-wrong')).to_be_visible()
    await page.click(".panel-wrong a")
    await expect(page.locator("#panel .problem")).to_contain_text("NobodyKnows")
    other = await visit(bob)
    other.expected.append("status of 403")
    await other.go("/workshop")
    await expect(other.page.locator(".plate-number")).to_have_text("403")
    await expect(other.page.locator('.places a[href="/workshop"]')).to_have_count(0)


async def test_presets_are_made_here_and_published_with_the_version(
    visit: Open, studio: Studio, alice: Caller
) -> None:
    draft = await drafts.begin_from(studio, alice, "klein-i2i")
    visitor = await visit(alice, reduced_motion="reduce")
    page = visitor.page
    visitor.expected.append("status of 422")
    rows = page.locator(".field-row strong")
    await visitor.go(f"/workshop/drafts/{draft}?view=presets")
    await expect(rows).to_have_text(["Fast", "Balanced", "High quality"])
    # One that there is, by keyboard.
    await page.focus("#row-fast")
    await page.keyboard.press("Enter")
    await page.locator('[id="preset-title.en"]').fill("Draft")
    await page.locator('[id="preset-value.steps"]').fill("999")
    await page.keyboard.press("Enter")
    await expect(page.locator('[id="preset-value.steps-problem"]')).to_be_visible()
    await page.locator('[id="preset-value.steps"]').fill("3")
    await page.keyboard.press("Enter")
    await expect(page.locator("#preset-form > [role=status]")).to_be_visible()
    await expect(rows).to_have_text(["Draft", "Balanced", "High quality"])
    await page.focus("#down-fast")
    await page.keyboard.press("Enter")
    await expect(rows).to_have_text(["Balanced", "Draft", "High quality"])
    await expect(page.locator("#down-fast")).to_be_focused()
    # A new one, which has to set something; and one less.
    await page.click("#add-preset")
    await expect(page.locator('[id="preset-title.ko"]')).to_have_value("")
    await page.locator('[id="preset-title.ko"]').fill("부드럽게")
    await page.locator('[id="preset-title.en"]').fill("Soft, and slow")
    await page.click("#save-preset")
    await expect(page.locator("#preset-values-problem")).to_be_visible()
    await page.locator('[id="preset-value.cfg"]').fill("1.5")
    await page.locator("#preset-seconds").fill("90")
    await page.click("#save-preset")
    await expect(rows).to_have_text(["Balanced", "Draft", "High quality", "Soft, and slow"])
    await snap(visitor, "presets")
    await page.click("#row-balanced")
    await expect(page.locator('[id="preset-title.en"]')).to_have_value("Balanced")
    await page.click("#remove-preset")
    await expect(rows).to_have_text(["Draft", "High quality", "Soft, and slow"])
    await page.click("#tab-publish")
    await page.click("#publish-it")
    await page.wait_for_url("**/workshop/templates/klein-i2i")
    presets = (await workshop.get(studio, alice, "klein-i2i")).template.presets
    assert [(each.slug, each.title.en, each.estimated_time) for each in presets] == [
        ("fast", "Draft", 20),
        ("high-quality", "High quality", 50),
        ("soft-and-slow", "Soft, and slow", 90),
    ]
    assert presets[0].values == {"steps": 3, "cfg": 1.0, "megapixels": 0.5}
    assert presets[2].values == {"cfg": 1.5}


async def test_a_template_says_where_an_engine_has_moved_away_from_it(
    visit: Open, alice: Caller, comfyui: Server
) -> None:
    del comfyui.service.schemas["Flux2Scheduler"]
    visitor = await visit(alice, reduced_motion="reduce")
    page = visitor.page
    await visitor.go("/workshop/templates/klein-i2i")
    await expect(page.locator("#engines")).to_contain_text("not looked at yet")
    await page.focus("#look-at-engines")
    await page.keyboard.press("Enter")
    await expect(page.locator(".fit-problems li")).to_contain_text("Flux2Scheduler")
    await expect(page.locator("#engines")).to_contain_text("looked at")
    await expect(page.locator("#look-at-engines")).to_be_focused()
    await check(visitor, "engines")
    await snap(visitor, "engines")
    # Another template does without that node, and what was seen is known there, too.
    await visitor.go("/workshop/templates/img2img-lora")
    await expect(page.locator("#engines")).not_to_contain_text("not looked at yet")
    await expect(page.locator("#engines")).not_to_contain_text("Flux2Scheduler")
