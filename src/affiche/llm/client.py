"""The one way to a language model: asked within limits, tried again where that helps, and counted.

It raises `LanguageModelError`s and nothing else. The key is in the SDK's headers alone.
"""

import asyncio
import base64
import logging
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from affiche.errors import (
    LanguageModelBusy,
    LanguageModelError,
    LanguageModelRefused,
    LanguageModelUnavailable,
    LanguageModelUnfit,
)
from affiche.llm.answers import offered, said
from affiche.llm.questions import (
    Answer,
    Budget,
    Call,
    Ledger,
    Message,
    Outcome,
    Purpose,
    Question,
    Read,
    Said,
)
from affiche.llm.trust import Trust
from affiche.pictures.kinds import KINDS, sniff

if TYPE_CHECKING:
    from openai import AsyncOpenAI
    from openai._legacy_response import LegacyAPIResponse

PAUSES: Final = (0.5, 2.0)
# An answer that was no good comes again word for word unless something is left to chance.
WARMTHS: Final = (0.0, 0.4, 0.8)
TRIES: Final = len(WARMTHS)
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the model is, and what it costs: in US dollars for a million tokens of question and
    of answer, where the server does not say it itself. `seconds`: for one question with all its
    tries. `is_stand_in`: there is no model behind it, but the emulator's dictionary."""

    url: str
    key: str | None = field(repr=False)
    model: str
    seconds: float
    price_in: float | None = None
    price_out: float | None = None
    is_stand_in: bool = False


class Model:
    """`urgent` is what works that wait spend of the common limit, `patient` what can come later:
    of that they leave enough for the others."""

    def __init__(self, place: Place, urgent: Budget, patient: Budget, ledger: Ledger) -> None:
        self.place = place
        self._urgent, self._patient, self._ledger = urgent, patient, ledger
        self._client: AsyncOpenAI | None = None
        self._opening = asyncio.Lock()
        self._trust = Trust()

    async def ask(
        self,
        purpose: Purpose,
        messages: Sequence[Message],
        *,
        most_tokens: int,
        pictures: Sequence[bytes] = (),
        work_id: UUID | None = None,
        read: Read = str.strip,
        seconds: float | None = None,
        patient: bool = False,
    ) -> Answer:
        """One answer that `read` accepts, within `seconds` (the place's own if None).

        `patient` where nobody waits: such questions give way to others, and are refused the
        sooner. Raises LanguageModelUnavailable or LanguageModelBusy (both retryable),
        LanguageModelRefused, or LanguageModelUnfit if no answer was one that `read` accepts.
        """
        question = Question(purpose, messages, most_tokens, pictures, work_id)
        self._trust.check(time.monotonic())
        budget = self._patient if patient else self._urgent
        within, tally = seconds or self.place.seconds, Tally()
        try:
            async with asyncio.timeout(within):
                return await self._tried(question, read, budget, within, tally)
        except TimeoutError:
            self._trust.lose(time.monotonic())
            raise LanguageModelUnavailable(detail="it took too long") from None

    async def models(self) -> int:
        """How many models the server offers: a question that costs nothing, to see that it is
        there. Raises LanguageModelError."""
        client = await self._connected()
        body = await _heard(client.models.with_raw_response.list(), self.place, self.place.seconds)
        return offered(body)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _tried(
        self, question: Question, read: Read, budget: Budget, seconds: float, tally: "Tally"
    ) -> Answer:
        unfit = 0
        for number in range(TRIES):
            await budget.spend()
            try:
                return await self._once(question, read, WARMTHS[unfit], seconds / 2, tally)
            except LanguageModelUnfit as error:
                if number == TRIES - 1:
                    raise
                unfit += 1
                log.info("%s: asked again: %s", question.purpose, error.detail)
            except LanguageModelUnavailable as error:
                if number == TRIES - 1:
                    self._trust.lose(time.monotonic())
                    raise
                log.info("%s: tried again: %s", question.purpose, error.detail)
                pause = getattr(error, "pause", None)
                await _rest(PAUSES[number] if pause is None else pause)
        raise AssertionError

    async def _once(
        self, question: Question, read: Read, warmth: float, seconds: float, tally: "Tally"
    ) -> Answer:
        began = time.monotonic()
        found: Said | None = None
        outcome: Outcome = "unavailable"
        try:
            found = await self._exchange(question, warmth, seconds)
            self._trust.win()
            tally.add(found, self._cost(found))
            text = _fit(found, read)
            outcome = "answered"
        except LanguageModelError as error:
            outcome = _outcome(error)
            raise
        finally:
            # Also of a question that was given up in the middle: it may be paid for.
            await asyncio.shield(self._ledger.note(self._call(question, found, began, outcome)))
        return Answer(text, found.model, tally.tokens_in, tally.tokens_out, tally.cost)

    async def _exchange(self, question: Question, warmth: float, seconds: float) -> Said:
        client = await self._connected()
        asking = client.chat.completions.with_raw_response.create(
            model=self.place.model,
            messages=_content(question),
            max_tokens=question.most_tokens,
            temperature=warmth,
        )
        return said(await _heard(asking, self.place, seconds), self.place.model)

    async def _connected(self) -> "AsyncOpenAI":
        async with self._opening:
            if self._client is None:
                self._client = await asyncio.to_thread(_connect, self.place)
        return self._client

    def _cost(self, found: Said) -> Decimal | None:
        place = self.place
        if found.cost is not None or place.price_in is None or place.price_out is None:
            return found.cost
        whole = found.tokens_in * Decimal(str(place.price_in)) + found.tokens_out * Decimal(
            str(place.price_out)
        )
        return whole / 1_000_000

    def _call(self, question: Question, found: Said | None, began: float, outcome: Outcome) -> Call:
        return Call(
            purpose=question.purpose,
            work_id=question.work_id,
            model=found.model if found else self.place.model,
            tokens_in=found.tokens_in if found else 0,
            tokens_out=found.tokens_out if found else 0,
            cost=self._cost(found) if found else None,
            milliseconds=round((time.monotonic() - began) * 1000),
            outcome=outcome,
        )


