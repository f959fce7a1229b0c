"""The pages about workers say what the program says."""

import re
from pathlib import Path

import pytest
from tests.packages.reference import PAGE, page
from tests.support.catalogues import catalogue

from affiche.worker.packages.gpus import POOLS, shown
from affiche.worker.packages.rules.tests import SHORTEST

ROOT = Path(__file__).parents[2]
HOW_TO = (ROOT / "docs/how-to/runpod-worker.md").read_text(encoding="utf-8")


def test_the_findings_are_all_listed() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.packages.reference"


def test_every_code_that_the_how_to_names_is_one() -> None:
    codes = {key.split(".")[2] for key in catalogue("en") if key.startswith("packages.findings.")}
    named = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", HOW_TO)) - {"text_encoders"}
    assert {"gpu_disagrees", "cuda_disagrees", "hub_cuda", "image_too_new"} <= named
    assert named <= codes


def test_the_how_to_s_pools_are_the_checker_s() -> None:
    rows = [line for line in HOW_TO.splitlines() if re.match(r"\| `[A-Z]+_\d", line)]
    found = {
        pool: re.sub(r"[ *|]", "", row.rsplit("|", 2)[1])
        for row in rows
        for pool in re.findall(r"`([A-Z]+_[A-Z0-9_]+)`", row)
    }
    assert found == {name: shown(pool.oldest) for name, pool in POOLS.items()}
    assert f"{SHORTEST:,} ms" in HOW_TO


def test_the_how_to_s_files_are_the_package_s() -> None:
    there = {path.name for path in (ROOT / "deploy/runpod").rglob("*") if path.is_file()}
    for name in ("setup_netvolume.sh", "download_models.sh", "Dockerfile.base", "models.txt"):
        assert name in HOW_TO
        assert name in there


def test_the_worker_s_variables_are_those_that_it_reads() -> None:
    read = (ROOT / "src/affiche/worker/settings.py").read_text(encoding="utf-8")
    read += (ROOT / "src/affiche/worker/buckets.py").read_text(encoding="utf-8")
    read += (ROOT / "deploy/runpod/entrypoint.sh").read_text(encoding="utf-8")
    section = HOW_TO.partition("Environment variables of the worker")[2].partition("## ")[0]
    named = re.findall(r"`([A-Z][A-Z_]{5,})`", section)
    assert len(named) >= 8
    assert [name for name in named if name not in read and not name.startswith("RUNPOD_")] == []


README = (ROOT / "deploy/runpod/README.md").read_text(encoding="utf-8")
SAID = {
    "how an image is built and pushed": (
        "docker build --platform linux/amd64 -t you/my-worker:1 .",
        "docker push you/my-worker:1",
    ),
    "how the base image is": (
        "./download_models.sh models",
        "-f Dockerfile.base",
        "docker push you/my-worker-base:klein-9b-fp8",
        "`ARG BASE=you/my-worker-base:klein-9b-fp8`",
    ),
    "what a licence is about": ("Agree and access", "huggingface-cli\nlogin", "403"),
    "what sets off a build": (
        'git commit --allow-empty -m "Trigger rebuild" && git push',
        "**releases**, not commits",
    ),
    "the two ways side by side": (
        "| CUDA | 12.7 at most | 12.8 and later too |",
        "| RTX 5090 (Blackwell) | no | yes, with 12.8 or later |",
        "| `.runpod/tests.json` | needed | not read |",
    ),
    "where a volume is": ("/runpod-volume/models/", "`/workspace`", "not clip/"),
    "what gives no log": ("## A failed build or test run that gives no log",),
}


@pytest.mark.parametrize("matter", SAID)
def test_the_how_to_says(matter: str) -> None:
    assert [part for part in SAID[matter] if part not in HOW_TO] == []


def test_the_package_s_readme_says_how_to_build_and_fill_it() -> None:
    for command in (
        "docker build --platform linux/amd64 -t you/poster .",
        "docker push you/poster",
        "./setup_netvolume.sh",
        "https://api.runpod.ai/v2/ENDPOINT/run",
    ):
        assert command in README
