"""How long runs take on an endpoint, from its own history, and how often it may be asked."""

import time
from typing import Any, Final
from uuid import UUID

from affiche.domain.pace import Pace
from affiche.studio.studio import Studio

KEPT_SECONDS: Final = 20.0
MOST_KEPT: Final = 1000
ASKED_A_SECOND: Final = 120.0
"""Of all runs of one endpoint together: well below what RunPod lets us ask, 200 a second."""
SHOWN_A_SECOND: Final = 60.0
"""The same where ends are told. Each end takes a question, which must not wait for its turn behind
those that only show how far runs are."""


class Times:
    """Read once in a while for each workflow and endpoint."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._known: dict[tuple[UUID | None, UUID | None], tuple[float, Pace]] = {}

    async def pace(self, endpoint_id: UUID | None, workflow_id: UUID | None) -> Pace:
        """How runs of the workflow are to be looked at there."""
        at = endpoint_id, workflow_id
        known = self._known.get(at)
        if known and known[0] > time.monotonic():
            return known[1]
        async with self.studio.database.singly() as service:
            rows = await service.rows(
                "runs.times", endpoint_id=endpoint_id, workflow_id=workflow_id
            )
        pace = self._pace(rows[0])
        if len(self._known) >= MOST_KEPT:
            self._known.pop(next(iter(self._known)))
        self._known[at] = time.monotonic() + KEPT_SECONDS, pace
        return pace

    def _pace(self, row: dict[str, Any]) -> Pace:
        told = self.studio.settings.public_url is not None
        return Pace(
            run=row["run"],
            wake=row["wake"],
            told=told,
            apart=(row["running"] or 0) / (SHOWN_A_SECOND if told else ASKED_A_SECOND),
        )
