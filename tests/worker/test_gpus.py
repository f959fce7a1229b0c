"""Card, driver and torch: seed 002's rules, from what nvidia-smi and ComfyUI say."""

import stat
from pathlib import Path

import pytest

from affiche.worker.gpus import Card, Gpus, Version, ask, cards, driver_cuda, misfits, torch_cuda

HEADER = """\
+-----------------------------------------------------------------------------------------+
| NVIDIA-SMI 570.86.15              Driver Version: 570.86.15      CUDA Version: 12.8     |
|-----------------------------------------+------------------------+----------------------+
"""
RTX_4090 = Card("NVIDIA GeForce RTX 4090", (8, 9), "550.54")
RTX_5090 = Card("NVIDIA GeForce RTX 5090", (12, 0), "570.86.15")


def test_what_nvidia_smi_says_is_read() -> None:
    listed = "NVIDIA GeForce RTX 5090, 12.0, 570.86.15\nNVIDIA H100, 9.0, 570.86.15\nodd\n"
    assert cards(listed) == (RTX_5090, Card("NVIDIA H100", (9, 0), "570.86.15"))
    assert driver_cuda(HEADER) == (12, 8)
    assert driver_cuda("no devices") is None


@pytest.mark.parametrize(
    ("version", "cuda"),
    [
        ("2.7.1+cu128", (12, 8)),
        ("2.9.0+cu130", (13, 0)),
        ("2.1.0+cu118", (11, 8)),
        ("2.5.0+cpu", None),
        ("2.5.0+rocm6.2", None),
        ("", None),
    ],
)
def test_the_cuda_that_torch_was_built_for(version: str, cuda: Version | None) -> None:
    assert torch_cuda(version) == cuda


@pytest.mark.parametrize(
    ("card", "driver", "torch", "devices", "told"),
    [
        (RTX_4090, (12, 8), "2.7.1+cu128", ["cuda"], None),
        (RTX_4090, (12, 4), "2.7.1+cu126", ["cuda"], None),
        (RTX_4090, (12, 4), "2.9.0+cu130", ["cuda"], "serves CUDA 12.4"),
        (RTX_5090, (12, 8), "2.7.1+cu128", ["cuda"], None),
        (RTX_5090, (13, 0), "2.9.0+cu130", ["cuda"], None),
        (RTX_5090, (12, 8), "2.6.0+cu126", ["cuda"], "needs a torch built for CUDA 12.8"),
        (RTX_4090, (12, 8), "2.7.1+cpu", ["cpu"], "without the graphics card"),
        (RTX_4090, None, "2.7.1+cu128", ["cuda"], None),
        (RTX_4090, (12, 8), "a build of their own", ["cuda"], None),
    ],
)
def test_what_does_not_go_together_is_told_with_its_remedy(
    card: Card, driver: Version | None, torch: str, devices: list[str], told: str | None
) -> None:
    found = misfits(Gpus((card,), driver), torch, devices)
    assert len(found) == (told is not None)
    assert all(told in each for each in found if told)


def test_where_there_is_no_card_nothing_is_missed() -> None:
    assert misfits(Gpus(), "2.7.1+cpu", ["cpu"]) == []


def program(folder: Path, script: str) -> str:
    path = folder / "nvidia-smi"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


async def test_the_program_is_asked(tmp_path: Path) -> None:
    line = "NVIDIA GeForce RTX 5090, 12.0, 570.86.15"
    script = f"if [ $# -gt 0 ]; then echo '{line}'; else cat <<'X'\n{HEADER}X\nfi"
    assert await ask(program(tmp_path, script)) == Gpus((RTX_5090,), (12, 8))


@pytest.mark.parametrize("script", ["exit 9", "echo No devices were found; exit 6"])
async def test_a_program_that_fails_says_nothing(tmp_path: Path, script: str) -> None:
    assert await ask(program(tmp_path, script)) == Gpus()


async def test_a_machine_without_the_program_has_no_card(tmp_path: Path) -> None:
    assert await ask(str(tmp_path / "nvidia-smi")) == Gpus()
