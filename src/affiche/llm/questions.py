"""What is asked, what comes back, and what each asking was good for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

Purpose = Literal["translate", "title", "caption"]
Role = Literal["system", "user", "assistant"]
Outcome = Literal["answered", "unfit", "refused", "busy", "unavailable"]


@dataclass(frozen=True, slots=True)
class Message:
    role: Role
    text: str


Read = Callable[[str], str]
"""What an answer is good for, made of its text; raises ValueError if that is nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """`most_tokens`: of the answer. `pictures` are whole files of jpeg, png, webp or gif; they
    stand behind the text of the last message. `work_id`: for whose sake it is asked."""

    purpose: Purpose
    messages: Sequence[Message]
    most_tokens: int
    pictures: Sequence[bytes] = field(default=(), repr=False)
    work_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """One answer as the server gave it; `text` is "" where it gave none. `cost` in US dollars as
    it says itself, None where it does not."""

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: Decimal | None
    is_cut: bool
    is_refusal: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """`text` as the reader made it. Tokens and cost are those of all tries that it took; `cost` in
    US dollars, None where nobody knows it."""

    text: str
    model: str
    tokens_in: int
    tokens_out: int
    cost: Decimal | None


@dataclass(frozen=True, slots=True)
class Call:
    """One try, for the ledger."""

    purpose: Purpose
    work_id: UUID | None
    model: str
    tokens_in: int
    tokens_out: int
    cost: Decimal | None
    milliseconds: int
    outcome: Outcome


class Budget(Protocol):
    """What all processes together may ask."""

    async def spend(self) -> None:
        """Wait until it may be asked once more. Raises LanguageModelBusy if that is too long."""


class Ledger(Protocol):
    async def note(self, call: Call) -> None:
        """Keep it. Never raises: what was paid for is not lost with the note of it."""
