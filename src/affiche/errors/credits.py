"""Works that are not paid for."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from affiche.errors.error import AfficheError
from affiche.texts import Language, say


class NotPaid(AfficheError):
    """Nothing was asked for and nothing was charged."""

    code, status = "not_paid", 402


class CreditsShort(NotPaid):
    """`needed`: what it costs; `balance`: what there is, of both pools together."""

    code = "credits_short"


class BudgetSpent(NotPaid):
    """`of`: "user" or "project"; `period`: "day" or "month"; `budget`: credits for one period;
    `needed`: what it costs; `frees_at`: when the next period begins, in ISO 8601."""

    code = "budget_spent"
    zone: ClassVar = ZoneInfo("Asia/Seoul")

    def message(self, language: Language) -> str:
        frees_at: Any = self.params["frees_at"]
        local = datetime.fromisoformat(frees_at).astimezone(self.zone)
        whose = say(language, f"credits.budgets.{self.params['of']}_{self.params['period']}")
        told = self.params | {"whose": whose, "frees_at": f"{local:%Y-%m-%d %H:%M} KST"}
        return say(language, f"errors.{self.code}.message", **told)

    def hint(self, language: Language) -> str | None:
        return say(language, f"errors.{self.code}.hint")


class CreditsOff(AfficheError):
    """The studio does not charge for works."""

    code, status = "credits_off", 404
