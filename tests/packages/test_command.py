"""`affiche worker` as people call it."""

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.programs import affiche

from affiche.catalog import catalog


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def package(data: Path, tmp_path: Path) -> Path:
    done = affiche(data, "worker", "init", "package", "--target", "hub")
    assert done.code == 0, done.err
    assert [str(tmp_path / line) for line in done.out.splitlines()] == sorted(
        str(path) for path in (tmp_path / "package").rglob("*") if path.is_file()
    )
    return tmp_path / "package"


def test_what_is_made_is_well_and_nothing_else_was_made(data: Path, package: Path) -> None:
    done = affiche(data, "worker", "check", "package")
    assert done.code == 0, done.out
    assert "the RunPod Hub: nothing keeps it from working" in done.out
    assert not data.exists()


def test_a_mismatch_is_said_with_its_line_and_what_to_do(data: Path, package: Path) -> None:
    tests = package / ".runpod" / "tests.json"
    text = tests.read_text("utf-8").replace('"12.7"', '"12.8"')
    tests.write_text(text, "utf-8")
    line = text[: text.index("allowedCudaVersions")].count("\n") + 1
    korean = affiche(data, "worker", "check", "package", AFFICHE_LANGUAGE="ko")
    assert korean.code == 1
    assert f"✗ .runpod/tests.json:{line}  CUDA가 다릅니다" in korean.out
    assert "무한 대기" in korean.out
    assert "hint: " in korean.out
    found = affiche(data, "worker", "check", "package", "--json").json
    assert (found["ok"], found["target"]) == (False, "hub")
    assert {each["code"] for each in found["findings"]} >= {"cuda_disagrees", "hub_cuda"}
    for each in found["findings"]:
        assert set(each) == {"severity", "code", "file", "line", "message", "fix"}
        assert isinstance(each["line"], int)


def test_the_target_can_be_named(data: Path, package: Path) -> None:
    (package / ".runpod" / "tests.json").unlink()
    assert affiche(data, "worker", "check", "package").code == 1
    assert affiche(data, "worker", "check", "package", "--target", "serverless").code == 0
    assert affiche(data, "worker", "check", "package", "--target", "pod").code == 2


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_is_no_folder_is_misused(data: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    done = affiche(data, "worker", "check", name, "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "package_unreadable")


def test_nothing_is_overwritten(data: Path, package: Path) -> None:
    before = {path: path.read_bytes() for path in package.rglob("*") if path.is_file()}
    done = affiche(data, "worker", "init", "package", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "package_refused")
    assert {path: path.read_bytes() for path in package.rglob("*") if path.is_file()} == before


def test_a_template_that_is_not_there_is_named(data: Path, tmp_path: Path) -> None:
    done = affiche(data, "worker", "init", "new", "--template", "nothing", "--json")
    assert (done.code, done.json["error"]["code"]) == (2, "no_template")
    assert not (tmp_path / "new").exists()


def test_a_folder_of_one_s_own_templates(data: Path, tmp_path: Path) -> None:
    own = tmp_path / "own" / "mine"
    shutil.copytree(Path(catalog.__file__).parent / "klein-i2i", own)
    page = (own / "template.toml").read_text("utf-8")
    page = page.replace("82064257", "82064258").replace("XiCON_KLEIN_I2I_V1", "MINE")
    (own / "template.toml").write_text(page, "utf-8")
    by_path = affiche(data, "worker", "init", "a", "--template", str(own), "--json")
    by_name = affiche(
        data, "worker", "init", "b", "--template", "mine", AFFICHE_CATALOG=str(own.parent)
    )
    assert (by_path.code, by_name.code) == (0, 0), by_name.err
    assert "template.toml" in by_path.json["files"]
    for name in ("a", "b"):
        readme = (tmp_path / name / "README.md").read_text("utf-8")
        assert readme.startswith("# mine on RunPod")
        assert affiche(data, "worker", "check", name).code == 0


def test_a_broken_hub_json_says_line_and_column(data: Path, package: Path) -> None:
    hub = package / ".runpod" / "hub.json"
    text = hub.read_text("utf-8").replace('"gpuCount": 1,', '"gpuCount": 1')
    hub.write_text(text, "utf-8")
    with pytest.raises(json.JSONDecodeError) as wrong:
        json.loads(text)
    done = affiche(data, "worker", "check", "package")
    assert done.code == 1
    assert f".runpod/hub.json:{wrong.value.lineno}  " in done.out
    assert f"column {wrong.value.colno}" in done.out
