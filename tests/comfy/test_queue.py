"""The queue's answer, read in pieces that end anywhere."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.comfy.queue import Queue, QueueReader

from .graphs import klein

IDS = st.sampled_from([f"{number:08x}-한글" for number in range(9)])
ENTRIES = st.lists(st.tuples(st.integers(-5, 5), IDS, st.just({"1": {"a": [1.5, None]}})))
ODD = st.sampled_from([None, 12, "text", [], ["x"], [1], [1, 2], {"a": "]}"}, True, -1.5e-3])


def read(body: str, *ends: int) -> Queue:
    data, reader, begin = body.encode(), QueueReader(), 0
    for end in [*sorted(ends), len(data)]:
        reader.feed(data[begin:end])
        begin = max(begin, end)
    return reader.queue()


@given(st.data(), ENTRIES, ENTRIES, st.lists(ODD), st.booleans(), st.sampled_from([None, 1]))
def test_pieces_make_no_difference(
    data: st.DataObject, running: Any, pending: Any, odd: Any, extra: bool, indent: int | None
) -> None:
    lists = {"queue_running": [*running, *odd], "queue_pending": [*odd, *pending]}
    body = json.dumps({"a": odd, **lists, "b": -12} if extra else lists, indent=indent)
    ends = data.draw(st.lists(st.integers(0, len(body.encode())), max_size=6))
    queue = read(body, *ends)
    assert queue == read(body)
    assert queue.running == {prompt_id: graph for _, prompt_id, graph in running}
    names = {prompt_id for _, prompt_id, _ in pending}
    assert set(queue.waiting) == names - set(queue.running)
    places = sorted(queue.waiting.values())
    assert not places or places[0] >= len(queue.running)
    lowest = min((entry[:2] for entry in pending), default=None)
    if lowest and lowest[1] in queue.waiting:
        assert queue.waiting[lowest[1]] == len(queue.running)


def test_byte_by_byte() -> None:
    running, pending = [[1, "r", klein()], -0.5, 1e-9], [[2, "p", klein()]]
    body = json.dumps({"a": 1.25e-7, "queue_running": running, "queue_pending": pending})
    assert read(body, *range(len(body))) == Queue({"r": klein()}, {"p": 1})


BODY = json.dumps({"queue_running": [], "queue_pending": [[1, "a", {}, {}, []]]})


@pytest.mark.parametrize("length", range(len(BODY)))
def test_an_answer_that_is_cut_off_is_no_queue(length: int) -> None:
    with pytest.raises(ValueError, match="cut off"):
        read(BODY[:length])


@pytest.mark.parametrize("junk", ["<html>", "[1, 2]", "null", '{"a": ' + "[" * 100_000, '{"a" 1}'])
def test_junk_is_no_queue(junk: str) -> None:
    with pytest.raises(ValueError, match=r"queue|deep"):
        read(junk)


def test_an_answer_without_lists_is_an_empty_queue() -> None:
    assert read('{"queue_running": null}') == Queue()
