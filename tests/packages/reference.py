"""docs/reference/worker-findings.md: `python -m tests.packages.reference` writes it anew."""

import re
from pathlib import Path

from tests.support.catalogues import catalogue

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "worker-findings.md"
HEAD = """# What `affiche worker check` finds

Every finding has a code, a severity, the file and the line, a sentence and what to do; `--json`
gives all of them. ✗ keeps the package from being built, tested or run, and the command ends with 1;
! will be missed by somebody; · is only to be known. How a worker is built and deployed is in
[its how-to](../how-to/runpod-worker.md).

<!-- below: python -m tests.packages.reference -->

| code | what is found | what to do |
|---|---|---|
"""


def page() -> str:
    """The whole page, from the sentences themselves."""
    said = catalogue("en")
    codes = sorted(
        key.split(".")[2] for key in said if re.fullmatch(r"packages\.findings\..*\.fix", key)
    )
    rows = (
        f"| `{code}` | {_plain(said, code, 'message')} | {_plain(said, code, 'fix')} |"
        for code in codes
    )
    return HEAD + "\n".join(rows) + "\n"


def _plain(said: dict[str, str], code: str, part: str) -> str:
    sentence = re.sub(r"(?<!\{)\{\w+\}(?!\})", "…", said[f"packages.findings.{code}.{part}"])
    return sentence.replace("{{", "{").replace("}}", "}").replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
