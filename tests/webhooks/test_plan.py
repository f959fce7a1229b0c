"""What waits for its time is not read to find what is due."""

from collections.abc import Iterator
from typing import Any

from affiche.db.statements import statement
from affiche.studio import webhook_secrets, webhooks
from affiche.studio.studio import Caller, Studio


def thrown_away(plan: dict[str, Any]) -> Iterator[int]:
    """Rows that were read and were not due, wherever in the plan."""
    yield plan.get("Rows Removed by Filter", 0)
    for part in plan.get("Plans", ()):
        yield from thrown_away(part)


async def test_a_claim_reads_what_is_due_and_no_more(studio: Studio, alice: Caller) -> None:
    webhook, _ = await webhooks.make(studio, alice, "https://example.com/")
    params: dict[str, Any] = {
        "lease": "60 s",
        "each": 4,
        "busy": [],
        "most": 16,
        "key_print": webhook_secrets.print_of(studio),
    }
    async with studio.database.as_service() as service:
        # Most of them later; two are due.
        await service.connection.execute(
            "INSERT INTO webhook_deliveries (webhook_id, type, data, next_at)"
            " SELECT %s, 'work.failed', '{}', now() + make_interval(mins => n - 2)"
            " FROM generate_series(1, 5000) n",
            (webhook.id,),
        )
        found = await service.connection.execute(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement("webhooks.claim"), params
        )
        row = await found.fetchone()
    assert row
    plan = row[0][0]["Plan"]
    assert plan["Actual Rows"] == 2
    assert sum(thrown_away(plan)) == 0
