"""What one work would cost, take and leave, before it is asked for."""

from dataclasses import dataclass
from typing import Final

from affiche.domain.credits import credits_for
from affiche.studio import credits
from affiche.studio.studio import Caller, Studio
from affiche.studio.templates import Versioned

LATEST: Final = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """`credits` and `balance` are None where works cost nothing. `seconds`: how long the caller's
    own latest works of the template took on the engine, the middle of them; None before the
    first."""

    credits: int | None
    balance: int | None
    seconds: float | None

    @property
    def left(self) -> int:
        """After it was paid."""
        return max(0, (self.balance or 0) - (self.credits or 0))

    @property
    def short(self) -> int:
        """Credits that are missing."""
        return max(0, (self.credits or 0) - (self.balance or 0))


async def offer(studio: Studio, caller: Caller, found: Versioned, output_count: int = 1) -> Offer:
    """Of so many outputs of one template. Those that an engine makes beside one another are told of
    as if it made one after the other, until the caller's own have shown better."""
    own = await credits.account_if_charged(studio, caller)
    price = credits_for(found.template, output_count) if own else None
    async with studio.database.as_user(caller.id) as transaction:
        seconds = await transaction.value(
            "works.usual_seconds",
            user_id=caller.id,
            template_id=found.template.id,
            limit=LATEST,
        )
    whole = None if seconds is None else seconds * output_count
    return Offer(price, own.balance if own else None, whole)
