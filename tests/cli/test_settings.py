"""`affiche settings`: every setting, its value, where it comes from; secrets stay secret."""

from dataclasses import fields
from pathlib import Path

from tests.cli.programs import affiche

from affiche.settings import Settings

SECRET = "postgresql://studio:hunter2@db.example/affiche"


def test_each_setting_has_a_value_and_a_source(data: Path) -> None:
    data.mkdir()
    (data / "affiche.toml").write_text(
        "upload_mb = 7\ncomfyui_url = 'http://me:hunter2@gpu:8188'\n"
    )
    done = affiche(data, "settings", "--json", DATABASE_URL=SECRET, AFFICHE_STEPS="3")
    found = {each["name"]: each for each in done.json["settings"]}
    assert list(found) == [field.name for field in fields(Settings)]
    assert (found["data"]["value"], found["data"]["source"]) == (str(data), "AFFICHE_DATA")
    assert (found["steps"]["value"], found["steps"]["source"]) == (3, "AFFICHE_STEPS")
    assert (found["upload_mb"]["value"], found["upload_mb"]["source"]) == (7, "affiche.toml")
    assert (found["host"]["value"], found["host"]["source"]) == ("127.0.0.1", "default")
    assert (
        found["database_url"] | {"value": "••••", "source": "DATABASE_URL"} == found["database_url"]
    )
    assert found["comfyui_url"]["value"] == "http://••••@gpu:8188"
    assert "hunter2" not in done.out


def test_the_table_says_the_same(data: Path) -> None:
    done = affiche(data, "settings", DATABASE_URL=SECRET, COMFYUI_URL="http://gpu:8188")
    rows = [line.split() for line in done.out.splitlines()]
    assert ["AFFICHE_COMFYUI_URL", "http://gpu:8188", "COMFYUI_URL"] in rows
    assert ["AFFICHE_DATABASE_URL", "••••", "DATABASE_URL"] in rows
    assert len(rows) == len(fields(Settings)) + 1
    assert "hunter2" not in done.out


def test_a_wrong_setting_is_named_with_what_to_do(data: Path) -> None:
    done = affiche(data, "settings", AFFICHE_PORT="eighty")
    assert (done.code, done.out) == (2, "")
    assert "Setting port" in done.err
    assert "hint: " in done.err


def test_nothing_is_made_by_looking(data: Path) -> None:
    affiche(data, "settings")
    assert not data.exists()
