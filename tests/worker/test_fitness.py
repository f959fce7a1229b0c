"""A worker that is not fit says so, with the remedy, instead of hanging."""

import asyncio
import functools
from pathlib import Path

import pytest
from tests.comfy.scripted import Reply, says, scripted

from affiche.catalog.catalog import shipped
from affiche.domain.workflows import Model
from affiche.emulators.comfyui import MODEL_FILES, Server, serving
from affiche.worker.fitness import Fitness, misplaced
from affiche.worker.gpus import Card, Gpus

from .conftest import TEXT, MakeBench, copying

KLEIN = next(template for template in shipped() if template.slug == "klein-i2i")
ENCODER = Model("text_encoders", "qwen.safetensors", "1", "CLIPLoader", "clip_name")
PARAMETERS = {"prompt": "a coast", "image_base64": TEXT, "megapixels": 0.5}


async def test_comfyui_that_does_not_come_up_is_told(bench: MakeBench, comfyui: Server) -> None:
    await comfyui.stop()
    worker = bench(start_seconds=0.3)
    answered = await worker(copying())
    assert answered["code"] == "worker_unfit"
    assert comfyui.url in answered["error"]
    assert "nothing listens" in answered["error"]
    await comfyui.start()
    assert (await worker(copying()))["images"]


async def test_a_slow_start_is_waited_for(bench: MakeBench, comfyui: Server) -> None:
    await comfyui.stop()
    job = asyncio.create_task(bench()(copying()))
    await asyncio.sleep(0.5)
    await comfyui.start()
    assert (await job)["images"]


async def test_something_else_at_the_address_is_told_apart(bench: MakeBench) -> None:
    async with scripted() as server:
        server.on("GET /prompt", Reply(404, b"404: Not Found", "text/plain"))
        answered = await bench(comfyui=server.url, start_seconds=0.3)(copying())
    assert "something else answers" in answered["error"]


async def test_a_card_without_its_torch_is_told_and_the_worker_replaced(
    bench: MakeBench,
) -> None:
    async def gpus() -> Gpus:
        return Gpus((Card("NVIDIA GeForce RTX 5090", (12, 0), "570"),), (12, 8))

    answered = await bench(fitness=functools.partial(Fitness, gpus=gpus))(copying())
    assert answered["code"] == "worker_unfit"
    assert "RTX 5090" in answered["error"]
    assert answered["refresh_worker"] is True


async def test_the_card_is_asked_for_once_while_all_is_well(bench: MakeBench) -> None:
    asked = []

    async def gpus() -> Gpus:
        asked.append(True)
        return Gpus()

    worker = bench(fitness=functools.partial(Fitness, gpus=gpus))
    for _ in range(3):
        assert (await worker(copying()))["images"]
    assert len(asked) == 1


async def test_models_that_lack_keep_the_package_from_working_and_nothing_else(
    bench: MakeBench, comfyui: Server, tmp_path: Path
) -> None:
    without = {**MODEL_FILES, "text_encoders": ("other.safetensors",)}
    volume = tmp_path / "volume"
    (volume / "models" / "clip").mkdir(parents=True)
    (volume / "models" / "clip" / "qwen_3_8b_fp8mixed.safetensors").write_bytes(b"model")
    async with serving(tmp_path / "lacking", models=without) as server:
        worker = bench(KLEIN, comfyui=server.url, volume=volume)
        answered = await worker(PARAMETERS)
        assert answered["code"] == "worker_unfit"
        assert "in models/clip/" in answered["error"]
        assert "models/text_encoders/" in answered["error"]
        assert "refresh_worker" not in answered
        assert (await worker(copying()))["images"]
        # Mended, it is seen with the next job.
        changed = {**without, "text_encoders": MODEL_FILES["text_encoders"]}
        server.service.options = type(server.service.options)(server.folder, models=changed)
        server.service.schemas = type(server.service)(server.service.options).schemas
        assert (await worker(PARAMETERS))["image"]


def volume(folder: Path, *files: tuple[str, int]) -> Path:
    for name, size in files:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(size))
    return folder


@pytest.mark.parametrize(
    ("names", "files", "told"),
    [
        (("qwen.safetensors",), [], None),
        (("qwen.safetensors",), [("models/text_encoders/qwen.safetensors", 70_000)], None),
        (
            ("qwen.safetensors",),
            [("models/text_encoders/qwen.safetensors", 100)],
            "has only 100 bytes",
        ),
        ((), [], "is missing: run setup_netvolume.sh"),
        ((), [("models/clip/qwen.safetensors", 70_000)], "is in models/clip/"),
        ((), [("ComfyUI/models/clip/qwen.safetensors", 70_000)], "is in models/clip/"),
        (
            (),
            [("models/text_encoders/qwen.safetensors", 70_000)],
            "extra_model_paths.yaml has to name the folder text_encoders",
        ),
        (None, [], "knows no folder models/text_encoders"),
    ],
)
def test_each_way_to_misplace_a_model_has_its_remedy(
    tmp_path: Path,
    names: tuple[str, ...] | None,
    files: list[tuple[str, int]],
    told: str | None,
) -> None:
    found = misplaced(ENCODER, names, volume(tmp_path, *files))
    assert found is None if told is None else told in (found or "")


def test_a_volume_that_is_not_there_is_no_fault(tmp_path: Path) -> None:
    assert misplaced(ENCODER, ("qwen.safetensors",), tmp_path / "nowhere") is None


async def test_a_server_that_says_nonsense_of_itself_is_not_fit(bench: MakeBench) -> None:
    async with scripted() as server:
        server.on("GET /prompt", says({"exec_info": {"queue_remaining": 0}}))
        server.on("GET /system_stats", says([]))
        answered = await bench(comfyui=server.url)(copying())
    assert answered["code"] == "worker_unfit"
