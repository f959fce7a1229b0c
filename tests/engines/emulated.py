"""The emulated ComfyUI server as a place for the conformance suite."""

import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.comfy.graphs import copied, klein, node

from affiche.comfy.transport import Limits
from affiche.domain.observations import Queued
from affiche.emulators.comfyui import Server, serving
from affiche.engines.engine import Engine, Graph
from affiche.engines.registry import make


class Emulated:
    """One emulator with a pace at which a slow run takes about a second."""

    waiting = Queued(ahead=1)
    impatient = Limits(prompt=0.3)

    def __init__(self, kind: str, server: Server) -> None:
        self._kind = kind
        self._server = server

    def engine(self, limits: Limits | None = None) -> Engine:
        return make(self._kind, self._server.url, limits=limits)

    def quick(self) -> Graph:
        return copied()

    def slow(self) -> Graph:
        return klein(steps=40)

    def refused(self) -> Graph:
        graph = klein()
        graph["75:72"]["inputs"]["vae_name"] = "absent.safetensors"
        return graph

    def partly_refused(self) -> Graph:
        graph = copied()
        graph["75:72"] = node("VAELoader", vae_name="absent.safetensors")
        graph["75:65"] = node("VAEDecode", samples=["75:66", 0], vae=["75:72", 0])
        graph["75:66"] = node("EmptyFlux2LatentImage", width=64, height=64, batch_size=1)
        graph["10"] = node("SaveImage", images=["75:65", 0], filename_prefix="other")
        return graph

    def hold(self, node: str) -> None:
        self._fault("node", "hang", node=node)

    def release(self) -> None:
        self._server.faults.clear()

    def fail_at(self, node: str, exception: str, message: str) -> None:
        self._fault("node", "fail", node=node, exception=exception, message=message)

    def drop_connections_at(self, node: str) -> None:
        self._fault("node", "drop", node=node)

    def delay_record(self, seconds: float) -> None:
        self._fault("end", "delay", seconds=seconds)

    def forget_next(self) -> None:
        self._fault("prompt", "vanish")

    def refuse_next(self, status: int) -> None:
        self._fault("prompt", "refuse", status=status)

    def hang_next_submission(self) -> None:
        self._fault("prompt", "hang")

    def lose_next_answer(self) -> None:
        self._fault("prompt", "drop")

    def truncate_next_output(self, size: int) -> None:
        self._fault("view", "truncate", keep=size)

    def delete_outputs(self) -> None:
        shutil.rmtree(self._server.folder / "output")

    async def restart(self, away: float = 0.0) -> None:
        await self._server.restart(away)

    def _fault(self, point: str, kind: Any, **details: Any) -> None:
        self._server.faults.add(point, kind, **details)


@asynccontextmanager
async def emulated(kind: str, folder: Path, **options: Any) -> AsyncGenerator[Emulated, None]:
    async with serving(folder, pace=0.02, **options) as server:
        yield Emulated(kind, server)
