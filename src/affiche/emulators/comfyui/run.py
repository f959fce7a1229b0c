"""One run of one prompt: node by node, with the messages a real server sends, in its order."""

import asyncio
import inspect
import struct
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import pyvips

from affiche.emulators.comfyui.cache import Cache, Signatures
from affiche.emulators.comfyui.faults import POINTS, Faults
from affiche.emulators.comfyui.folders import Folders
from affiche.emulators.comfyui.nodes import NODES, Call, Interrupted, NodeError, Result
from affiche.emulators.comfyui.options import Options
from affiche.emulators.comfyui.prompts import Prompt
from affiche.emulators.comfyui.sockets import Hub
from affiche.pictures.threads import in_thread


class Around(Protocol):
    """What a run needs of the server it is on."""

    hub: Hub
    faults: Faults
    folders: Folders
    options: Options
    cache: Cache

    def interrupted(self) -> bool: ...

    async def restart(self, seconds: float) -> None: ...

    def at_node(self, node_id: str | None) -> None: ...


@dataclass(slots=True)
class Run:
    """Executes `prompt`; `entry` is then what history shall hold of it."""

    around: Around
    prompt: Prompt
    _messages: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    _progress: dict[str, dict[str, Any]] = field(default_factory=dict)
    _outputs: dict[str, Any] = field(default_factory=dict)
    _meta: dict[str, Any] = field(default_factory=dict)
    _values: dict[str, Result] = field(default_factory=dict)
    _executed: list[str] = field(default_factory=list)
    _success: bool = True

    async def execute(self) -> None:
        prompt, cache = self.prompt, self.around.cache
        self._say("execution_start", {"prompt_id": prompt.id})
        signatures = Signatures(prompt.graph, self.around.folders)
        # Branches that lead to no output are never looked at, whatever they hold.
        needed = _order(prompt.graph, prompt.outputs, {})
        known = await asyncio.to_thread(lambda: {n: signatures.of(n) for n in needed})
        cached = {n: r for n in needed if (r := cache.get(known[n])) is not None}
        self._say("execution_cached", {"nodes": list(cached), "prompt_id": prompt.id})
        for node_id in _order(prompt.graph, prompt.outputs, cached):
            if node_id in cached:
                self._repeat(node_id, cached[node_id])
                continue
            try:
                result = await self._node(node_id, cached)
            except Interrupted:
                return self._interrupted(node_id)
            except Exception as error:
                return self._failed(node_id, error)
            self._values[node_id] = result
            cache.put(known[node_id], result)
            self._finished(node_id)
        self._say("execution_success", {"prompt_id": prompt.id})
        return None

    @property
    def entry(self) -> dict[str, Any]:
        status = {
            "status_str": "success" if self._success else "error",
            "completed": self._success,
            "messages": self._messages,
        }
        return {"outputs": self._outputs, "status": status, "meta": self._meta}

    # --- one node -----------------------------------------------------------------------------

    async def _node(self, node_id: str, cached: Mapping[str, Result]) -> Result:
        node = self.prompt.graph[node_id]
        class_type = node["class_type"]
        self._start(node_id)
        await asyncio.sleep(0)
        await self._fault(node_id, class_type)
        if self.around.interrupted():
            raise Interrupted
        known = {**cached, **self._values}
        inputs = {
            name: known[value[0]].values[value[1]] if _is_link(value, known) else value
            for name, value in node["inputs"].items()
        }
        kind = NODES[class_type]
        call = self._call(node_id)
        if inspect.iscoroutinefunction(kind.run):
            made = await kind.run(call, inputs)
        elif kind.heavy:
            made = await in_thread(kind.run, call, inputs)
        else:
            made = kind.run(call, inputs)
        result = made if isinstance(made, Result) else Result(made)
        if result.ui is not None:
            self._show(node_id, result.ui)
        return result

    async def _fault(self, node_id: str, class_type: str) -> None:
        around = self.around
        fault = around.faults.take(
            "node", POINTS["node"], node_id, class_type, asker=self.prompt.asker
        )
        if fault is None:
            return
        if fault.kind == "fail":
            raise NodeError(fault.exception, fault.message)
        if fault.kind == "interrupt":
            raise Interrupted
        if fault.kind == "restart":
            await around.restart(fault.seconds)
        elif fault.kind == "drop":
            around.hub.drop()
        await around.faults.wait(fault)

    def _call(self, node_id: str) -> Call:
        around, prompt = self.around, self.prompt

        async def step(
            value: int, maximum: int, look: Callable[[], pyvips.Image] | None = None
        ) -> None:
            if around.options.pace:
                await asyncio.sleep(around.options.pace)
            else:
                await asyncio.sleep(0)
            if around.interrupted():
                raise Interrupted
            await self._step(node_id, value, maximum, look)

        return Call(
            node_id=node_id,
            graph=prompt.graph,
            extra=prompt.extra,
            folders=around.folders,
            options=around.options,
            step=step,
            send=lambda data: around.hub.send_bytes(data, prompt.client_id),
        )

    # --- what is said -------------------------------------------------------------------------

    def _say(self, kind: str, data: dict[str, Any], to_all: bool = False) -> None:
        """To the client, if there is one, and to history."""
        data = {**data, "timestamp": int(time.time() * 1000)}
        self._messages.append((kind, data))
        if self.prompt.client_id is not None or to_all:
            self.around.hub.send(kind, data, self.prompt.client_id)

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        if self.prompt.client_id is not None:
            self.around.hub.send(kind, data, self.prompt.client_id)

    def _state(self, node_id: str, state: str, value: float, maximum: float) -> None:
        """`progress_state` holds every node so far; without a client id it goes to everybody."""
        self._progress[node_id] = {
            "value": value,
            "max": maximum,
            "state": state,
            **self._names(node_id),
        }
        data = {"prompt_id": self.prompt.id, "nodes": self._progress}
        self.around.hub.send("progress_state", data, self.prompt.client_id)

    def _names(self, node_id: str) -> dict[str, Any]:
        return {
            "node_id": node_id,
            "prompt_id": self.prompt.id,
            "display_node_id": node_id,
            "parent_node_id": None,
            "real_node_id": node_id,
        }

    def _start(self, node_id: str) -> None:
        self._state(node_id, "running", 0.0, 1.0)
        if self.prompt.client_id is not None:
            self.around.at_node(node_id)
        data = {"node": node_id, "display_node": node_id, "prompt_id": self.prompt.id}
        self._tell("executing", data)

    async def _step(
        self, node_id: str, value: int, maximum: int, look: Callable[[], pyvips.Image] | None
    ) -> None:
        around, client_id = self.around, self.prompt.client_id
        self._state(node_id, "running", value, maximum)
        data = {"value": value, "max": maximum, "prompt_id": self.prompt.id, "node": node_id}
        around.hub.send("progress", data, client_id)
        if look is not None and around.options.previews:
            jpeg = await in_thread(lambda: look().jpegsave_buffer(Q=85))
            if around.hub.supports(client_id, "supports_preview_metadata"):
                names = {**self._names(node_id), "image_type": "image/jpeg"}
                around.hub.send_described(names, jpeg, client_id)
            else:
                around.hub.send_bytes(struct.pack(">II", 1, 1) + jpeg, client_id)

    def _show(self, node_id: str, ui: dict[str, Any]) -> None:
        self._outputs[node_id] = ui
        self._meta[node_id] = {
            "node_id": node_id,
            "display_node": node_id,
            "parent_node": None,
            "real_node_id": node_id,
        }
        data = {"node": node_id, "display_node": node_id, "output": ui}
        self._tell("executed", {**data, "prompt_id": self.prompt.id})

    def _repeat(self, node_id: str, result: Result) -> None:
        """A cached output shows what it showed then: the old file name (trap 3)."""
        if result.ui is not None:
            self._show(node_id, result.ui)
        self._state(node_id, "finished", 1, 1)

    def _finished(self, node_id: str) -> None:
        maximum = self._progress[node_id]["max"]
        self._state(node_id, "finished", maximum, maximum)
        self._executed.append(node_id)

    def _interrupted(self, node_id: str) -> None:
        self._success = False
        self._say("execution_interrupted", self._where(node_id), to_all=True)

    def _failed(self, node_id: str, error: Exception) -> None:
        self._success = False
        kind = error.kind if isinstance(error, NodeError) else type(error).__qualname__
        data = {
            **self._where(node_id),
            "exception_message": f"{error}\n",
            "exception_type": kind,
            "traceback": traceback.format_tb(error.__traceback__),
            "current_inputs": self._plain_inputs(node_id),
            "current_outputs": list(self._values),
        }
        self._say("execution_error", data)

    def _where(self, node_id: str) -> dict[str, Any]:
        return {
            "prompt_id": self.prompt.id,
            "node_id": node_id,
            "node_type": self.prompt.graph[node_id]["class_type"],
            "executed": list(self._executed),
        }

    def _plain_inputs(self, node_id: str) -> dict[str, Any]:
        inputs = self.prompt.graph[node_id]["inputs"].items()
        return {name: [v] for name, v in inputs if isinstance(v, str | int | float | bool)}


def _is_link(value: Any, known: Mapping[str, Result]) -> bool:
    return isinstance(value, list) and len(value) == 2 and value[0] in known


def _order(graph: Mapping[str, Any], outputs: list[str], cached: Mapping[str, Any]) -> list[str]:
    """What has to run for `outputs`, each after what it needs; cached nodes need nothing."""
    order: dict[str, None] = {}

    def visit(node_id: str) -> None:
        if node_id in order:
            return
        if node_id not in cached:
            for value in graph[node_id]["inputs"].values():
                if isinstance(value, list) and len(value) == 2 and value[0] not in cached:
                    visit(value[0])
        order[node_id] = None

    for output in outputs:
        visit(output)
    return list(order)
