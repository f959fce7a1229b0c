"""The demonstration: drawn by us, put there once on a laptop, and gone when it is taken away."""

from dataclasses import replace
from importlib.resources import files

import pytest
import pyvips
from tests.demo.draw import PICTURES
from tests.support.studios import ask

from affiche.studio import characters, references, uploads
from affiche.studio.demo import furnishing
from affiche.studio.demo.content import PEOPLE, PHOTOS
from affiche.studio.demo.furnishing import Demo, picture
from affiche.studio.studio import Caller, Studio
from affiche.studio.uploads import File


@pytest.fixture
def laptop(studio: Studio) -> Studio:
    """One that nobody brought a database to."""
    return replace(studio, settings=replace(studio.settings, database_url=None))


def test_every_picture_is_used_and_none_is_missing() -> None:
    there = {
        path.name.removesuffix(".webp")
        for path in files("affiche.studio.demo").joinpath("pictures").iterdir()
    }
    named = {person.portrait for person in PEOPLE} | {photo.name for photo in PHOTOS}
    assert there == named == set(PICTURES)
    assert (len(PEOPLE), len(PHOTOS)) == (2, 12)


@pytest.mark.parametrize("name", ["portrait-yuna", "walking-at-dusk", "cup-by-the-window"])
def test_the_pictures_are_those_that_we_draw(name: str) -> None:
    drawn = PICTURES[name]()
    kept = pyvips.Image.new_from_buffer(picture(name), "")
    assert (kept.width, kept.height) == (drawn.width, drawn.height)
    # Some of it was lost when it was saved.
    assert (drawn - kept[0:3]).abs().avg() < 4


def test_every_caption_is_in_both_languages() -> None:
    for photo in PHOTOS:
        assert photo.caption.isascii()
        assert any("가" <= sign <= "힣" for sign in photo.caption_ko)


async def test_a_laptop_s_first_start_has_it_and_no_later_one(
    laptop: Studio, alice: Caller
) -> None:
    assert await furnishing.at_first_start(laptop, alice) == Demo(2, 12)
    found = await references.page(laptop, alice)
    assert [each.filename.removesuffix(".webp") for each in found] == [p.name for p in PHOTOS]
    assert all(each.vision_description and each.caption_ko for each in found)
    for each in await characters.listed(laptop, alice):
        assert each.portrait_file_id is not None
        assert (await uploads.get(laptop, alice, each.portrait_file_id)).width == 640
    assert await furnishing.at_first_start(laptop, alice) is None
    assert await furnishing.remove(laptop, alice) == Demo(2, 12)
    assert await references.page(laptop, alice) == []
    assert await characters.listed(laptop, alice) == []
    # Whoever took it away does not get it again unasked.
    assert await furnishing.at_first_start(laptop, alice) is None
    assert await furnishing.furnish(laptop, alice) == Demo(2, 12)
    assert await furnishing.furnish(laptop, alice) == Demo(0, 0)


async def test_a_studio_with_a_database_of_its_own_is_left_alone(
    studio: Studio, alice: Caller
) -> None:
    assert await furnishing.at_first_start(studio, alice) is None
    assert await characters.listed(studio, alice) == []


async def test_a_studio_in_use_is_left_alone(laptop: Studio, alice: Caller, picture: File) -> None:
    await ask(laptop, alice, picture)
    assert await furnishing.at_first_start(laptop, alice) is None


async def test_it_can_be_put_off(laptop: Studio, alice: Caller) -> None:
    off = replace(laptop, settings=replace(laptop.settings, demo=False))
    assert await furnishing.at_first_start(off, alice) is None


async def test_what_was_changed_by_hand_is_not_put_back(laptop: Studio, alice: Caller) -> None:
    await furnishing.furnish(laptop, alice)
    await characters.change(laptop, alice, "yuna", {"hair_style": "a braid"})
    assert await furnishing.furnish(laptop, alice) == Demo(0, 0)
    assert (await characters.get(laptop, alice, "yuna")).hair_style == "a braid"
