"""Seed 002's own examples, the broken ones and the one that it calls right."""

import json

import pytest
from tests.packages.examples import line, package_of, places

from affiche.worker.packages.checking import check, usual_target
from affiche.worker.packages.findings import Finding, Target
from affiche.worker.packages.package import Package

HUB, TESTS = ".runpod/hub.json", ".runpod/tests.json"
DOCKERFILE = """FROM blendx/xicon-poster-maker-base:klein-9b-fp8
RUN pip install runpod==1.12.0
COPY entrypoint.sh handler.py workflow.json /
CMD ["/entrypoint.sh"]
"""
# The seed's own, word for word.
HANDLER = """import runpod  # 필수

def handler(job):
    job_input = job.get("input", {})
    # 처리 로직
    prompt["2"]["inputs"]["image"] = image_path  # LoadImage
    return {"image": base64_result}  # 또는 {"error": "..."}

runpod.serverless.start({"handler": handler})  # 필수
"""
SETUP = """#!/bin/bash
volume=/runpod-volume/models
wget -O $volume/diffusion_models/flux-2-klein-base-9b-fp8.safetensors $BASE
wget -O $volume/text_encoders/qwen_3_8b_fp8mixed.safetensors $ENCODER
wget -O $volume/vae/flux2-vae.safetensors $VAE
ln -s $volume /comfyui/models
"""
GRAPH = {
    "1": {
        "class_type": "UNETLoader",
        "inputs": {"unet_name": "flux-2-klein-base-9b-fp8.safetensors", "weight_dtype": "default"},
    },
    "2": {"class_type": "LoadImage", "inputs": {"image": "poster.png"}},
    "3": {
        "class_type": "CLIPLoader",
        "inputs": {"clip_name": "qwen_3_8b_fp8mixed.safetensors", "type": "flux2"},
    },
    "4": {"class_type": "VAELoader", "inputs": {"vae_name": "flux2-vae.safetensors"}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "poster"}},
}


def xicon(
    *,
    gpus: str = "ADA_24,ADA_32_PRO",
    gpu: str = "ADA_24",
    hub: tuple[str, ...] = ("12.8",),
    tests: tuple[str, ...] = ("12.8",),
    time_out: int = 600_000,
    **files: str,
) -> Package:
    """The seed's package, with what its first point shows in both files."""
    hub_json = {
        "title": "XiCON Poster Maker",
        "description": "Flux 2 Klein 9B",
        "type": "serverless",
        "category": "image",
        "config": {
            "runsOn": "GPU",
            "containerDiskInGb": 40,
            "gpuCount": 1,
            "gpuIds": gpus,
            "allowedCudaVersions": list(hub),
        },
    }
    tests_json = {
        "tests": [{"name": "poster", "input": {"prompt": "a"}, "timeout": time_out}],
        "config": {"gpuTypeId": gpu, "gpuCount": 1, "allowedCudaVersions": list(tests)},
    }
    texts = {
        HUB: json.dumps(hub_json, indent=2),
        TESTS: json.dumps(tests_json, indent=2),
        "Dockerfile": DOCKERFILE,
        "entrypoint.sh": "#!/bin/bash\nexec python -u /handler.py\n",
        "handler.py": HANDLER,
        "workflow.json": json.dumps(GRAPH, indent=2),
        "setup_netvolume.sh": SETUP,
        "README.md": "# XiCON Poster Maker\n",
    }
    return package_of(texts | files)


def errors(package: Package, target: Target) -> list[Finding]:
    return [each for each in check(package, target).findings if each.severity == "error"]


def test_the_example_that_agrees_is_well_on_serverless() -> None:
    assert errors(xicon(), "serverless") == []


def test_the_example_that_agrees_breaks_the_seed_s_own_rule_on_the_hub() -> None:
    found = errors(xicon(), "hub")
    assert {(each.code, each.file) for each in found} == {
        ("hub_cuda", HUB),
        ("hub_cuda", TESTS),
        ("hub_gpu", HUB),
    }
    assert all("12.7" in each.message("ko") for each in found)
    (gpu,) = (each for each in found if each.code == "hub_gpu")
    assert "5090" in gpu.message("ko")
    assert "Serverless" in gpu.fix("ko")


def test_with_12_7_and_ada_24_it_is_well_on_the_hub() -> None:
    package = xicon(gpus="ADA_24", hub=("12.7",), tests=("12.7",))
    assert errors(package, "hub") == []
    assert usual_target(package) == "hub"


@pytest.mark.parametrize(
    ("changes", "code", "key"),
    [
        ({"gpu": "AMPERE_24"}, "gpu_disagrees", "gpuTypeId"),
        ({"tests": ("12.7",)}, "cuda_disagrees", "allowedCudaVersions"),
        ({"tests": ("12.8", "12.7")}, "cuda_disagrees", "allowedCudaVersions"),
    ],
)
@pytest.mark.parametrize("target", ["hub", "serverless"])
def test_a_mismatch_waits_for_ever(
    changes: dict[str, str], code: str, key: str, target: Target
) -> None:
    package = xicon(**changes)  # type: ignore[arg-type]
    found = [each for each in errors(package, target) if each.code == code]
    assert places(found) == [(code, TESTS, line(package, TESTS, key))]
    assert "무한 대기" in found[0].message("ko")
    assert "waits for ever, without a log" in found[0].message("en")


