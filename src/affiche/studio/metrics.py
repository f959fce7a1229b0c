"""How the studio does, in numbers: asked of the database every ten seconds at most."""

import asyncio
import os
import resource
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from affiche.domain.exposition import Kind, Metric, Sample
from affiche.errors import DatabaseUnavailable
from affiche.studio.studio import Studio

KEPT_SECONDS: Final = 10.0
NAMES: Final[dict[str, tuple[Kind, str]]] = {
    "affiche_database_up": ("gauge", "Whether the database answered; if not, its numbers lack."),
    "affiche_workers": ("gauge", "Processes that make pictures, seen in the last 45 seconds."),
    "affiche_endpoint_up": ("gauge", "Whether the endpoint is well."),
    "affiche_endpoint_paused": ("gauge", "Whether an operator has stopped the endpoint."),
    "affiche_endpoint_unwell_seconds": ("gauge", "Since when it is unwell; 0 while it is well."),
    "affiche_endpoint_engine_seconds": ("gauge", "Seconds on the engine, of runs of 5 minutes."),
    "affiche_endpoint_cost_dollars": ("gauge", "What those cost, where it has a price."),
    "affiche_endpoint_places": ("gauge", "Jobs that the endpoint is given at once."),
    "affiche_endpoint_running": ("gauge", "Jobs under way at the endpoint."),
    "affiche_queue_jobs": ("gauge", "Jobs that wait for the endpoint, counted to 10,000."),
    "affiche_queue_oldest_seconds": ("gauge", "How long the oldest of those has waited."),
    "affiche_queue_homeless_jobs": ("gauge", "Jobs that no endpoint would take."),
    "affiche_jobs_stuck": ("gauge", "Jobs under way without a step for 10 minutes."),
    "affiche_jobs_ended": ("gauge", "Jobs that ended in the last 5 minutes, by status and code."),
    "affiche_phase_seconds": ("gauge", "Quantiles of a phase over 5 minutes; see the page."),
    "affiche_phase_jobs": ("gauge", "Jobs that those quantiles are of."),
    "affiche_phase_seconds_sum": ("gauge", "Seconds that those jobs spent in the phase."),
    "affiche_credits_moved": ("gauge", "Credits in the last 5 minutes by kind, refunds among it."),
    "affiche_credit_lines": ("gauge", "Lines of the ledger that those are."),
    "affiche_credits_refunded_ratio": ("gauge", "Refunded of what was charged, in 5 minutes."),
    "affiche_alerts_open": ("gauge", "Alerts that are open, by rule."),
    "affiche_secret_age_days": ("gauge", "Age of the oldest key or secret that is in use."),
    "affiche_webhooks_off": ("gauge", "Webhooks that were put off because they failed."),
    "affiche_webhook_deliveries_pending": ("gauge", "Messages that wait, counted to 10,000."),
    "affiche_language_calls": ("gauge", "Questions to the language model in the last 5 minutes."),
    "affiche_language_seconds": ("gauge", "Seconds that those took."),
    "affiche_language_tokens": ("gauge", "Tokens asked and answered in them."),
    "affiche_language_cost_dollars": ("gauge", "US dollars that they cost, as far as it is known."),
    "affiche_streams": ("gauge", "Event streams that this process holds open."),
    "process_cpu_seconds_total": ("counter", "Processor time of this process."),
    "process_resident_memory_bytes": ("gauge", "Memory that this process holds."),
    "process_open_fds": ("gauge", "Files and sockets that this process has open."),
    "process_threads": ("gauge", "Threads of this process."),
    "process_start_time_seconds": ("gauge", "When this process began, in seconds since 1970."),
}
_BEGAN: Final = time.time()
Found = dict[str, list[Sample]]


class Meter:
    """The numbers of one process's studio; those of the database are kept for ten seconds."""

    def __init__(self, studio: Studio) -> None:
        self.studio = studio
        self._lock = asyncio.Lock()
        self._kept: tuple[float, Found] | None = None

    async def metrics(self, streams: int) -> list[Metric]:
        """All of them, in the order of `NAMES`; without a database, only this process's own."""
        async with self._lock:
            now = asyncio.get_running_loop().time()
            if self._kept is None or now - self._kept[0] >= KEPT_SECONDS:
                self._kept = now, await self._asked()
        found = self._kept[1] | {"affiche_streams": [Sample(streams)]} | _process()
        return [
            Metric(name, kind, help, tuple(found.get(name, ())))
            for name, (kind, help) in NAMES.items()
        ]

    async def _asked(self) -> Found:
        try:
            async with self.studio.database.as_service() as service:
                return {"affiche_database_up": [Sample(1)]} | read(
                    await service.rows("metrics.endpoints"),
                    await service.rows("metrics.ended"),
                    await service.rows("metrics.times"),
                    await service.rows("metrics.credits"),
                    await service.rows("language.lately"),
                    (await service.rows("metrics.elsewhere"))[0],
                    await service.rows("alerts.counts"),
                )
        except DatabaseUnavailable:
            return {"affiche_database_up": [Sample(0)]}


