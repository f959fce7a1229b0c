"""The catalog: shipped templates are sound, golden inputs arrive, and broken folders say where."""

import json
import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from affiche.catalog.catalog import found, load, load_all, shipped
from affiche.catalog.checks import check
from affiche.catalog.definitions import template_from
from affiche.domain.forms import PictureAddress, form_fields, validate
from affiche.domain.seeds import MAX_SEED
from affiche.domain.templates import Template, definition, stage_values
from affiche.errors import TemplateInvalid
from affiche.graphs.bindings import bind
from affiche.graphs.schemas import known, with_files
from affiche.graphs.validation import validate as validate_graph

SHIPPED = {template.slug: template for template in shipped()}


def copied(slug: str, into: Path) -> Path:
    """A shipped template's folder, to be spoiled."""
    with as_file(files("affiche.catalog").joinpath(slug)) as folder:
        return Path(shutil.copytree(folder, into / slug))


def reason(folder: Path) -> str:
    with pytest.raises(TemplateInvalid) as caught:
        load(folder)
    assert caught.value.params["name"] == folder.name
    assert folder.name in caught.value.message("ko")
    return str(caught.value.params["reason"])


# --- what is shipped --------------------------------------------------------------------------


def test_two_templates_are_shipped_in_their_order() -> None:
    assert [template.slug for template in shipped()] == ["klein-i2i", "klein-poster"]
    assert load_all() == shipped()


@pytest.mark.parametrize("template", SHIPPED.values(), ids=SHIPPED)
def test_a_shipped_template_fits_the_known_nodes(template: Template) -> None:
    assert check(template) == ()
    assert check(template, known()) == ()


@pytest.mark.parametrize("template", SHIPPED.values(), ids=SHIPPED)
def test_every_phrase_is_in_both_languages(template: Template) -> None:
    phrases = [template.title, template.description, template.fallback_title]
    phrases += [preset.title for preset in template.presets]
    for field in template.fields:
        phrases += [field.label, field.placeholder, field.description]  # type: ignore[list-item]
        phrases += [field.upload_label, field.upload_description]  # type: ignore[list-item]
    for phrase in phrases:
        assert phrase is None or phrase.ko != phrase.en


@pytest.mark.parametrize("template", SHIPPED.values(), ids=SHIPPED)
def test_golden_inputs_arrive_at_their_nodes_and_nowhere_else(template: Template) -> None:
    page = files("affiche.catalog").joinpath(template.slug, "golden.json").read_text("utf-8")
    golden = json.loads(page)
    values = validate(template.fields, golden["inputs"])
    (stage,) = template.stages
    named = {binding.name: "golden.png" for binding in stage.workflow.pictures()}
    bound = bind(
        stage.workflow.graph,
        stage.workflow.bindings,
        stage_values(template, stage, {**values, **named}),
    )
    assert validate_graph(bound, known(), stage.workflow.bindings) == []
    expected = stage.workflow.graph.api()
    for node, inputs in golden["bound"].items():
        expected[node]["inputs"].update(inputs)
    assert bound.api() == expected
    assert {b.name for b in stage.workflow.bindings} == {f.name for f in template.fields}


def test_the_poster_is_the_one_of_seed_000() -> None:
    poster = SHIPPED["klein-poster"]
    assert poster.template_name == "XiCON_KLEIN_Poster_Maker_v1"
    assert (poster.work_type, poster.estimated_time) == ("promotional_image", 30)
    assert (poster.is_active, poster.display_order) == (True, 100)
    assert poster.title.ko == "Flux2 Klein 이미지 편집"
    assert poster.description.ko.startswith("Flux2 Klein 9B 모델을 사용한 고품질 이미지 편집.")
    assert poster.request_dto == {
        "reference_image": "string",
        "prompt": "string",
        "seed": "number",
    }
    assert form_fields(poster.fields, "ko") == [
        {
            "type": "file",
            "name": "reference_image",
            "label": "참조 이미지",
            "request_key": "reference_image",
            "request_value_type": "string",
            "required": True,
            "accept": ".jpg,.png,.jpeg",
            "max_size": 20971520,
            "upload_label": "편집할 이미지를 업로드하세요",
            "upload_description": "JPG, PNG 파일 | 20MB 이하",
        },
        {
            "type": "textarea",
            "name": "prompt",
            "label": "편집 프롬프트",
            "request_key": "prompt",
            "request_value_type": "string",
            "required": True,
            "placeholder": "이미지를 어떻게 편집할지 설명하세요",
            "max_length": 500,
            "rows": 3,
        },
        {
            "type": "number",
            "name": "seed",
            "label": "랜덤 시드",
            "request_key": "seed",
            "request_value_type": "number",
            "required": False,
            "min": 0,
            "max": MAX_SEED,
            "step": 1,
            "default_value": 432262096973502,
            "description": "같은 값 사용 시 동일한 결과 생성 (재현성)",
        },
    ]
    nodes = poster.stages[0].workflow.graph.nodes
    assert nodes["75:62"].inputs["steps"] == 4
    assert nodes["75:63"].inputs["cfg"] == 1
    assert nodes["75:61"].inputs["sampler_name"] == "euler"
    assert nodes["75:80"].inputs["megapixels"] == 1


