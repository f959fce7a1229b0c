"""What is wrong with a graph or a template."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from affiche.errors.error import AfficheError
from affiche.texts import Language, say


@dataclass(frozen=True, slots=True)
class GraphProblem:
    """One thing wrong in a graph; `code` names a sentence under `graphs.problems`."""

    code: str
    node: str | None = None
    class_type: str | None = None
    title: str | None = None
    input: str | None = None
    params: tuple[tuple[str, Any], ...] = ()

    def message(self, language: Language) -> str:
        where = " ".join(
            part
            for part in (
                self.node and f"#{self.node}",
                self.class_type,
                self.title and self.title != self.class_type and f"“{self.title}”",
                self.input and f".{self.input}",
            )
            if part
        )
        sentence = say(language, f"graphs.problems.{self.code}", **dict(self.params))
        return f"{where}: {sentence}" if where else sentence


class GraphInvalid(AfficheError):
    code, status = "graph_invalid", 422

    def __init__(self, problems: Iterable[GraphProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(detail="; ".join(p.message("en") for p in self.problems))


class TemplateInvalid(AfficheError):
    """`name`: the folder; `reason`: one English line for the operator."""

    code, status = "template_invalid", 422