def test_the_5090_needs_12_8() -> None:
    package = xicon(hub=("12.7",), tests=("12.7",))
    (found,) = errors(package, "serverless")
    assert places([found]) == [("cuda_too_old", HUB, line(package, HUB, "allowedCudaVersions"))]
    assert "12.8" in found.message("en")


def test_the_4090_takes_12_0_and_not_11_8() -> None:
    for versions, codes in ((("12.0",), []), (("11.8",), ["cuda_too_old", "cuda_too_old"])):
        package = xicon(gpus="ADA_24", hub=versions, tests=versions)
        assert [each.code for each in errors(package, "serverless")] == codes


@pytest.mark.parametrize("base", ["12.8.1-base-ubuntu24.04", "12.8.0-cudnn-runtime-ubuntu22.04"])
def test_an_image_of_12_8_does_not_start_on_the_hub(base: str) -> None:
    docker = DOCKERFILE.replace(
        "blendx/xicon-poster-maker-base:klein-9b-fp8", f"nvidia/cuda:{base}"
    )
    package = xicon(gpus="ADA_24", hub=("12.7",), tests=("12.7",), Dockerfile=docker)
    assert {each.code for each in errors(package, "hub")} == {"hub_image", "image_too_new"}


def test_wheels_of_an_older_cuda_have_no_kernel_for_the_5090() -> None:
    docker = DOCKERFILE.replace(
        "RUN pip",
        "RUN pip install torch --index-url https://download.pytorch.org/whl/cu126\nRUN pip",
    )
    found = errors(xicon(Dockerfile=docker), "serverless")
    assert places(found) == [("image_too_old", "Dockerfile", 2)]


def test_tests_are_mandatory_on_the_hub_alone() -> None:
    package = xicon(gpus="ADA_24", hub=("12.7",), tests=("12.7",))
    without = Package({path: file for path, file in package.files.items() if path != TESTS})
    assert [each.code for each in errors(without, "hub")] == ["no_tests"]
    assert errors(without, "serverless") == []
    assert usual_target(without) == "serverless"


def test_no_test_is_allowed_and_not_advised() -> None:
    package = xicon(gpus="ADA_24", hub=("12.7",), tests=("12.7",))
    text = json.loads(package.files[TESTS].text or "")
    package = xicon(
        gpus="ADA_24", hub=("12.7",), tests=("12.7",), **{TESTS: json.dumps({**text, "tests": []})}
    )
    found = check(package, "hub")
    assert found.ok
    assert ("warning", "tests_empty") in {(each.severity, each.code) for each in found.findings}


@pytest.mark.parametrize(("time_out", "ok"), [(600_000, True), (599_999, False), (300_000, False)])
def test_a_test_has_ten_minutes(time_out: int, ok: bool) -> None:
    package = xicon(time_out=time_out)
    found = [each.code for each in errors(package, "serverless")]
    assert found == ([] if ok else ["tests_time_out"])


def test_clip_is_not_the_folder() -> None:
    setup = SETUP.replace("text_encoders/", "clip/")
    found = errors(xicon(**{"setup_netvolume.sh": setup}), "serverless")
    assert places(found) == [("model_folder", "setup_netvolume.sh", 4)]
    assert "text_encoders/" in found[0].message("ko")


def test_the_node_must_be_a_load_image() -> None:
    graph = {**GRAPH, "2": GRAPH["9"], "9": GRAPH["2"]}
    found = errors(xicon(**{"workflow.json": json.dumps(graph)}), "serverless")
    at = HANDLER.splitlines().index('    prompt["2"]["inputs"]["image"] = image_path  # LoadImage')
    assert ("node_class", "handler.py", at + 1) in places(found)
    gone = {key: node for key, node in GRAPH.items() if key != "2"}
    found = errors(xicon(**{"workflow.json": json.dumps(gone)}), "serverless")
    assert ("node_missing", "handler.py", at + 1) in places(found)


def test_the_handler_runs_and_is_told_to_be_async() -> None:
    found = [each for each in check(xicon(), "serverless").findings if each.severity == "warning"]
    assert [each.code for each in found] == ["handler_sync"]


@pytest.mark.parametrize(
    "line_", ["import runpod  # 필수\n", 'runpod.serverless.start({"handler": handler})  # 필수\n']
)
def test_both_lines_of_a_handler_are_needed(line_: str) -> None:
    found = errors(xicon(**{"handler.py": HANDLER.replace(line_, "")}), "serverless")
    assert [each.code for each in found] == ["handler_not_started"]
