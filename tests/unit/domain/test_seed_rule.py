"""Seeds: missing, zero, negative or not whole is drawn; the rest is kept up to 2**53 - 1."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.domain.seeds import MAX_SEED, Seed, draw, is_over, settle, wish
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


# Whatever a form, a program or a database may hand over.
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.from_regex(r"\s*[+-]?[0-9]{1,40}(\.0*)?\s*", fullmatch=True),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(ANYTHING, DRAWN)
def test_whatever_was_asked_a_seed_comes_or_the_field_is_named(asked: Any, drawn: int) -> None:
    if is_over(asked):
        with pytest.raises(InvalidInputs):
            settle(asked, drawn)
        return
    seed = settle(asked, drawn)
    assert type(seed.value) is int
    assert 1 <= seed.value <= MAX_SEED
    # Drawn if and only if nothing was wished for, and then it is the one that was drawn.
    assert seed.drawn == (wish(asked) is None)
    assert seed.value == (drawn if seed.drawn else wish(asked))


@given(ANYTHING, DRAWN, DRAWN)
def test_the_recorded_seed_makes_the_same_again(asked: Any, drawn: int, later: int) -> None:
    if not is_over(asked):
        seed = settle(asked, drawn)
        assert settle(seed.value, later) == Seed(seed.value, drawn=False)
        assert settle(str(seed.value), later) == Seed(seed.value, drawn=False)


@given(st.integers(1, 2**80), st.text("0", max_size=50), st.sampled_from(["", "+"]), DRAWN)
def test_digits_mean_the_number_they_spell(number: int, zeros: str, sign: str, drawn: int) -> None:
    spelled = f"{sign}{zeros}{number}"
    assert is_over(spelled) == is_over(number) == (number > MAX_SEED)
    if number <= MAX_SEED:
        assert settle(spelled, drawn) == settle(number, drawn) == settle(float_of(number), drawn)


def float_of(number: int) -> float | int:
    """As a client whose only numbers are doubles hands it over: up to the maximum, exactly."""
    assert int(float(number)) == number
    return float(number)


@given(st.text("０１２３４５６７８９٠١٢٣٤٥٦٧٨٩", min_size=1), DRAWN)
def test_digits_of_other_scripts_are_no_wish(asked: str, drawn: int) -> None:
    assert settle(asked, drawn) == Seed(drawn, drawn=True)


def test_a_number_as_long_as_a_book_is_too_large() -> None:
    assert is_over("9" * 1_000_000)
    assert not is_over("0" * 1_000_000 + "9")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        # Seed 000: its own default, past the maximum that it names itself.
        (432262096973502, 432262096973502),
        # Seed 001: nought is any; 003: minus one is any; and in all of them nothing is any.
        (0, None),
        (-1, None),
        (None, None),
        (MAX_SEED, MAX_SEED),
    ],
)
def test_what_the_documents_ask_for(asked: int | None, expected: int | None) -> None:
    assert settle(asked, 99) == Seed(expected or 99, drawn=expected is None)


class Edge(random.Random):
    """A source that gives the same end of every range."""

    def __init__(self, high: bool) -> None:
        super().__init__(0)
        self.high = high

    def randint(self, a: int, b: int) -> int:
        return b if self.high else a


@pytest.mark.parametrize(("high", "expected"), [(False, 1), (True, MAX_SEED)])
def test_both_ends_can_be_drawn_and_are_kept(high: bool, expected: int) -> None:
    assert draw(Edge(high)) == expected
    assert settle(expected, 5) == Seed(expected, drawn=False)