def test_the_graph_is_the_listing_of_seed_000() -> None:
    nodes = SHIPPED["klein-poster"].stages[0].workflow.graph.nodes
    assert {id_: node.class_type for id_, node in nodes.items()} == {
        "76": "LoadImage",
        "75:80": "ImageScaleToTotalPixels",
        "75:81": "GetImageSize",
        "75:66": "EmptyFlux2LatentImage",
        "75:70": "UNETLoader",
        "75:71": "CLIPLoader",
        "75:72": "VAELoader",
        "75:74": "CLIPTextEncode",
        "75:82": "ConditioningZeroOut",
        "75:79:78": "VAEEncode",
        "75:79:77": "ReferenceLatent",
        "75:79:76": "ReferenceLatent",
        "75:62": "Flux2Scheduler",
        "75:61": "KSamplerSelect",
        "75:63": "CFGGuider",
        "75:64": "SamplerCustomAdvanced",
        "75:65": "VAEDecode",
        "75:73": "RandomNoise",
        "9": "SaveImage",
    }
    assert {(m.folder, m.name) for m in SHIPPED["klein-poster"].models} == {
        ("diffusion_models", "flux-2-klein-9b-fp8.safetensors"),
        ("text_encoders", "qwen_3_8b_fp8mixed.safetensors"),
        ("vae", "flux2-vae.safetensors"),
    }


def test_image_to_image_is_the_one_of_seed_001() -> None:
    i2i = SHIPPED["klein-i2i"]
    assert i2i.id == UUID("82064257-1bef-45d8-a6ba-715f33c887cc")
    assert i2i.template_name == "XiCON_KLEIN_I2I_V1"
    assert i2i.tags == ("I2I", "Image_to_Image", "AI생성")
    assert i2i.fallback_title.ko == "I2I 작품"
    assert {p.slug: (dict(p.values), p.estimated_time) for p in i2i.presets} == {
        "fast": ({"steps": 4, "cfg": 1.0, "megapixels": 0.5}, 20),
        "balanced": ({"steps": 4, "cfg": 1.0, "megapixels": 1.0}, 30),
        "high-quality": ({"steps": 10, "cfg": 2.0, "megapixels": 1.5}, 50),
    }
    bounds = {f.name: (f.minimum, f.maximum, f.default) for f in i2i.fields}
    assert bounds["steps"] == (1, 40, 4)
    assert bounds["megapixels"] == (0.5, 2.0, 1.0)
    assert bounds["cfg"][2] == 1.0
    assert next(f for f in i2i.fields if f.name == "prompt").max_length == 500


def test_the_record_of_seed_001_is_understood_whole() -> None:
    asked = {
        "prompt": "이미지 배경을 해변으로 바꿔줘",
        "image_url": "https://example.com/reference.jpg",
        "image_base64": "iVBORw0KGgoAAAANS...",
        "steps": 20,
        "cfg": 3.5,
        "seed": 12345,
        "megapixels": 1.0,
    }
    assert validate(SHIPPED["klein-i2i"].fields, asked) == {
        "image": PictureAddress("https://example.com/reference.jpg"),
        "prompt": "이미지 배경을 해변으로 바꿔줘",
        "steps": 20,
        "cfg": 3.5,
        "seed": 12345,
        "megapixels": 1.0,
    }


