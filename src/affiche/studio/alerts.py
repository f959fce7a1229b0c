"""Alerts as operators read them, and what they say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from affiche.db.database import Database
from affiche.domain.alerts import Change
from affiche.studio.audit import LAST, require_operator
from affiche.studio.findings import Finding
from affiche.studio.letters import Letter
from affiche.studio.studio import Caller, Studio
from affiche.texts import Language, say

PATH: Final = "/v1/admin/alerts?open=true"
SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """`subject`: the endpoint, budget or project that it is about, or nothing. `seen_at`: when its
    trouble was last there; `told_at`: when operators were last told."""

    id: UUID
    rule: str
    subject: str
    params: dict[str, Any]
    opened_at: datetime
    seen_at: datetime
    told_at: datetime
    closed_at: datetime | None

    def message(self, language: Language) -> str:
        return say(language, f"operations.alerts.{self.rule}.message", **self.params)

    def hint(self, language: Language) -> str:
        return say(language, f"operations.alerts.{self.rule}.hint", **self.params)

    def told(self, change: Change) -> dict[str, Any]:
        """What programs are told of it."""
        return {
            "alert_id": str(self.id),
            "change": change,
            "rule": self.rule,
            "subject": self.subject,
            "params": self.params,
            "message": self.message("en"),
            "opened_at": self.opened_at.isoformat(),
            "closed_at": self.closed_at.isoformat() if self.closed_at else None,
        }


async def page(
    studio: Studio,
    operator: Caller,
    *,
    only_open: bool = False,
    before: UUID | None = None,
    limit: int = 50,
) -> list[Alert]:
    """The latest first; the next page begins `before` the last id. Raises Forbidden."""
    require_operator(operator)
    asked: dict[str, Any] = {"before": before or LAST, "limit": max(1, min(limit, 200))}
    async with studio.database.singly() as service:
        if only_open:
            return await service.all(Alert, "alerts.page_open", **asked)
        return await service.all(Alert, "alerts.page", **asked)


async def findings(database: Database) -> list[Finding]:
    """For `affiche doctor`: those that are open."""
    async with database.singly() as service:
        rows = await service.all(Alert, "alerts.page_open", before=LAST, limit=SHOWN)
    if not rows:
        return []
    return [
        Finding("note", each.rule, f"alert_{each.rule}", each.params | {"since": _since(each)})
        for each in rows
    ]


def letter(news: list[dict[str, Any]], language: Language) -> Letter:
    """About what was opened, goes on or is over: `news` as `Alert.told` has it. Pure."""
    lines = tuple(_line(each, language) for each in news)
    one = len(news) == 1
    change = news[0]["change"]
    if one:
        title = say(language, f"operations.alerts.{news[0]['rule']}.title", **news[0]["params"])
        subject = say(language, f"operations.mail.{change}", title=title)
    else:
        title = subject = say(language, "operations.mail.several", n=len(news))
    hints = [
        say(language, f"operations.alerts.{each['rule']}.hint", **each["params"])
        for each in news
        if each["change"] != "closed"
    ]
    return Letter(
        title=title,
        subject=subject,
        lines=(*lines, *dict.fromkeys(hints)),
        path=PATH,
        link=say(language, "operations.mail.open"),
        why="operations.mail.why",
    )


def _line(each: dict[str, Any], language: Language) -> str:
    message = say(language, f"operations.alerts.{each['rule']}.message", **each["params"])
    return say(language, f"operations.mail.lines.{each['change']}", message=message)


def _since(alert: Alert) -> str:
    return f"{alert.opened_at:%Y-%m-%d %H:%M} UTC"
