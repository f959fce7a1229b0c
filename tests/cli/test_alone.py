"""`affiche run` where no studio runs: it starts what it needs, on the preview engine, and stops."""

import time
from pathlib import Path

import pyvips
from tests.cli.programs import Process, affiche, running

SMALL = ("megapixels=0.5", "steps=1")


def test_it_starts_what_it_needs_and_stops_it_again(data: Path, photo: Path) -> None:
    asked = ("run", "klein-i2i", f"image=@{photo}", "prompt=노을 지는 해변", *SMALL)
    first = affiche(data, *asked, "seed=7")
    assert first.code == 0, first.err
    assert not (data / "postgres" / "postmaster.pid").exists()
    picture = data.parent / first.out.strip()
    assert picture.name == "klein-i2i-1.png"
    assert pyvips.Image.new_from_file(str(picture)).width > 500
    assert "Starting a studio" in first.err
    assert "preview engine" in first.err

    # The same again: the same picture, and never over what is there.
    taken = data.parent / "out" / "klein-i2i-2.png"
    taken.write_bytes(b"somebody's")
    second = affiche(data, *asked, "--seed", "7", "--json", AFFICHE_LANGUAGE="ko")
    assert second.code == 0, second.err
    assert second.err == ""
    assert second.json["label"] == "완료"
    assert second.json["engine"] == "preview"
    assert [Path(path).name for path in second.json["files"]] == ["klein-i2i-2-2.png"]
    assert taken.read_bytes() == b"somebody's"
    assert (data.parent / second.json["files"][0]).read_bytes() == picture.read_bytes()


def test_ctrl_c_cancels_there_too(data: Path, photo: Path) -> None:
    asked = ("run", "klein-i2i", f"image=@{photo}", "prompt=slow", "steps=20", "--json")
    with running(data, *asked, AFFICHE_PREVIEW_PACE="30") as run:
        # Silent until its end: what it asked for shows in the folder of its engine.
        wait_for_upload(data, run)
        assert run.stop() == 130
    assert '"status": "cancelled"' in run.text
    assert not (data / "postgres" / "postmaster.pid").exists()


def wait_for_upload(data: Path, run: Process) -> None:
    """Until the engine has the picture, so that the work is under way."""
    until = time.monotonic() + 60
    while not any((data / "preview" / "input").rglob("*.*")):
        assert run.process.poll() is None, run.text
        assert time.monotonic() < until
        time.sleep(0.05)


def test_a_folder_for_pictures_is_made_before_anything_is_asked_for(
    data: Path, photo: Path
) -> None:
    (data.parent / "file").write_text("")
    asked = ("run", "klein-i2i", f"image=@{photo}", "prompt=a", "-o", "file/pictures", "--json")
    done = affiche(data, *asked)
    assert (done.code, done.json["error"]["code"]) == (2, "no_folder")
    assert not data.exists()


def test_what_is_no_answer_is_refused_before_anything_starts(data: Path) -> None:
    done = affiche(data, "run", "klein-i2i", "photo.jpg", "prompt=a", "prompt=b", "=c", "--json")
    fields = [each["field"] for each in done.json["error"]["fields"]]
    assert (done.code, fields) == (2, ["photo.jpg", "prompt", "=c"])
    assert not data.exists()
