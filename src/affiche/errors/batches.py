"""Batches that cannot be made as they were asked for."""

from affiche.errors.error import AfficheError
from affiche.errors.requests import Conflict


class BatchTooLarge(AfficheError):
    """`works` that it would have, of which it may have `limit`."""

    code, status = "batch_too_large", 422


class NothingFailed(Conflict):
    """A batch of which nothing failed is tried again."""

    code = "nothing_failed"


class NothingKept(Conflict):
    """More is wanted like the kept ones, and none is."""

    code = "nothing_kept"