@dataclass(slots=True)
class Tally:
    """What the tries of one question took together."""

    tokens_in: int = 0
    tokens_out: int = 0
    cost: Decimal | None = None

    def add(self, found: Said, cost: Decimal | None) -> None:
        self.tokens_in += found.tokens_in
        self.tokens_out += found.tokens_out
        if cost is not None:
            self.cost = (self.cost or Decimal()) + cost


async def _rest(seconds: float) -> None:
    """Between two tries; the question's own time ends it where that is too long."""
    await asyncio.sleep(seconds)


async def _heard(
    asking: "Awaitable[LegacyAPIResponse[Any]]", place: Place, seconds: float
) -> bytes:
    """The body of what comes within `seconds`. Raises LanguageModelError."""
    from affiche.llm.wire import failure

    try:
        async with asyncio.timeout(seconds):
            return (await asking).http_response.content
    except TimeoutError:
        failed: LanguageModelError = LanguageModelUnavailable(detail="no answer in time")
    except Exception as error:
        failed = failure(error, place.key)
    # Not from within: the SDK's exceptions hold the headers of their request.
    raise failed


def _connect(place: Place) -> "AsyncOpenAI":
    from affiche.llm.wire import connect

    return connect(place.url, place.key, place.seconds)


def _fit(found: Said, read: Read) -> str:
    """The answer as it is good for something; raises LanguageModelUnfit."""
    if found.is_refusal:
        raise LanguageModelUnfit(detail="it would not say")
    if found.is_cut:
        raise LanguageModelUnfit(detail="the answer was cut off")
    if not found.text.strip():
        raise LanguageModelUnfit(detail="the answer is empty")
    try:
        return read(found.text)
    except ValueError as error:
        raise LanguageModelUnfit(detail=str(error)) from None


def _outcome(error: LanguageModelError) -> Outcome:
    match error:
        case LanguageModelUnfit():
            return "unfit"
        case LanguageModelRefused():
            return "refused"
        case LanguageModelBusy():
            return "busy"
    return "unavailable"


def _content(question: Question) -> Any:
    """The messages as the API has them, pictures as data URLs behind the text of the last."""
    told: list[dict[str, Any]] = [
        {"role": message.role, "content": message.text} for message in question.messages
    ]
    if question.pictures:
        shown = [{"type": "image_url", "image_url": _picture(data)} for data in question.pictures]
        told[-1]["content"] = [{"type": "text", "text": told[-1]["content"]}, *shown]
    return told


def _picture(data: bytes) -> dict[str, str]:
    kind = sniff(data)
    if kind is None:
        raise LanguageModelRefused(detail="a picture of a kind that no model reads")
    url = f"data:{KINDS[kind].media_type};base64,{base64.b64encode(data).decode()}"
    return {"url": url, "detail": "low"}
