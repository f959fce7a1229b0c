"""The reference page says what there is: every setting with its default, every key and code."""

import re
from dataclasses import fields
from pathlib import Path

from affiche import errors
from affiche.worker import buckets, inputs, settings
from affiche.worker.outputs import KINDS
from affiche.worker.settings import NUMBERS

PAGE = (Path(__file__).parents[2] / "docs/reference/worker.md").read_text(encoding="utf-8")
SETTINGS = PAGE.partition("## Settings")[2]
FAILURES = PAGE.partition("## When it fails")[2].partition("## Settings")[0]


def test_every_variable_that_is_read_is_there_and_no_other() -> None:
    told = set(re.findall(r"`([A-Z][A-Z_]+)`", SETTINGS))
    sources = [settings.__file__, buckets.__file__]
    code = "".join(Path(source).read_text(encoding="utf-8") for source in sources)
    assert set(re.findall(r'"((?:COMFY|SERVER|NETWORK|AFFICHE|BUCKET)_[A-Z_]+)"', code)) <= told
    environ = {
        **dict.fromkeys(NUMBERS, "1"),
        "COMFY_API_URL": "http://gpu:1",
        "SERVER_ADDRESS": "gpu",
        "NETWORK_VOLUME_PATH": "/volume",
        "AFFICHE_WORKER_PACKAGE": "/package",
        "AFFICHE_FETCH_PRIVATE": "host",
        "BUCKET_ENDPOINT_URL": "https://s3.example",
        "BUCKET_NAME": "results",
        "BUCKET_ACCESS_KEY_ID": "id",
        "BUCKET_SECRET_ACCESS_KEY": "key",
    }
    assert told == set(environ)
    found, usual = settings.read(environ), settings.WorkerSettings()
    assert all(getattr(found, f.name) != getattr(usual, f.name) for f in fields(usual))


def test_the_defaults_are_those_that_hold() -> None:
    usual = settings.WorkerSettings()
    rows = [[cell.strip() for cell in line.split("|")] for line in SETTINGS.splitlines()]
    defaults = {name: row[2] for row in rows if len(row) > 3 for name in row[1].split(", ")}
    for variable, (setting, _, _) in NUMBERS.items():
        assert f"{getattr(usual, setting):g}" in defaults[f"`{variable}`"].split(", ")
    assert defaults["`COMFY_API_URL`"] == f"`{usual.comfyui}`"
    assert defaults["`NETWORK_VOLUME_PATH`"] == f"`{usual.volume}`"


def test_every_code_that_is_named_is_one() -> None:
    known = [getattr(errors, name) for name in errors.__all__]
    codes = {each.code for each in known if hasattr(each, "code")}
    named = set(re.findall(r"^\| ((?:`[a-z_]+`(?:, )?)+)", FAILURES, re.MULTILINE))
    found = {code for row in named for code in re.findall(r"`([a-z_]+)`", row)}
    assert "worker_unfit" in found
    assert found <= codes


def test_every_shape_and_kind_is_named() -> None:
    for key in ("workflow", "stages", "ping", "deliver"):
        assert f'"{key}"' in PAGE
    assert all(f"`{kind}`" in PAGE for kind in KINDS)
    assert set(inputs.StageIn.model_fields) <= set(re.findall(r"\w+", PAGE))
