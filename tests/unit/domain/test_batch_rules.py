"""Which works a batch is made of: how many, in which order, with which seeds."""

from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.answers import Wrong
from affiche.domain.batches import (
    MOST_WORKS,
    Place,
    Shape,
    neighbours,
    place_of,
    planned,
    position_of,
    seeds,
    shaped,
)
from affiche.domain.fields import Field, Option
from affiche.domain.grids import MOST_VALUES, Axis, axes, values_of
from affiche.domain.seeds import MAX_SEED
from affiche.domain.wording import Text
from affiche.errors import BatchTooLarge

LABEL = Text("값", "value")
SEEDS = st.integers(1, MAX_SEED)
SHAPES = st.builds(
    Shape, st.integers(1, 12), st.integers(1, 5), st.integers(1, 4), st.integers(1, 3)
)


def number(**more: object) -> Field:
    return Field("slider", "denoise", LABEL, "denoise", "number", **more)  # type: ignore[arg-type]


DENOISE = number(minimum=0.5, maximum=1.0, step=0.05)
STEPS = Field("number", "steps", LABEL, "steps", "number", minimum=10, maximum=50, step=1)
SHAPE = Field(
    "select",
    "ratio",
    LABEL,
    "ratio",
    "string",
    options=tuple(Option(each, LABEL) for each in ("square", "portrait", "landscape")),
)
SWITCH = Field("checkbox", "sharp", LABEL, "sharp", "boolean")
SEED = Field("number", "seed", LABEL, "seed", "number", minimum=0, maximum=MAX_SEED, step=1)
PROMPT = Field("textarea", "prompt", LABEL, "prompt", "string")
FIELDS = (PROMPT, DENOISE, STEPS, SHAPE, SWITCH, SEED)


def axis(name: str, count: int) -> Axis:
    return Axis(name, name, tuple(range(count)))


@given(SHAPES, SEEDS)
def test_there_is_one_work_for_every_reference_variation_and_cell(shape: Shape, seed: int) -> None:
    x, y = axis("a", shape.columns), axis("b", shape.rows)
    found = planned(shape, seed, x, y)
    assert len(found) == shape.works
    assert shape.works == shape.references * shape.variations * shape.columns * shape.rows
    assert [each.position for each in found] == list(range(shape.works))
    # Reference, variation, y, x: as a reader goes over contact sheets.
    assert [each.place for each in found] == [
        Place(r, v, b, a)
        for r in range(shape.references)
        for v in range(shape.variations)
        for b in range(shape.rows)
        for a in range(shape.columns)
    ]
    assert all(each.values == {"a": each.place.x, "b": each.place.y} for each in found)


@given(SHAPES, SEEDS)
def test_every_variation_has_a_seed_of_its_own_which_its_grid_shares(
    shape: Shape, seed: int
) -> None:
    found = planned(shape, seed, axis("a", shape.columns), axis("b", shape.rows))
    of_variation = {(e.place.reference, e.place.variation): e.seed for e in found}
    assert all(of_variation[e.place.reference, e.place.variation] == e.seed for e in found)
    assert len(set(of_variation.values())) == shape.references * shape.variations
    assert all(1 <= each <= MAX_SEED for each in of_variation.values())
    assert found[0].seed == seed
    assert found == planned(shape, seed, axis("a", shape.columns), axis("b", shape.rows))


@given(SEEDS, st.integers(1, 8), st.integers(1, 5), st.integers(0, 8))
def test_more_references_leave_the_seeds_of_the_first_as_they_were(
    seed: int, references: int, variations: int, further: int
) -> None:
    assert seeds(seed, references + further, variations)[:references] == seeds(
        seed, references, variations
    )


def test_more_variations_leave_the_seeds_of_the_first_as_they_were() -> None:
    wide = seeds(432262096973502, 6, 5)
    for count in range(1, 6):
        assert [each[:count] for each in wide] == seeds(432262096973502, 6, count)


def test_seeds_differ_even_where_the_largest_is_taken() -> None:
    found = [seed for group in seeds(MAX_SEED, 1000, 5) for seed in group]
    assert len(set(found)) == MOST_WORKS
    assert max(found) == MAX_SEED


@given(SHAPES, st.data())
def test_a_place_is_found_by_its_position_and_the_other_way_round(
    shape: Shape, data: st.DataObject
) -> None:
    position = data.draw(st.integers(0, shape.works - 1))
    assert position_of(place_of(position, shape), shape) == position


@given(SEEDS, st.sets(SEEDS, max_size=20), st.integers(0, 30))
def test_neighbours_are_the_next_free_ones(seed: int, taken: set[int], count: int) -> None:
    found = list(islice(neighbours(seed, taken), count))
    assert len(set(found)) == count
    assert not set(found) & taken
    assert all(1 <= each <= MAX_SEED for each in found)
    near = [(seed - 1 + n) % MAX_SEED + 1 for n in range(1, count + len(taken) + 1)]
    assert found == [each for each in near if each not in taken][:count]


