"""What `affiche worker init` makes: whole, well, and what lies in deploy/runpod."""

import ast
import base64
import json
import os
import shutil
import subprocess
import sys
import tomllib
from importlib.resources import as_file, files
from pathlib import Path

import pytest
import pyvips
from tests.packages.examples import made

from affiche.catalog.catalog import load, shipped
from affiche.domain.forms import check as check_form
from affiche.errors import PackageRefused, PackageUnreadable
from affiche.pictures import sniff
from affiche.worker.inputs import ParametersIn, parse
from affiche.worker.packages import making
from affiche.worker.packages.checking import check, usual_target
from affiche.worker.packages.findings import TARGETS, Target
from affiche.worker.packages.gpus import choice
from affiche.worker.packages.reading import read
from affiche.worker.packages.yaml_pages import sections

ROOT = Path(__file__).parents[2]
DEPLOYED = "poster"
SLUGS = [template.slug for template in shipped()]
WANTED = {
    ".runpod/hub.json",
    ".runpod/tests.json",
    "Dockerfile",
    "Dockerfile.base",
    "README.md",
    "download_models.sh",
    "entrypoint.sh",
    "extra_model_paths.yaml",
    "handler.py",
    "models.txt",
    "requirements-build.txt",
    "requirements.txt",
    "setup_netvolume.sh",
    "template.toml",
}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("slug", SLUGS)
def test_a_package_of_each_template_is_whole_and_well(
    tmp_path: Path, slug: str, target: Target
) -> None:
    template = next(each for each in shipped() if each.slug == slug)
    source = files("affiche.catalog").joinpath(slug)
    making.write(making.render(template, source, target), tmp_path / "new" / "package")
    package = read(tmp_path / "new" / "package")
    assert set(package.files) >= WANTED
    assert usual_target(package) == target
    found = check(package)
    assert found.ok
    assert [each.code for each in found.findings if each.severity != "note"] == []
    again = load(tmp_path / "new" / "package")
    assert again.stages == template.stages
    assert [_marks(file.text or "") for file in package.files.values() if file.text] == [
        [] for _ in package.files
    ]


def _marks(text: str) -> list[str]:
    words = ("AFFICHE", "COPIES", "CUDA", "FOLDERS", "GPUS", "GRAPHS", "INPUT", "MODELS", "SLUG")
    return [word for word in (*words, "TARGET", "TITLE") if f"@{word}@" in text]


def test_what_is_deployed_is_what_is_made() -> None:
    template = next(each for each in shipped() if each.slug == DEPLOYED)
    source = files("affiche.catalog").joinpath(DEPLOYED)
    wanted = {one.path: one for one in making.render(template, source, "serverless")}
    folder = ROOT / "deploy" / "runpod"
    # What somebody built or downloaded there is not committed.
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    there = {p.as_posix() for p in found if p.suffix != ".whl" and p.parts[0] != "models"}
    again = f"rm -r deploy/runpod && affiche worker init deploy/runpod --template {DEPLOYED}"
    assert there == set(wanted), again
    for name, one in wanted.items():
        path = folder / name
        assert path.read_text(encoding="utf-8") == one.text, f"{name}: {again}"
        assert os.access(path, os.X_OK) == one.executable, name
    assert check(read(folder), "serverless").ok


@pytest.mark.parametrize("name", ["entrypoint.sh", "download_models.sh", "setup_netvolume.sh"])
def test_the_scripts_are_bash(name: str) -> None:
    script = ROOT / "deploy" / "runpod" / name
    subprocess.run(["bash", "-n", script], check=True, timeout=30)
    assert os.access(script, os.X_OK)


def test_the_handler_starts_affiche_s_worker_on_its_own_folder() -> None:
    tree = ast.parse((ROOT / "deploy/runpod/handler.py").read_text(encoding="utf-8"))
    assert "start(Path(__file__).parent)" in ast.unparse(tree)


@pytest.mark.parametrize("slug", SLUGS)
def test_the_test_for_the_hub_is_a_job_that_the_worker_takes(slug: str) -> None:
    template = next(each for each in shipped() if each.slug == slug)
    (test,) = json.loads(made("serverless", slug).files[".runpod/tests.json"].text or "")["tests"]
    job = parse(test["input"])
    assert isinstance(job, ParametersIn)
    assert check_form(template.fields, job.values).problems == ()


def test_the_picture_in_it_is_one() -> None:
    data = base64.b64decode(making.PICTURE)
    picture = pyvips.Image.new_from_buffer(data, "", fail_on="error")
    assert (picture.width, picture.height) == (64, 64)
    kind = sniff(data)
    assert kind is not None


