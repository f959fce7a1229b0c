"""The state of one emulated server and the worker that runs its prompts."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from affiche.emulators.comfyui.cache import Cache
from affiche.emulators.comfyui.catalog import object_info
from affiche.emulators.comfyui.faults import POINTS, Fault, Faults
from affiche.emulators.comfyui.folders import Folders
from affiche.emulators.comfyui.options import Options
from affiche.emulators.comfyui.prompts import Prompt, Prompts
from affiche.emulators.comfyui.run import Run
from affiche.emulators.comfyui.sockets import Hub

log = logging.getLogger(__name__)

_PRUNE_EVERY: Final = 20


@dataclass(slots=True)
class Service:
    """Everything a request handler or a run may ask of the server.

    `restart_soon` and `hang_up` (an address, and whether what is on its way is lost too) are set
    by whoever owns the port.
    """

    options: Options
    restart_soon: Callable[[float], None] = field(default=lambda seconds: None)
    hang_up: Callable[[Any, bool], None] = field(default=lambda client, at_once: None)
    faults: Faults = field(default_factory=Faults)
    hub: Hub = field(init=False)
    cache: Cache = field(default_factory=Cache)
    folders: Folders = field(init=False)
    prompts: Prompts = field(init=False)
    schemas: dict[str, Any] = field(init=False)
    free_cache: bool = False
    _node: tuple[str, str] | None = None
    _done: int = 0

    def __post_init__(self) -> None:
        self.hub = Hub(self.faults, lambda prompt_id: self.prompts.asker(prompt_id))
        self.folders = Folders(self.options.folder)
        self.folders.make()
        self.folders.prune(self.options.keep)
        self.prompts = Prompts(self._queue_changed)
        self.schemas = object_info(self.options.models)

    def queue_info(self) -> dict[str, Any]:
        return {"exec_info": {"queue_remaining": self.prompts.remaining}}

    def _queue_changed(self) -> None:
        self.hub.send("status", {"status": self.queue_info()})

    def interrupted(self) -> bool:
        return self.prompts.interrupted

    def at_node(self, node_id: str | None) -> None:
        running = self.prompts.running
        client_id = running.client_id if running else None
        self._node = (client_id, node_id) if client_id and node_id else None

    def greetings(self, client_id: str) -> list[tuple[str, dict[str, Any]]]:
        """What a new socket hears first; the current node too when its own prompt runs."""
        said: list[tuple[str, dict[str, Any]]] = [("status", {"status": self.queue_info()})]
        if self._node and self._node[0] == client_id:
            said.append(("executing", {"node": self._node[1]}))
        return said

    async def work(self) -> None:
        """Run prompts one after the other, for ever."""
        while True:
            prompt = await self.prompts.take()
            try:
                await self._run(prompt)
            except Exception:
                log.exception("the run of %s failed outside its nodes", prompt.id)
                if self.prompts.running is prompt:
                    self.prompts.finish(None)

    async def _run(self, prompt: Prompt) -> None:
        if self.free_cache:
            self.cache.clear()
            self.free_cache = False
        if (fault := self.faults.take("start", POINTS["start"], asker=prompt.asker)) is not None:
            if fault.kind == "lose":
                self.prompts.finish(None)
                return
            await self._strike(fault)
        run = Run(self, prompt)
        await run.execute()
        self.at_node(None)
        entry: dict[str, Any] | None = run.entry
        if (fault := self.faults.take("end", POINTS["end"], asker=prompt.asker)) is not None:
            entry = self._recorded(fault, run.entry)
            await self._strike(fault)
        self.prompts.finish(entry)
        if prompt.client_id is not None:
            self.hub.send("executing", {"node": None, "prompt_id": prompt.id}, prompt.client_id)
        self._done += 1
        if self._done % _PRUNE_EVERY == 0:
            await asyncio.to_thread(self.folders.prune, self.options.keep, self._wanted())

    async def restart(self, seconds: float) -> None:
        """The process dies here and comes back after `seconds`; nothing more is done in it."""
        self.restart_soon(seconds)
        await asyncio.get_running_loop().create_future()

    async def _strike(self, fault: Fault) -> None:
        if fault.kind == "restart":
            await self.restart(fault.seconds)
        elif fault.kind == "drop":
            self.hub.drop()
        await self.faults.wait(fault)

    def _recorded(self, fault: Fault, entry: dict[str, Any]) -> dict[str, Any] | None:
        """What becomes of a run's record under `fault`; None for nothing at all."""
        if fault.kind == "empty":
            return {**entry, "outputs": {}, "meta": {}}
        if fault.kind == "gone":
            for output in entry["outputs"].values():
                for item in output.get("images", ()):
                    folder = self.folders.inside(item["type"], item["subfolder"])
                    (folder / item["filename"]).unlink(missing_ok=True)
        if fault.kind == "wipe":
            self.prompts.history.clear()
        return None if fault.kind in ("lose", "wipe") else entry

    def _wanted(self) -> set[str]:
        """Names that waiting graphs still read."""
        graphs = (p.graph.values() for p in self.prompts.pending)
        return {
            str(node["inputs"]["image"])
            for nodes in graphs
            for node in nodes
            if isinstance(node.get("inputs", {}).get("image"), str)
        }

    def forget(self) -> None:
        """What a new process would not know."""
        self.hub.drop()
        self.prompts.forget()
        self.cache.clear()
        self._node = None
