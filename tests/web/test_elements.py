"""Custom elements: each in a file of its name, fetched where it is in the page or comes into it."""

import re
from pathlib import Path

import pytest
from tests.support.servers import Client
from tests.web.visitors import Visit

from affiche.web.assets import ELEMENT, FOLDER, Assets

FILES = sorted((FOLDER / "elements").glob("*.js"))
DEFINED = """() => [...document.querySelectorAll("main *")]
  .filter((element) => element.localName.includes("-") && !element.matches(":defined"))
  .map((element) => element.localName)"""
# A message of a browser's own, once the test has taken the module away.
GONE = "ERR_FAILED"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_defines_the_element_that_it_is_named_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r'customElements\.define\("([^"]+)"', text) == [path.stem]


def test_elements_are_found_in_a_page_wherever_they_stand() -> None:
    html = '<main><seed-field hidden><p>copy-button</p></seed-field>\n<view-switch\nclass="x">'
    assert Assets().modules(html) == ["elements/seed-field.js", "elements/view-switch.js"]
    assert Assets().modules("<p>&lt;seed-field&gt;</p><unknown-element>") == []


@pytest.mark.parametrize("path", ["/", "/templates/klein-i2i", "/notifications", "/gallery"])
async def test_a_page_names_the_modules_of_what_it_holds(client: Client, path: str) -> None:
    text = (await client.get(path, headers={"Accept": "text/html"})).body.decode()
    named = re.findall(r'<script type="module" src="/static/\w+/elements/([^"]+)\.js"', text)
    assert named == sorted(set(ELEMENT.findall(text)))


async def test_every_element_of_a_page_works_once_it_has_loaded(visitor: Visit) -> None:
    await visitor.go("/templates/klein-i2i")
    assert await visitor.page.evaluate(DEFINED) == []


async def test_an_element_that_comes_later_brings_its_module(visitor: Visit) -> None:
    """Also inside of what comes, and again after its first coming was cut off."""
    page = visitor.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    await visitor.go("/")
    assert not {"text-count.js", "seed-field.js"} & set(asked)
    put = "(name) => document.querySelector('main').insertAdjacentHTML('beforeend', name)"
    await page.evaluate(put, "<div><text-count></text-count></div><text-count></text-count>")
    await page.evaluate("customElements.whenDefined('text-count').then(() => true)")
    assert asked.count("text-count.js") == 1

    visitor.expected += [GONE, "Failed to fetch dynamically imported module"]
    await page.route("**/seed-field.js", lambda route: route.abort())
    async with page.expect_console_message(lambda said: "seed-field" in said.text):
        await page.evaluate(put, "<seed-field></seed-field>")
    await page.unroute("**/seed-field.js")
    await page.evaluate(put, "<seed-field></seed-field>")
    await page.evaluate("customElements.whenDefined('seed-field').then(() => true)")