def test_bindings_end_where_their_fields_end() -> None:
    bindings = {b.name: b for b in SHIPPED["klein-i2i"].stages[0].workflow.bindings}
    assert (bindings["steps"].minimum, bindings["steps"].maximum) == (1, 40)
    assert (bindings["seed"].minimum, bindings["seed"].maximum) == (0, MAX_SEED)
    assert (bindings["megapixels"].minimum, bindings["megapixels"].maximum) == (0.5, 2.0)


# --- versions ---------------------------------------------------------------------------------


@pytest.mark.parametrize("template", SHIPPED.values(), ids=SHIPPED)
def test_a_definition_brings_its_template_back(template: Template) -> None:
    assert template_from(json.loads(json.dumps(definition(template)))) == template


def test_the_version_follows_the_content() -> None:
    data = definition(SHIPPED["klein-i2i"])
    assert template_from(data).version == SHIPPED["klein-i2i"].version
    changed = {**data, "credits": 2}
    assert template_from(changed).version != SHIPPED["klein-i2i"].version
    data["stages"][0]["graph"]["75:62"]["inputs"]["steps"] = 5
    assert template_from(data).version != SHIPPED["klein-i2i"].version


# --- stages -----------------------------------------------------------------------------------


def test_a_stage_falls_back_to_defaults_but_never_for_the_seed() -> None:
    poster, i2i = SHIPPED["klein-poster"], SHIPPED["klein-i2i"]
    given = {"reference_image": "a.png", "prompt": "p", "seed": None}
    assert stage_values(poster, poster.stages[0], given) == {
        "reference_image": "a.png",
        "prompt": "p",
    }
    assert stage_values(i2i, i2i.stages[0], {"prompt": "p", "steps": 9, "other": 1}) == {
        "prompt": "p",
        "steps": 9,
        "cfg": 1.0,
        "megapixels": 1.0,
    }


def test_a_stage_may_call_its_inputs_otherwise_and_use_placeholders() -> None:
    data = definition(SHIPPED["klein-poster"])
    (stage,) = data["stages"]
    stage["graph"]["9"]["inputs"]["filename_prefix"] = "by-{{number}}"
    stage["bindings"][1]["name"] = "text"
    stage["inputs"] = {"text": "prompt", "number": "seed"}
    template = template_from(data)
    values = stage_values(template, template.stages[0], {"prompt": "p", "seed": 5})
    assert values == {"text": "p", "number": 5, "seed": 5}
    workflow = template.stages[0].workflow
    bound = bind(workflow.graph, workflow.bindings, values)
    assert bound.nodes["9"].inputs["filename_prefix"] == "by-5"
    assert bound.nodes["75:74"].inputs["text"] == "p"
    assert template_from(definition(template)) == template


# --- folders of one's own ---------------------------------------------------------------------


def test_a_new_template_is_a_new_folder(tmp_path: Path) -> None:
    folder = copied("klein-poster", tmp_path).rename(tmp_path / "my-poster")
    page = (folder / "template.toml").read_text("utf-8")
    page = page.replace("01a1fe6a", "01a1fe6b").replace("Poster_Maker_v1", "Poster_Maker_v2")
    (folder / "template.toml").write_text(page, "utf-8")
    (tmp_path / "not-a-template").mkdir()
    assert list(found([tmp_path])) == list(found([folder])) == [folder]
    slugs = [template.slug for template in load_all([tmp_path])]
    assert slugs == ["klein-i2i", "klein-poster", "my-poster"]


