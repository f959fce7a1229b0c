"""The `/ws` side: who listens under which client id, and what is sent to whom."""

import asyncio
import json
import struct
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.websockets import WebSocket, WebSocketDisconnect

from affiche.emulators.comfyui.faults import POINTS, Asker, Faults

SERVER_FEATURES: Final[Mapping[str, Any]] = {
    "supports_preview_metadata": True,
    "max_upload_size": 100 * 1024 * 1024,
}

_END: Final = object()
_TEXT: Final = struct.pack(">I", 3)


@dataclass(slots=True, eq=False)
class Listener:
    """One open socket: its own outbound queue, so that a slow reader holds up nobody."""

    socket: WebSocket
    features: dict[str, Any] = field(default_factory=dict)
    outbound: asyncio.Queue[Any] = field(default_factory=asyncio.Queue)

    async def write(self) -> None:
        while (message := await self.outbound.get()) is not _END:
            if isinstance(message, bytes):
                await self.socket.send_bytes(message)
            else:
                await self.socket.send_text(message)
        await self.socket.close(1012)


class Hub:
    """Listeners by client id.

    As on a real server an id names one listener: a second socket under the same id takes the
    place of the first, and when the older one closes the *id* is forgotten, so that the newer
    one hears nothing more (trap 1).
    """

    def __init__(self, faults: Faults, asker: Callable[[str], Asker | None]) -> None:
        self._faults = faults
        self._asker = asker
        self._listeners: dict[str, Listener] = {}
        self._open: set[Listener] = set()

    @property
    def listening(self) -> int:
        """How many sockets hear something."""
        return len(self._listeners)

    def send(self, kind: str, data: Mapping[str, Any], client_id: str | None = None) -> None:
        """A text frame to one client, or to everybody without `client_id`."""
        if self._heard(client_id):
            asker = self._asker(str(data.get("prompt_id")))
            self._say(kind, json.dumps({"type": kind, "data": data}), client_id, asker)

    def send_bytes(self, data: bytes, client_id: str | None) -> None:
        if self._heard(client_id):
            self._say("text" if data.startswith(_TEXT) else "preview", data, client_id)

    def send_described(
        self, description: Mapping[str, Any], image: bytes, client_id: str | None
    ) -> None:
        """A preview as binary frame 4: the length of the description, itself, the image."""
        said = json.dumps(description).encode()
        self.send_bytes(struct.pack(">II", 4, len(said)) + said + image, client_id)

    def supports(self, client_id: str | None, feature: str) -> bool:
        listener = self._listeners.get(client_id or "")
        return bool(listener and listener.features.get(feature))

    def _heard(self, client_id: str | None) -> bool:
        return bool(self._listeners) if client_id is None else client_id in self._listeners

    def _say(
        self,
        kind: str,
        message: str | bytes,
        client_id: str | None,
        asker: Asker | None = None,
    ) -> None:
        fault = self._faults.take("socket", POINTS["socket"], kind, asker=asker)
        match fault and fault.kind:
            case "lose":
                return
            case "drop":
                self.drop()
            case "junk":
                message = "}{" if isinstance(message, str) else b"\x00"
            case "repeat":
                self._put(message, client_id)
            case "deafen":
                for name in [client_id] if client_id else list(self._listeners):
                    self._listeners.pop(name, None)
        self._put(message, client_id)

    def _put(self, message: str | bytes, client_id: str | None) -> None:
        if client_id is None:
            for listener in self._listeners.values():
                listener.outbound.put_nowait(message)
        elif client_id in self._listeners:
            self._listeners[client_id].outbound.put_nowait(message)

    def drop(self) -> None:
        """Close every socket; the messages on their way are lost."""
        for listener in self._open:
            while not listener.outbound.empty():
                listener.outbound.get_nowait()
            listener.outbound.put_nowait(_END)
        self._listeners.clear()

    async def serve(self, socket: WebSocket, greetings: list[tuple[str, dict[str, Any]]]) -> None:
        """Hold one socket until it closes; `greetings` are sent first, the id added to each."""
        await socket.accept()
        client_id = socket.query_params.get("clientId", "")
        if client_id:
            self._listeners.pop(client_id, None)
        else:
            client_id = uuid.uuid4().hex
        listener = Listener(socket)
        self._listeners[client_id] = listener
        self._open.add(listener)
        for kind, data in greetings:
            self.send(kind, {**data, "sid": client_id} if kind == "status" else data, client_id)
        writer = asyncio.create_task(listener.write())
        reader = asyncio.create_task(self._read(listener, client_id))
        try:
            await asyncio.wait({writer, reader}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (writer, reader):
                task.cancel()
            await asyncio.gather(writer, reader, return_exceptions=True)
            self._open.discard(listener)
            self._listeners.pop(client_id, None)

    async def _read(self, listener: Listener, client_id: str) -> None:
        first = True
        try:
            while True:
                said = await listener.socket.receive_text()
                try:
                    message = json.loads(said)
                except json.JSONDecodeError:
                    continue
                if first and isinstance(message, dict) and message.get("type") == "feature_flags":
                    listener.features = dict(message.get("data") or {})
                    self.send("feature_flags", SERVER_FEATURES, client_id)
                first = False
        except (WebSocketDisconnect, KeyError):
            return
