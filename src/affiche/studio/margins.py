"""What engines took for works, at their price per second, beside what those earned."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal
from uuid import UUID

from affiche.errors import NotFound
from affiche.studio.audit import require_operator
from affiche.studio.studio import Caller, Studio

By = Literal["template", "day", "endpoint"]
BY: Final[tuple[By, ...]] = ("template", "day", "endpoint")


@dataclass(frozen=True, slots=True)
class Margin:
    """`name`: a template, a day of Seoul's, or an endpoint. `credits` that were kept, `seconds` on
    engines, what those took (`cost`, in US dollars), and how many runs were on endpoints without a
    price (`unpriced`). `worth`: of the credits, in US dollars; None where the settings do not say
    what one is worth."""

    name: str
    works: int
    credits: Decimal
    seconds: Decimal
    cost: Decimal
    unpriced: int
    worth: Decimal | None = None

    @property
    def margin(self) -> Decimal | None:
        return None if self.worth is None else self.worth - self.cost


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one work: `credits` are those that were kept of `credits_used`. As `Margin` else."""

    credits_used: int
    credits_refunded: int
    credits: int
    seconds: Decimal
    cost: Decimal
    unpriced: int
    worth: Decimal | None = None

    @property
    def margin(self) -> Decimal | None:
        return None if self.worth is None else self.worth - self.cost


async def margins(
    studio: Studio, operator: Caller, since: datetime, by: By = "template"
) -> list[Margin]:
    """Of works that were asked for since then and have ended. Raises Forbidden."""
    require_operator(operator)
    async with studio.database.singly() as service:
        if by == "day":
            rows = await service.rows("figures.margins_by_day", since=since)
        elif by == "endpoint":
            rows = await service.rows("figures.margins_by_endpoint", since=since)
        else:
            rows = await service.rows("figures.margins_by_template", since=since)
    return [Margin(**row, worth=worth(studio, row["credits"])) for row in rows]


async def cost(studio: Studio, operator: Caller, work_id: UUID) -> Cost:
    """Raises Forbidden, NotFound."""
    require_operator(operator)
    async with studio.database.singly() as service:
        rows = await service.rows("figures.cost_of_work", work_id=work_id)
    if not rows:
        raise NotFound(what="work")
    return Cost(**rows[0], worth=worth(studio, rows[0]["credits"]))


def worth(studio: Studio, credits: Decimal | int) -> Decimal | None:
    """Of so many credits, in US dollars."""
    value = studio.settings.credit_value
    return None if value is None else Decimal(credits) * Decimal(str(value))
