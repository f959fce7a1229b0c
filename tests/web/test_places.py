"""The masthead's places: which one is there, who sees which, and all within reach on a phone."""

import pytest
from playwright.async_api import expect
from tests.web.visitors import Open

from affiche import settings
from affiche.studio.studio import Caller
from affiche.web import places
from affiche.web.places import PLACES, Place

FREE, CHARGING = (settings.read({"AFFICHE_CREDITS": given})[0] for given in ("false", "true"))


@pytest.mark.parametrize("path", ["/", "/templates", "/templates/klein-i2i", "/templates/a/works"])
def test_making_is_the_first_page_and_every_form(path: str) -> None:
    assert [place.path for place in PLACES if place.holds(path)] == ["/"]


@pytest.mark.parametrize("path", ["/works", "/works/1", "/batches/1"])
def test_a_place_holds_what_lies_below_it(path: str) -> None:
    assert Place("/works", "web.site.make", also=("/batches",)).holds(path)


@pytest.mark.parametrize("path", ["/worksheets", "/notifications", "//works", "/nowhere", ""])
def test_elsewhere_is_none_of_them(path: str) -> None:
    assert not any(place.holds(path) for place in PLACES)


def test_credits_are_a_place_where_works_cost_some() -> None:
    assert "/credits" not in {place.path for place in places.places(None, FREE)}
    assert "/credits" in {place.path for place in places.places(None, CHARGING)}


async def test_more_places_than_a_phone_is_wide(
    visit: Open, alice: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They scroll, the page does not; the one that is there is seen, and keys reach the rest."""
    more = (
        *(Place(f"/more-{n}", "web.site.make") for n in range(8)),
        Place("/notifications", "web.site.make"),
        PLACES[0],
    )
    monkeypatch.setattr(places, "PLACES", more)
    visitor = await visit(alice, phone=True, language="ko")
    page = visitor.page
    await visitor.go("/notifications")
    row = page.get_by_role("navigation", name="주요 메뉴")
    here = row.locator("[aria-current=page]")
    await expect(here).to_have_attribute("href", "/notifications")
    await expect(here).to_be_in_viewport(ratio=0.9)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    links = row.locator("a")
    for place in (links.first, links.last):
        await place.focus()
        await expect(place).to_be_in_viewport(ratio=0.9)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{visitor.base}/")
    await expect(links.last).to_have_attribute("aria-current", "page")
    assert await visitor.inaccessible() == []
