"""`affiche projects`, and taking along or away what is somebody's, by real commands."""

import zipfile
from pathlib import Path

import psycopg
import pytest
from tests.cli.programs import Done, affiche
from tests.support.databases import Cluster

from affiche.cli import sizes
from affiche.cli.endings import CommandError
from affiche.db.address import Address


class Operator:
    def __init__(self, data: Path, url: str) -> None:
        self.data, self.url = data, url

    def __call__(self, *arguments: str) -> Done:
        return affiche(self.data, *arguments, DATABASE_URL=self.url)


@pytest.fixture
def bob(cluster: Cluster, database_address: Address) -> str:
    with psycopg.connect(database_address.url, autocommit=True) as connection:
        connection.execute("SET ROLE service_role")
        connection.execute("INSERT INTO users (name, email) VALUES ('bob', 'bob@example.com')")
    return "bob@example.com"


@pytest.fixture
def operator(data: Path, database_address: Address) -> Operator:
    return Operator(data, database_address.url)


def test_a_project_from_beginning_to_end(operator: Operator, bob: str) -> None:
    made = operator("projects", "add", "shop", "--owner", bob, "--json").json
    assert (made["name"], made["owner"], made["quota"], made["members"]) == ("shop", bob, None, 1)
    assert operator("projects", "rename", "shop", "store").code == 0
    bounded = operator("projects", "quota", str(made["number"]), "5GB", "--json").json
    assert (bounded["own_quota"], bounded["quota"], bounded["bytes"]) == (5 * 1024**3,) * 2 + (0,)
    assert operator("projects", "keep", "store", "30", "--json").json["work_days"] == 30
    shown = operator("projects", "show", "store").out
    assert "0.0 MB / 5.0 GB" in shown
    assert "30" in shown
    assert operator("projects", "quota", "store", "none", "--json").json["quota"] is None
    listed = operator("projects", "list", "--json").json["projects"]
    assert "store" in [each["name"] for each in listed]
    budget = operator("projects", "budget", "store", "--month", "40", "--json").json["budgets"]
    assert [(b["period"], b["credits"]) for b in budget] == [("month", 40)]
    invited = operator("projects", "invite", "store", "d@example.com")
    assert "/invitation?token=" in invited.out
    assert "d@example.com" in invited.err
    members = operator("projects", "members", "store", "--json").json["members"]
    assert [(m["email"], m["role"]) for m in members] == [(bob, "admin")]
    assert operator("projects", "show", "nowhere").code == 2
    assert operator("projects", "quota", "store", "much").code == 2
    assert operator("projects", "give", "store", "nobody@example.com").code == 2


def test_somebody_is_written_down_and_then_forgotten(
    operator: Operator, bob: str, tmp_path: Path
) -> None:
    target = tmp_path / "bob.zip"
    written = operator("people", "export", bob, str(target))
    assert written.code == 0, written.err
    with zipfile.ZipFile(target) as archive:
        assert bob in archive.read("profile.json").decode()
    assert target.stat().st_mode & 0o077 == 0
    again = operator("people", "export", bob, str(target))
    assert again.code != 0
    assert zipfile.is_zipfile(target)
    careful = operator("people", "delete", bob)
    assert careful.code == 2
    assert "--yes" in careful.err
    assert operator("people", "delete", bob, "--yes").code == 0
    assert bob not in operator("people", "list").out
    assert operator("people", "export", bob).code == 2


@pytest.mark.parametrize(
    ("text", "size"),
    [("1", 1024**3), ("5GB", 5 * 1024**3), ("1.5 mb", 1_572_864), ("none", 0), ("default", None)],
)
def test_sizes(text: str, size: int | None) -> None:
    assert sizes.size_of(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "5 apples", "1e3", "9" * 30, "GB"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(CommandError):
        sizes.size_of(text)


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "٣", "99999"])
def test_what_is_no_number_of_days(text: str) -> None:
    with pytest.raises(CommandError):
        sizes.days_of(text)