def test_a_template_of_one_s_own(tmp_path: Path) -> None:
    with as_file(files("affiche.catalog").joinpath("klein-i2i")) as shipped_folder:
        folder = Path(shutil.copytree(shipped_folder, tmp_path / "my-own"))
    (folder / "workflow.json").rename(folder / "graph.json")
    page = folder / "template.toml"
    page.write_text(page.read_text("utf-8").replace("workflow.json", "graph.json"), "utf-8")
    graph = (folder / "graph.json").read_text("utf-8")
    (folder / "graph.json").write_text(graph.replace("flux2-vae", "my-vae"), "utf-8")
    written = making.render(load(folder), folder, "serverless")
    making.write(written, tmp_path / "package")
    found = check(read(tmp_path / "package"))
    assert found.ok
    assert [each.code for each in found.findings] == ["model_without_address"]
    assert "graph.json" in (tmp_path / "package" / "Dockerfile").read_text("utf-8")


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    template = shipped()[0]
    written = making.render(
        template, files("affiche.catalog").joinpath(template.slug), "serverless"
    )
    with pytest.raises(PackageRefused, match="there is something in it already"):
        making.write(written, tmp_path)
    with pytest.raises(PackageRefused):
        making.write(written, tmp_path / "mine.txt")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_the_pins_of_the_container_are_those_that_are_tested() -> None:
    pinned = ROOT / "requirements" / "dev.txt"
    tested = pinned.read_text(encoding="utf-8")
    skeleton = files("affiche.worker.packages").joinpath("skeleton")
    for name in ("requirements.txt", "requirements-build.txt"):
        text = skeleton.joinpath(name).read_text(encoding="utf-8")
        lines = [line for line in text.splitlines() if "==" in line]
        assert lines
        for line in lines:
            pin = line.removesuffix("\\").strip()
            assert f"\n{pin} " in f"\n{tested}", line
        for digest in (word for word in text.split() if word.startswith("--hash=")):
            assert digest in tested, digest


def test_what_the_worker_imports_is_pinned() -> None:
    """In a process of its own: every package outside the standard library that it loads."""
    program = """
import sys
from importlib.metadata import packages_distributions
import affiche.worker.service, affiche.worker.sdk, affiche.worker.delivery
import runpod, obstore.store
owners = packages_distributions()
for top in {name.partition(".")[0] for name in sys.modules}:
    for owner in owners.get(top, ()):
        print(owner.lower().replace("_", "-").replace(".", "-"))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    loaded = set(done.stdout.split()) - {"affiche"}
    text = files("affiche.worker.packages").joinpath("skeleton/requirements.txt").read_text()
    pinned = {line.partition("==")[0] for line in text.splitlines() if "==" in line}
    assert {"runpod", "aiohttp", "pydantic"} <= loaded
    # Loaded by an editable install and by nothing of the worker.
    assert loaded - pinned - {"setuptools", "editables"} == set()


def test_reading_a_folder(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "a" / "b" / "c" / "d").mkdir(parents=True)
    (package / ".git").mkdir()
    (package / ".git" / "config").write_text("x")
    (package / "handler.py").write_bytes(b"\xff\xfe")
    (package / "a" / "graph.json").write_text("{}")
    (package / "a" / "b" / "c" / "d" / "deep.json").write_text("{}")
    (package / "model.safetensors").write_bytes(b"x")
    (package / "gone").symlink_to("nowhere")
    (package / "large.json").write_bytes(b" " * (5 * 1024 * 1024))
    found = read(package)
    assert set(found.files) == {"handler.py", "a/graph.json", "large.json"}
    assert found.files["handler.py"].text is None
    assert found.files["large.json"].text is None
    assert "model.safetensors" in found.others
    assert found.holds("a")
    assert found.holds(".git")
    assert not found.holds("gone")


@pytest.mark.parametrize("name", ["nowhere", "file"])
def test_what_is_no_folder_is_not_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(PackageUnreadable, match="not a folder"):
        read(tmp_path / name)


def test_the_template_of_a_package_is_the_catalog_s() -> None:
    text = made().files["template.toml"].text or ""
    assert tomllib.loads(text)["id"] == str(
        next(each.id for each in shipped() if each.slug == "klein-i2i")
    )


def test_the_deployed_package_holds_what_seeds_want() -> None:
    """Seeds 000, 001 and 002: files, cards, CUDA, memory, and ComfyUI with its own requirements."""
    folder = ROOT / "deploy" / "runpod"
    docker = (folder / "Dockerfile").read_text(encoding="utf-8")
    config = json.loads((folder / ".runpod/hub.json").read_text(encoding="utf-8"))["config"]
    tests = json.loads((folder / ".runpod/tests.json").read_text(encoding="utf-8"))["config"]
    assert choice(config["gpuIds"]).takes("NVIDIA GeForce RTX 4090")
    assert choice(config["gpuIds"]).takes("NVIDIA GeForce RTX 5090")
    assert tests["gpuTypeId"] in config["gpuIds"].split(",")
    assert config["allowedCudaVersions"] == tests["allowedCudaVersions"] == ["12.8", "12.9", "13.0"]
    assert "ARG CUDA=12.8" in docker
    assert "AS cuda-12.7" in docker
    assert "pip install -r /opt/comfyui/requirements.txt" in docker
    assert "cover.json envelope.json /opt/package/" in docker
    paths = {section.name: section for section in sections(
        (folder / "extra_model_paths.yaml").read_text(encoding="utf-8"))}  # fmt: skip
    for name, base in (("affiche_serverless", "/runpod-volume"), ("affiche_pod", "/workspace")):
        entries = paths[name].entries
        assert entries["base_path"].paths == (base,)
        for kind in ("diffusion_models", "text_encoders", "vae", "loras", "checkpoints"):
            assert entries[kind].paths == (f"models/{kind}/",)


def test_comfyui_hears_only_the_worker_beside_it() -> None:
    script = (ROOT / "deploy/runpod/entrypoint.sh").read_text(encoding="utf-8")
    assert "COMFY_API_URL:-http://127.0.0.1:8188" in script
    assert "--listen 127.0.0.1" in script
