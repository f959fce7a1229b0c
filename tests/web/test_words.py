"""What pages make of times, sizes and progress before they say them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from affiche.studio.works import Work
from affiche.web import cards, moments, pages, views

NOW = datetime(2026, 2, 11, 12, 0, tzinfo=UTC)
BLANK = UUID(int=0)
ENDED = Work(
    id=BLANK,
    number=1,
    user_id=BLANK,
    project_id=None,
    template_id=BLANK,
    template_version=1,
    template_slug="klein-i2i",
    retry_of=None,
    input_data={},
    output_count=1,
    seed=1,
    status="failed",
    progress=None,
    engine="preview",
    generation_metadata=None,
    output_file_id=None,
    title=None,
    tags=[],
    error_code=None,
    error_params=None,
    estimated_time=30,
    created_at=NOW,
    taken_at=None,
    processing_at=None,
    completed_at=None,
    failed_at=NOW + timedelta(seconds=3),
    cancelled_at=None,
    credits_used=0,
    credits_refunded=0,
)


@pytest.mark.parametrize(
    ("passed", "english", "korean"),
    [
        (timedelta(seconds=-5), "just now", "방금"),
        (timedelta(seconds=59), "just now", "방금"),
        (timedelta(minutes=1), "1 min ago", "1분 전"),
        (timedelta(minutes=59, seconds=59), "59 min ago", "59분 전"),
        (timedelta(hours=23), "23 h ago", "23시간 전"),
        (timedelta(days=6), "6 d ago", "6일 전"),
        (timedelta(days=8), "2026-02-03", "2026년 2월 3일"),
    ],
)
def test_how_long_ago(passed: timedelta, english: str, korean: str) -> None:
    assert moments.ago("en", NOW - passed, NOW) == english
    assert moments.ago("ko", NOW - passed, NOW) == korean


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (2.34, "2.3 s"), (9.97, "10 s"), (59.4, "59 s"), (59.6, "1 min 0 s")],
)
def test_how_long(seconds: float, said: str) -> None:
    assert moments.duration("en", timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("octets", "said"), [(1, "1 KB"), (840_000, "840 KB"), (1_234_567, "1.2 MB")]
)
def test_how_large(octets: int, said: str) -> None:
    assert moments.size(octets) == said


@pytest.mark.parametrize(
    ("progress", "percent", "node"),
    [
        (None, 0, ""),
        ({"percent": 41, "node": "75:64", "label": "Sampling"}, 41, "Sampling · 75:64"),
        ({"percent": 250}, 100, ""),
        ({"percent": "half", "node": "9"}, 0, "9"),
    ],
)
def test_progress_is_shown_as_far_as_it_is_known(
    progress: dict[str, Any] | None, percent: int, node: str
) -> None:
    work = replace(ENDED, progress=progress)
    assert cards.percent(work) == percent
    assert views.node(work) == node
    assert views.stage(work, "en") == ""


def test_of_several_stages_the_present_one_is_named() -> None:
    work = replace(ENDED, progress={"percent": 50, "stage": 2, "stages": 2})
    assert views.stage(work, "en") == "Stage 2 of 2"
    assert views.stage(work, "ko") == "2단계 중 2단계"


def test_commands_are_set_as_such_and_all_else_is_text() -> None:
    found = pages.code("Run `affiche link` & <b>`<i>`</b>")
    assert found == (
        "Run <code>affiche link</code> &amp; &lt;b&gt;<code>&lt;i&gt;</code>&lt;/b&gt;"
    )


def test_times_are_parts_of_the_whole() -> None:
    work = replace(ENDED, processing_at=NOW + timedelta(seconds=1))
    found = views.times(work, NOW + timedelta(hours=1))
    assert found.waiting
    assert found.making
    assert found.waiting + found.making == found.elapsed == timedelta(seconds=3)
