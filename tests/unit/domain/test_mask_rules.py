"""Masks as forms define them, and what is decided of them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain import masks
from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.forms import check, describe, fields_from, form_fields, request_dto
from affiche.errors import MaskEmpty, MaskFull, MaskMisfit

FORM: list[dict[str, Any]] = [
    {"type": "file", "name": "image", "label": "A", "required": True},
    {"type": "mask", "name": "mask", "label": "B", "target": "image", "feather": "soft"},
    {"type": "slider", "name": "soft", "label": "C", "min": 0, "max": 64, "step": 1},
]
sides = st.integers(1, 20_000)


def changed(at: int, **keys: Any) -> list[dict[str, Any]]:
    return [{**field, **keys} if n == at else field for n, field in enumerate(FORM)]


def test_a_mask_says_what_it_lies_on_and_promises_by_itself() -> None:
    fields = fields_from(FORM)
    mask = fields[1]
    assert (mask.target, mask.feather, mask.promise, mask.is_picture) == (
        *("image", "soft"),
        *(True, True),
    )
    assert masks.promised(fields) is mask
    assert masks.used_without_binding(fields) == {"image", "mask", "soft"}
    again = form_fields(fields)
    assert {k: again[1][k] for k in ("type", "target", "feather", "promise")} == {
        "type": "mask",
        "target": "image",
        "feather": "soft",
        "promise": True,
    }
    assert "promise" not in again[0]
    assert fields_from(again) == fields
    assert request_dto(fields)["mask"] == "string"


def test_a_promise_may_be_left_out() -> None:
    fields = fields_from(changed(1, promise=False))
    assert masks.promised(fields) is None
    assert masks.used_without_binding(fields) == frozenset()
    assert form_fields(fields)[1]["promise"] is False
    assert fields_from(form_fields(fields)) == fields


def test_the_schema_says_which_value_means_what() -> None:
    for language in ("ko", "en"):
        said = describe(fields_from(FORM), language)["properties"]
        assert said["mask"]["type"] == "string"
        assert said["mask"]["description"].startswith(said["image"]["description"])
        assert len(said["mask"]["description"]) > len(said["image"]["description"])


@pytest.mark.parametrize(
    ("form", "where"),
    [
        (changed(1, target=None), "fields[1].target"),
        (changed(1, target="soft"), "fields[1].target"),
        (changed(1, target="mask"), "fields[1].target"),
        (changed(1, target="nothing"), "fields[1].target"),
        (changed(1, feather="image"), "fields[1].feather"),
        (changed(1, feather="nothing"), "fields[1].feather"),
        (changed(2, step=0.5), "fields[1].feather"),
        (changed(2, min=-1), "fields[1].feather"),
        (changed(2, max=masks.MOST_FEATHER + 1), "fields[1].feather"),
        (changed(0, target="image"), "fields[0].target"),
        (changed(0, promise=True), "fields[0].promise"),
        (changed(2, feather="soft"), "fields[2].feather"),
        (changed(1, default_value="x"), "fields[1].default_value"),
        ([*FORM, {**FORM[1], "name": "other"}], "fields[3].promise"),
    ],
)
def test_a_wrong_mask_names_the_key(form: list[dict[str, Any]], where: str) -> None:
    with pytest.raises(DefinitionInvalid) as caught:
        fields_from(form)
    assert caught.value.where == where


def test_two_masks_may_be_there_if_one_promises() -> None:
    fields = fields_from([*FORM, {**FORM[1], "name": "other", "promise": False}])
    kept = masks.promised(fields)
    assert kept is not None
    assert kept.name == "mask"


def test_a_mask_is_answered_as_a_picture_is() -> None:
    found = check(fields_from(FORM), {"image": "https://a.example/b", "mask": "no picture!"})
    assert [(p.field, p.code) for p in found.problems] == [("mask", "not_a_picture")]


@pytest.mark.parametrize(
    ("answered", "pixels"), [({}, masks.FEATHER), ({"soft": 0}, 0), ({"soft": 64}, 64)]
)
def test_the_feather_is_the_field_s_or_the_usual_one(answered: dict[str, int], pixels: int) -> None:
    assert masks.feather(fields_from(FORM)[1], answered) == pixels


@pytest.mark.parametrize(
    ("least", "channel"),
    [(None, "luminance"), (255, "luminance"), (254, "alpha"), (0, "alpha")],
)
def test_alpha_counts_where_something_shows_through(least: int | None, channel: str) -> None:
    assert masks.reading(least) == channel


@pytest.mark.parametrize(
    ("mask", "target", "fits"),
    [
        ((100, 50), (100, 50), True),
        ((50, 25), (100, 50), True),
        ((3, 2), (3000, 2000), True),
        ((1024, 683), (3000, 2000), True),
        ((16, 11), (3000, 2000), True),
        ((103, 50), (1000, 500), False),
        ((50, 100), (100, 50), False),
        ((1000, 1000), (1000, 900), False),
        ((8, 2), (1000, 500), False),
    ],
)
def test_a_mask_has_the_proportions_of_its_picture(
    mask: tuple[int, int], target: tuple[int, int], fits: bool
) -> None:
    assert masks.lies_on(mask, target) is fits
    if fits:
        masks.check_size(mask, target)
    else:
        with pytest.raises(MaskMisfit) as caught:
            masks.check_size(mask, target)
        for language in ("ko", "en"):
            assert str(target[0]) in caught.value.message(language)
            assert caught.value.hint(language)


@given(sides, sides, st.integers(1, 8))
def test_a_picture_made_smaller_in_whole_pixels_fits(width: int, height: int, by: int) -> None:
    small = max(1, round(width / by)), max(1, round(height / by))
    if min(small) > 1:
        assert masks.lies_on(small, (width, height))
    assert masks.lies_on((width * by, height * by), (width, height))


def test_what_covers_nothing_or_everything_is_no_mask() -> None:
    masks.check_cover(1, 100)
    masks.check_cover(99, 100)
    with pytest.raises(MaskEmpty):
        masks.check_cover(0, 100)
    with pytest.raises(MaskFull):
        masks.check_cover(100, 100)


@given(st.integers(1, masks.MOST_FEATHER + 1))
def test_the_edge_rises_from_something_to_the_whole(deepest: int) -> None:
    ramp = [masks.weight(depth, deepest) for depth in range(deepest + 3)]
    assert ramp[0] == 0
    assert ramp[1] > 0
    assert ramp == sorted(ramp)
    assert ramp[deepest:] == [255] * 3


def test_a_record_tells_what_was_held() -> None:
    assert masks.Kept(12, 0, 8).record() == {
        "promise": "kept",
        "outside_pixels": 12,
        "changed_outside": 0,
        "feather": 8,
    }
