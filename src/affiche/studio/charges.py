"""Why the database would not take a work: its two ways to say that it is not paid for."""

import json
from typing import Final

import psycopg

from affiche.errors import AfficheError, BudgetSpent, CreditsShort

KINDS: Final[dict[str, type[AfficheError]]] = {"AF002": CreditsShort, "AF003": BudgetSpent}
"""By the states that `charge_work` raises, whose details are the error's parameters."""


def refusal(error: psycopg.Error) -> AfficheError | None:
    """Ours for it, if it is about money; pure."""
    kind = KINDS.get(error.sqlstate or "")
    if kind is None:
        return None
    return kind(**json.loads(error.diag.message_detail or "{}"))