Rows = Sequence[dict[str, Any]]


def read(
    endpoints: Rows,
    ended: Rows,
    times: Rows,
    credits: Rows,
    words: Rows,
    other: dict[str, Any],
    alerts: Rows,
) -> Found:
    """Numbers by name, out of the rows of `metrics.sql`. Pure."""
    found: Found = {name: [] for name in NAMES if name.startswith("affiche_endpoint_")}
    by_endpoint = {
        "affiche_endpoint_up": "well",
        "affiche_endpoint_paused": "paused",
        "affiche_endpoint_unwell_seconds": "unwell_seconds",
        "affiche_endpoint_engine_seconds": "engine_seconds",
        "affiche_endpoint_cost_dollars": "cost",
        "affiche_endpoint_places": "places",
        "affiche_endpoint_running": "running",
        "affiche_queue_jobs": "waiting",
        "affiche_queue_oldest_seconds": "oldest",
    }
    for name, column in by_endpoint.items():
        found[name] = [
            Sample(float(row[column]), {"endpoint": row["name"], "kind": row["kind"]})
            for row in endpoints
        ]
    found["affiche_jobs_ended"] = [
        Sample(row["jobs"], {"status": row["status"], "code": row["code"]}) for row in ended
    ]
    found["affiche_phase_seconds"] = [
        Sample(float(value), {"phase": row["phase"], "quantile": quantile})
        for row in times
        for quantile, value in zip(("0.5", "0.95"), row["quantiles"], strict=True)
    ]
    for name, column in (("affiche_phase_jobs", "jobs"), ("affiche_phase_seconds_sum", "whole")):
        found[name] = [Sample(float(row[column]), {"phase": row["phase"]}) for row in times]
    for name, column in (("affiche_credits_moved", "credits"), ("affiche_credit_lines", "lines")):
        found[name] = [Sample(float(row[column]), {"kind": row["type"]}) for row in credits]
    found |= _language(words)
    moved = {row["type"]: float(row["credits"]) for row in credits}
    if charged := moved.get("charge"):
        found["affiche_credits_refunded_ratio"] = [Sample(moved.get("refund", 0.0) / charged)]
    found["affiche_alerts_open"] = [Sample(row["open"], {"rule": row["rule"]}) for row in alerts]
    found["affiche_jobs_stuck"] = [Sample(other["stuck"])]
    found["affiche_webhooks_off"] = [Sample(other["webhooks_off"])]
    if other["secret_days"] is not None:
        found["affiche_secret_age_days"] = [Sample(other["secret_days"])]
    found["affiche_workers"] = [Sample(other["workers"])]
    found["affiche_queue_homeless_jobs"] = [Sample(other["homeless"])]
    found["affiche_webhook_deliveries_pending"] = [Sample(other["deliveries"])]
    return found


def _language(rows: Rows) -> Found:
    asked = [({"purpose": row["purpose"], "outcome": row["outcome"]}, row) for row in rows]
    return {
        "affiche_language_calls": [Sample(row["calls"], labels) for labels, row in asked],
        "affiche_language_seconds": [Sample(row["seconds"], labels) for labels, row in asked],
        "affiche_language_cost_dollars": [Sample(row["cost"], labels) for labels, row in asked],
        "affiche_language_tokens": [
            Sample(float(row[column]), {**labels, "of": of})
            for labels, row in asked
            for of, column in (("question", "tokens_in"), ("answer", "tokens_out"))
        ],
    }


def _process() -> Found:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    found = {
        "process_cpu_seconds_total": [Sample(usage.ru_utime + usage.ru_stime)],
        "process_threads": [Sample(threading.active_count())],
        "process_start_time_seconds": [Sample(_BEGAN)],
    }
    own = Path("/proc/self")
    if own.exists():
        # Not every system has it; there these two lack.
        pages = int((own / "statm").read_text().split()[1])
        found["process_resident_memory_bytes"] = [Sample(pages * os.sysconf("SC_PAGE_SIZE"))]
        found["process_open_fds"] = [Sample(len(os.listdir(own / "fd")))]  # noqa: PTH208
    return found
