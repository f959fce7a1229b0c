"""A `Desk` in a studio that runs elsewhere, over its HTTP API."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import aiohttp

from affiche.cli.desk import ENDED, Offer, Record
from affiche.cli.endings import CommandError, Exit, Problem, Refused
from affiche.cli.language import language
from affiche.domain.forms import fields_from

PROBE: Final = aiohttp.ClientTimeout(total=3)
ASK: Final = aiohttp.ClientTimeout(total=30, connect=5)
# An upload or a picture may take long, but not be silent.
TRANSFER: Final = aiohttp.ClientTimeout(total=600, connect=5, sock_read=30)
STREAM: Final = aiohttp.ClientTimeout(total=None, connect=5, sock_read=60)
LOOK_SECONDS: Final = 3.0
PATIENCE_SECONDS: Final = 20.0
ANSWER_LIMIT: Final = 8 * 2**20
PIECE: Final = 256 * 1024
_FAILURES: Final = (aiohttp.ClientError, TimeoutError, OSError)


async def is_well(url: str) -> bool:
    """Whether a studio answers at `url`."""
    try:
        async with (
            aiohttp.ClientSession(timeout=PROBE) as session,
            session.get(f"{url.rstrip('/')}/health") as answer,
        ):
            return (await _parsed(answer)).get("status") == "ok"
    except _FAILURES:
        return False


@asynccontextmanager
async def opened(url: str, api_key: str | None) -> AsyncIterator["Remote"]:
    """The studio at `url`; raises CommandError when there is no key for it."""
    if not api_key:
        raise CommandError("no_key", url=url)
    headers = {"Authorization": f"Bearer {api_key}", "Accept-Language": language()}
    async with aiohttp.ClientSession(headers=headers, timeout=ASK) as session:
        yield Remote(session, url.rstrip("/"))


class Remote:
    """Raises Refused with the studio's own words, CommandError when it cannot be reached."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url = session, url

    async def offer(self, name: str) -> Offer:
        try:
            found = await self._ask("GET", f"/v1/templates/{_segment(name)}")
        except Refused as error:
            if error.problem.code != "not_found":
                raise
            known = await self._ask("GET", "/v1/templates")
            slugs = ", ".join(str(each["slug"]) for each in known.get("templates") or ())
            raise CommandError("no_template", name=name, known=slugs) from None
        return Offer(str(found["slug"]), str(found["title"]), fields_from(found["form_fields"]))

    async def upload(self, path: Path) -> str:
        with contextlib.ExitStack() as stack:
            form = aiohttp.FormData(quote_fields=False)
            form.add_field("file", stack.enter_context(path.open("rb")), filename=path.name)
            found = await self._ask("POST", "/v1/files", data=form, timeout=TRANSFER)
        return str(found["id"])

    async def ask(self, template: str, inputs: Mapping[str, Any], output_count: int) -> Record:
        body = {"template": template, "inputs": dict(inputs), "output_count": output_count}
        # So that an answer which is lost on the way is not a second work.
        headers = {"Idempotency-Key": str(uuid4())}
        try:
            return await self._ask("POST", "/v1/works", json=body, headers=headers)
        except CommandError:
            await asyncio.sleep(1)
            return await self._ask("POST", "/v1/works", json=body, headers=headers)

    async def follow(self, work_id: str) -> AsyncIterator[Record]:
        """Read again whenever the studio says that it changed, and every few seconds besides."""
        changed = asyncio.Event()
        listening = asyncio.create_task(self._listen(work_id, changed))
        try:
            while True:
                changed.clear()
                work = await self._patiently(work_id)
                yield work
                if work["status"] in ENDED:
                    return
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await changed.wait()
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def cancel(self, work_id: str) -> Record:
        return await self._ask("POST", f"/v1/works/{work_id}/cancel")

    async def read(self, output: Record) -> AsyncIterator[bytes]:
        try:
            async with self.session.get(
                f"{self.url}/v1/files/{output['id']}", timeout=TRANSFER
            ) as answer:
                if answer.status != 200:
                    raise _refused(answer.status, await _parsed(answer))
                async for piece in answer.content.iter_chunked(PIECE):
                    yield piece
        except _FAILURES as error:
            raise self._unreachable(error) from error

    async def _listen(self, work_id: str, changed: asyncio.Event) -> None:
        """Wake the reader at each event that names the work; it reads without us as well."""
        while True:
            with contextlib.suppress(*_FAILURES):
                async with self.session.get(f"{self.url}/v1/events", timeout=STREAM) as stream:
                    async for line in stream.content:
                        if work_id.encode() in line:
                            changed.set()
            await asyncio.sleep(LOOK_SECONDS)

    async def _patiently(self, work_id: str) -> Record:
        """The work; a studio that is started again is waited for."""
        clock = asyncio.get_running_loop().time
        until = clock() + PATIENCE_SECONDS
        while True:
            try:
                return await self._ask("GET", f"/v1/works/{work_id}")
            except CommandError:
                if clock() > until:
                    raise
            await asyncio.sleep(1)

    async def _ask(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        try:
            async with self.session.request(method, self.url + path, **more) as answer:
                body = await _parsed(answer)
                if answer.status >= 400:
                    raise _refused(answer.status, body)
                return body
        except _FAILURES as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> CommandError:
        reason = str(error) or type(error).__name__
        return CommandError("unreachable", Exit.UNREACHABLE, url=self.url, reason=reason)


async def _parsed(answer: aiohttp.ClientResponse) -> dict[str, Any]:
    """The JSON object of an answer; empty when it holds none."""
    body = await answer.content.read(ANSWER_LIMIT)
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _refused(status: int, body: Mapping[str, Any]) -> Refused:
    """A problem of the studio's (RFC 9457) as one of ours."""
    fields = tuple((str(f["field"]), str(f["message"])) for f in body.get("fields") or ())
    message = str(body.get("detail") or body.get("title") or f"HTTP {status}")
    code = Exit.USAGE if status < 500 else Exit.UNREACHABLE if status == 503 else Exit.FAILED
    hint = body.get("hint")
    return Refused(
        Problem(str(body.get("code") or status), message, hint and str(hint), code, fields)
    )


def _segment(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")
