"""The catalog: shipped templates are sound, golden inputs arrive, and broken folders say where."""

import json
from importlib.resources import files
from uuid import UUID

import pytest

from affiche.catalog.catalog import load_all, shipped
from affiche.catalog.checks import check
from affiche.catalog.definitions import template_from
from affiche.domain.forms import PictureAddress, form_fields, validate
from affiche.domain.masks import used_without_binding
from affiche.domain.seeds import MAX_SEED
from affiche.domain.subjects import feeding, subject_from, variables
from affiche.domain.templates import Template, definition, stage_values
from affiche.graphs.bindings import bind
from affiche.graphs.schemas import known
from affiche.graphs.validation import validate as validate_graph

SHIPPED = {template.slug: template for template in shipped()}


# --- what is shipped --------------------------------------------------------------------------


def test_the_templates_are_shipped_in_their_order() -> None:
    found = [template.slug for template in shipped()]
    assert found == ["klein-i2i", "poster", "image-brush", "img2img-lora", "klein-poster"]
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
    subject = subject_from(golden.get("subject"))
    following = variables(template.fields, subject, values)
    fed: set[str] = set()
    for stage, said in zip(template.stages, golden.get("stages", [golden]), strict=True):
        named = {binding.name: "golden.png" for binding in stage.workflow.pictures()}
        pictures = {stage.source(name): picture for name, picture in named.items()}
        given = stage_values(template, stage, {**values, **pictures, **following})
        assert not set(stage.takes) & set(given)
        given |= dict.fromkeys(stage.takes, "golden.png")
        bound = bind(stage.workflow.graph, stage.workflow.bindings, given)
        # Which LoRA there is, is a studio's own.
        found = validate_graph(bound, known(), stage.workflow.bindings)
        assert [problem for problem in found if problem.input != "lora_name"] == []
        expected = stage.workflow.graph.api()
        for node, inputs in said["bound"].items():
            expected[node]["inputs"].update(inputs)
        assert bound.api() == expected
        fed |= {stage.source(name) for name in given.keys() - stage.takes.keys()}
    fed |= feeding(template.fields) | used_without_binding(template.fields)
    assert fed - following.keys() == {f.name for f in template.fields}


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
