"""The reference pages say what the program says, and all of it."""

import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.reference import FOLDER, MARK, page

from affiche.cli.endings import Exit

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["cli.md", "settings.md"])
def test_the_page_is_up_to_date(name: str) -> None:
    # A process of its own, because a command's words are fixed when it is imported.
    quoted = subprocess.run(
        [sys.executable, "-m", "tests.cli.reference", name],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert (FOLDER / name).read_text(encoding="utf-8") == page(name, quoted), (
        "python -m tests.cli.reference brings it up to date"
    )


def test_every_exit_code_is_explained() -> None:
    own = (FOLDER / "cli.md").read_text(encoding="utf-8").partition(MARK)[0]
    assert all(f"| {code.value} |" in own for code in Exit)
