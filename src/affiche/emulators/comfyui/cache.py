"""Results of nodes by what went into them, so that an unchanged node is not run again."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from affiche.emulators.comfyui.folders import Folders, fingerprint
from affiche.emulators.comfyui.nodes import Result
from affiche.emulators.comfyui.values import weight

MAXIMUM_BYTES: Final = 192 * 1024 * 1024
MAXIMUM_ENTRIES: Final = 4000


class Signatures:
    """Digests of the nodes of one graph: class, values, and the digests of what links lead to."""

    def __init__(self, graph: Mapping[str, Any], folders: Folders) -> None:
        self._graph = graph
        self._folders = folders
        self._known: dict[str, str] = {}

    def of(self, node_id: str) -> str:
        if node_id not in self._known:
            self._known[node_id] = self._digest(node_id)
        return self._known[node_id]

    def _digest(self, node_id: str) -> str:
        node = self._graph[node_id]
        parts: list[Any] = [node["class_type"]]
        # A node that asks for its own id is another node under another id.
        parts.append(node_id if node["class_type"] == "GetImageSize" else None)
        for name, value in sorted(node["inputs"].items()):
            if isinstance(value, list) and len(value) == 2 and value[0] in self._graph:
                value = {"link": self.of(value[0]), "slot": value[1]}
            elif name == "image" and isinstance(value, str):
                path = self._folders.find(value)
                value = [value, fingerprint(path) if path else None]
            parts.append([name, value])
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


class Cache:
    """The most recent results, limited by the memory that their pictures hold."""

    def __init__(self) -> None:
        self._results: OrderedDict[str, tuple[Result, int]] = OrderedDict()
        self._bytes = 0

    def get(self, signature: str) -> Result | None:
        entry = self._results.get(signature)
        if entry is None:
            return None
        self._results.move_to_end(signature)
        return entry[0]

    def put(self, signature: str, result: Result) -> None:
        size = weight(result.values)
        self._drop(signature)
        self._results[signature] = (result, size)
        self._bytes += size
        while self._bytes > MAXIMUM_BYTES or len(self._results) > MAXIMUM_ENTRIES:
            self._drop(next(iter(self._results)))

    def clear(self) -> None:
        self._results.clear()
        self._bytes = 0

    def _drop(self, signature: str) -> None:
        entry = self._results.pop(signature, None)
        self._bytes -= entry[1] if entry else 0
