"""Templates of several stages: what one may take from another, and what is refused."""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support import staged

from affiche.catalog.catalog import load, shipped
from affiche.catalog.definitions import template_from
from affiche.domain.definitions import DefinitionInvalid
from affiche.domain.templates import definition, stage_values
from affiche.errors import TemplateInvalid

SHIPPED = {template.slug: template for template in shipped()}
POSTER = SHIPPED["poster"]
# What works that were asked for under 0.1.0 name; a version of its own would be made of each.
VERSIONS = {"klein-i2i": "43b277b2", "klein-poster": "604863f5"}


@pytest.mark.parametrize("slug", VERSIONS)
def test_templates_of_one_stage_keep_their_version(slug: str) -> None:
    assert SHIPPED[slug].version.startswith(VERSIONS[slug])
    assert "takes" not in definition(SHIPPED[slug])["stages"][0]


def test_the_poster_is_the_one_of_seed_002() -> None:
    cover, envelope = POSTER.stages
    assert (cover.slug, envelope.slug) == ("cover", "envelope")
    assert dict(envelope.takes) == {"cover": "cover"}
    for stage in POSTER.stages:
        nodes = stage.workflow.graph.nodes
        assert nodes["2"].class_type == "LoadImage"
        assert nodes["75:67"].class_type == "CLIPTextEncode"
        assert nodes["75:79:76"].inputs["conditioning"] == ["75:67", 0]
        assert nodes["75:62"].inputs["steps"] == 20
        assert nodes["75:63"].inputs["cfg"] == 5
        assert {b.node for b in stage.workflow.bindings if b.type == "picture"} == {"2"}
    defaults = {field.name: field.default for field in POSTER.fields}
    assert (defaults["steps"], defaults["cfg"]) == (20, 5)
    assert {(m.folder, m.name) for m in POSTER.models} == {
        ("diffusion_models", "flux-2-klein-base-9b-fp8.safetensors"),
        ("text_encoders", "qwen_3_8b_fp8mixed.safetensors"),
        ("vae", "flux2-vae.safetensors"),
    }


def test_what_a_stage_takes_is_no_field_of_the_form() -> None:
    values = {field.name: field.default for field in POSTER.fields} | {"image": "a.png"}
    first, second = (stage_values(POSTER, stage, values) for stage in POSTER.stages)
    assert "image" in first
    assert not {"image", "cover"} & second.keys()


@given(count=st.integers(1, 5), data=st.data())
def test_a_definition_is_read_again_as_it_was(count: int, data: st.DataObject) -> None:
    """Every stage takes from one before it, and every picture is taken."""
    table, page = definition(POSTER), definition(POSTER)["stages"][1]
    slugs = ["cover", *(f"stage-{n}" for n in range(count))]
    untaken, stages = ["cover"], [table["stages"][0]]
    for at in range(1, len(slugs)):
        # So that none is left over: the picture of the one before.
        stages.append({**page, "slug": slugs[at], "takes": {"cover": untaken.pop()}})
        untaken.append(slugs[at])
    template = template_from({**table, "stages": stages, "id": str(uuid4())})
    again = template_from(definition(template))
    assert again == template
    at = data.draw(st.integers(1, count))
    assert template.stage_at(template.stages[at].takes["cover"]) == at - 1


def broken(change: Any) -> str:
    table = definition(POSTER)
    change(table["stages"])
    with pytest.raises(DefinitionInvalid) as caught:
        template_from(table)
    return str(caught.value)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda s: s[1].update(takes={"cover": "photo"}), "takes.cover: “photo” is no earlier"),
        (lambda s: s[1].update(takes={"cover": "envelope"}), "“envelope” is no earlier stage"),
        (lambda s: s[0].update(takes={"image": "envelope"}), "stages[0].takes.image: “envelope”"),
        (lambda s: s[1].update(takes={"page": "cover"}), "stages[1].takes.page: is no binding"),
        (lambda s: s[1].update(takes={"seed": "cover"}), "takes.seed: is not a binding for a"),
        (lambda s: s[1].update(inputs={"cover": "image"}), "takes.cover: is fed by a field too"),
        (lambda s: s[1].update(slug="cover"), "stages[1].slug: “cover” is another stage's too"),
        (lambda s: s[1].update(takes={"cover": 3}), "stages[1].takes.cover: must be text"),
        (lambda s: s[1].update(takes=["cover"]), "stages[1].takes: must be a table"),
        (lambda s: s[1].pop("takes"), "stages[0]: no later stage takes “cover”'s picture"),
        (lambda s: s.reverse(), "stages[0].takes.cover: “cover” is no earlier stage"),
    ],
)
def test_what_does_not_fit_is_named(change: Any, expected: str) -> None:
    assert expected in broken(change)


def test_a_binding_that_nothing_feeds_is_named() -> None:
    def another(stages: list[dict[str, Any]]) -> None:
        (taken,) = (b for b in stages[1]["bindings"] if b["name"] == "cover")
        stages[1]["bindings"].append({**taken, "name": "back"})

    assert "stages[1]: “back” is fed by no field of the form" in broken(another)


def test_a_folder_of_several_stages_is_read(tmp_path: Path) -> None:
    template = load(staged.write_template(tmp_path, stages=3))
    assert [dict(stage.takes) for stage in template.stages] == [
        {},
        {"image": "edit"},
        {"image": "second"},
    ]
    assert template.id == UUID(int=staged.ID.int)
    page = tmp_path / staged.SLUG / "template.toml"
    page.write_text(page.read_text("utf-8").replace('image = "second"', 'image = "fourth"'))
    with pytest.raises(TemplateInvalid, match=r"takes\.image: “fourth”"):
        load(tmp_path / staged.SLUG)
