from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affiche.errors import NotFound
from affiche.storage import links

SECRET = b"a secret of this test"
NOW = datetime(2026, 11, 21, 12, 0, 7, tzinfo=UTC)
HOUR = timedelta(hours=1)


def _parts(link: str) -> tuple[str, str, str, str]:
    parts = urlsplit(link)
    _, _, bucket, key = parts.path.split("/", 3)
    query = parse_qs(parts.query, strict_parsing=True)
    return bucket, key, query["exp"][0], query["sig"][0]


def test_a_link_holds_for_its_time_and_not_much_longer() -> None:
    link = _parts(links.sign(SECRET, "works", "a/b.png", now=NOW, valid=HOUR))
    assert link[:2] == ("works", "a/b.png")
    assert links.check(SECRET, *link, now=NOW)
    assert links.check(SECRET, *link, now=NOW + HOUR - timedelta(seconds=1))
    assert not links.check(SECRET, *link, now=NOW + HOUR + timedelta(minutes=5))


def test_links_of_the_same_minutes_are_the_same() -> None:
    first = links.sign(SECRET, "works", "a", now=NOW, valid=HOUR)
    assert first == links.sign(SECRET, "works", "a", now=NOW + timedelta(seconds=200), valid=HOUR)
    assert first != links.sign(SECRET, "works", "a", now=NOW + timedelta(minutes=6), valid=HOUR)


@given(st.integers(0, 60 * 24 * 400), st.integers(1, 60 * 24 * 30))
def test_it_is_never_shorter_than_asked(later: int, minutes: int) -> None:
    now, valid = NOW + timedelta(minutes=later), timedelta(minutes=minutes)
    link = _parts(links.sign(SECRET, "works", "a", now=now, valid=valid))
    assert links.check(SECRET, *link, now=now + valid - timedelta(microseconds=1))
    assert not links.check(SECRET, *link, now=now + valid + timedelta(minutes=5))


@pytest.mark.parametrize(
    ("position", "value"),
    [
        (0, "uploads"),
        (1, "a/c.png"),
        (2, "9999999999"),
        (2, ""),
        (2, "-1"),
        (2, "1e9"),
        (2, "9" * 5000),
        (2, "٩٩"),
        (3, ""),
        (3, "AAAA"),
        (3, "é"),
        (3, "\udcff"),
    ],
)
def test_nothing_in_it_can_be_changed(position: int, value: str) -> None:
    link = list(_parts(links.sign(SECRET, "works", "a/b.png", now=NOW, valid=HOUR)))
    link[position] = value
    assert not links.check(SECRET, *link, now=NOW)


def test_another_secret_signs_nothing() -> None:
    link = _parts(links.sign(b"another", "works", "a", now=NOW, valid=HOUR))
    assert not links.check(SECRET, *link, now=NOW)


def test_leading_zeros_do_not_make_a_second_link() -> None:
    bucket, key, exp, sig = _parts(links.sign(SECRET, "works", "a", now=NOW, valid=HOUR))
    assert not links.check(SECRET, bucket, key, "0" + exp, sig, now=NOW)


@pytest.mark.parametrize("key", ["../x", "", "a/../b", "a\n"])
def test_what_can_be_no_key_gets_no_link(key: str) -> None:
    with pytest.raises(NotFound):
        links.sign(SECRET, "works", key, now=NOW, valid=HOUR)
    with pytest.raises(NotFound):
        links.check(SECRET, "works", key, "1", "x", now=NOW)
