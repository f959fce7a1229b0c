"""What was asked for, counted."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Counts:
    """Requests since the start, or since `clear`: by operation, and by operation and status."""

    requests: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)

    def told(self) -> dict[str, Any]:
        answers: dict[str, dict[str, int]] = {}
        for (operation, status), number in sorted(self.answers.items()):
            answers.setdefault(operation, {})[str(status)] = number
        return {"requests": dict(sorted(self.requests.items())), "answers": answers}

    def clear(self) -> None:
        self.requests.clear()
        self.answers.clear()
