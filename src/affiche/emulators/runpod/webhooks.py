"""Telling whoever asked that a job has ended: unsigned, until a 200 or to the last try."""

import asyncio
import json
import logging
import uuid
from dataclasses import dataclass, field
from typing import Any, Final

import aiohttp

from affiche.emulators.runpod.clock import Clock
from affiche.emulators.runpod.faults import Fault, Faults
from affiche.emulators.runpod.jobs import Job
from affiche.emulators.runpod.options import Terms

log = logging.getLogger(__name__)

_JUNK: Final = b"\x00junk" * 200
_PICTURE: Final = {"images": [{"filename": "a.png", "type": "base64", "data": "iVBORw0KGgo="}]}


@dataclass(slots=True)
class Webhooks:
    """`posted` counts what was sent, `answered` what was taken with a 200."""

    clock: Clock
    faults: Faults
    posted: int = 0
    answered: int = 0
    _http: aiohttp.ClientSession | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def ended(self, job: Job, endpoint: str, terms: Terms) -> None:
        """Tell of the end of a job, with its input and its webhook."""
        kinds = ("lose", "repeat", "delay", "junk")
        fault = self.faults.take("webhook", kinds, endpoint, asker=job.asker)
        if fault is not None and fault.kind == "lose":
            return
        url = job.request.webhook
        body = job.told(input=job.request.input, webhook=url)
        if fault is not None and fault.kind == "junk":
            body = _JUNK
        for _ in range(2 if fault is not None and fault.kind == "repeat" else 1):
            self._soon(self._tell(str(url), body, terms, fault))

    def forged(self, job: Job, endpoint: str) -> None:
        """Let somebody else post to a job's address, when a fault says so."""
        fault = self.faults.take("webhook", ("forge",), endpoint, asker=job.asker)
        if fault is not None:
            self._soon(self._forge(job, fault))

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _soon(self, telling: Any) -> None:
        task = asyncio.create_task(telling)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, url: str, body: bytes, terms: Terms, fault: Fault | None) -> None:
        if fault is not None and fault.kind == "delay":
            await asyncio.sleep(fault.seconds)
        for left in reversed(range(1 + terms.webhook_retries)):
            if await self._post(url, body, terms.webhook_timeout):
                return
            if left:
                await self.clock.sleep(terms.retry_pause)
        log.info("nobody took the webhook %s", url)

    async def _forge(self, job: Job, fault: Fault) -> None:
        await asyncio.sleep(fault.seconds)
        url = str(job.request.webhook)
        claimed = {
            "id": job.id if fault.claim == "completed" else f"{uuid.uuid4()}-u1",
            "status": "COMPLETED",
            "delayTime": 1,
            "executionTime": 1,
            "workerId": "forged",
            "output": _PICTURE,
            "input": {},
            "webhook": url,
        }
        await self._post(url, json.dumps(claimed).encode(), 10.0)

    async def _post(self, url: str, body: bytes, seconds: float) -> bool:
        if self._http is None:
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=100), cookie_jar=aiohttp.DummyCookieJar()
            )
        self.posted += 1
        try:
            async with self._http.post(
                url,
                data=body,
                headers={"Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(total=seconds),
                allow_redirects=False,
            ) as answer:
                taken = answer.status == 200
        except (aiohttp.ClientError, TimeoutError, ValueError, OSError) as error:
            log.debug("a webhook failed: %r", error)
            return False
        self.answered += taken
        return taken
