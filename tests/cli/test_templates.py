"""`affiche templates` without any server."""

import shutil
from pathlib import Path

import pytest
from tests.cli.programs import Done, affiche

from affiche.catalog import catalog
from affiche.db.address import Address

SHIPPED = Path(catalog.__file__).parent


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A folder with a template that is well, one that is not, and one that doubles another."""
    own = tmp_path / "own"
    shutil.copytree(SHIPPED / "klein-i2i", own / "copied")
    (own / "no-title").mkdir()
    (own / "no-title" / "template.toml").write_text('id = "x"\n')
    (own / "no-toml").mkdir()
    (own / "no-toml" / "template.toml").write_text("id = \n")
    return own


def test_list_names_what_is_shipped(data: Path) -> None:
    found = affiche(data, "templates", "list", "--json").json["templates"]
    plain = affiche(data, "templates", "list", AFFICHE_LANGUAGE="ko").out
    assert [each["slug"] for each in found] == [t.slug for t in catalog.shipped()]
    assert all(t.slug in plain and t.title.ko in plain for t in catalog.shipped())


def test_show_says_what_is_asked_and_how_to_ask(data: Path) -> None:
    done = affiche(data, "templates", "show", "klein-i2i")
    template = next(t for t in catalog.shipped() if t.slug == "klein-i2i")
    assert all(field.request_key in done.out for field in template.fields)
    assert all(f"{model.folder}/{model.name}" in done.out for model in template.models)
    assert "affiche run klein-i2i image=@photo.jpg" in done.out
    assert affiche(data, "templates", "show", "klein").code == 2


def test_check_finds_the_shipped_ones_well(data: Path) -> None:
    done = affiche(data, "templates", "check")
    assert done.code == 0, done.out
    assert done.out.count("✓") == len(catalog.shipped())
    assert not data.exists()


def test_check_names_every_broken_folder_at_once(data: Path, broken: Path) -> None:
    done = affiche(data, "templates", "check", "--json", AFFICHE_CATALOG=str(broken))
    found = {each["name"]: each for each in done.json["templates"]}
    assert done.code == 1
    assert {name for name, each in found.items() if not each["ok"]} == {
        "copied",
        "no-title",
        "no-toml",
    }
    assert "klein-i2i" in found["copied"]["problems"][0]
    assert "template.toml" in found["no-title"]["problems"][0]
    assert found["klein-poster"]["ok"]


def test_check_takes_a_folder_or_a_name(data: Path, broken: Path) -> None:
    folder = affiche(data, "templates", "check", str(broken / "copied"))
    nothing = affiche(data, "templates", "check", str(broken.parent))
    unknown = affiche(data, "templates", "check", "klein")
    away = affiche(data, "templates", "check", "klein-i2i", "--server", "http://127.0.0.1:9")
    assert [each.code for each in (folder, nothing, unknown, away)] == [0, 2, 2, 3]
    assert "http://127.0.0.1:9" in away.err


def test_versions_are_published_listed_and_taken_back(
    data: Path, tmp_path: Path, database_address: Address
) -> None:
    own = tmp_path / "own" / "klein-i2i"
    shutil.copytree(SHIPPED / "klein-i2i", own)
    page = own / "template.toml"

    def run(*arguments: str, **more: str) -> Done:
        return affiche(data, "templates", *arguments, DATABASE_URL=database_address.url, **more)

    same = run("publish", str(own))
    assert (same.code, same.out) == (1, "")
    page.write_text(page.read_text("utf-8").replace("\ncredits = 1\n", "\ncredits = 9\n"), "utf-8")
    made = run("publish", str(own), "--note", "dearer", "--json")
    assert (made.code, made.err) == (0, "")
    assert made.json == {"template": "klein-i2i", "version": 2, "again": None}
    back = run("rollback", "klein-i2i", "1", "--note", "too dear", AFFICHE_LANGUAGE="ko")
    assert (back.code, back.err) == (0, "")
    assert "버전 1의 내용" in back.out
    found = run("versions", "klein-i2i", "--json").json
    assert found["version"] == 3
    assert [(v["version"], v["current"], v["again"], v["note"]) for v in found["versions"]] == [
        (3, True, 1, "too dear"),
        (2, False, None, "dearer"),
        (1, False, None, ""),
    ]
    assert [v["from_folder"] for v in found["versions"]] == [False, False, True]
    table = run("versions", "klein-i2i").out
    assert "dearer" in table
    assert "as version 1" in table
    for arguments in (("publish", str(data)), ("rollback", "klein", "1"), ("versions", "klein")):
        refused = run(*arguments)
        assert refused.code != 0
        assert refused.err
