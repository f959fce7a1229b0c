"""A form of every kind of field, built from nothing but their definition."""

import copy
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect
from tests.web.visitors import Open, Visit

from affiche.catalog.catalog import load_all
from affiche.catalog.definitions import template_from
from affiche.domain.templates import definition
from affiche.studio import templates, works
from affiche.studio.studio import Caller, Studio

MORE: list[dict[str, Any]] = [
    {"type": "text", "name": "motto", "label": "Motto", "max_length": 20, "placeholder": "short"},
    {
        "type": "select",
        "name": "style",
        "label": "Style",
        "required": True,
        "options": [
            {"value": "woodcut", "label": "Woodcut"},
            {"value": "poster", "label": "Poster"},
        ],
    },
    {"type": "checkbox", "name": "signed", "label": "Signed", "default_value": True},
]


@pytest.fixture
async def rich(studio: Studio) -> str:
    """klein-i2i with further fields, which its prompt takes in."""
    (plain,) = (found for found in load_all([]) if found.slug == "klein-i2i")
    made = copy.deepcopy(definition(plain))
    made |= {"id": str(studio.new_id()), "slug": "rich", "template_name": "rich"}
    made["fields"] += MORE
    stage = made["stages"][0]
    stage["slug"] = "rich-edit"
    stage["graph"]["75:74"]["inputs"]["text"] = "{{prompt}} {{motto}} {{style}} {{signed}}"
    stage["bindings"] = [b for b in stage["bindings"] if b["name"] != "prompt"]
    await templates.install(studio.database, [template_from(made)])
    return "/templates/rich"


async def test_every_kind_of_field_is_asked_kept_and_read(
    visitor: Visit, studio: Studio, alice: Caller, rich: str, photo: Path
) -> None:
    page = visitor.page
    visitor.expected.append("status of 422")
    await visitor.go(rich)
    assert await visitor.inaccessible() == []
    await visitor.put(photo)
    await page.fill("#prompt", "a beach")
    await page.fill("#motto", "far too long for a motto")
    await page.click("#settings summary")
    await page.click(".ask")
    await expect(page.locator("#style-problem")).to_be_visible()
    await expect(page.locator("#motto-problem")).to_contain_text("Up to 20 characters")
    await expect(page.locator("#motto")).to_have_value("far too long for a motto")
    await expect(page.locator("#motto")).to_be_focused()

    await page.fill("#motto", "calm")
    await page.select_option("#style", label="Poster")
    await page.uncheck("#signed")
    await visitor.ask()
    work = await works.get(studio, alice, visitor.work_id)
    asked = {name: work.input_data[name] for name in ("motto", "style", "signed")}
    assert asked == {"motto": "calm", "style": "poster", "signed": False}
    record = await page.inner_text(".record")
    assert "Poster" in record
    assert "Signed\nno" in record.replace("\n\n", "\n")

    await page.click("text=Cancel")
    await page.click("text=Change the settings")
    await expect(page.locator("#style")).to_have_value("poster")
    await expect(page.locator("#signed")).not_to_be_checked()
    await expect(page.locator("#motto")).to_have_value("calm")


async def test_a_fold_that_hides_what_is_wrong_is_opened(
    visit: Open, alice: Caller, rich: str, photo: Path
) -> None:
    visitor = await visit(alice)
    visitor.expected.append("status of 422")
    page = visitor.page
    await visitor.go(rich)
    await visitor.put(photo)
    await page.fill("#prompt", "a beach")
    await page.select_option("#style", label="Woodcut")
    await page.click("#settings summary")
    await page.fill("#steps", "99")
    await page.click("#settings summary")
    await page.click(".ask")
    await expect(page.locator("#steps")).to_be_visible()
    await expect(page.locator("#steps")).to_be_focused()
