"""What the rules say of whole files, of handlers, of scripts and of what belongs together."""

from pathlib import Path

import pytest
from tests.packages.examples import changed, having, line, made, new, package_of, places
from tests.support.catalogues import catalogue

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
KLEIN = "flux-2-klein-9b-fp8.safetensors"


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
        ('graphs["cover"]["2"]["inputs"]["image"] = path', "node_missing"),
        ('graphs["cover"]["76"]["inputs"]["image"] = path', None),
        ('job["input"]["prompt"] = path', None),
        ('job["input"]["inputs"]["image"] = path', None),
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


@pytest.mark.parametrize(
    ("gpus", "gpu", "agrees"),
    [
        ("ADA_24", "NVIDIA GeForce RTX 4090", True),
        ("ADA_24,-NVIDIA L4", "NVIDIA GeForce RTX 4090", True),
        ("ADA_24,-NVIDIA GeForce RTX 4090", "NVIDIA GeForce RTX 4090", False),
        ("AMPERE_48, ADA_24", "ADA_24", True),
        ("AMPERE_48", "NVIDIA GeForce RTX 4090", False),
    ],
)
def test_a_card_is_in_its_pool(gpus: str, gpu: str, agrees: bool) -> None:
    package = changed(made(), HUB, "ADA_24,ADA_32_PRO", gpus)
    package = changed(package, TESTS, '"ADA_24"', f'"{gpu}"')
    codes = [each.code for each in new(package, "serverless")]
    assert codes == ([] if agrees else ["gpu_disagrees"])


def test_a_script_in_a_folder_of_its_own_is_found() -> None:
    files = dict(made().files)
    text = files.pop("entrypoint.sh").text
    files["src/entrypoint.sh"] = File("src/entrypoint.sh", text, False)
    package = changed(
        Package(files), DOCKER, "RUN chmod 0755 /opt/package/*.sh \\\n    && ", "RUN "
    )
    package = changed(package, DOCKER, " entrypoint.sh", " src/entrypoint.sh")
    assert {each.code for each in new(package, "serverless")} == {"not_executable"}


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


def test_a_folder_with_nothing_in_it() -> None:
    codes = {each.code for each in check(package_of({}), "hub").findings}
    assert codes == {
        "no_handler", "no_dockerfile", "no_readme", "no_hub", "no_tests", "no_workflow",
    }  # fmt: skip
