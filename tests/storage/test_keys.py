from pathlib import PurePosixPath
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from affiche.errors import NotFound
from affiche.storage import keys

USER, WORK, TOKEN = UUID(int=1), UUID(int=2), UUID(int=3)


def test_the_forms_that_the_seeds_give() -> None:
    assert keys.located("works", keys.work(USER, WORK, TOKEN)) == f"works/{USER}/{WORK}/{TOKEN}.png"
    assert keys.upload(USER, WORK, "image/jpeg") == f"{USER}/{WORK}.jpg"
    assert keys.thumbnail(USER, WORK, "image/jpeg") == f"{USER}/{WORK}.jpg"


def test_the_ending_tells_the_type_and_comes_from_it() -> None:
    for media_type in ("image/png", "image/jpeg", "image/webp", "image/gif", "image/avif"):
        assert keys.media_type(keys.upload(USER, WORK, media_type)) == media_type
    odd = keys.upload(USER, WORK, "text/html")
    assert odd.endswith(".bin")
    assert keys.media_type(odd) == "application/octet-stream"


@given(st.uuids(), st.uuids(), st.uuids(), st.text(max_size=30))
def test_what_we_make_is_always_a_key(user: UUID, work: UUID, token: UUID, kind: str) -> None:
    for bucket, key in (
        ("works", keys.work(user, work, token, kind)),
        ("uploads", keys.upload(user, work, kind)),
        ("thumbs", keys.thumbnail(user, work, "image/webp")),
    ):
        assert keys.located(bucket, key) == f"{bucket}/{key}"


_SHARP = st.text(st.sampled_from("aB0./\\%#:~ \n\0-_é․"), max_size=40)


@given(_SHARP | st.text(max_size=60))
@example("a/../../b")
@example("..")
@example("a/.b")
@example("a//b")
@example("/a")
@example("a/")
@example("a#1")
@example("a.png\n")
@example("a%2f..%2fb")
@example("con\0")
def test_whatever_gets_through_stays_in_its_bucket(key: str) -> None:
    try:
        path = keys.located("works", key)
    except NotFound:
        return
    parts = PurePosixPath(path).parts
    assert "/".join(parts) == path == f"works/{key}"
    assert not any(part.startswith(".") or part.endswith(".") for part in parts)
    assert path.isascii()
    assert path.isprintable()
    assert not set(path) & set('\\%#:~ ?*"<>|')


@pytest.mark.parametrize("bucket", ["", "..", "works/..", "Works", "others", "works\n"])
def test_there_are_three_buckets(bucket: str) -> None:
    with pytest.raises(NotFound):
        keys.located(bucket, "a")


def test_a_key_has_an_end() -> None:
    assert keys.located("works", "a" * 100)
    with pytest.raises(NotFound):
        keys.located("works", "a" * 101)
    with pytest.raises(NotFound):
        keys.located("works", "/".join("a" * 9))
