"""Why the database would not take a work: it is not paid for, there is no room, or what it is
about is not there or not the asker's."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg

from affiche.errors import (
    AfficheError,
    BudgetSpent,
    CreditsShort,
    Forbidden,
    NotFound,
    NotSignedIn,
    StorageFull,
)

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


@contextmanager
def paid() -> Iterator[None]:
    """Raises CreditsShort, BudgetSpent, StorageFull where the database says so."""
    try:
        yield
    except psycopg.DatabaseError as error:
        if refused := refusal(error):
            raise refused from error
        raise


@contextmanager
def explained(foreign: str | None = None) -> Iterator[None]:
    """As `paid`; raises NotFound too for what a work is about, and where the caller may not ask:
    Forbidden because of what is `foreign`, or else NotSignedIn."""
    try:
        with paid():
            yield
    except psycopg.errors.NoDataFound as error:
        raise NotFound(what=error.diag.message_hint or "template") from error
    except psycopg.errors.InsufficientPrivilege as error:
        raise (Forbidden(detail=foreign) if foreign else NotSignedIn(detail=str(error))) from error
