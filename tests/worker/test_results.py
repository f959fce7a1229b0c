"""What an answer looks like, how large it is, and which way its files go."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pictures.samples import coded, photograph, pixels

from affiche.domain.observations import Output
from affiche.errors import ResultTooLarge
from affiche.worker.delivery import Carrier, delivered, way
from affiche.worker.outputs import Made, Said, chosen, missing, told
from affiche.worker.plans import Shape
from affiche.worker.results import Delivered, Job, answer, posted_size

HOUR = timedelta(hours=1)
NOTHING = Carrier(10_000_000, None, HOUR, "job-1")


def made(data: bytes = b"bytes", node: str = "9", kind: Any = "images", **more: Any) -> Made:
    known = {"stage": "", "filename": "a.png", "media_type": "image/png"}
    return Made(node=node, kind=kind, data=data, **{**known, **more})


def job(shape: Shape = "workflow", seed: int | None = None, *runs: tuple[str, str]) -> Job:
    return Job(shape, seed, runs or (("", "id-1"),), 1.23456)


def test_a_workflow_s_answer() -> None:
    files = [
        Delivered(made()),
        Delivered(made(b"film", "10", "videos", filename="b.mp4", media_type="video/mp4")),
        Delivered(
            made(b"", "11", "audio", filename="c.flac", media_type="audio/flac"), "https://s"
        ),
    ]
    assert answer(job(), files, [Said("", "12", "a coast")]) == {
        "images": [
            {
                "filename": "a.png",
                "node": "9",
                "type": "base64",
                "data": base64.b64encode(b"bytes").decode(),
                "media_type": "image/png",
            }
        ],
        "videos": [
            {
                "filename": "b.mp4",
                "node": "10",
                "type": "base64",
                "data": base64.b64encode(b"film").decode(),
                "media_type": "video/mp4",
            }
        ],
        "audio": [
            {
                "filename": "c.flac",
                "node": "11",
                "type": "s3_url",
                "data": "https://s",
                "media_type": "audio/flac",
            }
        ],
        "text": [{"node": "12", "text": "a coast"}],
        "prompt_id": "id-1",
        "seconds": 1.235,
    }


def test_one_picture_of_a_package_is_said_once() -> None:
    found = answer(job("parameters", 5), [Delivered(made())], [])
    assert found == {
        "image": base64.b64encode(b"bytes").decode(),
        "filename": "a.png",
        "node": "9",
        "media_type": "image/png",
        "seed": 5,
        "prompt_id": "id-1",
        "seconds": 1.235,
    }


@pytest.mark.parametrize(
    "files",
    [
        [Delivered(made()), Delivered(made(node="10"))],
        [Delivered(made(), url="https://bucket/a.png")],
    ],
    ids=["two", "by address"],
)
def test_other_pictures_of_a_package_are_listed(files: list[Delivered]) -> None:
    found = answer(job("parameters", 5), files, [])
    assert "image" not in found
    assert len(found["images"]) == len(files)


MADE = st.builds(made, st.binary(max_size=400), filename=st.text(max_size=50))
SAID = st.builds(Said, st.just(""), st.just("1"), st.text(max_size=200))


@given(st.lists(MADE, max_size=4), st.lists(SAID, max_size=3), st.booleans())
def test_no_answer_is_larger_than_it_was_thought(
    files: list[Made], said: list[Said], ascii_only: bool
) -> None:
    found = answer(job(), [Delivered(each) for each in files], said)
    posted = json.dumps({"output": found}, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    assert len(posted) <= posted_size(files, said)


@given(st.integers(0, 100), st.integers(0, 100), st.booleans(), st.sampled_from(["auto", "url"]))
def test_the_way_follows_size_and_wish(size: int, most: int, bucket: bool, deliver: Any) -> None:
    found = way(size, most, bucket, deliver)
    assert (found == "bucket") == (bucket and (deliver == "url" or size > most))
    assert (found == "smaller") == (not bucket and size > most)


async def test_what_fits_goes_as_it_is() -> None:
    file = made(b"bytes")
    assert await delivered(NOTHING, [file], [], "url") == [Delivered(file)]


async def test_without_loss_first() -> None:
    data = coded(photograph(400, 300), "png")
    most = posted_size([made(data)], []) - 1000
    (found,) = await delivered(Carrier(most, None, HOUR, "j"), [made(data)], [], "auto")
    assert found.made.media_type == "image/webp"
    assert found.made.filename == "a.webp"
    assert found.before == ("image/png", len(data))
    assert pixels(found.made.data) == pixels(data)
    assert posted_size([found.made], []) <= most


async def test_with_loss_where_it_must_be() -> None:
    data = coded(photograph(400, 300), "png")
    lossless = await delivered(
        Carrier(posted_size([made(data)], []) - 1, None, HOUR, "j"), [made(data)], [], "auto"
    )
    most = posted_size([lossless[0].made], []) - 500
    (found,) = await delivered(Carrier(most, None, HOUR, "j"), [made(data)], [], "auto")
    assert pixels(found.made.data) != pixels(data)
    assert posted_size([found.made], []) <= most


async def test_alpha_is_kept() -> None:
    data = coded(photograph(300, 200, alpha=True), "png")
    most = posted_size([made(data)], []) - 1000
    (found,) = await delivered(Carrier(most, None, HOUR, "j"), [made(data)], [], "auto")
    assert len(pixels(found.made.data)) == 300 * 200 * 4


@pytest.mark.parametrize(
    "file",
    [
        made(bytes(20_000), kind="videos", filename="b.mp4", media_type="video/mp4"),
        made(b"\x89PNG\r\n\x1a\n" + bytes(20_000)),
    ],
    ids=["a film", "junk"],
)
async def test_what_cannot_be_made_smaller_is_refused(file: Made) -> None:
    with pytest.raises(ResultTooLarge) as caught:
        await delivered(Carrier(14_000, None, HOUR, "j"), [file], [], "auto")
    assert caught.value.params == {"megabytes": 0.0, "most": 0.0}


# --- what counts ------------------------------------------------------------------------------


def output(node: str, kind: str = "images", **ref: str) -> Output:
    return Output(node, kind, ref)


def test_declared_outputs_come_in_their_order() -> None:
    outputs = [output("1"), output("2"), output("3")]
    assert [o.node for o in chosen(outputs, ["3", "1"])] == ["3", "1"]
    assert missing(outputs, ["3", "4"]) == ["4"]


@pytest.mark.parametrize(
    ("kind", "filename", "data", "expected"),
    [
        ("images", "a.png", b"\x89PNG\r\n\x1a\n", ("images", "image/png")),
        ("images", "a.png", b"\xff\xd8\xff\xe0", ("images", "image/jpeg")),
        ("images", "a", b"GIF89a", ("images", "image/gif")),
        ("images", "a.webp", b"RIFF0000WEBP", ("images", "image/webp")),
        ("images", "clip.webm", b"\x1aE\xdf\xa3", ("videos", "video/webm")),
        ("gifs", "a.mp4", b"\0\0\0\x18ftyp", ("videos", "video/mp4")),
        ("gifs", "a.gif", b"GIF89a", ("images", "image/gif")),
        ("video", "a.unknown", b"?", ("videos", "application/octet-stream")),
        ("audio", "a.flac", b"fLaC", ("audio", "audio/flac")),
        ("audio", "a.mp3", b"ID3", ("audio", "audio/mpeg")),
        ("3d", "a.glb", b"glTF", ("files", "model/gltf-binary")),
        ("latents", "a.latent", b"?", ("files", "application/octet-stream")),
    ],
)
def test_a_file_is_known_by_its_bytes_then_by_its_name(
    kind: str, filename: str, data: bytes, expected: tuple[str, str]
) -> None:
    assert told(Output("9", kind, {}), filename, data) == expected
