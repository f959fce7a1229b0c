"""How an engine elsewhere is come at: its endpoint, our key there, and how often we may ask."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from affiche.domain.endpoints import Endpoint

Question = Literal["run", "status", "cancel"]


class Budget(Protocol):
    """What all processes together may ask of one endpoint."""

    async def spend(self, question: Question) -> None:
        """Wait until it may be asked once more. Raises EngineBusy if that would be too long."""


class Unlimited:
    """For engines that set no limits, and for one process alone."""

    async def spend(self, question: Question) -> None:
        """Never waits."""


@dataclass(frozen=True, slots=True)
class Access:
    """`key` is the API key itself: never shown, logged or stored."""

    endpoint: Endpoint
    key: str = field(repr=False)
    budget: Budget = field(default_factory=Unlimited)
