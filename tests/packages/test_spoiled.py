"""One thing spoiled in a package that is well gives that finding, at its line, and no other."""

from dataclasses import dataclass

import pytest
from tests.packages.examples import changed, line, made, new, places

from affiche.texts import LANGUAGES, Language
from affiche.worker.packages.checking import check
from affiche.worker.packages.findings import Target

HUB, TESTS, DOCKER, HANDLER = (
    ".runpod/hub.json",
    ".runpod/tests.json",
    "Dockerfile",
    "handler.py",
)
EXEC = 'CMD ["/opt/package/entrypoint.sh"]'
KLEIN = "flux-2-klein-9b-fp8.safetensors"


@dataclass(frozen=True)
class Case:
    """`old` → `new` in `file`; the finding is in `where`, in the line that holds `at`."""

    code: str
    file: str
    old: str
    new: str
    at: str
    target: Target = "serverless"
    where: str = ""


CASES = [
    # hub.json
    Case("json_broken", HUB, '"gpuCount": 1,', '"gpuCount": 1', '"gpuIds"'),
    Case("json_comment", HUB, '"gpuCount": 1,', '"gpuCount": 1, // one', "// one"),
    Case("json_value", HUB, '"gpuCount": 1,', '"gpuCount": NaN,', "{"),
    Case("json_twice", HUB, '"gpuCount": 1,', '"gpuCount": 1,\n"gpuCount":1,', '"gpuCount":1,'),
    Case("key_unknown", HUB, '"gpuCount": 1,', '"gpuCount": 1,\n"gpus": 1,', '"gpus"'),
    Case("value_unknown", HUB, '"image"', '"picture"', '"picture"'),
    Case("value_unknown", HUB, '"serverless"', '"pod"', '"pod"'),
    Case("value_unknown", HUB, '"GPU"', '"TPU"', '"TPU"'),
    Case("key_missing", HUB, '"title": "Repaint a photograph"', '"title": ""', '"title"'),
    Case("disk", HUB, '"containerDiskInGb": 40', '"containerDiskInGb": "40"', '"40"'),
    Case("gpu_unknown", HUB, "ADA_24,ADA_32_PRO", "ADA_24,ADA_32", "gpuIds"),
    Case("gpu_unknown", HUB, "ADA_24,ADA_32_PRO", "ADA_24,-RTX 9090", "gpuIds"),
    Case("env_entry", HUB, '{\n        "key": "BUCKET_NAME",', '{"name": "BUCKET",', '{"name"'),
    # tests.json
    Case("tests_time_out", TESTS, "900000", "600", '"timeout"'),
    Case("tests_time_out", TESTS, "900000", "599999", '"timeout"'),
    Case("tests_no_time_out", TESTS, "900000", '"15 min"', '"timeout"'),
    Case("key_missing", TESTS, '"name": "klein-i2i"', '"name": ""', '"name": ""'),
    Case("gpu_unknown", TESTS, '"ADA_24"', '"RTX 4090"', "gpuTypeId"),
    # each against the other
    Case("gpu_disagrees", TESTS, '"ADA_24"', '"AMPERE_48"', "gpuTypeId"),
    Case("gpu_disagrees", TESTS, '"ADA_24"', '"NVIDIA A40"', "gpuTypeId"),
    Case("gpu_count_disagrees", TESTS, '"gpuCount": 1', '"gpuCount": 2', "gpuCount"),
    Case("cuda_disagrees", TESTS, '"12.9",\n', "", "allowedCudaVersions"),
    # CUDA
    Case("image_too_old", DOCKER, "ARG CUDA=12.8", "ARG CUDA=12.7", "12.6.3-base"),
    Case("cuda_unknown", HUB, '"13.0"', '"13.9"', '"13.9"'),
    # the image
    Case("docker_no_command", DOCKER, EXEC, "", "nvidia/cuda:12.8.1"),
    Case("copy_missing", DOCKER, "COPY handler.py ", "COPY handler.py main.py ", "main.py"),
    Case("docker_no_handler_copied", DOCKER, "COPY handler.py ", "COPY ", "nvidia/cuda:12.8.1"),
    Case("secret_in_image", DOCKER, "WORKDIR /opt", "ENV HF_TOKEN=hf_1\nWORKDIR /opt", "HF_TOKEN"),
    Case("time_out_short", DOCKER, "WORKDIR /opt",
         "ENV AFFICHE_WORKER_START_SECONDS=60\nWORKDIR /opt", "_SECONDS"),
    # the handler
    Case("handler_syntax", HANDLER, "start(", "start((", "start(("),
    Case("handler_not_started", HANDLER, "    start(", "    print(", "if __name__"),
    # the graphs and the template
    Case("graph", "workflow.json", '"class_type": "SaveImage"', '"class_type": ""', '"9"'),
    Case("binding", "template.toml", 'node = "76"', 'node = "2"', 'node = "2"'),
    Case("binding", "template.toml", 'node = "75:73", class = "RandomNoise"',
         'node = "75:73", class = "KSampler"', '"75:73"'),
    Case("binding", "template.toml", 'input = "noise_seed"', 'input = "seed"', 'input = "seed"'),
    Case("graph_missing", "template.toml", "workflow.json", "poster.json", "poster.json"),
    Case("template_syntax", "template.toml", "credits = 1", "credits =", "credits ="),
    Case("template", "template.toml", "credits = 1", 'credits = "one"', "credits"),
    Case("template", "template.toml", "outputs = [\"9\"]", "outputs = [\"10\"]", "outputs"),
    Case("time_out_short", "template.toml", "[title]", "[time_outs]\nrun = 60\n[title]",
         "run = 60"),
    # models
    Case("model_folder", "models.txt", "text_encoders qwen", "clip qwen", "clip qwen"),
    Case("model_folder", "models.txt", "diffusion_models flux", "unet flux", "unet flux"),
    Case("models_line", "models.txt", "vae flux2-vae.safetensors - -",
         "vae flux2-vae.safetensors -", "flux2-vae"),
    Case("models_line", "models.txt", "vae flux2-vae.safetensors - -",
         "vae flux2-vae.safetensors - 1a2b", "flux2-vae"),
    Case("model_not_brought", "models.txt", KLEIN, "another.safetensors", KLEIN,
         where="workflow.json"),
    # extra_model_paths.yaml
    Case("paths_folder", "extra_model_paths.yaml", "  text_encoders: models/text_encoders/",
         "  clip: models/clip/", "clip: models/clip/"),
    Case("paths_folder", "extra_model_paths.yaml", "  diffusion_models: models/diffusion_models/",
         "  unet: models/unet/", "unet: models/unet/"),
    Case("paths_volume", "extra_model_paths.yaml", "/runpod-volume", "/data", "base_path: /data"),
    Case("paths_syntax", "extra_model_paths.yaml", "  vae: models/vae/", "  vae: [models/vae/]",
         "[models/vae/]"),
    # scripts
    Case("no_shebang", "entrypoint.sh", "#!/usr/bin/env bash\n", "", "# Starts"),
    Case("line_ends", "entrypoint.sh", "\n", "\r\n", "#!"),
    # the SDK
    Case("sdk_bad", "requirements.txt", "runpod==1.12.0", "runpod==1.7.13", "runpod=="),
    Case("sdk_bad", "requirements.txt", "runpod==1.12.0", "runpod~=1.7.11", "runpod~="),
    Case("sdk_bad", "requirements.txt", "runpod==1.12.0", "runpod>=1.7,<1.10.1", "runpod>="),
    Case("sdk_old", "requirements.txt", "runpod==1.12.0", "runpod==1.6.2", "runpod=="),
    Case("sdk_unpinned", "requirements.txt", "runpod==1.12.0 \\", "runpod", "runpod"),
    # the Hub
    Case("cuda_disagrees", TESTS, '"12.7"', '"12.6"', "allowedCudaVersions", "hub"),
    Case("hub_image", DOCKER, "nvidia/cuda:12.6.3", "nvidia/cuda:13.0.1", "13.0.1", "hub"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.code}-{case.old[:20].strip()}")
def test_one_thing_spoiled_is_one_finding(case: Case) -> None:
    package = changed(made(case.target), case.file, case.old, case.new)
    where = case.where or case.file
    found = [each for each in new(package, case.target) if each.code == case.code]
    # What it brings along is another rule's to say; it is seen to below.
    assert places(found)[:1] == [(case.code, where, line(package, where, case.at.strip()))]


ALONE = [case for case in CASES if case.code not in {
    # A file that cannot be read is one finding, and what depends on it is not seen any more.
    "hub_image", "image_too_old", "cuda_unknown", "line_ends",
}]  # fmt: skip


@pytest.mark.parametrize("case", ALONE, ids=lambda case: f"{case.code}-{case.old[:20].strip()}")
def test_nothing_else_is_found_with_it(case: Case) -> None:
    package = changed(made(case.target), case.file, case.old, case.new)
    assert {each.code for each in new(package, case.target)} == {case.code}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(language: Language) -> None:
    for case in CASES:
        package = changed(made(case.target), case.file, case.old, case.new)
        for each in check(package, case.target).findings:
            assert "{" not in each.message(language).replace("{ …", "")
            assert each.fix(language).strip()