@pytest.mark.parametrize(
    ("change", "attribute"),
    [(("01a1fe6a", "01a1fe6b"), "template_name"), (("Maker_v1", "Maker_v2"), "id")],
)
def test_two_templates_cannot_share_a_name(
    tmp_path: Path, change: tuple[str, str], attribute: str
) -> None:
    folder = copied("klein-poster", tmp_path).rename(tmp_path / "my-poster")
    page = (folder / "template.toml").read_text("utf-8").replace(*change)
    (folder / "template.toml").write_text(page, "utf-8")
    with pytest.raises(TemplateInvalid, match=f"{attribute} is that of “klein-poster”"):
        load_all([folder])


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(TemplateInvalid, match="nowhere is not a folder"):
        load_all([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("credits = 1", "credits = ", "line 10"),
        ("credits = 1", "", "template.toml: credits: is missing"),
        ("credits = 1", "credits = -1", "template.toml: credits: must not be negative"),
        ("credits = 1", "credits = 1\nprice = 2", "template.toml: price: is not a key"),
        ("credits = 1", 'credits = 1\nslug = "x"', "template.toml: slug: is the folder's name"),
        ('"preview"]', '"prview"]', "template.toml: engines[2]: must be one of"),
        ("82064257-", "8206425-", "template.toml: id: must be a UUID"),
        ("step = 0.05", "step = 0.3", "template.toml: fields[4].default_value: is not a value"),
        ("steps = 10,", "steps = 41,", "template.toml: presets[2].values.steps: 40 at most"),
        ("steps = 10,", "stops = 10,", "template.toml: presets[2].values.stops: is no field"),
        ('outputs = ["9"]', 'outputs = ["8"]', "template.toml: stages[0].outputs: names no node"),
        ('outputs = ["9"]', "outputs = []", "template.toml: stages[0].outputs: names no node"),
        ('"workflow.json"', '"../x.json"', "stages[0].graph: must be the name of a .json file"),
        ('"workflow.json"', '"other.json"', "other.json: No such file"),
        ('node = "76"', 'node = "77"', "stages[0].bindings[0]: #77 LoadImage .image"),
        ('class = "CFGGuider"', 'class = "KSampler"', "stages[0].bindings[4]: #75:63 CFGGuider"),
        ('"cfg", type = "number"', '"cfg", type = "integer"', "“cfg” has steps that are not whole"),
        ('"text", type = "string"', '"text", type = "number"', "a textarea field cannot feed"),
        ('{ name = "seed",', '{ name = "sead",', "stages[0]: “sead” is fed by no field"),
        ('  { name = "cfg"', '  # { name = "cfg"', "fields[3]: no stage uses “cfg”"),
        ('outputs = ["9"]', 'outputs = ["9"]\ninputs = { x = "cfg" }', "inputs.x: is no binding"),
        ("[[stages]]", "[[stage]]", "template.toml: stages: is missing"),
    ],
)
def test_a_broken_template_says_where(tmp_path: Path, old: str, new: str, expected: str) -> None:
    folder = copied("klein-i2i", tmp_path)
    page = (folder / "template.toml").read_text("utf-8")
    assert old in page
    (folder / "template.toml").write_text(page.replace(old, new), "utf-8")
    assert expected in reason(folder)


def test_a_broken_graph_says_where(tmp_path: Path) -> None:
    folder = copied("klein-i2i", tmp_path)
    graph = folder / "workflow.json"
    graph.write_text(graph.read_text("utf-8").replace('"nearest-exact",', '"nearest-exact"', 1))
    assert reason(folder).startswith("workflow.json: Not JSON: line ")
    graph.write_text('{"nodes": [], "links": []}')
    assert "Export (API)" in reason(folder)


def test_pages_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    assert reason(folder) == "template.toml: No such file or directory"
    (folder / "template.toml").write_bytes(b"\xff\xfe")
    assert reason(folder).startswith("template.toml: ")
    (folder / "template.toml").write_text("#" * 300_000)
    assert "larger than" in reason(folder)
    strange = copied("klein-i2i", tmp_path).rename(tmp_path / "Klein I2I")
    assert "slug: must be lower-case words" in reason(strange)


# --- checks -----------------------------------------------------------------------------------


def test_a_server_without_the_models_is_found_out() -> None:
    problems = check(SHIPPED["klein-i2i"], with_files(known(), {}))
    assert [(p.code, dict(p.params)["folder"]) for p in problems] == [
        ("model_missing", "diffusion_models"),
        ("model_missing", "text_encoders"),
        ("model_missing", "vae"),
    ]


def test_an_output_that_saves_nothing_is_found_out() -> None:
    data: dict[str, Any] = definition(SHIPPED["klein-i2i"])
    data["stages"][0]["outputs"] = ["75:65"]
    assert [(p.code, p.node) for p in check(template_from(data))] == [("output_not_saved", "75:65")]
