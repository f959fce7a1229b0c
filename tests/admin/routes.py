"""Every route of `/v1/admin`, with what the audit log calls it and what is sent to it."""

from dataclasses import dataclass
from typing import Any, Final

PREFIX: Final = "/v1/admin/"
WHY: Final = {"reason": "because of a test"}


@dataclass(frozen=True)
class Rule:
    """`action`: what the log calls it; `subject`: which of the names in `Here` it is about; `body`:
    what is sent, with `{name}` for what is there."""

    action: str
    subject: str = ""
    body: Any = None
    status: int = 200


ROUTES: Final[dict[str, Rule]] = {
    "GET /v1/admin/jobs": Rule("jobs.list"),
    "GET /v1/admin/jobs/stuck": Rule("jobs.stuck"),
    "GET /v1/admin/jobs/{job_id}": Rule("jobs.show", "job_id"),
    "POST /v1/admin/jobs/{job_id}/requeue": Rule("jobs.requeue", "taken_id", WHY),
    "POST /v1/admin/jobs/{job_id}/fail": Rule("jobs.fail", "job_id", WHY),
    "POST /v1/admin/jobs/{job_id}/cancel": Rule("jobs.cancel", "job_id", WHY),
    "GET /v1/admin/works/{work_id}": Rule("works.show", "work_id"),
    "GET /v1/admin/works/{work_id}/cost": Rule("works.cost", "work_id"),
    "GET /v1/admin/works/{work_id}/language-model": Rule("works.words", "work_id"),
    "POST /v1/admin/works/{work_id}/retry": Rule("works.retry", "ended_id", WHY, 201),
    "POST /v1/admin/works/{work_id}/fail": Rule("works.fail", "work_id", WHY),
    "POST /v1/admin/works/{work_id}/cancel": Rule("works.cancel", "work_id", WHY),
    "GET /v1/admin/ratios": Rule("figures.ratios"),
    "GET /v1/admin/failures": Rule("figures.failures"),
    "GET /v1/admin/margins": Rule("credits.margin"),
    "GET /v1/admin/alerts": Rule("alerts.list"),
    "GET /v1/admin/secrets": Rule("secrets.list"),
    "GET /v1/admin/audit": Rule("audit.list"),
    "GET /v1/admin/credits/{user_id}": Rule("credits.balance", "user_id"),
    "GET /v1/admin/credits/{user_id}/transactions": Rule("credits.statement", "user_id"),
    "POST /v1/admin/credits/{user_id}/grant": Rule("credits.grant", "user_id", {"credits": 3}),
    "POST /v1/admin/credits/{user_id}/purchase": Rule(
        "credits.purchase", "user_id", {"credits": 3, "reference": "payment 1"}
    ),
    "POST /v1/admin/credits/{user_id}/adjust": Rule(
        "credits.adjust", "user_id", {"credits": 2, **WHY}
    ),
    "PUT /v1/admin/credits/{user_id}/subscription": Rule(
        "credits.subscribe", "user_id", {"allowance": 5}
    ),
    "GET /v1/admin/budgets": Rule("credits.budgets"),
    "PUT /v1/admin/budgets": Rule(
        "credits.budget", "user_id", {"user_id": "{user_id}", "period": "day", "credits": 9}
    ),
    "GET /v1/admin/endpoints": Rule("endpoints.list"),
    "GET /v1/admin/endpoints/{name}": Rule("endpoints.show", "name"),
    "PATCH /v1/admin/endpoints/{name}": Rule("endpoints.change", "name", {"works_at_once": 7}),
    "POST /v1/admin/endpoints/{name}/pause": Rule("endpoints.pause", "name", WHY),
    "POST /v1/admin/endpoints/{name}/resume": Rule("endpoints.resume", "name", WHY),
    "GET /v1/admin/people": Rule("people.list"),
    "POST /v1/admin/people": Rule("people.add", "", {"email": "dora@example.com"}, 201),
    "PATCH /v1/admin/people/{user_id}": Rule("people.role", "user_id", {"is_operator": True}),
    "POST /v1/admin/people/{user_id}/link": Rule("people.link", "user_id", None, 201),
}
