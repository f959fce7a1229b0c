"""The routes of RunPod's public API that Affiche uses. It raises `EngineError`s and nothing else.

Source: RunPod's documentation. Bodies of 4xx and 5xx are not documented: only their status counts.
The key is in the session's headers alone. What an exception holds of a request is left behind, and
what a server sends back is cleared of the key, so that no log can show it.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from typing import Any, Final, TypeVar

from affiche.comfy.transport import MB, Answer, AnswerTooLarge, Limits, Transport, broken
from affiche.engines.access import Access, Question
from affiche.engines.runpod.content import Content
from affiche.engines.runpod.figures import line, parsed
from affiche.errors import (
    EndpointRefused,
    EngineBusy,
    EngineError,
    EngineRefused,
    EngineUnreachable,
    PayloadTooLarge,
    SubmissionUnknown,
)

T = TypeVar("T")
# RunPod takes 10 MB, and does not say which; a little is left to what it adds itself.
MOST_SENT: Final = 9_900_000
# A fraction of what RunPod lets all processes together have open.
AT_ONCE: Final = {"run": 20, "status": 40, "cancel": 4}
# A result of 10 MB takes three times as much while it is read.
_LARGE_AT_ONCE: Final = 4
# Parsing more than this would be felt by everything else on the loop.
_FELT: Final = MB // 4
_ID: Final = re.compile(r"[\w.:-]{1,200}", re.ASCII)
_UNKNOWN_TO: Final = (401, 402, 403)


class Unanswered(EngineUnreachable):
    """`why` in words for an operator."""

    def __init__(self, detail: str, why: str | None) -> None:
        super().__init__(detail=detail)
        self.why = why


class Client:
    """One endpoint, `remote_id`, of the API at the transport's address."""

    def __init__(self, url: str, access: Access, limits: Limits) -> None:
        headers = {"Authorization": f"Bearer {access.key}"}
        self._transport = Transport(url, limits, headers)
        self._access = access
        self._id = access.endpoint.remote_id or ""
        self._large = asyncio.Semaphore(_LARGE_AT_ONCE)
        self._places = {question: asyncio.Semaphore(most) for question, most in AT_ONCE.items()}

    async def run(self, content: Content) -> str:
        """POST /run: the id. Raises SubmissionUnknown if RunPod may have taken it without our
        hearing so; EngineUnreachable, EngineBusy, EndpointRefused (retryable), EngineRefused or
        PayloadTooLarge if it did not."""
        if content.size > MOST_SENT:
            raise _too_large(content)
        seconds = self._transport.limits.upload
        try:
            answer = await self._ask("run", "POST", "run", seconds=seconds, content=content)
        except EngineUnreachable as error:
            if content.sent:
                raise SubmissionUnknown(detail=error.detail) from None
            raise
        if 200 <= answer.status < 300:
            return _run_id(answer)
        raise self._refused(answer, content)

    async def status(self, run_id: str, read: Callable[[bytes], T]) -> T | None:
        """GET /status: what `read` makes of the body; None for a run that is not known.

        The body may be many megabytes. Of such a few are held at once, until they are read in a
        thread; others wait on the wire.
        """
        async with AsyncExitStack() as held:
            answer = await self._ask(
                "status",
                "GET",
                "status",
                run_id,
                seconds=self._transport.limits.upload,
                at_length=lambda: held.enter_async_context(self._large),
            )
            if answer.status == 404:
                return None
            body = self._well(answer).body
            return await asyncio.to_thread(read, body) if len(body) > _FELT else read(body)

    async def cancel(self, run_id: str) -> bool:
        """POST /cancel: whether the run was there and had not ended."""
        answer = await self._ask("cancel", "POST", "cancel", run_id)
        if answer.status in (400, 404, 409, 410, 422):
            return False
        match _json(self._well(answer)):
            case {"status": str() as status}:
                return status == "CANCELLED"
        raise EngineUnreachable(detail="no status in the answer to a cancellation")

    async def health(self) -> Any:
        """GET /health, for which no limit is published: it counts as a status."""
        answer = await self._ask("status", "GET", "health")
        if answer.status == 404:
            raise self._not_there(answer)
        return _json(self._well(answer))

    async def close(self) -> None:
        await self._transport.close()

    async def _ask(
        self,
        question: Question,
        method: str,
        *path: str,
        seconds: float | None = None,
        content: Content | None = None,
        at_length: Callable[[], Awaitable[object]] | None = None,
    ) -> Answer:
        async with self._places[question]:
            await self._access.budget.spend(question)
            try:
                return await self._transport.exchange(
                    method,
                    self._id,
                    *path,
                    seconds=seconds,
                    content=content,
                    at_length=at_length,
                )
            except AnswerTooLarge:
                raise
            except EngineUnreachable as error:
                why = broken(error.__cause__)
                failure = Unanswered(self._clear(error.detail or ""), why)
            # Not from within: aiohttp's exceptions hold the headers of their request.
            raise failure

    def _well(self, answer: Answer) -> Answer:
        """An answer with a body to read. Raises EngineBusy, EndpointRefused, EngineUnreachable."""
        if answer.status == 200:
            return answer
        if answer.status == 429:
            raise EngineBusy(detail="status 429")
        if answer.status in _UNKNOWN_TO:
            raise self._not_there(answer)
        raise EngineUnreachable(detail=self._told(answer))

    def _refused(self, answer: Answer, content: Content) -> EngineError:
        """Why a run was not taken; SubmissionUnknown where that is not certain."""
        detail = self._told(answer)
        if answer.status == 429:
            return EngineBusy(detail=detail)
        if answer.status == 404 or answer.status in _UNKNOWN_TO:
            return self._not_there(answer)
        if answer.status == 413:
            return _too_large(content)
        if 400 <= answer.status < 500 and answer.status not in (408, 425):
            return EngineRefused(reason=f"status {answer.status}", detail=detail)
        if content.sent and answer.status >= 400:
            return SubmissionUnknown(detail=detail)
        return EngineUnreachable(detail=detail)

    def _not_there(self, answer: Answer) -> EndpointRefused:
        return EndpointRefused(name=self._access.endpoint.name, detail=self._told(answer))

    def _told(self, answer: Answer) -> str:
        return self._clear(f"status {answer.status}: {answer.text}")

    def _clear(self, text: str) -> str:
        return line(text.replace(self._access.key, "…"), 500)


def _run_id(answer: Answer) -> str:
    """A run without a name that we can read may be under way all the same."""
    with suppress(EngineUnreachable):
        match parsed(answer.body):
            case {"id": str() as run_id} if _ID.fullmatch(run_id):
                return run_id
    raise SubmissionUnknown(detail="no id in the answer to /run")


def _too_large(content: Content) -> PayloadTooLarge:
    return PayloadTooLarge(megabytes=f"{content.size / 1e6:.1f}", most=f"{MOST_SENT / 1e6:.1f}")


def _json(answer: Answer) -> Any:
    """Of a short answer. A long one is none that we know."""
    if len(answer.body) > MB:
        raise EngineUnreachable(detail="too long an answer")
    return parsed(answer.body)