def test_a_batch_has_five_thousand_works_at_most() -> None:
    assert shaped(1000, 5, None, None).works == MOST_WORKS
    with pytest.raises(BatchTooLarge) as caught:
        shaped(10_000, 1, None, None)
    assert caught.value.params == {"works": 10_000, "limit": MOST_WORKS}
    assert caught.value.hint("en")
    assert caught.value.hint("ko")
    with pytest.raises(BatchTooLarge):
        shaped(2, 5, axis("a", 50), axis("b", 11))


# --- what a grid goes over ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "asked", "found"),
    [
        (DENOISE, "0.5..1.0/0.1", (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)),
        (DENOISE, "0.5..0.95/0.2", (0.5, 0.7, 0.9)),
        (DENOISE, "1.0 .. 0.8 / 0.1", (1, 0.9, 0.8)),
        (DENOISE, "0.75", (0.75,)),
        (DENOISE, [0.5, 0.75, 0.5], (0.5, 0.75)),
        (DENOISE, "0.5..0.6", (0.5, 0.55, 0.6)),
        (STEPS, "10, 20..30/5,50", (10, 20, 25, 30, 50)),
        (STEPS, "48..50", (48, 49, 50)),
        (SHAPE, "portrait, square", ("portrait", "square")),
        (SHAPE, "*", ("square", "portrait", "landscape")),
        (SHAPE, ["landscape"], ("landscape",)),
        (SWITCH, "*", (False, True)),
        (SWITCH, [True, False, True], (True, False)),
    ],
)
def test_values_of_a_grid(field: Field, asked: object, found: tuple[object, ...]) -> None:
    values = values_of(field, asked)
    assert values == found
    assert [type(each) is bool for each in values] == [type(each) is bool for each in found]


@pytest.mark.parametrize(
    ("field", "asked", "code"),
    [
        (DENOISE, "0.4..1.0/0.1", "too_small"),
        (DENOISE, [1.5], "too_large"),
        (DENOISE, "0.51", "off_step"),
        (DENOISE, "a..b", "grid_values"),
        (DENOISE, "0.5..1.0/0", "grid_values"),
        (DENOISE, "0.5..1.0/-0.1", "grid_values"),
        (DENOISE, "", "required"),
        (DENOISE, [], "required"),
        (DENOISE, None, "required"),
        (DENOISE, 7, "grid_values"),
        (DENOISE, ["0.5"], "not_number"),
        (STEPS, "1..1000000000000/0.001", "grid_many"),
        (STEPS, list(range(MOST_VALUES + 1)), "grid_many"),
        (STEPS, "10.5", "not_whole"),
        (SHAPE, "round", "not_option"),
        (SHAPE, "square..landscape", "not_option"),
        (SWITCH, [1], "not_boolean"),
        (STEPS, "10," * 3000, "too_long"),
    ],
)
def test_what_is_wrong_with_values(field: Field, asked: object, code: str) -> None:
    with pytest.raises(Wrong) as caught:
        values_of(field, asked)
    assert caught.value.code == code


@given(st.integers(50, 90), st.integers(50, 90), st.sampled_from([1, 5, 10]))
def test_a_range_holds_its_first_and_never_passes_its_last(
    first: int, last: int, step: int
) -> None:
    field = number(minimum=0, maximum=2)
    low, high = first / 100, last / 100
    found = values_of(field, f"{low}..{high}/{step / 100}")
    assert found[0] == low
    assert all(min(low, high) <= each <= max(low, high) for each in found)
    assert len(found) == abs(first - last) // step + 1
    # Not 0.7000000000000001.
    assert all(len(str(each)) <= 4 for each in found)


def test_axes_name_fields_that_a_grid_can_go_over() -> None:
    wanted = {
        "x": {"field": "denoise", "values": "0.5, 0.75"},
        "y": {"field": "ratio", "values": "*"},
    }
    found, problems = axes(FIELDS, wanted)
    assert not problems
    assert found["x"] == Axis("denoise", "denoise", (0.5, 0.75))
    assert found["y"].values == ("square", "portrait", "landscape")


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ({"x": {"field": "prompt", "values": "a"}}, {"grid.x": "grid_field"}),
        ({"x": {"field": "nothing", "values": "1"}}, {"grid.x": "grid_field"}),
        ({"y": {"field": "seed", "values": "1,2"}}, {"grid.y": "grid_seed"}),
        (
            {"x": {"field": "steps", "values": "10"}, "y": {"field": "steps", "values": "20"}},
            {"grid.y": "twice"},
        ),
        (
            {"x": {"field": "steps", "values": "1"}, "y": {"field": "ratio", "values": "no"}},
            {"grid.x": "too_small", "grid.y": "not_option"},
        ),
    ],
)
def test_all_that_is_wrong_with_a_grid_is_named(
    wanted: dict[str, dict[str, object]], codes: dict[str, str]
) -> None:
    _, problems = axes(FIELDS, wanted)
    assert {each.field: each.code for each in problems} == codes
    assert Counter(each.field for each in problems).most_common(1)[0][1] == 1
    for each in problems:
        assert each.message("ko")
        assert each.message("en")
