"""The routes of a ComfyUI server that Affiche uses. It raises `EngineError`s and nothing else."""

import asyncio
import io
import re
from collections.abc import AsyncGenerator, Mapping
from dataclasses import replace
from typing import Any, Final, Literal, cast, get_args

import aiohttp

from affiche.comfy.answers import (
    Accepted,
    Refused,
    prompt_answer,
    uploaded_name,
)
from affiche.comfy.queue import Queue, QueueReader
from affiche.comfy.transport import MB, Answer, AnswerTooLarge, Transport
from affiche.errors import EngineRefused, EngineUnreachable, OutputMissing, PictureTooLarge

JobStatus = Literal["pending", "in_progress", "completed", "failed", "cancelled"]
_SCHEMAS_KEPT: Final = 60.0
# Of a queue, taken in at once: a few milliseconds' work.
_PIECE: Final = MB // 2
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class Client:
    """One server. Names of runs are prompt ids; the transport holds time-outs and limits."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._schemas: Mapping[str, Any] | None = None
        self._schemas_until = 0.0
        self._schemas_asked = asyncio.Lock()

    async def prompt(
        self, graph: Mapping[str, Any], prompt_id: str, client_id: str | None
    ) -> Accepted | Refused:
        """POST /prompt. EngineUnreachable means that the outcome is not known.

        The server does not deduplicate ids: look for `prompt_id` before. The 500 that it answers
        to what it cannot read is no refusal of ours, which is JSON of the right shape always.
        """
        send: dict[str, Any] = {"prompt": graph, "prompt_id": prompt_id}
        if client_id is not None:
            send["client_id"] = client_id
        limits = self._transport.limits
        answer = await self._transport.ask("POST", "prompt", send=send, seconds=limits.prompt)
        if answer.status in (200, 400):
            parsed = prompt_answer(answer.status, await answer.json())
            if parsed is not None:
                return parsed
        raise _strange(answer)

    async def queue(self) -> Queue:
        """Everybody's runs that wait or run. Raises AnswerTooLarge past the limit for a queue.

        It is read as it comes, in a thread where there is much of it.
        """
        clock = asyncio.get_running_loop().time
        reader, waiting, size = QueueReader(), bytearray(), 0
        try:
            async with self._transport.stream("queue") as response:
                if response.status != 200:
                    raise EngineUnreachable(detail=f"status {response.status} for the queue")
                begun = clock()
                async for chunk in response.content.iter_any():
                    size += len(chunk)
                    if size > self._transport.limits.queue_bytes:
                        raise AnswerTooLarge(detail=f"a queue of over {size} B")
                    waiting += chunk
                    if len(waiting) > _PIECE:
                        await asyncio.to_thread(reader.feed, bytes(waiting))
                        waiting.clear()
            reader.feed(bytes(waiting))
            done = reader.queue() if size < _PIECE else await asyncio.to_thread(reader.queue)
            return replace(done, seconds=clock() - begun)
        except ValueError as error:
            raise EngineUnreachable(detail=f"/queue is {error}") from error

    async def job(self, prompt_id: str) -> JobStatus | Literal["absent"] | None:
        """How one run stands, without the queue; None on servers that cannot say it."""
        answer = await self._transport.ask("GET", "api", "jobs", prompt_id)
        if answer.status == 404:
            # Of an unknown job in JSON, of an unknown route as text.
            return "absent" if answer.body.lstrip().startswith(b"{") else None
        body = await answer.json() if answer.status == 200 else None
        status = body.get("status") if isinstance(body, dict) else None
        if status not in get_args(JobStatus):
            raise _strange(answer)
        return cast(JobStatus, status)

    async def remaining(self) -> int | None:
        """How many runs wait or run."""
        body = await self._json("prompt")
        match body:
            case {"exec_info": {"queue_remaining": int() as count}}:
                return count
        return None

    async def history(self, prompt_id: str) -> Mapping[str, Any] | None:
        """The record of a run that ended; None while it waits or runs, or is not known."""
        body = await self._json("history", prompt_id)
        entry = body.get(prompt_id) if isinstance(body, dict) else None
        return entry if isinstance(entry, dict) else None

    async def cancel(self, prompt_id: str) -> bool:
        """Stop a waiting or running run, never another one; True if it was there."""
        answer = await self._transport.ask("POST", "api", "jobs", prompt_id, "cancel")
        if answer.status == 404:
            return await self._cancel_by_hand(prompt_id)
        if answer.status != 200:
            raise _strange(answer)
        match await answer.json():
            case {"cancelled": bool() as cancelled}:
                return cancelled
        raise _strange(answer)

    async def _cancel_by_hand(self, prompt_id: str) -> bool:
        """For servers without job routes. The id is read again before the interrupt, because
        servers older than its parameter interrupt whatever runs."""
        queue = await self.queue()
        if prompt_id not in queue:
            return False
        if prompt_id in queue.waiting:
            await self._done("queue", send={"delete": [prompt_id]})
            queue = await self.queue()
        if prompt_id in queue:
            await self._done("interrupt", send={"prompt_id": prompt_id})
        return True

    async def free(self) -> None:
        """POST /free: the models leave the card's memory before the next run."""
        await self._done("free", send={"unload_models": True, "free_memory": True})

    async def upload(self, name: str, data: bytes, media_type: str, subfolder: str) -> str:
        """Store an input picture; returns what LoadImage takes for it, which need not be `name`.

        Raises EngineRefused when the server takes no such file, ValueError for a name that is
        not plain ASCII (servers store others percent-quoted).
        """
        if not _SAFE_NAME.fullmatch(name):
            raise ValueError(f"not a name for an upload: {name!r}")
        form = aiohttp.FormData()
        form.add_field("image", io.BytesIO(data), filename=name, content_type=media_type)
        form.add_field("type", "input")
        form.add_field("subfolder", subfolder)
        seconds = self._transport.limits.upload
        answer = await self._transport.ask("POST", "upload", "image", form=form, seconds=seconds)
        if answer.status in (400, 413):
            raise EngineRefused(reason=f"upload ({answer.status})", detail=answer.text)
        stored = uploaded_name(await answer.json()) if answer.status == 200 else None
        if stored is None:
            raise _strange(answer)
        return stored

    async def view(self, ref: Mapping[str, Any]) -> AsyncGenerator[bytes, None]:
        """The bytes of one file, as they come. Raises OutputMissing, PictureTooLarge."""
        limit = self._transport.limits.file_bytes
        params = {key: str(ref.get(key) or "") for key in ("filename", "subfolder")}
        params["type"] = str(ref.get("type") or "output")
        size = 0
        async with self._transport.stream("view", params=params) as response:
            if response.status in (400, 403, 404):
                raise OutputMissing(detail=f"status {response.status} for {params}")
            if response.status != 200:
                raise EngineUnreachable(detail=f"status {response.status} for a file")
            if (response.content_length or 0) > limit:
                raise PictureTooLarge(limit=limit // MB)
            async for chunk in response.content.iter_any():
                size += len(chunk)
                if size > limit:
                    raise PictureTooLarge(limit=limit // MB)
                yield chunk

    async def object_info(self) -> Mapping[str, Any]:
        """Every node schema, kept for a minute (it is several megabytes on a grown server)."""
        async with self._schemas_asked:
            now = asyncio.get_running_loop().time()
            if self._schemas is None or now > self._schemas_until:
                body = await self._json("object_info")
                if not isinstance(body, dict):
                    raise EngineUnreachable(detail="object_info is not an object")
                self._schemas, self._schemas_until = body, now + _SCHEMAS_KEPT
            return self._schemas

    @property
    def known_schemas(self) -> Mapping[str, Any]:
        """The schemas last read, without asking; empty before."""
        return self._schemas or {}

    async def system_stats(self) -> Mapping[str, Any]:
        body = await self._json("system_stats")
        if not isinstance(body, dict) or not isinstance(body.get("system"), dict):
            raise EngineUnreachable(detail="system_stats has no system")
        return body

    async def models(self, folder: str) -> tuple[str, ...] | None:
        """The files in one of the server's model folders; None when it has no such folder."""
        answer = await self._transport.ask("GET", "models", folder)
        if answer.status == 404:
            return None
        if answer.status != 200:
            raise _strange(answer)
        body = await answer.json()
        return tuple(str(name) for name in body) if isinstance(body, list) else ()

    async def _json(self, *path: str) -> Any:
        answer = await self._transport.ask("GET", *path)
        if answer.status != 200:
            raise _strange(answer)
        return await answer.json()

    async def _done(self, route: str, send: Any) -> None:
        answer = await self._transport.ask("POST", route, send=send)
        if answer.status != 200:
            raise _strange(answer)


def _strange(answer: Answer) -> EngineUnreachable:
    return EngineUnreachable(detail=f"status {answer.status}: {answer.text}")
