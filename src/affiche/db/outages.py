"""What PostgreSQL, the network between and the driver say when there is nothing to be had."""

from typing import Final

import psycopg
from psycopg import errors

from affiche.errors import DatabaseFull, DatabaseUnavailable

PASSING: Final = (
    psycopg.OperationalError,
    errors.ReadOnlySqlTransaction,
    errors.IdleInTransactionSessionTimeout,
)
"""What is no fault of the statement and may be over soon: lost and refused connections, pools that
ran dry, cancelled and deadlocked statements, full disks, a standby in the place of its master."""


def unavailable(error: Exception) -> DatabaseUnavailable:
    """Ours for one of `PASSING` or a time-out; the first line of what it says is for the log."""
    detail = str(error).partition("\n")[0] or type(error).__name__
    kind = DatabaseFull if isinstance(error, errors.DiskFull) else DatabaseUnavailable
    return kind(detail=detail)
