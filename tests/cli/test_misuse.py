"""Command lines that cannot be understood, errors that nobody foresaw, and who may see them."""

from pathlib import Path

import pytest
from tests.cli.programs import affiche

from affiche import __version__


def test_the_version(data: Path) -> None:
    assert affiche(data, "--version").out == f"{__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [("nonsense",), ("run",), ("run", "klein-i2i", "--outputs", "x"), ("settings", "--jsn")],
    ids=" ".join,
)
def test_a_misread_line_says_so_and_where_to_look(data: Path, arguments: tuple[str, ...]) -> None:
    done = affiche(data, *arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("affiche: ")
    assert "--help" in done.err.splitlines()[-1]


def test_json_errors_are_json(data: Path) -> None:
    done = affiche(data, "run", "--json")
    assert (done.code, done.err) == (2, "")
    assert done.json["error"]["message"]


def bewildered(data: Path) -> None:
    """A data folder in a state that no code foresees."""
    (data / "postgres").mkdir(parents=True)
    (data / "postgres.json").write_text("no JSON")


def test_a_data_folder_that_cannot_be(data: Path) -> None:
    data.write_text("a file where the folder should be")
    for command in ("up", "work", "migrate"):
        done = affiche(data, command)
        assert (done.code, done.out) == (1, "")
        assert str(data) in done.err
        assert "AFFICHE_DATA" in done.err


@pytest.mark.parametrize("how", [{}, {"AFFICHE_DEBUG": "1"}], ids=["plain", "debugging"])
def test_a_traceback_is_for_whoever_asks(data: Path, how: dict[str, str]) -> None:
    bewildered(data)
    done = affiche(data, "migrate", **how)
    assert (done.code, done.out) == (1, "")
    assert ("Traceback" in done.err) is bool(how)
    assert "hint: " in done.err


@pytest.mark.parametrize(
    "command", [("up",), ("emulate", "comfyui"), ("emulate", "runpod")], ids=" ".join
)
def test_a_port_that_is_none(data: Path, command: tuple[str, ...]) -> None:
    done = affiche(data, *command, "--port", "99999")
    assert done.code in (1, 2)
    assert "port" in done.err.lower()
    assert "hint: " in done.err


def test_debug_may_be_an_option(data: Path) -> None:
    bewildered(data)
    assert "Traceback" in affiche(data, "--debug", "migrate").err


def test_link_and_up_need_a_folder_of_their_own(data: Path) -> None:
    done = affiche(data, "link")
    assert done.code == 3
    assert "affiche up" in done.err
