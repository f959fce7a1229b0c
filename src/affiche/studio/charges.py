"""Why the database would not take a work: that it is not paid for, or that there is no room."""

import json
from typing import Final

import psycopg

from affiche.errors import AfficheError, BudgetSpent, CreditsShort, StorageFull

KINDS: Final[dict[str, type[AfficheError]]] = {
    "AF002": CreditsShort,
    "AF003": BudgetSpent,
    "AF004": StorageFull,
}
"""By the states that `charge_work` and `take_room` raise, whose details are the parameters."""


def refusal(error: psycopg.Error) -> AfficheError | None:
    """Ours for it, if it is about money or room; pure."""
    kind = KINDS.get(error.sqlstate or "")
    if kind is None:
        return None
    return kind(**json.loads(error.diag.message_detail or "{}"))
