"""`affiche glossary` and `affiche translate`: on a studio that does not run."""

import json
from pathlib import Path

import pytest
from tests.cli.programs import affiche


@pytest.fixture
def made(data: Path) -> Path:
    assert affiche(data, "migrate").code == 0
    return data


def test_names_are_put_listed_and_taken_out(made: Path, tmp_path: Path) -> None:
    assert affiche(made, "glossary", "put", "갤럭시", "Galaxy").code == 0
    page = tmp_path / "names.txt"
    page.write_text("# brands\n카리나 = Karina\n\n아피쉬\n", encoding="utf-8")
    assert affiche(made, "glossary", "import", str(page)).code == 0
    told = json.loads(affiche(made, "glossary", "list", "--json").out)
    assert sorted(told["terms"], key=lambda each: each["term"]) == [
        {"term": "갤럭시", "english": "Galaxy"},
        {"term": "아피쉬", "english": None},
        {"term": "카리나", "english": "Karina"},
    ]
    found = json.loads(affiche(made, "translate", "a poster of 카리나", "--json").out)
    assert (found["english"], found["status"]) == ("a poster of Karina", "translated")
    found = json.loads(affiche(made, "translate", "바다", "--json").out)
    assert (found["english"], found["status"]) == ("바다", "unavailable")
    assert affiche(made, "glossary", "remove", "카리나").code == 0
    gone = affiche(made, "glossary", "remove", "카리나")
    assert gone.code != 0
    assert gone.err


def test_a_file_that_cannot_be_read_is_named(made: Path, tmp_path: Path) -> None:
    done = affiche(made, "glossary", "import", str(tmp_path / "nowhere.txt"))
    assert done.code == 2
    assert "nowhere.txt" in done.err
    assert "hint: " in done.err
