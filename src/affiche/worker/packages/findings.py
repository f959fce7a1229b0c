"""What `affiche worker check` says: where, what, how bad, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from affiche.texts import Language, say

Severity = Literal["error", "warning", "note"]
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "note")
Target = Literal["hub", "serverless"]
TARGETS: Final[tuple[Target, ...]] = ("hub", "serverless")


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` names a sentence and a fix under `packages.findings`; `line` counts from 1."""

    severity: Severity
    code: str
    file: str
    line: int = 1
    params: Mapping[str, Any] = field(default_factory=dict)

    def message(self, language: Language) -> str:
        return say(language, f"packages.findings.{self.code}.message", **self._said(language))

    def fix(self, language: Language) -> str:
        return say(language, f"packages.findings.{self.code}.fix", **self._said(language))

    def _said(self, language: Language) -> dict[str, Any]:
        """A parameter that has words of its own says them in the language."""
        return {
            name: value.message(language) if hasattr(value, "message") else value
            for name, value in self.params.items()
        }


def error(code: str, file: str, line: int = 1, /, **params: Any) -> Finding:
    """The package does not build, does not start or does not run."""
    return Finding("error", code, file, line, params)


def warning(code: str, file: str, line: int = 1, /, **params: Any) -> Finding:
    """It runs, and some of it will be missed."""
    return Finding("warning", code, file, line, params)


def note(code: str, file: str, line: int = 1, /, **params: Any) -> Finding:
    """Nothing is wrong; somebody should know."""
    return Finding("note", code, file, line, params)
