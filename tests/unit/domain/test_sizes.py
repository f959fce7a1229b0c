"""How large a picture will be, told from the graph: held against what the graphs themselves say."""

import pytest

from affiche.catalog.catalog import load_all
from affiche.domain.sizes import Expected, bent, expected, stretch
from affiche.domain.templates import Template

TEMPLATES = {each.slug: each for each in load_all([])}


@pytest.fixture
def klein() -> Template:
    return TEMPLATES["klein-i2i"]


@pytest.mark.parametrize(
    ("source", "megapixels", "made"),
    [
        ((1024, 1024), 1.0, (1024, 1024)),
        ((480, 360), 1.0, (1168, 880)),
        ((300, 450), 0.5, (576, 880)),
        ((4000, 100), 0.5, (4576, 112)),
    ],
)
def test_a_picture_is_scaled_to_megapixels_in_steps_of_sixteen(
    klein: Template, source: tuple[int, int], megapixels: float, made: tuple[int, int]
) -> None:
    found = expected(klein, {"megapixels": megapixels}, source)
    assert found == Expected(*made)
    assert not bent(source, made)


def test_without_a_picture_nothing_is_known_of_it(klein: Template) -> None:
    assert expected(klein, {}, None) is None


def test_a_template_may_have_a_size_of_its_own() -> None:
    poster = TEMPLATES["poster"]
    for source in (None, (1200, 900), (90, 120)):
        assert expected(poster, {}, source) == Expected(896, 1152, own=True)


def test_what_a_mask_leaves_keeps_its_size() -> None:
    assert expected(TEMPLATES["image-brush"], {}, (1201, 899)) == Expected(1201, 899)


def test_proportions_and_sizes_are_compared() -> None:
    assert bent((1200, 900), (896, 1152))
    assert not bent((1200, 900), (1168, 880))
    assert stretch((480, 360), (960, 720)) == 2.0
