"""Seeds: missing, zero, negative or not whole is drawn; the rest is kept up to 2**53 - 1."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.seeds import MAX_SEED, Seed, draw, settle
from affiche.errors import InvalidInputs

DRAWN = st.integers(1, MAX_SEED)


@given(st.integers(1, MAX_SEED), DRAWN)
def test_a_whole_number_is_kept(asked: int, drawn: int) -> None:
    assert settle(asked, drawn) == Seed(asked, drawn=False)
    assert settle(f" {asked} ", drawn) == Seed(asked, drawn=False)


@given(st.integers(max_value=0) | st.floats(max_value=0.999) | st.none() | st.booleans(), DRAWN)
def test_everything_up_to_zero_is_drawn(asked: Any, drawn: int) -> None:
    assert settle(asked, drawn) == Seed(drawn, drawn=True)


@pytest.mark.parametrize("asked", [12.5, "", "abc", "1e3", "-5", "12.0", [], {}, float("nan")])
def test_what_is_not_whole_is_drawn(asked: Any) -> None:
    assert settle(asked, 99) == Seed(99, drawn=True)


def test_a_float_that_is_whole_counts() -> None:
    seed = settle(12.0, 99)
    assert seed == Seed(12, drawn=False)
    assert type(seed.value) is int


@given(st.integers(MAX_SEED + 1, 2**70) | st.just(1e300) | st.just(float(2**64)))
def test_past_the_maximum_is_a_problem_of_the_field(asked: Any) -> None:
    with pytest.raises(InvalidInputs) as caught:
        settle(asked, 99, field="noise")
    (problem,) = caught.value.problems
    assert (problem.field, problem.code) == ("noise", "too_large")
    assert str(MAX_SEED) in problem.message("ko")


@given(st.randoms(use_true_random=False))
def test_a_drawn_seed_is_one_that_would_be_kept(rng: random.Random) -> None:
    seed = draw(rng)
    assert settle(seed, 1) == Seed(seed, drawn=False)


def test_the_same_source_draws_the_same() -> None:
    assert draw(random.Random(7)) == draw(random.Random(7)) != draw(random.Random(8))
