"""Small rules, by property where there is one."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.errors import AfficheError
from affiche.studio.events import Event
from affiche.studio.failures import recalled
from affiche.studio.feed import coalesced
from affiche.texts import LANGUAGES

KINDS = ("work.created", "work.progress", "work.completed")
moments = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 2)), max_size=30)


def events(told: list[tuple[str, int]]) -> list[Event]:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Event(id=n, era=0, txid="7", work_id=UUID(int=work), type=kind, data={}, created_at=now)
        for n, (kind, work) in enumerate(told, 1)
    ]


@given(moments)
def test_only_progress_that_was_overtaken_is_left_out(told: list[tuple[str, int]]) -> None:
    whole = events(told)
    kept = coalesced(whole)
    assert [e.id for e in kept] == sorted(e.id for e in kept)
    assert [e for e in kept if e.type != "work.progress"] == [
        e for e in whole if e.type != "work.progress"
    ]
    for left_out in {e.id for e in whole} - {e.id for e in kept}:
        gone = whole[left_out - 1]
        assert gone.type == "work.progress"
        assert any(e.id > gone.id and e.work_id == gone.work_id for e in kept)
    # The last of each work is always there: its cursor and its state are the newest.
    for work in {e.work_id for e in whole}:
        assert [e for e in whole if e.work_id == work][-1] in kept
    assert coalesced(kept) == kept


params = st.dictionaries(
    st.sampled_from(["minutes", "where", "reason", "limit", "what", "status", "detail", "x"]),
    st.text(max_size=20) | st.integers() | st.none(),
)
CODES = [kind.code for kind in AfficheError.__subclasses__()]


@given(st.sampled_from([*CODES, "run_failed", "fetch_failed", "no such code", ""]), params)
def test_whatever_a_row_says_can_be_said_to_people(code: str, known: dict[str, object]) -> None:
    error = recalled(code, known)
    for language in LANGUAGES:
        assert error.message(language)
        error.hint(language)


@pytest.mark.parametrize(
    ("code", "params", "sentence"),
    [
        ("run_timed_out", {"minutes": 6}, "The engine took longer than 6 min."),
        ("engine_refused", {"reason": "x"}, "The engine refused this workflow: x."),
        ("invalid_inputs", {}, "Some fields need another look."),
        ("picture_broken", None, "The picture cannot be read to its end."),
        ("run_timed_out", {}, "Something went wrong on our side."),
        ("of another version", {"a": 1}, "Something went wrong on our side."),
    ],
)
def test_what_a_row_remembers(code: str, params: dict[str, object] | None, sentence: str) -> None:
    assert recalled(code, params).message("en") == sentence
