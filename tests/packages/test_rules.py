"""Every rule: one thing spoiled in a package that is well gives that finding, at its line."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.packages.examples import changed, having, line, made, new, package_of, places

from affiche.texts import LANGUAGES, catalogue
from affiche.worker.packages.checking import check
from affiche.worker.packages.findings import TARGETS, Target
from affiche.worker.packages.package import File, Package

HUB, TESTS, DOCKER, HANDLER = (
    ".runpod/hub.json",
    ".runpod/tests.json",
    "Dockerfile",
    "handler.py",
)
PLAIN = "import runpod\n\n\nasync def handler(job):\n    return {}\n\n\n"
START = 'runpod.serverless.start({"handler": handler})\n'
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


@pytest.mark.parametrize("target", TARGETS)
def test_a_package_that_is_well_is_well(target: Target) -> None:
    found = check(made(target), target)
    assert found.ok
    assert [each for each in found.findings if each.severity != "note"] == []


@pytest.mark.parametrize(
    ("path", "code", "target"),
    [
        (HANDLER, "no_handler", "serverless"),
        (DOCKER, "no_dockerfile", "serverless"),
        ("README.md", "no_readme", "serverless"),
        (HUB, "no_hub", "hub"),
        (TESTS, "no_tests", "hub"),
    ],
)
def test_what_must_be_there(path: str, code: str, target: Target) -> None:
    found = {(each.code, each.file) for each in new(having(made(target), path, None), target)}
    assert (code, path) in found


@pytest.mark.parametrize("path", [HUB, TESTS])
def test_serverless_wants_neither_file_of_the_hub(path: str) -> None:
    assert check(having(made(), path, None), "serverless").ok


def test_the_hub_takes_its_files_from_its_folder_too() -> None:
    package = made("hub")
    text = package.files["README.md"].text
    moved = having(having(package, "README.md", None), ".runpod/README.md", text)
    assert new(moved, "hub") == []


def test_no_workflow_at_all() -> None:
    package = having(having(made(), "workflow.json", None), "template.toml", None)
    assert "no_workflow" in {each.code for each in new(package, "serverless")}


def test_a_graph_of_comfyui_s_editor_is_named() -> None:
    package = having(made(), "drawn.json", '{\n"nodes": [], "links": []}')
    found = new(package, "serverless")
    assert places(found) == [("graph", "drawn.json", 1)]
    assert "Export (API)" in found[0].message("en")


def test_text_that_is_none() -> None:
    files = dict(made().files)
    files[HANDLER] = File(HANDLER, None)
    assert ("not_text", HANDLER, 1) in places(new(Package(files), "serverless"))


@pytest.mark.parametrize(
    ("value", "code"),
    [("{}", "tests_input_empty"), ('{"input": {"prompt": "a"}}', "tests_input_nested")],
)
def test_a_test_that_asks_for_nothing(value: str, code: str) -> None:
    text = f"""{{"tests": [{{"name": "a",
        "input": {value},
        "timeout": 900000}}],
        "config": {{"gpuTypeId": "ADA_24", "gpuCount": 1,
                    "allowedCudaVersions": ["12.8", "12.9", "13.0"]}}}}"""
    found = new(having(made(), TESTS, text), "serverless")
    assert places(found) == [(code, TESTS, 2)]


def test_tests_without_a_test() -> None:
    text = """{"config": {"gpuTypeId": "ADA_24", "gpuCount": 1,
        "allowedCudaVersions": ["12.8", "12.9", "13.0"]},
        "tests": []}"""
    assert places(new(having(made(), TESTS, text), "serverless")) == [("tests_empty", TESTS, 3)]


def test_no_list_of_cuda_takes_any_host() -> None:
    package = made()
    for path in (HUB, TESTS):
        text = (package.files[path].text or "").replace("allowedCudaVersions", "x")
        package = having(package, path, text)
    assert ("cuda_any_host", HUB) in {(c, f) for c, f, _ in places(new(package, "serverless"))}


@pytest.mark.parametrize("path", [HUB, TESTS])
def test_json_that_is_no_object(path: str) -> None:
    found = new(having(made(), path, "[]"), "serverless")
    assert places(found) == [("not_an_object", path, 1)]


def test_the_hub_is_told_to_bring_the_models_in_the_image() -> None:
    notes = [each for each in check(made("hub"), "hub").findings if each.severity == "note"]
    expected = line(made("hub"), DOCKER, "nvidia/cuda:12.6.3")
    assert places(notes) == [("hub_without_models", DOCKER, expected)]
    based = changed(made("hub"), DOCKER, "ARG BASE=comfyui", "ARG BASE=me/klein-base")
    assert check(based, "hub").findings == ()


def test_a_list_is_no_minimum() -> None:
    package = made()
    for path in (HUB, TESTS):
        text = (package.files[path].text or "").replace('"12.8",', '"12.8"')
        text = text.replace('"12.9",', "").replace('"13.0"', "")
        package = having(package, path, text)
    found = new(package, "serverless")
    assert [(each.severity, each.code) for each in found] == [("note", "cuda_list_no_minimum")]
    assert "12.9, 13.0" in found[0].message("en")


@pytest.mark.parametrize("value", ['"12.8"', "12.8", "[]"])
def test_a_cuda_that_is_no_list(value: str) -> None:
    package = made("hub")
    for path in (HUB, TESTS):
        text = package.files[path].text or ""
        start = text.index("[", text.index("allowedCudaVersions"))
        end = text.index("]", start) + 1
        package = having(package, path, text[:start] + value + text[end:])
    assert {each.code for each in new(package, "hub")} >= {"cuda_no_list"}


@pytest.mark.parametrize(
    ("handler", "codes"),
    [
        (PLAIN + START, set()),
        ("from runpod import serverless\n" + PLAIN + START.removeprefix("runpod."), set()),
        (
            "import runpod.serverless as s\n" + PLAIN + START.replace("runpod.serverless", "s"),
            set(),
        ),
        ("import affiche.worker\n\naffiche.worker.start()\n", set()),
        (PLAIN, {"handler_not_started"}),
        (PLAIN + START.replace('"handler"', '"handle"'), {"handler_not_named"}),
        ((PLAIN + START).replace("async ", ""), {"handler_sync"}),
        ((PLAIN + START).replace("(job)", "()"), {"handler_arguments"}),
        ((PLAIN + START).replace("(job)", "(job, id, more=1)"), {"handler_arguments"}),
    ],
)
def test_how_a_handler_is_started(handler: str, codes: set[str]) -> None:
    assert {each.code for each in new(having(made(), HANDLER, handler), "serverless")} == codes


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ('prompt["76"]["inputs"]["image"] = path  # LoadImage', None),
        ('prompt["76"]["inputs"]["image"] = path  # the reference', None),
        ('prompt["75:73"]["inputs"]["noise_seed"] = 7', None),
        ('prompt["2"]["inputs"]["image"] = path  # LoadImage', "node_missing"),
        ('prompt["9"]["inputs"]["image"] = path  # LoadImage', "node_class"),
        ('prompt["9"]["inputs"]["image"] = path', "node_input_missing"),
        ('prompt["9"]["inputs"]["images"] = path', "node_input_linked"),
        ('prompt["2"]["inputs"].update(image=path)', "node_missing"),
        ('job["input"]["prompt"] = path', None),
        ('prompt[NODE]["inputs"]["image"] = path', "node_missing"),
    ],
)
def test_nodes_that_a_handler_fills(statement: str, code: str | None) -> None:
    before, after = PLAIN.replace("import runpod\n", 'import runpod\n\nNODE = "2"\n').split(
        "    return"
    )
    package = having(made(), HANDLER, f"{before}    {statement}\n    return{after}{START}")
    found = new(package, "serverless")
    wanted = [(code, HANDLER, line(package, HANDLER, statement))] if code else []
    assert places(found) == wanted


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (f"curl -o /runpod-volume/models/unet/{KLEIN} $URL", "model_folder"),
        (f"wget -P $V/models/checkpoints https://example.com/{KLEIN}", "model_folder"),
        (f"hf download me/it {KLEIN} \\\n  --local-dir $V/models/unet", "model_folder"),
        (f"mkdir -p models/diffusion_models && wget -O models/diffusion_models/{KLEIN} $U", None),
        (f"ln -s models/diffusion_models/{KLEIN} models/unet/{KLEIN}", None),
        (f"# wget -O models/unet/{KLEIN}", None),
        (f"wget -O models/vae/flux2-vae.safetensors https://e.com/unet/{KLEIN}", None),
        ("mkdir -p $V/models/clip", "model_folder_old"),
    ],
)
def test_where_a_script_puts_models(command: str, code: str | None) -> None:
    package = having(made(), "fetch.sh", f"#!/bin/sh\nset -e\n{command}\n")
    wanted = [(code, "fetch.sh", 3)] if code else []
    assert places(new(package, "serverless")) == wanted


def test_a_model_without_an_address() -> None:
    old = made().files["models.txt"].text or ""
    start = old.index("https://", old.index("flux2-vae"))
    package = having(made(), "models.txt", old[:start] + "-\n")
    expected = line(package, "models.txt", "flux2-vae")
    assert places(new(package, "serverless")) == [("model_without_address", "models.txt", expected)]


def test_nothing_leads_to_the_volume() -> None:
    package = having(made(), "extra_model_paths.yaml", None)
    package = changed(package, DOCKER, "COPY extra_model_paths.yaml /opt/comfyui/\n", "")
    package = changed(package, "Dockerfile.base", "/opt/comfyui/models", "/somewhere")
    package = changed(package, "Dockerfile.base", "COPY models/", "RUN true models/")
    found = {each.code for each in new(package, "serverless")}
    assert found == {"paths_missing"}


def test_a_script_that_cannot_be_run() -> None:
    files = dict(made().files)
    files["entrypoint.sh"] = File("entrypoint.sh", files["entrypoint.sh"].text, False)
    package = changed(
        Package(files), DOCKER, "RUN chmod 0755 /opt/package/*.sh \\\n    && ", "RUN "
    )
    found = new(package, "serverless")
    assert places(found) == [("not_executable", DOCKER, line(package, DOCKER, "CMD"))]


def test_a_dockerfile_without_an_image() -> None:
    found = new(having(made(), DOCKER, "RUN true\n"), "serverless")
    assert ("docker_no_from", DOCKER, 1) in places(found)


@pytest.mark.parametrize(
    ("line_", "code"),
    [
        ("RUN pip install runpod==1.9.0", "sdk_bad"),
        ("RUN pip install \\\n  'runpod==1.9.0'", "sdk_bad"),
        ("RUN pip install runpod", "sdk_unpinned"),
        ("RUN pip install 'runpod>=1.10.1'", None),
        ("RUN pip install 'runpod>=1.7.11,<2'", None),
        ("FROM runpod/pytorch:2.8", None),
    ],
)
def test_the_sdk_in_a_dockerfile(line_: str, code: str | None) -> None:
    package = having(made(), "Dockerfile.other", f"FROM scratch\n{line_}\n")
    wanted = [(code, "Dockerfile.other", 2 + line_.count("\n"))] if code else []
    assert places(new(package, "serverless")) == wanted


def test_every_finding_has_its_sentences_and_is_some_case_s() -> None:
    spoken = {key.split(".")[2] for key in catalogue("en") if key.startswith("packages.findings.")}
    tried = "".join(page.read_text(encoding="utf-8") for page in Path(__file__).parent.glob("*.py"))
    assert {code for code in spoken if f'"{code}"' not in tried} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_can_be_said(language: str) -> None:
    for case in CASES:
        package = changed(made(case.target), case.file, case.old, case.new)
        for each in check(package, case.target).findings:
            assert "{" not in each.message("ko" if language == "ko" else "en").replace("{ …", "")
            assert each.fix("ko" if language == "ko" else "en").strip()


def test_a_folder_with_nothing_in_it() -> None:
    codes = {each.code for each in check(package_of({}), "hub").findings}
    assert codes == {
        "no_handler", "no_dockerfile", "no_readme", "no_hub", "no_tests", "no_workflow",
    }  # fmt: skip
