"""The pinned files: every line exact and with hashes, no host, one version in all of them."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
FILES = ("base", "build", "dev")
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def text(kind: str) -> str:
    return (ROOT / "requirements" / f"{kind}.txt").read_text()


def pins(kind: str) -> dict[str, tuple[Requirement, list[str]]]:
    """Each requirement by its canonical name, with its hashes."""
    found = {}
    for line in text(kind).replace("\\\n", " ").splitlines():
        words, *hashes = re.split(r"\s+--hash=", line.strip())
        requirement = Requirement(words)
        found[canonicalize_name(requirement.name)] = (requirement, hashes)
    return found


@pytest.mark.parametrize("kind", FILES)
def test_every_requirement_is_exact_and_has_hashes(kind: str) -> None:
    for name, (requirement, hashes) in pins(kind).items():
        assert re.fullmatch(r"==[\w.+!]+", str(requirement.specifier)), name
        assert requirement.url is None, name
        assert hashes, name
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), name


@pytest.mark.parametrize("kind", FILES)
def test_no_host_and_no_option_is_named(kind: str) -> None:
    assert "://" not in text(kind)
    assert not re.search(r"^\s*-", text(kind).replace("--hash=", ""), re.MULTILINE)


@pytest.mark.parametrize("kind", ["base", "build"])
def test_one_version_serves_all_files(kind: str) -> None:
    everything = pins("dev")
    for name, (requirement, _) in pins(kind).items():
        assert everything[name][0].specifier == requirement.specifier


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("base", PYPROJECT["project"]["dependencies"]),
        ("build", PYPROJECT["build-system"]["requires"]),
        ("build", PYPROJECT["dependency-groups"]["build"]),
        ("dev", PYPROJECT["dependency-groups"]["dev"]),
    ],
)
def test_what_pyproject_asks_is_pinned_within_its_bounds(kind: str, asked: list[str]) -> None:
    pinned = pins(kind)
    for line in asked:
        wanted = Requirement(line)
        (version,) = pinned[canonicalize_name(wanted.name)][0].specifier
        assert wanted.specifier.contains(version.version), line
