"""What every file of the project keeps to: size, names, words, and no word of this machine."""

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONGEST = 350
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"}

# Written so that this page does not break its own rules.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|XX[X]|HAC[K])\b")
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("debian", "org"),
        ("jsdelivr", "net"),
        ("unpkg", "com"),
    )
]
MACHINE = re.compile(r"(?<![\w.}])/(roo[t]|hom[e]/\w+|User[s]/\w+|work/(?:main|shared|\.library))/")


@cache
def project() -> tuple[Path, ...]:
    """What is committed, or would be by `git add`."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stdout
    return tuple(path for name in listed.split("\0") if name and (path := ROOT / name).is_file())


def pages() -> dict[str, str]:
    """The text of every file that is text, by its path in the project."""
    found = {}
    for path in project():
        data = path.read_bytes()
        if b"\0" not in data:
            found[path.relative_to(ROOT).as_posix()] = data.decode("utf-8")
    return found


def test_the_project_is_seen() -> None:
    assert {"src/affiche/app.py", "pyproject.toml", "Makefile"} <= set(pages())


def test_no_module_is_longer_than_a_person_reads() -> None:
    long = {
        name: lines
        for name, text in pages().items()
        if name.endswith(".py") and (lines := text.count("\n")) > LONGEST
    }
    assert not long


def test_modules_are_named_by_what_they_are() -> None:
    vague = [name for name in pages() if Path(name).stem in VAGUE and name.endswith(".py")]
    assert not vague


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in pages().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_nothing_is_left_for_later_in_a_comment() -> None:
    assert not lines_with(UNFINISHED)


def test_no_file_names_a_package_host() -> None:
    assert not lines_with(re.compile("|".join(map(re.escape, HOSTS))))


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    assert not lines_with(MACHINE)


@pytest.mark.parametrize(
    ("pattern", "bad", "good"),
    [
        (UNFINISHED, "# TO" + "DO: later", "mastodon"),
        (MACHINE, "see /ro" + "ot/x", "/works/1/output.png {base}/root/"),
        (MACHINE, "/work/" + "main/src", "POST /works"),
    ],
)
def test_the_patterns_catch_what_they_are_for(
    pattern: re.Pattern[str], bad: str, good: str
) -> None:
    assert pattern.search(bad)
    assert not pattern.search(good)
