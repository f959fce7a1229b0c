"""A template is a folder: a new one is found, a broken one says where."""

import shutil
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest

from affiche.catalog.catalog import found, load, load_all, shipped
from affiche.catalog.checks import check
from affiche.catalog.definitions import template_from
from affiche.domain.templates import definition
from affiche.errors import TemplateInvalid
from affiche.graphs.schemas import known, with_files

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


def test_a_new_template_is_a_new_folder(tmp_path: Path) -> None:
    folder = copied("klein-poster", tmp_path).rename(tmp_path / "my-poster")
    page = (folder / "template.toml").read_text("utf-8")
    page = page.replace("01a1fe6a", "01a1fe6b").replace("Poster_Maker_v1", "Poster_Maker_v2")
    (folder / "template.toml").write_text(page, "utf-8")
    (tmp_path / "not-a-template").mkdir()
    assert list(found([tmp_path])) == list(found([folder])) == [folder]
    slugs = [template.slug for template in load_all([tmp_path])]
    assert slugs == [*(template.slug for template in shipped()), "my-poster"]


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
